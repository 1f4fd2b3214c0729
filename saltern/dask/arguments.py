"""What the wiring of a graph gives to a step: artifacts, paths and values, as they are or in lists and dictionaries."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dask._task_spec import NestedContainer  # dask.task_spec exports only List of its kinds
from dask.task_spec import Alias, DataNode, GraphNode, TaskRef
from dask.typing import Key

from saltern.errors import BadInput
from saltern.recipe import Artifact, Source


@dataclass(frozen=True)
class Given:
    """What the wiring gives as ``delayed(value)``: to a step's input a path, to its parameter a value."""

    value: Any


def given(node: GraphNode) -> Given | None:
    return Given(node.value) if isinstance(node, DataNode) else None


def as_input(item: Any) -> Any:
    """A path as what lies there. What is no path stays as it is, for the cache to refuse."""
    if not isinstance(item, Given):
        return item
    is_path = isinstance(item.value, str | os.PathLike) or "://" in str(item.value)  # or one of fsspec's
    return Source.at(str(item.value)) if is_path else item.value


def as_parameter(value: Any) -> Any:
    """The value of a parameter. Lists and dictionaries of other types than Python's own hold none that is ``Given``."""
    if isinstance(value, Artifact):
        raise BadInput(f"what '{value.key}' makes is given as a parameter: it can only be an input of a step")
    if type(value) in (list, tuple):
        return type(value)(map(as_parameter, value))
    if type(value) is dict:
        return {name: as_parameter(item) for name, item in value.items()}
    return value.value if isinstance(value, Given) else value


def inlined(tasks: Mapping[Key, GraphNode]) -> dict[Key, GraphNode]:
    """A graph without the tasks that only gather others in a list or dictionary, or give one another name.

    What needs one of these has its content as an argument instead.
    """
    within: dict[Key, Any] = {
        key: TaskRef(task.target) if isinstance(task, Alias) else task
        for key, task in tasks.items()
        if isinstance(task, Alias | NestedContainer)
    }
    found = {key: task for key, task in tasks.items() if key not in within}
    while within and (
        needing := [key for key, task in found.items() if not within.keys().isdisjoint(task.dependencies)]
    ):
        found |= {key: found[key].substitute(within) for key in needing}
    return found
