"""Tables of plays: one row per artist, ``artist`` (string) and ``plays`` (int64)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

LEAST_PLAYS = 1  # an artist with fewer is left out of a sum


def added_up(tables: Iterable["pl.DataFrame"]) -> "pl.DataFrame":
    """The sum of several tables, in no order."""
    import polars as pl

    total = pl.concat(tables).group_by("artist").agg(pl.col("plays").sum())
    return total.filter(pl.col("plays") >= LEAST_PLAYS)
