"""Functions: defaults, keyword and variable arguments, closures, exact integers, errors."""

from collections.abc import Callable


def greet(name: str, *, greeting: str = "Hello", times: int = 1) -> str:
    return " ".join([f"{greeting}, {name}!"] * times)


def total(*amounts: float) -> float:
    return sum(amounts)


def counter(start: int = 0) -> Callable[[], int]:
    count = start

    def step() -> int:
        nonlocal count
        count += 1
        return count

    return step


def fibonacci(n: int) -> int:
    if n < 0:
        raise ValueError(f"n is {n}; give 0 or more")
    now, following = 0, 1
    for _ in range(n):
        now, following = following, now + following
    return now


print(greet("Ada"))
print(greet("Ada", times=2, greeting="Hi"))
print(total(), total(1, 2, 3.5))

step = counter(start=40)
step()
print(step())

print([n * n for n in range(6) if n % 2 == 1])
print(sorted([10, 9, 1]))  # as numbers
print(-7 // 2, -7 % 2)  # towards minus infinity

print(fibonacci(93))  # the last one that fits in a u64
try:
    fibonacci(-1)
except ValueError as error:
    print(error)
