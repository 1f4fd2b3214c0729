"""Exhibit: what a salt costs as the graph grows.

A diamond is where two paths lead to one task. The textbook salt follows every path, and paths double with each diamond;
ours visits every task. On a chain there is one path, and the textbook salt is as deep in calls as the chain is long.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import luigi
from luigi.task_register import Register

from lesson.textbook.salt import get_salted_version
from saltern.luigi import SaltedTask
from saltern.steps import step

SIDES = ("left", "right")
CHAINS = (100, 1_000, 5_000)


class Floors(luigi.Task):
    """One task on top, two on each floor below it, and each needs both of the floor below: 2 * depth + 1 tasks."""

    __version__ = "1"
    depth = luigi.IntParameter()
    side = luigi.Parameter("left")
    sides: ClassVar[tuple[str, ...]] = SIDES
    asked: ClassVar[Counter[type]] = Counter()  # class -> how often one was asked what it needs: once for each call

    def below(self) -> dict[str, luigi.Task]:
        self.asked[type(self)] += 1
        return {side: self.clone(depth=self.depth - 1, side=side) for side in self.sides} if self.depth else {}


class Taught(Floors):
    def requires(self) -> dict[str, luigi.Task]:
        return self.below()


class TaughtChain(Taught):
    sides = SIDES[:1]


@step(version="1", writes="json")
def gather(parts: Mapping[str, Any]) -> dict[str, Any]:
    return dict(parts)


class Ours(Floors, SaltedTask):
    step = gather

    @property
    def partition(self) -> str:
        return f"{self.depth}-{self.side}"

    def requires(self) -> dict[str, dict[str, luigi.Task]]:
        return {"parts": self.below()}


class OurChain(Ours):
    sides = SIDES[:1]


@dataclass(frozen=True)
class Measured:
    """The salt of one graph."""

    depth: int
    calls: int
    seconds: float | None  # of the processor, which a busy machine does not change; None: it died of recursion


def taught(task: luigi.Task) -> object:
    return get_salted_version(task)


def ours(task: SaltedTask) -> object:
    call = task.step_call
    assert call is not None  # known at once: there is no external input
    return call.artifact.salt


def measured(task_class: type[luigi.Task], salt: Callable[[Any], object], depth: int) -> Measured:
    """Compute one salt, with no task in memory from before."""
    Register.clear_instance_cache()
    Floors.asked[task_class] = 0
    task = task_class(depth=depth)
    started = time.process_time()
    try:
        salt(task)
    except RecursionError:
        return Measured(depth, Floors.asked[task_class], None)
    return Measured(depth, Floors.asked[task_class], time.process_time() - started)


def diamonds(depth: int) -> tuple[Measured, Measured]:
    """The textbook's and ours, on diamonds of one depth."""
    return measured(Taught, taught, depth), measured(Ours, ours, depth)


def chain(length: int) -> tuple[Measured, Measured]:
    """The textbook's and ours, on a chain of so many steps."""
    return measured(TaughtChain, taught, length - 1), measured(OurChain, ours, length - 1)
