"""The caller: the original's runtime in Python. Does what `client-process.ts` does with a peer."""

import asyncio
import json
import os
import resource
import sys
from time import perf_counter

import uvloop
from dynamo.runtime import dynamo_worker

TEXT = "the quick brown fox jumps over it all o"
ITEMS = 1000
task = json.loads(sys.argv[2])


def percentile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e6 if ordered else 0


def cpu_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


@dynamo_worker()
async def main(runtime):
    unary = task["kind"] == "unary"
    client = await runtime.endpoint(f"bench.worker.{'call' if unary else 'stream'}").client()
    await client.wait_for_instances()
    begin = perf_counter() + task["warmupMs"] / 1000
    end = begin + task["measureMs"] / 1000
    samples, count, total, number = [], 0, 0, 0

    async def caller():
        nonlocal count, total, number
        sent = perf_counter()
        while sent < end:
            number += 1
            request = {"seq": 1_000_000 + number % 9_000_000, "text": TEXT}
            async for reply in await client.round_robin(request, annotated=False):
                if reply["seq"] != request["seq"] or reply["text"] != TEXT:
                    raise RuntimeError(f"got {reply}")
            total += 1
            received = perf_counter()
            if begin <= received < end:
                count += 1
                samples.append(received - sent)
            sent = received

    async def reader():
        nonlocal count, total
        while (started := perf_counter()) < end:
            index = 0
            async for item in await client.round_robin({"items": ITEMS}, annotated=False):
                if item["index"] != index or item["token_id"] != 1000 + index:
                    raise RuntimeError(f"item {index} was {item}")
                if index == 0 and started >= begin and perf_counter() < end:
                    samples.append(perf_counter() - started)
                index += 1
                if index % 50 == 0 and begin <= perf_counter() < end:
                    count += 50
            total += index
            if index != ITEMS:
                raise RuntimeError(f"a stream of {ITEMS} items ended after {index}")

    before = cpu_time()
    await asyncio.gather(*[(caller if unary else reader)() for _ in range(task["concurrency"])])
    result = {
        "rate": count / (task["measureMs"] / 1000),
        "p50": percentile(samples, 0.5),
        "p99": percentile(samples, 0.99),
        "total": total,
        "cpu": cpu_time() - before,
        "clientMemory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(result), flush=True)
    # Nothing is to be drained.
    os._exit(0)


uvloop.install()
asyncio.run(main())
