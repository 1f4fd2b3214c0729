"""The whole matrix as grains of salt: one for every cell, in blocks of one strategy on one engine, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saltern.strategies import STRATEGIES
from shared.report import marks
from shared.report.summary import Column, columns, strategies
from shared.rerun.results import Results

ACROSS, PITCH, GRAIN = 14, 9, 7  # grains in a row; from grain to grain, and the grain itself, in SVG's units
WORST_FIRST = ("stale", "error", "wasteful", "lucky", "exact")


@dataclass(frozen=True)
class Block:
    """The grains of one strategy on one engine. ``paths`` has one for each verdict."""

    engine: str
    strategy: str
    way: str
    """What the engine calls it, where it is one of its own ways."""
    width: int
    height: int
    paths: Sequence[tuple[str, str]]
    said: str


@dataclass(frozen=True)
class Line:
    name: str
    summary: str
    entries: Sequence[Sequence[Block]]
    """For each engine, its blocks."""


def glance(results: Sequence[Results]) -> list[Line]:
    """A line for every strategy that all have, and one for the engines' own other ways."""
    found = columns(results)
    engines = list(dict.fromkeys(column.engine for column in found))
    lines = [
        Line(name, STRATEGIES[name].summary, [[_block(c) for c in group if c.engine == engine] for engine in engines])
        for name, group in strategies(found).items()
        if name in STRATEGIES
    ]
    own = [column for column in found if column.strategy not in STRATEGIES]
    if own:
        ways = [[_block(column) for column in own if column.engine == engine] for engine in engines]
        lines.append(Line("its own ways", "what an engine's documentation describes beside", ways))
    return lines


def _block(column: Column) -> Block:
    worst_first = sorted((marks.verdict_of(cell).tag for cell in column.cells), key=WORST_FIRST.index)
    paths: dict[str, str] = {}
    for number, tag in enumerate(worst_first):
        x, y = number % ACROSS * PITCH, number // ACROSS * PITCH
        paths[tag] = paths.get(tag, "") + f"M{x} {y}h{GRAIN}v{GRAIN}h-{GRAIN}z"
    rows = -(-len(column.cells) // ACROSS)
    way = "" if column.strategy in STRATEGIES else column.label
    said = _said(column)
    return Block(column.engine, column.strategy, way, ACROSS * PITCH, rows * PITCH, list(paths.items()), said)


def _said(column: Column) -> str:
    counts = column.counts
    parts = []
    if counts["stale"]:
        parts.append(f"{counts['stale']} stale")
    if counts["error"]:
        parts.append(f"{counts['error']} error{'s' * (counts['error'] != 1)}")
    if counts["wasteful"]:
        parts.append(f"{counts['wasteful']} wasteful")
    if counts["lucky"]:
        parts.append(f"{counts['lucky']} by luck")
    return ", ".join(parts) or f"all {len(column.cells)} exact"
