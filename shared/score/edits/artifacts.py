"""What happens to the store: artifacts deleted or damaged."""

from __future__ import annotations

from random import Random

from shared.rerun.scenarios.ground import Ground
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import Demanded


def deleted(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Some steps' artifacts are deleted: one, two, or all."""
    steps = rng.sample(on.steps, rng.choice([1, 1, 1, 2, len(on.steps)]))
    for step in steps:
        world.delete(step)
    return frozenset(steps)


def damaged(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A byte of a step's artifact is another one."""
    step = rng.choice(on.steps)
    world.flip(step)
    return frozenset([step])


def truncated(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A step's artifact is cut in half, as by a disk that is full."""
    step = rng.choice(on.steps)
    world.truncate(step)
    return frozenset([step])
