"""The comparison as tables in the terminal, and as a picture of them."""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.report import marks
from shared.report.summary import Column, columns
from shared.rerun.expectations import unexpected
from shared.rerun.results import Cell, Results
from shared.rerun.scenarios import SCENARIOS, chosen
from shared.rerun.verdict import VERDICTS, Verdict

# Blue, orange and vermilion of Okabe and Ito's palette: apart for every kind of colour vision. The symbol says it too.
STYLES: dict[Verdict, str] = {
    "exact": "#56b4e9",
    "wasteful": "#e69f00",
    "stale": "bold #d55e00",
    "error": "bold reverse #d55e00",
}
SHOWN = 8  # places named in a line, before it says how many more there are
PICTURE_WIDTH = 110


def matrix(results: Sequence[Results], console: Console | None = None) -> None:
    """Print the tables (scenarios down; engines and strategies across), the legend, the counts, and what stands out."""
    console = console or Console()
    results = [one for one in results if one.cells]
    _tables(results, console)
    console.print()
    console.print(_counts([one.alone for one in results]))
    console.print()
    for line in _outstanding(results):
        console.print(line, soft_wrap=True)


def scenarios(pipeline: str | None = None, console: Console | None = None) -> None:
    """Print all scenarios: name, the pipelines that go through it, and what is changed."""
    console = console or Console()
    shown = Table("scenario", "pipeline", "what is changed", title="scenarios; * is measured by default", box=None)
    for scenario in chosen(pipeline, [], full=True):
        shown.add_row(f"{scenario.name}{'*' if scenario.quick else ''}", scenario.pipeline, Text(scenario.change))
    console.print(shown)


def _tables(results: Sequence[Results], console: Console) -> None:
    own = [one.alone for one in results]
    for pipeline in dict.fromkeys(cell.pipeline for result in own for cell in result.cells):
        for block in _blocks(pipeline, own, console.width):
            console.print(block)
            console.print()
    if any(cell.partner for result in results for cell in result.cells):
        console.print(_handover(results))
        console.print()
    console.print(_legend())


def picture(results: Sequence[Results], *, full: bool = False) -> str:
    """The tables as an SVG document, of the quick scenarios, or ``full``.

    It asks for nothing from outside: fonts are the reader's own.
    """
    from rich._export_format import CONSOLE_SVG_FORMAT

    console = Console(record=True, width=PICTURE_WIDTH, file=io.StringIO(), force_terminal=True)
    _tables(results if full else [quick(one) for one in results], console)
    own_fonts = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(
        title="which steps reran, and was the result right?", code_format=own_fonts, unique_id="m"
    )


def quick(results: Results) -> Results:
    """The cells of the quick scenarios alone."""
    of = {(scenario.pipeline, scenario.name) for scenario in SCENARIOS if scenario.quick}
    cells = [cell for cell in results.cells if (cell.pipeline, cell.scenario) in of]
    return results.model_copy(update={"cells": cells})


def symbol(cell: Cell | None) -> Text:
    """A cell in a few characters."""
    return Text(marks.symbol(cell), STYLES[cell.verdict]) if cell else Text("")


def _blocks(pipeline: str, results: Sequence[Results], width: int) -> Iterator[Table]:
    """The table of a pipeline; where it is too wide, as many engines at a time as fit, and at least one."""
    own = [Column(c.engine, c.strategy, cells) for c in columns(results) if (cells := _of(pipeline, c.cells))]
    scenarios = list(dict.fromkeys(cell.scenario for column in own for cell in column.cells))
    room = width - max(map(len, scenarios))
    block: list[Column] = []
    for _, group in groupby(own, key=lambda column: column.engine):
        engine = list(group)
        if block and sum(_width(column) for column in [*block, *engine]) > room:
            yield _table(pipeline, scenarios, block)
            block = []
        block += engine
    yield _table(pipeline, scenarios, block)


def _of(pipeline: str, cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.pipeline == pipeline]


def _width(column: Column) -> int:
    return len(_short(column.strategy)) + 1


def _short(strategy: str) -> str:
    """A strategy under its engine's name, which need not be said again."""
    return strategy.rpartition("/")[2]


