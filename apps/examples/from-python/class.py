"""A class: constructor, property, factory, subclass, and a context manager."""


class Calculator:
    def __init__(self, value: float = 0) -> None:
        self._value = value  # private by convention only

    @classmethod
    def create_zero(cls) -> "Calculator":
        return cls()

    @property
    def value(self) -> float:
        return self._value

    def add(self, amount: float) -> "Calculator":
        self._value += amount
        return self

    def __str__(self) -> str:
        return f"Calculator({self._value})"


class Recorder(Calculator):
    def __init__(self, value: float = 0) -> None:
        super().__init__(value)
        self.steps: list[float] = []

    def add(self, amount: float) -> "Recorder":
        self.steps.append(amount)
        super().add(amount)
        return self

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        print(f"closed after {len(self.steps)} steps")


calculator = Calculator.create_zero().add(2).add(0.5)
print(calculator, calculator.value)

try:
    calculator.value = 7  # type: ignore
except AttributeError:
    print("value has no setter")

with Recorder(10) as recorder:
    add = recorder.add  # stays bound to its object
    add(1).add(2)
    if isinstance(recorder, Calculator):
        print(recorder, "is a Calculator")
