"""Plays by artist, and how sure we are of the first: two steps, written once and run under both salts."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from saltern.steps import step


@step(version="1", writes="json")
def aggregate_artists(days: Mapping[str, Path]) -> dict[str, int]:
    """Plays by artist, over all days. ``days`` maps each day (ISO 8601) to its file."""
    plays: Counter[str] = Counter()
    for stream in days.values():
        with stream.open(encoding="utf-8", newline="") as file:
            plays.update(row["artist"] for row in csv.DictReader(file, delimiter="\t"))
    return dict(sorted(plays.items()))


@step(version="1", writes="json")
def bootstrap(plays: Mapping[str, int], *, seed: int = 0) -> dict[str, str | float]:
    """The most played artist in a resample of the plays, and its share: one of many such, each with a seed."""
    total = sum(plays.values())
    drawn = Counter(random.Random(seed).choices(list(plays), weights=list(plays.values()), k=total))  # noqa: S311
    artist, count = min(drawn.items(), key=lambda item: (-item[1], item[0]))
    return {"artist": artist, "share": share(count, total)}


def share(count: int, total: int) -> float:
    return round(count / total, 4)
