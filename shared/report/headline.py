"""The headline table: engines across, strategies down, how many quick cells are stale, wasteful and exact.

It stands in the README between two marks, and ``python -m shared.report --headline README.md`` writes it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from saltern.strategies import STRATEGIES
from shared.report.marked import Marked
from shared.report.terminal import quick
from shared.rerun.results import Cell, Results
from shared.rerun.verdict import VERDICTS

MARKED = Marked("headline", "python -m shared.report --headline README.md")
OWN = "its other ways"


def counts(cells: Iterable[Cell]) -> str:
    """``**4 stale**, 2 wasteful, 1 by luck, 3 exact``: the worst first.

    A cell that a race decides is counted as what it may be, ``1 wasteful or error``, not as what it was this time.
    """
    cells = list(cells)
    found = Counter("by luck" if cell.lucky else cell.words for cell in cells)
    words = [f"{found[kind]} {kind}" for kind in sorted(found, key=_badness, reverse=True)]
    return ", ".join(f"**{word}**" if word.endswith(("stale", "error")) else word for word in words)


def _badness(kind: str) -> float:
    if kind == "by luck":
        return VERDICTS.index("exact") + 0.5
    return max(VERDICTS.index(word) for word in kind.split(" or "))


def column(results: Results) -> dict[str, str]:
    """Strategy -> what its quick cells show, of one engine. Its ways beside ``native`` share one row, by name."""
    cells = quick(results).cells
    own = {cell.strategy for cell in cells} - set(STRATEGIES)
    shown = {name: counts(cell for cell in cells if cell.strategy == name) for name in STRATEGIES}
    ways = (f"`{name}`: {counts(cell for cell in cells if cell.strategy == name)}" for name in sorted(own))
    return shown | {OWN: "; ".join(ways)}


def rows(all_results: Sequence[Results]) -> list[list[str]]:
    """The table's rows of cells, the head and the line below it first."""
    columns = [column(results) for results in all_results]
    head = ["strategy", *(f"{results.engine} {results.engine_version}" for results in all_results)]
    order = ("native", OWN, *(name for name in STRATEGIES if name != "native"))
    return [
        head,
        ["---"] * len(head),
        *([f"`{name}`" if name in STRATEGIES else name, *(shown[name] or "–" for shown in columns)] for name in order),
    ]


def table(all_results: Sequence[Results]) -> str:
    """The table as Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows(all_results))
