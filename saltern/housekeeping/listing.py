"""What ``ls`` says of each artifact, a step at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from saltern.housekeeping.contents import Contents, Manifest, made_at


class Row(NamedTuple):
    """One artifact. All but the name and the size is as its manifest has it, or None."""

    name: str
    step: str | None
    partition: str | None
    strategy: str | None
    engine: str | None
    size: int
    made: str | None

    @classmethod
    def of(cls, name: str, manifest: Manifest) -> Row:
        facts = {fact: manifest.get(fact) for fact in ("step", "partition", "strategy", "engine", "made")}
        return cls(name=name, size=manifest.get("size", 0), **facts)


def step_of(name: str) -> str:
    """The step that is in the name of an artifact: all before its partition, its salt or its suffix."""
    return re.split(r"[\[.-]", name, maxsplit=1)[0]


def rows(contents: Contents) -> Iterator[Row]:
    """By step, then the newest first, then by name. Held at one time are those of one step."""
    by_step = sorted(contents.documented, key=lambda name: (step_of(name), name))
    for _, names in groupby(by_step, step_of):
        yield from sorted((Row.of(*artifact) for artifact in contents.artifacts([*names])), key=_age)


def _age(row: Row) -> Any:
    born = made_at(row._asdict())
    return -born.timestamp() if born else 0.0, row.name
