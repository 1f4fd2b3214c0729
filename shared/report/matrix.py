"""The matrix as its template draws it: scenarios down, engines with their strategies across."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shared.report import marks
from shared.report.cells import address, words
from shared.report.summary import Column, columns
from shared.rerun.results import Cell, Results


@dataclass(frozen=True)
class MatrixCell:
    """One cell in the matrix."""

    tags: str
    address: str
    spoken: str
    symbol: str


@dataclass(frozen=True)
class Row:
    name: str
    change: str
    cells: Sequence[MatrixCell | None]


@dataclass(frozen=True)
class Section:
    pipeline: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Matrix:
    caption: str
    columns: Sequence[Column]
    sections: Sequence[Section]
    counts: Counter[str]
    total: int

    legend = (*marks.VERDICTS, *marks.REMARKS)

    @property
    def engines(self) -> list[str]:
        return list(dict.fromkeys(column.engine for column in self.columns))

    @property
    def strategies(self) -> list[str]:
        return list(dict.fromkeys(column.strategy for column in self.columns))

    @property
    def pipelines(self) -> list[str]:
        return [section.pipeline for section in self.sections]

    @property
    def spans(self) -> list[tuple[str, int]]:
        """Each engine, and over how many columns it stands."""
        return list(Counter(column.engine for column in self.columns).items())

    @property
    def starts(self) -> list[bool]:
        """Of each column, whether an engine begins with it."""
        engines = [column.engine for column in self.columns]
        return [number == 0 or engine != engines[number - 1] for number, engine in enumerate(engines)]


def matrix_cell(engine: str, cell: Cell) -> MatrixCell:
    place = f"{cell.scenario}, {engine} {cell.strategy.removeprefix(f'{engine}/')}"
    spoken = f"{place}: {marks.spoken(cell)}"
    return MatrixCell(" ".join(marks.tags(cell)), address(engine, cell), spoken, marks.symbol(cell))


def matrix(results: Sequence[Results], caption: str) -> Matrix:
    """All cells but those of a handover, which has another shape and a page of its own."""
    across = columns([result.alone for result in results])
    cells = [cell for column in across for cell in column.cells]
    by_place = {(c.engine, c.strategy, cell.pipeline, cell.scenario): cell for c in across for cell in c.cells}
    rows: dict[str, dict[str, Row]] = {}
    for one in cells:
        section = rows.setdefault(one.pipeline, {})
        if one.scenario not in section:
            found = [(c.engine, by_place.get((c.engine, c.strategy, one.pipeline, one.scenario))) for c in across]
            line = [matrix_cell(engine, cell) if cell else None for engine, cell in found]
            section[one.scenario] = Row(one.scenario, words(one), line)
    return Matrix(
        caption,
        across,
        [Section(pipeline, list(section.values())) for pipeline, section in rows.items()],
        Counter(tag for cell in cells for tag in marks.tags(cell)),
        len(cells),
    )
