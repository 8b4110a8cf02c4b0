"""The same with ai-dynamo-runtime, with discovery by files."""

import asyncio
import os
import sys
import threading
from time import perf_counter

task = sys.argv[1]
started = perf_counter()

import uvloop
from dynamo.runtime import dynamo_worker


async def echo(request):
    yield request["text"]


@dynamo_worker()
async def main(runtime):
    endpoint = runtime.endpoint("install.echo.call")
    serving = None if task == "call" else asyncio.ensure_future(endpoint.serve_endpoint(echo))
    if task == "serve":
        client = await endpoint.client()
        await client.wait_for_instances()
        print("ready", flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        await serving
        return
    client = await endpoint.client()
    await client.wait_for_instances()
    async for answer in await client.round_robin({"text": "first"}, annotated=False):
        if answer != "first":
            raise RuntimeError("another answer")
    print((perf_counter() - started) * 1000, flush=True)
    os._exit(0)


uvloop.install()
asyncio.run(main())
