"""A graph of delayed functions, computed on threads as far as the store has no artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dask
from dask import threaded
from dask.delayed import delayed

from saltern import dask as salting
from saltern.cache import Cache
from tests.machine.graph import Graph


def run(graph: Graph, cache: Cache) -> None:
    made: dict[str, Any] = {}

    def file(name: str) -> Any:
        return delayed(Path(name).resolve(), name=name)

    for wired in graph.steps.values():
        function = delayed(wired.step, pure=True)
        if wired.mapped:
            made[wired.name] = {}
            for day, name in graph.days.items():
                with dask.annotate(partition=day):
                    made[wired.name][day] = function(file(name), **wired.params)
            continue
        inputs = wired.arguments(made.__getitem__)
        data = {"data": file(wired.file)} if wired.file else {}
        if wired.star:
            made[wired.name] = function(*data.values(), *inputs["parts"], **wired.params)
        else:
            made[wired.name] = function(**inputs, **data, **wired.params)
    target = [*made.values()][-1]
    for front in salting.fronts(target, cache):
        front.compute(scheduler=threaded.get)
