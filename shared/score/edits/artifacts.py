"""What happens to the store: artifacts deleted or damaged.

Of edits that are made together, one may have deleted what another is to damage. Then it stays deleted.
"""

from __future__ import annotations

from random import Random

from shared.rerun.scenarios.ground import Ground
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import Demanded


def deleted(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Some steps' artifacts are deleted: one, two, or all."""
    steps = rng.sample(on.steps, rng.choice([1, 1, 1, 2, len(on.steps)]))
    for step in steps:
        world.artifact(step).unlink(missing_ok=True)
    return frozenset(steps)


def damaged(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A byte of a step's artifact is another one."""
    step = rng.choice(on.steps)
    if _holds_something(world, step):
        world.flip(step)
    return frozenset([step])


def truncated(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A step's artifact is cut in half, as by a disk that is full."""
    step = rng.choice(on.steps)
    if _holds_something(world, step):
        world.truncate(step)
    return frozenset([step])


def _holds_something(world: Workspace, step: str) -> bool:
    artifact = world.artifact(step)
    return artifact.is_file() and artifact.stat().st_size > 0
