"""The caller: the original's runtime in Python. Does what `client-process.ts` does with a peer."""

from time import perf_counter

STARTED = perf_counter()

import asyncio
import json
import os
import resource
import sys

import uvloop
from dynamo.runtime import dynamo_worker

TEXT = "the quick brown fox jumps over it all o"
ITEMS = 1000
task = json.loads(sys.argv[2])
if task["kind"] not in ("unary", "stream", "first", "idle"):
    # There is no such thing here: the bench leaves it out.
    print("null", flush=True)
    sys.exit(0)


def percentile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e6 if ordered else None


def cpu_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


@dynamo_worker()
async def main(runtime):
    unary = task["kind"] != "stream"
    client = await runtime.endpoint(f"bench.worker.{'call' if unary else 'stream'}").client()
    await client.wait_for_instances()
    if task["kind"] in ("first", "idle"):
        async for reply in await client.round_robin({"seq": 1_000_001, "text": TEXT}, annotated=False):
            if reply != {"seq": 1_000_001, "text": TEXT}:
                raise RuntimeError(f"got {reply}")
        first = {"startMs": (perf_counter() - STARTED) * 1000}
        print(json.dumps(first if task["kind"] == "first" else True), flush=True)
        if task["kind"] == "idle":
            await asyncio.sleep((task["warmupMs"] + task["measureMs"]) / 1000)
        os._exit(0)
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
