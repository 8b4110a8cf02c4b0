"""Asynchronous iterators: a generator, leaving early, one that consumes another, a class, an error on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing


async def count(end: int) -> AsyncIterator[int]:
    try:
        for number in range(end):
            print(f"make {number}")
            yield number  # waits here until the next one is asked for
    finally:
        print("ended")


async def squares(numbers: AsyncIterator[int]) -> AsyncIterator[int]:
    async for number in numbers:
        yield number * number


class Countdown:
    def __init__(self, start: int) -> None:
        self._next = start

    def __aiter__(self) -> "Countdown":
        return self

    async def __anext__(self) -> int:
        if self._next == 0:
            raise StopAsyncIteration
        self._next -= 1
        return self._next + 1


async def breaking() -> AsyncIterator[str]:
    yield "one"
    raise RuntimeError("it broke")


async def main() -> None:
    async for number in count(2):
        print(f"take {number}")

    # `break` alone leaves the generator open until it is collected.
    async with aclosing(count(1000)) as numbers:
        async for number in numbers:
            if number == 1:
                break

    print([square async for square in squares(Countdown(3))])

    try:
        async for item in breaking():
            print(item)
    except RuntimeError as error:
        print(error)


asyncio.run(main())
