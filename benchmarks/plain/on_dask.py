"""Dask without us: ``python -m benchmarks.plain.on_dask raw|salted NUMBER SECONDS FOLDER``, or ``artists``.

Dask keeps nothing between runs, so raw tasks of ``artists`` write what they make into a file, as ours do, and hand it
on. What is skipped is measured below another sum: below the same one nothing is looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import dask
from dask.delayed import Delayed, delayed

from benchmarks.plain.spinning import main, spin, spun
from saltern import step
from saltern.cache import Cache
from saltern.dask import fronts


@step(version="1", writes="json")
def added(counts: Mapping[str, int], *, run: str = "") -> int:
    return sum(counts.values())


def raw(number: int, seconds: float, folder: str) -> None:
    one, total = delayed(spun, pure=True), delayed(sum, pure=True)
    total([one(each, seconds) for each in range(number)]).compute(scheduler="threads")


def salted(number: int, seconds: float, folder: str) -> None:
    cache = Cache(folder, "lineage", "run", "dask")
    one, total = delayed(spin, pure=True), delayed(added, pure=True)
    counts = {}
    for each in range(number):
        with dask.annotate(partition=str(each)):
            counts[str(each)] = one(number=each, seconds=seconds)
    later = (Path(folder) / "ledger").exists() or any(Path(folder).glob("spin*"))
    for front in fronts(total(counts, run="later" if later else "first"), cache):
        front.compute(scheduler="threads")


def artists(streams: Path, out: Path) -> Delayed:
    from shared.steps import artists

    daily, aggregate = written(artists.daily_counts.function), written(artists.aggregate_artists.function)
    top = written(artists.top_artists.function)
    counts = {path.stem: daily(path, out / f"{path.stem}.parquet") for path in sorted(streams.glob("*.tsv"))}
    return top(aggregate(counts, out / "totals.parquet"), out / "top.html")


def written(function: Callable[[Any], Any]) -> Any:
    """A function whose value is written to a file too, all or nothing."""

    def run(given: Any, path: Path) -> Any:
        value = function(given)
        unfinished = path.with_suffix(".unfinished")
        if isinstance(value, str):
            unfinished.write_text(value)
        else:
            value.write_parquet(unfinished)
        unfinished.replace(path)
        return value

    return delayed(run, name=function.__name__, pure=False)


if __name__ == "__main__":
    if sys.argv[1] == "artists":
        Path(sys.argv[3]).mkdir(exist_ok=True)
        artists(Path(sys.argv[2]), Path(sys.argv[3])).compute(scheduler="threads")
    else:
        main(raw=raw, salted=salted)
