"""``dask/joblib``: delayed functions behind ``joblib.Memory``, what Dask's users are told who want results to stay.

``delayed(memory.cache(train))``: every task runs, and joblib looks on the disk first. It finds a result by the name of
the function and what is in its arguments (in a path, that is where it leads). When the function's own lines are others
than those that made its results, it throws them all away.

What else there is: docs/done.md.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from dask.delayed import Delayed
from dask.task_spec import Task

from saltern.cache import Cache
from saltern.dask import Wiring
from saltern.dask.tasks import apply, commit, inputs
from saltern.errors import BadInput
from saltern.recipe import Call


def fronts(node: Delayed, cache: Cache) -> Iterator[Delayed]:
    """What to compute, as ``salting.fronts`` has it: the graph as it is wired, each step behind joblib's memory."""
    if not cache.store.is_local:
        raise BadInput(f"--store {cache.store_url}: under '{cache.strategy_name}' it must be a folder")
    wiring = Wiring(node, cache)
    tasks = dict(wiring.tasks)
    for key, call in wiring.calls().items():
        task = wiring.task(key)
        tasks[key] = Task(key, recalled, cache, call, *task.args, **task.kwargs)
    yield Delayed(node.key, tasks)


def recalled(cache: Cache, call: Call, /, *args: Any, **kwargs: Any) -> Any:
    """The value of a step, from joblib's memory if it is there. It is written as the run's artifact in any case."""
    from joblib import Memory  # here, as no other way needs it

    watched = Watched(cache, call)
    memory = Memory(cache.store.path(".joblib"), verbose=0)
    value = memory.cache(watched)(**inputs(cache, call, args, kwargs), **call.params)
    if not watched.ran:
        commit(cache, call, value)
    return value


class Watched:
    """A step's function, in the ledger's sight. To joblib it is that function: its module, its name and its lines."""

    def __init__(self, cache: Cache, call: Call) -> None:
        functools.update_wrapper(self, call.step.function)
        self.__code__ = call.step.function.__code__  # where joblib looks for the lines
        self.watched, self.ran = (cache, call), False  # joblib takes what is in here over into an object of its own

    def __call__(self, **given: Any) -> Any:
        self.ran = True
        cache, call = self.watched
        return cache.load(commit(cache, call, apply(cache, call, **given)))
