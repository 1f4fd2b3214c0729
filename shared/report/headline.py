"""The headline table: engines across, strategies down, how many quick cells are stale, wasteful and exact.

It stands in the README between two marks, and ``python -m shared.report --headline README.md`` writes it there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.errors import BadInput
from shared.report.terminal import quick
from shared.rerun.results import Cell, Results
from shared.rerun.verdict import VERDICTS
from shared.salting import STRATEGIES

BEGIN, END = "<!-- headline: python -m shared.report --headline README.md -->", "<!-- end of headline -->"
OWN = "its other way"


def counts(cells: Iterable[Cell]) -> str:
    """``**4 stale**, 2 wasteful, 4 exact (1 by luck)``: the worst first."""
    cells = list(cells)
    found = Counter(cell.verdict for cell in cells)
    lucky = sum(cell.lucky for cell in cells)
    words = [f"{found[verdict]} {verdict}" for verdict in reversed(VERDICTS) if found[verdict]]
    if lucky:
        words[-1] += f" ({lucky} by luck)"
    return ", ".join(f"**{word}**" if word.endswith(("stale", "error")) else word for word in words)


def column(results: Results) -> dict[str, str]:
    """Strategy -> what its quick cells show, of one engine. Its ways beside ``native`` share one row, by name."""
    cells = quick(results).cells
    own = {cell.strategy for cell in cells} - set(STRATEGIES)
    shown = {name: counts(cell for cell in cells if cell.strategy == name) for name in STRATEGIES}
    ways = (f"`{name}`: {counts(cell for cell in cells if cell.strategy == name)}" for name in sorted(own))
    return shown | {OWN: "; ".join(ways)}


def table(all_results: Sequence[Results]) -> str:
    """The table as Markdown."""
    columns = [column(results) for results in all_results]
    rows = [["", *(f"{results.engine} {results.engine_version}" for results in all_results)]]
    rows.append(["---"] * len(rows[0]))
    for name in ("native", OWN, *(name for name in STRATEGIES if name != "native")):
        rows.append([f"`{name}`" if name in STRATEGIES else name, *(shown[name] or "–" for shown in columns)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def written(page: str) -> str:
    """The table that stands in a page. Raises BadInput for a page without the marks."""
    found = re.search(f"{re.escape(BEGIN)}\n(.*?)\n{re.escape(END)}", page, re.DOTALL)
    if not found:
        raise BadInput(f"no headline: the page needs the lines '{BEGIN}' and '{END}'")
    return found[1]


def write(all_results: Sequence[Results], path: Path) -> None:
    """Replace the table that stands in a page."""
    page = path.read_text()
    path.write_text(page.replace(written(page), table(all_results)))
