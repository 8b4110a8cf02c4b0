"""Sends a text through both services, and one that does not fit."""

import asyncio

from dynamo.runtime import DistributedRuntime, dynamo_worker


@dynamo_worker()
async def client(runtime: DistributedRuntime) -> None:
    middle = await runtime.endpoint("from-python.middle.generate").client()
    await middle.wait_for_instances()

    async for token in await middle.round_robin({"text": "a few words"}, annotated=False):
        print(token["index"], token["text"])
    try:
        async for token in await middle.round_robin({"text": ""}, annotated=False):
            print(token)
    except ValueError as error:
        if "Invalid request" in str(error):
            print("refused: text is too short")

    runtime.shutdown()


asyncio.run(client())
