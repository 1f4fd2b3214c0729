"""The population that edits are drawn from: the kinds, how many of each in a block, and the edit of a number.

An edit depends on the seed and on its number alone, and for an edit of wiring on the engine, so a larger score begins
with the edits of a smaller one. Blocks of edits hold the same number of each kind, in an order of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from shared.rerun.scenarios import artists, ml
from shared.rerun.scenarios.coding import salted_in_brine
from shared.rerun.scenarios.ground import Ground
from shared.rerun.workspace import Workspace
from shared.score.edits import artifacts, code, data, libraries, settings
from shared.score.edits.edit import NOTHING, Demanded, Make
from shared.score.edits.wiring import rewirings

GROUNDS: dict[str, Ground] = {"ml": ml.GROUND, "artists": artists.GROUND}

# Kind -> how many in a block, and how it is made.
SINGLE: dict[str, tuple[int, Make]] = {
    "code: mutant": (10, code.mutated),
    "code: mutant elsewhere": (2, code.mutated_elsewhere),
    "code: cosmetic": (4, code.cosmetic),
    "code: renamed": (1, code.renamed),
    "code: moved": (1, code.moved),
    "data: value": (2, data.value),
    "data: rows": (1, data.rows),
    "data: column": (1, data.column),
    "data: order": (1, data.order),
    "data: noise": (1, data.noise),
    "data: time": (1, data.time),
    "data: equal file": (1, data.replaced),
    "data: value, same time": (1, data.same_time),
    "parameter": (3, settings.parameter),
    "version": (1, settings.version),
    "name": (1, settings.name),
    "library: version": (1, libraries.version),
    "library: same version": (1, libraries.same_version),
    "library: unused": (1, libraries.unused),
    "store: deleted": (2, artifacts.deleted),
    "store: damaged": (1, artifacts.damaged),
    "store: truncated": (1, artifacts.truncated),
}
WIRING, TOGETHER, REVERTED = "wiring", "together", "reverted"
COMPOSED = {WIRING: 2, TOGETHER: 3, REVERTED: 2}

Change = Callable[[Workspace], Demanded]


@dataclass(frozen=True)
class Edit:
    """One edit: its changes, with a build between each and the next; the build after the last is judged."""

    number: int
    kind: str
    pipeline: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Population:
    """What edits are drawn from."""

    package: str = ""
    """The engine's, of whose wiring some edits are."""
    grounds: Mapping[str, Ground] = field(default_factory=lambda: GROUNDS)
    single: Mapping[str, tuple[int, Make]] = field(default_factory=lambda: SINGLE)
    composed: Mapping[str, int] = field(default_factory=lambda: COMPOSED)

    @property
    def kinds(self) -> dict[str, int]:
        """Kind -> how many in a block."""
        return {**{kind: count for kind, (count, _) in self.single.items()}, **self.composed}

    def drawn(self, number: int, seed: int) -> Edit:
        """The edit of a number; without changes where the engine brings none of the kind."""
        kinds = [kind for kind, count in self.kinds.items() for _ in range(count)]
        block, place = divmod(number, len(kinds))
        Random(f"{seed}/{block}").shuffle(kinds)
        kind, rng = kinds[place], Random(f"{seed}/{block}/{place}")
        on = self.grounds[rng.choice(sorted(self.grounds))]
        changes: tuple[Change, ...]
        if kind == WIRING:
            known = rewirings(self.package, on.pipeline)
            chosen = known[rng.choice(sorted(known))] if known else None
            first = known[chosen.after] if chosen and chosen.after else None
            changes = tuple(one.make for one in (first, chosen) if one)
        elif kind == TOGETHER:
            names = rng.sample(sorted(self.single), rng.choice([2, 2, 3]))
            changes = (_together([self._change(name, on, rng) for name in names]),)
        elif kind == REVERTED:
            name = rng.choice([name for name in sorted(self.single) if not name.startswith("store")])
            changes = (self._change(name, on, rng), _reverted)
        else:
            changes = (self._change(kind, on, rng),)
        return Edit(number, kind, on.pipeline, changes)

    def _change(self, kind: str, on: Ground, rng: Random) -> Change:
        """Made in another workspace, it is the same change: it draws the same numbers."""
        make, seed = self.single[kind][1], rng.random()
        return lambda world: make(world, on, Random(seed))


def begin(world: Workspace, on: Ground) -> None:
    """What all edits begin with: the bundled project, in which one step uses a library, version 1.0 of brine."""
    salted_in_brine(on, world)


def _together(changes: list[Change]) -> Change:
    return lambda world: NOTHING.union(*(change(world) for change in changes))


def _reverted(world: Workspace) -> Demanded:
    world.take_back()
    return NOTHING
