"""A value that must be positive, third way: a descriptor. The check is written once, and each such value is one line.

A descriptor is an object in a class that is asked whenever an attribute of its name is read or set.
"""

from __future__ import annotations

from typing import Any


class Positive:
    """An attribute that is a number above 0."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object | None, owner: type) -> Any:
        if instance is None:
            return self  # Training.gamma: there is no training to have a value
        return vars(instance)[self.name]

    def __set__(self, instance: object, value: float) -> None:
        if value <= 0:
            raise ValueError(f"{self.name} must be positive, not {value}")
        vars(instance)[self.name] = value


class Training:
    gamma = Positive()
    tol = Positive()

    def __init__(self, gamma: float, tol: float) -> None:
        self.gamma = gamma
        self.tol = tol


def main() -> None:
    training = Training(gamma=0.1, tol=0.001)
    for name in ("gamma", "tol"):
        try:
            setattr(training, name, -1)
        except ValueError as error:
            print(f"training.{name} = -1: {error}")
    print(f"{training.gamma = }")
    print(f"{type(Training.gamma).__name__ = }")
    print(f"{vars(training) = }")


if __name__ == "__main__":
    main()
