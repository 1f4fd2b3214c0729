"""``prefect/inputs``: Prefect's documented way of keeping results, ``INPUTS + TASK_SOURCE``, beside the salted ones."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar

from prefect.cache_policies import INPUTS, TASK_SOURCE, CachePolicy
from pydantic import Field

from saltern import BadInput, prefect
from saltern.steps import Step
from saltern.strategies import STRATEGIES

NAME = "prefect/inputs"
WAYS = (*STRATEGIES, NAME)

# Text with a list of choices, in the form of Prefect's UI. An unknown one raises BadInput, which names them, later.
StrategyName = Annotated[str, Field(json_schema_extra={"enum": [*WAYS]})]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Salting(prefect.Salting):
    """The library's options of a task, and those of Prefect's own policy."""

    ways: ClassVar = WAYS

    @cached_property
    def results(self) -> Path:
        """Where Prefect keeps what tasks returned, under a way of its own: with the artifacts that it refers to."""
        store = self.cache.store
        if not store.is_local:
            raise BadInput(f"--store {store.url}: under '{self.cache.strategy_name}' it must be a folder")
        return store.path(".prefect")

    def __call__(self, step: Step[..., Any]) -> dict[str, Any]:
        if self.cache.strategy_name != NAME:
            return super().__call__(step)
        policy = INPUTS - "cache" + TASK_SOURCE + source_of(step)  # the cache knows the run's name
        return {"cache_policy": policy, "result_storage": self.results, "result_serializer": "json"}


def source_of(step: Step[..., Any]) -> CachePolicy:
    """What TASK_SOURCE would see if the step's body were written out in its task, as it is where there is one engine.

    Here a task's own lines only call the step; with nothing else in the key, an edit of the body would go unnoticed.
    """
    source = inspect.getsource(step.function)
    return CachePolicy.from_cache_key_fn(lambda context, arguments: source)
