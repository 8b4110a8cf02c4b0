"""Stands between the caller and the back end, and writes each word in capitals."""

import asyncio
import signal
from collections.abc import AsyncIterator

from dynamo.runtime import Client, Context, DistributedRuntime, dynamo_endpoint, dynamo_worker
from messages import Token, Words


class Middle:
    def __init__(self, backend: Client) -> None:
        self.backend = backend

    @dynamo_endpoint(Words, Token)
    async def generate(self, request: Words, *, context: Context) -> AsyncIterator[dict]:
        tokens = await self.backend.round_robin(request.model_dump(), annotated=False, context=context)
        async for token in tokens:
            yield {**token, "text": token["text"].upper()}


@dynamo_worker()
async def middle(runtime: DistributedRuntime) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, runtime.shutdown)
    backend = await runtime.endpoint("from-python.backend.generate").client()
    await backend.wait_for_instances()
    service = Middle(backend)
    await runtime.endpoint("from-python.middle.generate").serve_endpoint(service.generate)


asyncio.run(middle())
