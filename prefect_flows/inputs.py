"""Prefect's own ways of keeping results, beside the salted ones: tasks return values, and a cache key finds them.

``prefect/inputs`` is ``INPUTS + TASK_SOURCE``. ``prefect/files`` has in the key what is in the files that a task is
given, in the place of their paths, by a function of one's own. The flows are in ``values.py``; this is what they are
made of, and how we see what they do.

What else the documentation has (expiration, refreshing, transactions, isolation), and what it would change, is in
``docs/done.md``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any, ClassVar

from prefect import task
from prefect.cache_policies import INPUTS, NO_CACHE, TASK_SOURCE, CachePolicy
from prefect.context import TaskRunContext
from prefect.utilities.hashing import file_hash
from pydantic import Field

from saltern import Artifact, prefect
from saltern.recipe import Call, key
from saltern.steps import Step
from saltern.strategies import STRATEGIES
from shared.engine.build import Build

BY_INPUTS, BY_FILES = "prefect/inputs", "prefect/files"
OWN = (BY_INPUTS, BY_FILES)
WAYS = (*STRATEGIES, *OWN)

# Text with a list of choices, in the form of Prefect's UI. An unknown one raises BadInput, which names them, later.
StrategyName = Annotated[str, Field(json_schema_extra={"enum": [*WAYS]})]
Share = Annotated[float, Field(ge=0, le=1)]


class Salting(prefect.Salting):
    """The library's options of a task; a strategy that there is none of is told of Prefect's own ways too."""

    ways: ClassVar = WAYS


def contents(_: TaskRunContext, arguments: Mapping[str, Any]) -> str | None:
    """What is in the files that a task is given, as a part of its cache key; None where it is given none.

    https://docs.prefect.io/v3/concepts/caching#cache-key-functions
    """
    found = [file_hash(str(value)) for value in arguments.values() if isinstance(value, Path)]
    return ",".join(found) or None


FILES = INPUTS - "csv" - "stream" + TASK_SOURCE + CachePolicy.from_cache_key_fn(contents)

# A task whose results are kept, as the documentation writes it. What it returns is pickled, which is the default.
kept = functools.partial(task, persist_result=True, cache_policy=INPUTS + TASK_SOURCE)

# The build that a flow run is, for who looks on. It is no argument of a task, or it would be in each key.
BUILD: ContextVar[Build] = ContextVar("BUILD")


def partition(arguments: Mapping[str, Any]) -> str | None:
    """Which one a task run is, of those that a task is mapped to."""
    stream = arguments.get("stream")
    return arguments.get("day") or (stream.stem if isinstance(stream, Path) else None)


def watched(step: Step[..., Any]) -> Callable[..., Any]:
    """The step's function, in the ledger's sight. To Prefect it is that function: its name, arguments and source.

    Its artifact is written too, so that what is measured can be looked at, and the value handed on is as it is there.
    """

    @functools.wraps(step.function)
    def run(*args: Any, **kwargs: Any) -> Any:
        given, _ = step.bound(args, kwargs)
        cache, call = BUILD.get().cache, _call(key(step.name, partition(given)))
        value = cache.apply(call, **given)
        return cache.load(cache.commit(call, value))

    return run


@task(name="keep", task_run_name="keep", cache_policy=NO_CACHE)
def keep(values: Mapping[str, Any]) -> list[Artifact]:
    """Write what the tasks of a run returned, made now or found, as the run's artifacts."""
    return [BUILD.get().cache.commit(_call(name), value) for name, value in values.items()]


def _call(node: str) -> Call:
    return BUILD.get().calls()[node]
