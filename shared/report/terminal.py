"""The comparison as a table in the terminal."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.rerun.results import Cell, Results
from shared.rerun.verdict import VERDICTS, Verdict, needless

# Blue, orange and vermilion of Okabe and Ito's palette: apart for every kind of colour vision. The symbol says it too.
STYLES: dict[Verdict, str] = {
    "exact": "#56b4e9",
    "wasteful": "#e69f00",
    "stale": "bold #d55e00",
    "error": "bold reverse #d55e00",
}
LEGEND: tuple[tuple[str, Verdict, str], ...] = (
    ("✓", "exact", "right, and nothing needless ran"),
    ("(✓)", "exact", "right by luck: a step that had to run did not, and it did not matter"),
    ("+n", "wasteful", "right, but n steps ran that need not have"),
    ("✗", "stale", "wrong: not what a clean build makes, and the engine called it done"),
    ("!", "error", "failed where it should not have, or succeeded where it should have failed"),
)


def matrix(results: Sequence[Results], console: Console | None = None) -> None:
    """Print one table per pipeline (scenarios down; engines and strategies across), the legend, and the counts."""
    console = console or Console()
    for pipeline in dict.fromkeys(cell.pipeline for result in results for cell in result.cells):
        console.print(_matrix(pipeline, results, console.width))
        console.print()
    console.print(_legend())
    console.print()
    console.print(_counts(results))
    for result in results:
        for cell in result.cells:
            if cell.verdict == "error":
                where = f"{result.engine}, {cell.strategy}, {cell.pipeline}, {cell.scenario}"
                console.print(Text.assemble(("error", STYLES["error"]), f" {where}: {cell.note}"), soft_wrap=True)


def picture(results: Sequence[Results]) -> str:
    """The same as an SVG document. It asks for nothing from outside: fonts are the reader's own."""
    from rich._export_format import CONSOLE_SVG_FORMAT

    console = Console(record=True, width=110, file=io.StringIO(), force_terminal=True)
    matrix(results, console)
    own_fonts = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(
        title="which steps reran, and was the result right?", code_format=own_fonts, unique_id="m"
    )


def _legend() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    for mark, verdict, meaning in LEGEND:
        table.add_row(Text(mark, STYLES[verdict]), verdict, meaning)
    table.add_row("○", "", "beside a verdict: the artifact that was deleted is still missing")
    return table


def symbol(cell: Cell | None) -> Text:
    """A cell in at most four characters."""
    if cell is None:
        return Text("")
    words = {"wasteful": f"+{len(needless(cell.executed, cell.most))}", "stale": "✗", "error": "!", "exact": "✓"}
    missing = "○" if cell.healed is False else ""
    return Text(("(✓)" if cell.lucky else words[cell.verdict]) + missing, STYLES[cell.verdict])


def _columns(results: Sequence[Results]) -> list[tuple[Results, str]]:
    return [(r, s) for r in results for s in dict.fromkeys(cell.strategy for cell in r.cells)]


def _matrix(pipeline: str, results: Sequence[Results], width: int) -> Table:
    columns = _columns(results)
    letters = None if 18 + sum(len(strategy) + 1 for _, strategy in columns) <= width else 3
    table = Table(title=f"[bold]{pipeline}[/]", title_justify="left", box=None, pad_edge=False, padding=(0, 0, 0, 1))
    table.add_column("scenario")
    shown: set[str] = set()
    for result, strategy in columns:
        engine = "" if result.engine in shown else result.engine
        shown.add(result.engine)
        table.add_column(f"{engine}\n{strategy[:letters]}", justify="center", no_wrap=True)
    cells = {(r.engine, c.strategy, c.scenario): c for r in results for c in r.cells if c.pipeline == pipeline}
    for scenario in dict.fromkeys(name for _, _, name in cells):
        table.add_row(scenario, *(symbol(cells.get((r.engine, s, scenario))) for r, s in columns))
    return table


def _counts(results: Sequence[Results]) -> Table:
    table = Table(title="[bold]cells by verdict[/]", title_justify="left", box=None, pad_edge=False)
    table.add_column("engine")
    table.add_column("strategy")
    for verdict in VERDICTS:
        table.add_column(verdict, justify="right", style=STYLES[verdict].removeprefix("bold reverse "))
    table.add_column("by luck", justify="right", style="dim")
    for result, strategy in _columns(results):
        cells = [cell for cell in result.cells if cell.strategy == strategy]
        counts = Counter(cell.verdict for cell in cells)
        lucky = sum(cell.lucky for cell in cells)
        numbers = [str(counts[verdict]) if counts[verdict] else "·" for verdict in VERDICTS]
        table.add_row(f"{result.engine} {result.engine_version}", strategy, *numbers, str(lucky) if lucky else "·")
    return table
