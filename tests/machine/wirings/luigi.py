"""A graph as Luigi tasks: one class for each step, composed as a user would write it."""

from __future__ import annotations

import sys
from typing import Any

import luigi

from saltern.cache import Cache
from saltern.luigi import ForEach, Requirement, Requires, SaltedOutput, SaltedTask
from tests.machine.graph import Graph, Wired


class File(luigi.ExternalTask):
    path = luigi.Parameter()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(self.path)


class Day(luigi.ExternalTask):
    day = luigi.Parameter()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(f"data/day-{self.day}.txt")


class Mapped(SaltedTask):
    day = luigi.Parameter()
    requires = Requires()
    data = Requirement(Day)
    output = SaltedOutput()

    @property
    def partition(self) -> str:
        return str(self.day)


def run(graph: Graph, cache: Cache) -> None:
    classes: dict[str, type[SaltedTask]] = {}
    for wired in graph.steps.values():
        classes[wired.name] = _task(wired, graph, classes)
    target = [*classes.values()][-1](store=cache.store_url, strategy=cache.strategy_name, run_id=cache.run)
    SaltedTask.event_handler(luigi.Event.FAILURE)(_say)
    done = luigi.build([target], detailed_summary=True, local_scheduler=True, workers=1, log_level="CRITICAL")
    if done.status is not luigi.LuigiStatusCode.SUCCESS:
        sys.exit(1)


def _say(task: SaltedTask, error: BaseException) -> None:
    print(f"luigi: {task.key}: {type(error).__name__}: {error}", file=sys.stderr)


def _task(wired: Wired, graph: Graph, classes: dict[str, type[SaltedTask]]) -> type[SaltedTask]:
    body: dict[str, Any] = {"step": wired.step, wired.parameter: luigi.IntParameter(wired.given)}
    if wired.mapped:
        return type(wired.name, (Mapped,), body)
    body |= {"requires": Requires(), "output": SaltedOutput(), "days": [*graph.days]}

    def requirement(need: str) -> Requirement:
        return ForEach(classes[need], day="days") if graph.steps[need].mapped else Requirement(classes[need])

    data = {"data": Requirement(File, path=wired.file)} if wired.file else {}
    if "parts" in wired.inputs:  # several tasks in one argument: then it has a method, as Luigi's users write it

        def requires(task: SaltedTask) -> dict[str, Any]:
            needed = wired.arguments(lambda need: requirement(need).needed_by(task))
            return needed | {name: one.needed_by(task) for name, one in data.items()}

        body["requires"] = requires
    else:
        body |= wired.arguments(requirement) | data
    return type(wired.name, (SaltedTask,), body)
