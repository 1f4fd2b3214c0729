"""Task runners that remember what a flow submitted to them. Prefect has no static graph: a flow must be walked."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterable
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from prefect import Task
from prefect.futures import PrefectConcurrentFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.engine import collect_task_run_inputs_sync

from prefect_flows.inputs import partition
from saltern.recipe import key

Future: TypeAlias = PrefectConcurrentFuture[Any]


def node(task: Task[..., Any], parameters: dict[str, Any]) -> str:
    """Which node of the pipeline a task run is: ``train``, or ``daily_counts[2018-03-05]``."""
    return key(task.name, partition(parameters))


class Witness(ThreadPoolTaskRunner[Any]):
    """Runs tasks as Prefect's default runner does, and keeps their futures.

    The API would tell the states of a run's tasks too, but it learns of them late: 10 to 25 task runs a second.
    """

    def __init__(self, max_workers: int = 2, futures: dict[str, Future] | None = None) -> None:
        super().__init__(max_workers)
        self.max_workers = max_workers
        self.futures: dict[str, Future] = {} if futures is None else futures

    def duplicate(self) -> Witness:
        """Prefect runs a flow on a duplicate of its runner; what that one sees, this one sees."""
        return Witness(self.max_workers, self.futures)

    def submit(self, task: Task[..., Any], parameters: dict[str, Any], *args: Any, **kwargs: Any) -> Future:
        future: Future = super().submit(task, parameters, *args, **kwargs)
        self.futures[node(task, parameters)] = future
        return future


class Draft(TaskRunner[Future]):
    """Runs nothing. The edges are those that Prefect itself would record as the inputs of each task run."""

    def __init__(self) -> None:
        super().__init__()
        self.edges: dict[str, frozenset[str]] = {}
        self.nodes: dict[UUID, str] = {}

    def duplicate(self) -> Draft:
        return Draft()

    def submit(
        self,
        task: Task[..., Any],
        parameters: dict[str, Any],
        wait_for: Iterable[Any] | None = None,
        *_: Any,
        **__: Any,
    ) -> Future:
        needs = collect_task_run_inputs_sync(parameters) | collect_task_run_inputs_sync(wait_for)
        future: Future = PrefectConcurrentFuture(uuid4(), concurrent.futures.Future())
        self.nodes[future.task_run_id] = name = node(task, parameters)
        self.edges[name] = frozenset(self.nodes[need.id] for need in needs)
        return future
