"""Edits of what is installed: brine, a library that a step uses, and chalk, one that nobody uses."""

from __future__ import annotations

from random import Random

from shared.rerun.scenarios.coding import BRINE, NEW_BRINE, OLD_BRINE
from shared.rerun.scenarios.ground import Ground
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import NOTHING, Demanded

FEWER = BRINE.format("All rows but the first.", "rows[1:]")


def version(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another version of a library, up or down; what it does may stay."""
    world.install("brine", rng.choice(["0.9", "1.0.1", "2.0"]), rng.choice([OLD_BRINE, NEW_BRINE, FEWER]))
    return NOTHING


def same_version(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """The same version built anew with other content, installed from a file, as pip notes it."""
    world.install("brine", "1.0", rng.choice([NEW_BRINE, FEWER]), origin="file:///tmp/brine-1.0-py3-none-any.whl")
    return NOTHING


def unused(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A library that no step uses is installed."""
    world.install("chalk", rng.choice(["1.0", "2.0"]), OLD_BRINE)
    return NOTHING
