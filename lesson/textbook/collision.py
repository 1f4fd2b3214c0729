"""Exhibit: a sweep over a parameter in which two runs get the same file name, and what Luigi makes of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from lesson.textbook.run import Run, World
from lesson.textbook.salt import DIGITS, get_salted_version


@dataclass(frozen=True)
class Collision:
    """Two seeds whose salts begin with the same digits, and what it took to find them."""

    first: int
    second: int
    digits: str
    tried: int
    seconds: float  # of the processor


@dataclass(frozen=True)
class Taken:
    """The seeds run one after the other in one store; and the second alone, in a store where nothing is."""

    first: Run
    second: Run
    alone: Run

    @property
    def stale(self) -> bool:
        return self.second.says != self.alone.says


def salt_of(seed: int) -> str:
    """The textbook salt of a real task. Nothing needs to be run to know it."""
    from lesson.textbook.taught import Bootstrap

    return get_salted_version(Bootstrap(seed=seed))


def search(digits: int = DIGITS, salt: Callable[[int], str] = salt_of) -> Collision:
    """Try seeds from 0 until two have the same first digits. Takes ``expected(4 * digits)`` tries, more or less."""
    started = time.process_time()
    seen: dict[str, int] = {}
    for seed in count():
        beginning = salt(seed)[:digits]
        if beginning in seen:
            return Collision(seen[beginning], seed, beginning, seed + 1, time.process_time() - started)
        seen[beginning] = seed
    raise AssertionError("count() does not end")


def expected(bits: float) -> float:
    """How many tries until two of them agree in so many bits, on average: the birthday problem, sqrt(pi/2 * 2^bits).

    For bits that look random, as those of sha256 do.
    """
    return math.sqrt(math.pi / 2 * 2.0**bits)


def pairs(artifacts: int, bits: int) -> float:
    """How many pairs among so many artifacts of one step are expected to share a name."""
    return artifacts * (artifacts - 1) / 2 / 2.0**bits


def taken(world: World, wiring: str, collision: Collision) -> Taken:
    """Run both seeds for real, the second after the first."""
    return Taken(
        world.run(wiring, collision.first),
        world.run(wiring, collision.second),
        world.clean(wiring, collision.second),
    )
