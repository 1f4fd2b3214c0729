"""Exhibit: the world changes in a way that a salt does not see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lesson.textbook.run import Run, World
from shared.pipelines import LAST_DAY

SEED = 1


@dataclass(frozen=True)
class Change:
    title: str
    make: Callable[[World], None]


@dataclass(frozen=True)
class Seen:
    """A run, the change, another run; and what a clean build makes of the changed world."""

    before: Run
    after: Run
    right: Run

    @property
    def stale(self) -> bool:
        return self.after.says != self.right.says


def more_plays(world: World) -> None:
    world.files.add_plays(str(LAST_DAY), "Paper Cables", 5_000)


def in_percent(world: World) -> None:
    world.files.edit("lesson/textbook/steps.py", "round(count / total, 4)", "round(100 * count / total, 2)")


CHANGES = {
    "input": Change("5,000 plays of Paper Cables come in for the last day", more_plays),
    "code": Change("share() is edited: a percentage, where it was a fraction", in_percent),
}


def seen(world: World, wiring: str, change: Change) -> Seen:
    """Run, change the world, run again. Leaves the world as it was changed."""
    before = world.run(wiring, SEED)
    change.make(world)
    return Seen(before, world.run(wiring, SEED), world.clean(wiring, SEED))