def _table(pipeline: str, scenarios: Sequence[str], across: Sequence[Column]) -> Table:
    table = Table(title=f"[bold]{pipeline}[/]", title_justify="left", box=None, pad_edge=False, padding=(0, 0, 0, 1))
    table.add_column("scenario")
    shown: set[str] = set()
    for column in across:
        engine = "" if column.engine in shown else column.engine
        shown.add(column.engine)
        table.add_column(f"{engine}\n{_short(column.strategy)}", justify="center", no_wrap=True)
    cells = [{cell.scenario: cell for cell in column.cells} for column in across]
    for scenario in scenarios:
        table.add_row(scenario, *(symbol(by_scenario.get(scenario)) for by_scenario in cells))
    return table


def _handover(results: Sequence[Results]) -> Table:
    """How many builds of each engine (across) each engine (down) ran on without running a step."""
    table = Table(title="[bold]handover[/]", title_justify="left", box=None, pad_edge=False)
    table.add_column("built by")
    givers = list(dict.fromkeys(cell.partner for result in results for cell in result.cells if cell.partner))
    for giver in givers:
        table.add_column(giver, justify="right")
    for result in results:
        row = []
        for giver in givers:
            verdicts = [cell.verdict for cell in result.cells if cell.partner == giver]
            style = STYLES["exact" if {"exact"} == set(verdicts) else "error"]
            row.append(Text(f"{verdicts.count('exact')} of {len(verdicts)} exact" if verdicts else "–", style))
        table.add_row(f"run on by {result.engine}", *row)
    return table


def _legend() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    styles = dict(STYLES) | {"lucky": STYLES["exact"]}
    for mark in marks.VERDICTS:
        table.add_row(Text(mark.symbol, styles[mark.tag]), mark.name, mark.meaning)
    for mark in marks.REMARKS:
        if mark.tag != "disputed":  # said in lines of its own
            table.add_row(mark.symbol, "", f"beside a verdict: {mark.meaning}")
    return table


def _counts(results: Sequence[Results]) -> Table:
    table = Table(title="[bold]cells by verdict[/]", title_justify="left", box=None, pad_edge=False)
    table.add_column("engine")
    table.add_column("strategy")
    for verdict in VERDICTS:
        table.add_column(verdict, justify="right", style=STYLES[verdict].removeprefix("bold reverse "))
    table.add_column("by luck", justify="right", style="dim")
    for result in results:
        for column in columns([result]):
            counts = Counter(cell.verdict for cell in column.cells)
            numbers = [counts[verdict] for verdict in VERDICTS] + [sum(cell.lucky for cell in column.cells)]
            named = f"{result.engine} {result.engine_version}"
            table.add_row(named, column.strategy, *(str(number) if number else "·" for number in numbers))
    return table


def _outstanding(results: Sequence[Results]) -> Iterator[Text]:
    """A line for each cell that is not as expected, errors first, and for each engine that the ledger disputes."""
    for result in results:
        for cell in result.cells:
            if cell.verdict == "error" and cell.is_unexpected:
                yield Text.assemble(("error", STYLES["error"]), f" {_where(result, cell)}: {cell.note}")
    for result in results:
        for cell in unexpected(result):
            expected = f"{cell.expected.words} ({cell.expected.because})" if cell.expected else "exact"
            unlike = f"{cell.verdict}, expected {expected}"
            yield Text.assemble(("unexpected", "bold"), f" {_where(result, cell)}: {unlike}")
    for result in results:
        if cells := [cell for cell in result.cells if cell.disputed]:
            yield Text.assemble(("claim and ledger differ", "bold"), f" {result.engine}: {_disputes(cells, result)}")


def _where(results: Results, cell: Cell) -> str:
    return ", ".join(filter(None, (results.engine, cell.strategy, cell.pipeline, cell.scenario, cell.partner)))


def _disputes(cells: Sequence[Cell], results: Results) -> str:
    """``6 of 312 cells: two-at-once (salted, lineage); ...``"""
    strategies: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for cell in cells:
        strategies[cell.scenario][cell.strategy] = None
    told = [f"{scenario} ({', '.join(of)})" for scenario, of in strategies.items()]
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{len(cells)} of {len(results.cells)} cells: {'; '.join(told[:SHOWN])}{more}"
