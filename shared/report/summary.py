"""What the results say, in sentences and in counts: nothing here is known beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.report import marks
from shared.rerun.results import Cell, Results


@dataclass(frozen=True)
class Column:
    """One engine under one strategy."""

    engine: str
    strategy: str
    cells: Sequence[Cell]

    @cached_property
    def counts(self) -> Counter[str]:
        """Cells by each of their tags (``marks.tags``)."""
        return Counter(tag for cell in self.cells for tag in marks.tags(cell))

    @property
    def surplus(self) -> int:
        """Steps that ran and that right results did not need."""
        return sum(marks.surplus(cell) for cell in self.cells if cell.verdict == "wasteful")

    @property
    def decided(self) -> Column:
        """Without the cells of which a race decides what they are."""
        cells = [cell for cell in self.cells if not (cell.expected and cell.expected.sometimes)]
        return Column(self.engine, self.strategy, cells)

    @property
    def label(self) -> str:
        """The strategy without the engine, where it is a way of the engine's own: ``clear`` of ``airflow/clear``."""
        return self.strategy.removeprefix(f"{self.engine}/")


def columns(results: Sequence[Results]) -> list[Column]:
    """Engines in order, and of each its strategies in order."""
    found = []
    for result in results:
        by_strategy: dict[str, list[Cell]] = {}
        for cell in result.cells:
            by_strategy.setdefault(cell.strategy, []).append(cell)
        found += [Column(result.engine, strategy, cells) for strategy, cells in by_strategy.items()]
    return found


def strategies(found: Iterable[Column]) -> dict[str, list[Column]]:
    """Strategy -> its columns."""
    by_strategy: dict[str, list[Column]] = {}
    for column in found:
        by_strategy.setdefault(column.strategy, []).append(column)
    return by_strategy


def headline(results: Sequence[Results]) -> str:
    """One sentence: how often a wrong result was called done, and under which strategies it never was.

    A cell that a race decides is in no sentence.
    """
    found = [column.decided for column in columns(results)]
    total, stale = sum(len(column.cells) for column in found), sum(column.counts["stale"] for column in found)
    if not stale:
        return f"In {total:,} builds after a change, no wrong result was called done."
    by_strategy = strategies(found)
    honest = [name for name, group in by_strategy.items() if not any(one.counts["stale"] for one in group)]
    widest = max(len(group) for group in by_strategy.values())
    honest = [name for name in honest if len(by_strategy[name]) == widest]  # on every engine, not on one
    end = f"but never under {' or '.join(honest)}" if honest else "and no strategy was free of it"
    return f"In {total:,} builds after a change, a wrong result was called done {times(stale)}, {end}."


def out_of_the_box(results: Sequence[Results]) -> list[str]:
    """A sentence for every engine: its first strategy, which is its own rule."""
    sentences = []
    for result in results:
        first = next(column for column in columns([result])).decided
        stale, wasteful = first.counts["stale"], first.counts["wasteful"]
        wrong = f"stale {times(stale)}" if stale else "never stale"
        price = f"wasteful {times(wasteful)}" if wasteful else "never wasteful"
        sentences.append(f"{result.engine} ({first.label}): {wrong}, {price}, in {len(first.cells)} cells")
    return sentences


def paragraph(column: Column) -> str:
    """What the cells of one engine under one strategy say."""
    counts, total = column.counts, len(column.cells)
    sentences = [f"{counts['exact']} of {total} cells are exact"]
    if counts["lucky"]:
        sentences[0] += f", and {counts['lucky']} more by luck"
    if counts["stale"]:
        sentences.append(f"It was stale {times(counts['stale'])}: {listed(_scenarios(column, 'stale'))}")
    else:
        sentences.append("It was never stale")
    if counts["wasteful"]:
        sentences.append(
            f"It was wasteful {times(counts['wasteful'])}, by {column.surplus} step{'s' * (column.surplus != 1)} in "
            f"all: {listed(_scenarios(column, 'wasteful'))}"
        )
    if counts["hole"]:
        sentences.append(f"A hole stayed after {listed(_scenarios(column, 'hole'))}")
    if counts["error"]:
        sentences.append(f"It failed in {listed(_scenarios(column, 'error'))}")
    if counts["disputed"]:
        sentences.append(f"What it claimed to have run differs from the ledger in {counts['disputed']}")
    return ". ".join(sentences) + "."


def _scenarios(column: Column, tag: str) -> list[str]:
    return list(dict.fromkeys(cell.scenario for cell in column.cells if tag in marks.tags(cell)))


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
