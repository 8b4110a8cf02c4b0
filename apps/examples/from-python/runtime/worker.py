"""Serves two endpoints until a signal ends it."""

import asyncio
import signal
from collections.abc import AsyncIterator

from dynamo.runtime import Context, DistributedRuntime


async def split(request: dict, context: Context) -> AsyncIterator[dict]:
    if request["text"] == "":
        raise ValueError("the text is empty")
    print(f"call {context.id()} of {context.metadata['tenant']}")
    for index, word in enumerate(request["text"].split()):
        yield {"index": index, "word": word}


async def count(_: None, context: Context) -> AsyncIterator[int]:
    number = 0
    while not context.is_stopped():
        yield number
        number += 1
        await asyncio.sleep(0)
    print("the caller wants no more")


async def main() -> None:
    loop = asyncio.get_running_loop()
    runtime = DistributedRuntime(loop, "file", "tcp")
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, runtime.shutdown)
    await asyncio.gather(
        runtime.endpoint("from-python.words.split").serve_endpoint(split),
        runtime.endpoint("from-python.words.count").serve_endpoint(count),
    )
    print("all served")


asyncio.run(main())
