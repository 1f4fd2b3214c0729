"""How a cell is shown: a symbol, a word for its colour, and a sentence. Each says it without the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shared.rerun.results import Cell
from shared.rerun.verdict import needless


class Mark(NamedTuple):
    """One entry of the legend."""

    tag: str
    symbol: str
    name: str
    meaning: str


VERDICTS = (
    Mark("exact", "✓", "exact", "right, and nothing needless ran"),
    Mark("lucky", "(✓)", "by luck", "right by chance: a step that had to run did not"),
    Mark("wasteful", "+n", "wasteful", "right, but n steps ran that need not have"),
    Mark("stale", "✗", "stale", "wrong: not what a clean build makes, and the engine called it done"),
    Mark("error", "!", "error", "failed where it should not have, or succeeded where it should have failed"),
)
# Beside a verdict.
REMARKS = (
    Mark("hole", "○", "hole", "the artifact that was deleted or damaged is still not as it was"),
    Mark("unexpected", "*", "unexpected", "worse or better than the engine's expectations say"),
    Mark("disputed", "≠", "disputed", "what the engine claims to have run is not what the ledger saw"),
)


def verdict_of(cell: Cell) -> Mark:
    """The cell's verdict; luck is one of its own."""
    tag = "lucky" if cell.lucky else cell.verdict
    return next(mark for mark in VERDICTS if mark.tag == tag)


def remarks_on(cell: Cell) -> Iterator[Mark]:
    """What stands beside the verdict."""
    facts = (cell.healed is False, cell.is_unexpected, bool(cell.disputed))
    return (mark for mark, holds in zip(REMARKS, facts, strict=True) if holds)


def tags(cell: Cell) -> list[str]:
    """What the cell can be filtered by; the first is its colour."""
    return [verdict_of(cell).tag, *(mark.tag for mark in remarks_on(cell))]


def symbol(cell: Cell) -> str:
    """A cell in a few characters. That it is disputed shows when it is opened."""
    shown = symbol_of_verdict(cell)
    return shown + "".join(mark.symbol for mark in remarks_on(cell) if mark.tag != "disputed")


def symbol_of_verdict(cell: Cell) -> str:
    return f"+{surplus(cell)}" if cell.verdict == "wasteful" else verdict_of(cell).symbol


def surplus(cell: Cell) -> int:
    """How many executions were not allowed."""
    return len(needless(cell.executed, cell.most))


def spoken(cell: Cell) -> str:
    """The same in words, for those who hear it."""
    words = f"wasteful by {surplus(cell)}" if cell.verdict == "wasteful" else verdict_of(cell).name
    return ", ".join([words, *(mark.name for mark in remarks_on(cell))])
