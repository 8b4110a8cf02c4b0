"""The worker: the original's runtime in Python. Does what `server-process.ts` does with a peer."""

import asyncio
import json
import resource
import sys
import threading

import uvloop
from dynamo.runtime import dynamo_worker


async def call(request):
    yield request


async def stream(request):
    for index in range(request["items"]):
        yield {"index": index, "token_id": 1000 + index, "text": " tok", "finish_reason": None}


def cpu_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


@dynamo_worker()
async def main(runtime):
    loop = asyncio.get_running_loop()
    served = [
        asyncio.ensure_future(runtime.endpoint("bench.worker.call").serve_endpoint(call)),
        asyncio.ensure_future(runtime.endpoint("bench.worker.stream").serve_endpoint(stream)),
    ]
    before = cpu_time()
    print(json.dumps({"address": "found through discovery"}), flush=True)

    def until_the_end():
        # The end of the input also comes when the bench itself was killed.
        sys.stdin.read()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"cpu": cpu_time() - before, "workerMemory": memory}), flush=True)
        loop.call_soon_threadsafe(runtime.shutdown)

    threading.Thread(target=until_the_end, daemon=True).start()
    await asyncio.gather(*served)


uvloop.install()
asyncio.run(main())
