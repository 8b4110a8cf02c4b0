"""Coroutines: tasks, gather, cancellation, a time limit, an asynchronous context manager."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


async def double(value: int) -> int:
    if value > 5:
        raise ValueError(f"{value} is too large")
    await asyncio.sleep(0)  # lets others run
    return value * 2


async def wait_long() -> None:
    try:
        await asyncio.sleep(60)
    finally:
        print("cleaned up")


@asynccontextmanager
async def connection(name: str) -> AsyncIterator[str]:
    print(f"open {name}")
    try:
        yield name
    finally:
        await asyncio.sleep(0)
        print(f"close {name}")


async def main() -> None:
    waiting = double(1)  # does nothing before it is awaited
    running = asyncio.create_task(double(2))  # runs by itself
    print(await waiting, await running)
    print(await asyncio.gather(double(3), double(4)))

    for result in await asyncio.gather(double(5), double(6), return_exceptions=True):
        print("failed:" if isinstance(result, Exception) else "done:", result)

    task = asyncio.create_task(wait_long())
    await asyncio.sleep(0)  # without this it would be cancelled before it starts
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled")

    try:
        async with asyncio.timeout(0.01):
            await wait_long()
    except TimeoutError:
        print("too late")

    async with connection("a") as name:
        print(f"use {name}")


asyncio.run(main())
