"""One value per task of a dependency graph, each task visited once, without recursion.

The textbook salt calls itself for every dependency: on a diamond of depth 20 that is two million calls, on a chain of
a thousand tasks a RecursionError.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from saltern.errors import BadInput

T = TypeVar("T", bound=Hashable)
V = TypeVar("V")


def fold(root: T, needs: Callable[[T], Iterable[T]], value: Callable[[T, Sequence[V]], V], memo: dict[T, V]) -> V:
    """``value(task, values of the tasks it needs)`` for ``root`` and all below it, dependencies first.

    ``memo`` receives every value, and spares the visit to a task that it already holds. Tasks must be hashable.
    Raises BadInput when the graph has a cycle. Linear in the number of tasks and edges.
    """
    open_tasks: dict[T, tuple[T, ...]] = {}
    stack = [root]
    while stack:
        task = stack[-1]
        if task in memo:
            stack.pop()
        elif task in open_tasks:
            memo[task] = value(task, [memo[need] for need in open_tasks.pop(task)])
            stack.pop()
        else:
            open_tasks[task] = tuple(needs(task))
            waiting = [need for need in open_tasks[task] if need not in memo]
            if cyclic := [need for need in waiting if need in open_tasks]:
                raise BadInput(f"the dependency graph has a cycle through {cyclic[0]}")
            stack.extend(waiting)
    return memo[root]
