"""Calls the endpoints of worker.py."""

import asyncio

from dynamo.runtime import Context, DistributedRuntime, UnaryClient


async def main() -> None:
    runtime = DistributedRuntime(asyncio.get_running_loop(), "file", "tcp")
    words = await runtime.endpoint("from-python.words.split").client()
    instances = await words.wait_for_instances()
    print(f"{len(instances)} instance")

    context = Context("call-1", metadata={"tenant": "docs"})
    stream = await words.round_robin({"text": "one two"}, annotated=False, context=context)
    async for item in stream:
        print(item["index"], item["word"])

    context = Context("call-2", metadata={"tenant": "docs"})
    stream = await words.direct({"text": "three"}, instances[0], annotated=False, context=context)
    print(",".join([item["word"] async for item in stream]))

    context = Context("call-3", metadata={"tenant": "docs"})
    only = await UnaryClient(words).complete({"text": "four"}, context=context)
    print(only["word"])

    try:
        stream = await words.round_robin({"text": ""}, annotated=False)
        async for item in stream:
            print(item)
    except ValueError as error:  # "InvalidRequest: ValueError: the text is empty"
        kind, _, text = str(error).partition(": ")
        if kind == "InvalidRequest":
            print("refused:", text.removeprefix("ValueError: "))

    numbers = await runtime.endpoint("from-python.words.count").client()
    await numbers.wait_for_instances()
    context = Context()
    async for number in await numbers.round_robin(None, annotated=False, context=context):
        print(number)
        if number == 2:
            context.stop_generating()
            break

    runtime.shutdown()


asyncio.run(main())
