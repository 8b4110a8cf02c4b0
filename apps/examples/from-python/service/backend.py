"""The back end: cuts a text into words."""

import asyncio
import signal
from collections.abc import AsyncIterator

from dynamo.runtime import DistributedRuntime, dynamo_endpoint, dynamo_worker
from messages import Token, Words


@dynamo_endpoint(Words, Token)  # checks the request; the response is not checked
async def generate(request: Words) -> AsyncIterator[dict]:
    for index, text in enumerate(request.text.split()):
        yield Token(index=index, text=text).model_dump()


@dynamo_worker()  # makes the runtime; DYN_DISCOVERY_BACKEND and others say how
async def backend(runtime: DistributedRuntime) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, runtime.shutdown)
    await runtime.endpoint("from-python.backend.generate").serve_endpoint(generate)


asyncio.run(backend())
