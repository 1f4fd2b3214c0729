"""How long the salts of large graphs take: ``python benchmarks/salts.py``."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from saltern.recipe import Call
from saltern.steps import step
from saltern.strategies import strategy
from saltern.walk import fold


@step(version="1", writes="json")
def add(numbers: Any, *, start: float = 0.0) -> float:
    return sum(numbers, start)


def seconds(root: Hashable, needs: Callable[[Any], Iterable[Any]]) -> float:
    salted = strategy("salted")

    def bound(task: Hashable, below: Sequence[Call]) -> Call:
        inputs = {"numbers": {str(index): one.artifact for index, one in enumerate(below)}}
        return salted.bind(add, inputs, add.parameters, str(task))

    started = time.perf_counter()
    fold(root, needs, bound, {})
    return time.perf_counter() - started


GRAPHS: dict[str, tuple[Hashable, Callable[[Any], Iterable[Any]]]] = {
    "a diamond of depth 20": ((20, 0), lambda task: [(task[0] - 1, 0), (task[0] - 1, 1)] if task[0] else []),
    "a chain of 5,000 steps": (5_000, lambda task: [task - 1] if task else []),
    "a fan-in of 10,000 steps": (0, lambda task: range(1, 10_000) if task == 0 else []),
}

if __name__ == "__main__":
    for name, (root, needs) in GRAPHS.items():
        best = min(seconds(root, needs) for _ in range(3))
        print(f"{name:26} {best * 1000:7.1f} ms")
