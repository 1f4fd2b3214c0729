"""A graph as a Prefect flow: one task for each step, and a mapped one for each that there is one of a day."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from prefect import Task, flow, task, unmapped
from prefect.task_runners import ThreadPoolTaskRunner

from prefect_flows.engine import _quiet, _settings
from saltern.cache import Cache
from saltern.prefect import Salting, execute
from saltern.recipe import Artifact, Source
from tests.machine.graph import Graph, Wired


def run(graph: Graph, cache: Cache) -> None:
    with _quiet(), _settings():
        salting = Salting(cache)
        tasks = {name: _task(wired, salting) for name, wired in graph.steps.items()}
        body = flow(name="machine", task_runner=ThreadPoolTaskRunner(max_workers=2))(_body(graph, tasks, cache))
        body(return_state=True).result()


def _body(graph: Graph, tasks: Mapping[str, Task[..., Any]], cache: Cache) -> Callable[[], list[Any]]:
    def body() -> list[Any]:
        made: dict[str, Any] = {}
        for name, wired in graph.steps.items():
            if wired.mapped:
                days = [*graph.days]
                sources = [Source.at(Path(file)) for file in graph.days.values()]
                params = {parameter: unmapped(value) for parameter, value in wired.params.items()}
                futures = tasks[name].map(data=sources, day=days, cache=unmapped(cache), **params)
                made[name] = dict(zip(days, futures, strict=True))
                continue
            inputs = wired.arguments(made.__getitem__)
            if wired.file:
                inputs["data"] = Source.at(Path(wired.file))
            made[name] = tasks[name].submit(**inputs, cache=cache, **wired.params)
        return [*made.values()]

    return body


def _task(wired: Wired, salting: Salting) -> Task[..., Any]:
    """A task whose arguments have the names of the step's, as a user would have written them out."""
    step = wired.step

    def make(cache: Cache, **arguments: Any) -> Artifact:
        return execute(step, cache, **arguments)

    names = [*step.inputs, *step.parameters, "cache", *(["day"] if wired.mapped else [])]
    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    make.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return task(name=step.name, version=step.version)(make).with_options(**salting(step))
