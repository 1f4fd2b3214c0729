"""The ``artists`` pipeline's steps: daily_counts (one per day) -> aggregate_artists -> top_artists."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Lt

from saltern import step
from saltern.errors import BadInput
from shared.steps import pages, tables

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger("saltworks.artists")

COLUMNS = ("artist", "track")


@step(version="1", writes="parquet", libraries=["polars"])
def daily_counts(stream: Path) -> "pl.DataFrame":
    """Count one day's plays by artist.

    ``stream`` is a tab-separated UTF-8 file, one play per line, with at least an ``artist`` and a ``track`` column.
    Returns ``artist`` (string) and ``plays`` (int64), most played first. A play without an artist is not counted;
    fields beyond the header's are not looked at.
    Streamed: memory grows with the number of artists, not of plays.
    """
    import polars as pl

    header(stream)
    try:
        with stream.open("rb") as file:  # which polars maps into memory, or reads whole where it lies at a URL
            plays = pl.scan_csv(file, separator="\t", quote_char=None, infer_schema=False).select("artist")
            counts = plays.group_by("artist").len("plays").collect(engine="streaming")
    except pl.exceptions.ComputeError as error:
        raise BadInput(f"{stream}: not a UTF-8 file of tab-separated rows ({str(error).splitlines()[0]})") from None
    nameless = counts.filter(pl.col("artist").is_null())["plays"].sum()
    if nameless:
        log.warning("%s: %d plays without an artist are not counted", stream, nameless)
    return _most_played_first(counts.drop_nulls("artist").with_columns(pl.col("plays").cast(pl.Int64)))


@step(version="1", writes="parquet", libraries=["polars"])
def aggregate_artists(counts: Mapping[str, "pl.DataFrame"]) -> "pl.DataFrame":
    """Add up the plays by artist over an interval. ``counts`` maps each day (ISO 8601) to its daily counts.

    Returns ``artist`` (string) and ``plays`` (int64), most played first.
    """
    return _most_played_first(tables.added_up(counts.values()))


@step(version="1", writes="html", libraries=["jinja2", "polars"])
def top_artists(totals: "pl.DataFrame", *, n: Annotated[int, Ge(1), Lt(2**32)] = 10) -> str:
    """The ``n`` most played artists as a self-contained HTML page: a bar chart, and the same data as JSON in it."""
    top = [{"rank": rank, **row} for rank, row in enumerate(totals.head(n).iter_rows(named=True), start=1)]
    return pages.render(pages.TOP_ARTISTS, top=top, artists=len(totals), plays=int(totals["plays"].sum()))


def header(stream: Path) -> list[str]:
    """The column names of a day's stream file. Raises BadInput unless it has an ``artist`` and a ``track``."""
    try:
        with stream.open(encoding="utf-8-sig") as file:
            names = file.readline().rstrip("\r\n").split("\t")
    except UnicodeDecodeError as error:
        raise BadInput(f"{stream}: not UTF-8 (byte {error.object[error.start]:#04x}: {error.reason})") from None
    except OSError as error:
        raise BadInput(f"{stream}: {error.strerror or error}") from None
    if names == [""]:
        raise BadInput(f"{stream}: the file is empty")
    for column in COLUMNS:
        if column not in names:
            raise BadInput(f"{stream}: no column '{column}' (found: {', '.join(names)})")
        if names.count(column) > 1:
            raise BadInput(f"{stream}: column '{column}' stands twice in the header")
    return names


def _most_played_first(counts: "pl.DataFrame") -> "pl.DataFrame":
    return counts.sort(["plays", "artist"], descending=[True, False])
