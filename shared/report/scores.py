"""The score in the terminal and in the README: strategies down, engines across."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from saltern.strategies import STRATEGIES
from shared.engine.protocol import Engine
from shared.report.marked import Marked
from shared.report.terminal import STYLES
from shared.score.figures import Figure, Figures
from shared.score.results import Trial
from shared.score.summary import Summary

COMMITTED = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "score"
MARKED = Marked("score", "python -m shared.report --publish-score")


def measure(
    engine: Engine,
    edits: int,
    seed: int,
    strategies: Sequence[str],
    results: Path,
    jobs: int,
    *,
    only: int | None = None,
    again: bool = False,
) -> None:
    """Measure a score, or ``only`` one edit of it, and print it."""
    from shared.score.scoring import score
    from shared.score.summary import of_an_engine

    measured = score(engine, edits, seed, strategies, results, jobs, only=only, again=again)
    if only is None:
        tell(of_an_engine(measured, engine.package))
    else:
        story(measured.trials[0])


def tell(found: Summary, console: Console | None = None) -> None:
    """Print the figures of one engine's score."""
    console = console or Console()
    title = f"{found.engine} {found.engine_version}: {found.edits:,} edits ({found.date}; {found.command})"
    shown = Table("strategy", "stale", "needless steps per edit", "error", title=title, title_justify="left")
    for strategy, one in found.strategies.items():
        stale = Text(rate(one.stale), STYLES["stale"] if one.stale and one.stale.events else "")
        shown.add_row(strategy, stale, mean(one.waste), rate(one.error))
    console.print(shown)
    for reason, number in found.left_out.items():
        console.print(f"left out: {number} edit{'s' * (number != 1)} ({reason})", highlight=False)


def story(trial: Trial, console: Console | None = None) -> None:
    """Print one edit: its diff, and what came of it under each strategy."""
    console = console or Console()
    console.print(f"edit {trial.number}: {trial.kind}, in {trial.pipeline}", highlight=False)
    console.print(trial.diff, markup=False, highlight=False)
    console.print(f"clean build: {trial.clean}" + (f"; left out: {trial.left_out}" if trial.left_out else ""))
    for strategy, run in trial.runs.items():
        told = [f"ran {', '.join(run.executed) or 'nothing'}"]
        told += [f"needless: {', '.join(run.needless)}"] if run.needless else []
        told += [run.note] if run.note else []
        console.print(Text.assemble(f"{strategy}: ", (run.verdict, STYLES[run.verdict]), f"; {'; '.join(told)}"))


def rate(figure: Figure | None) -> str:
    """``12.3 % (10.1 to 14.8), 31 of 252``."""
    if figure is None:
        return "–"
    low, high = (f"{100 * end:.1f}" for end in (figure.low, figure.high))
    return f"{100 * figure.value:.1f} % ({low} to {high}), {figure.events:,} of {figure.count:,}"


def mean(figure: Figure | None) -> str:
    """``0.91 (0.84 to 0.99)``; without an interval where all edits are alike, of which a bootstrap says nothing."""
    if figure is None:
        return "–"
    ends = f" ({figure.low:.2f} to {figure.high:.2f})" if figure.low != figure.high else ""
    return f"{figure.value:.2f}{ends}"


def summaries(folder: Path = COMMITTED) -> list[Summary]:
    """The summaries that lie in a folder, in the registry's order of engines."""
    from shared.engines import ENGINES
    from shared.score.summary import read

    return [read(path) for name in ENGINES if (path := folder / f"{name}.json").exists()]


def table(found: Sequence[Summary]) -> str:
    """As Markdown: the staleness rate, and the needless steps per edit, of each strategy on each engine."""
    if not found:
        return "Not measured yet."
    head = ["strategy", *map(_title, found)]
    rows = [
        [f"`{name}`", *(f"**{cell}**" if is_stale else cell for cell, is_stale in cells)]
        for name, cells in _rows(found)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def overview(found: Sequence[Summary]) -> Table:
    """The same for the terminal, with the days on which it was measured."""
    days = sorted({one.date for one in found})
    title = f"the score: random edits, measured {' to '.join(dict.fromkeys((days[0], days[-1])))}"
    shown = Table("strategy", *map(_title, found), title=title, title_justify="left")
    for name, cells in _rows(found):
        shown.add_row(name, *(Text(cell, STYLES["stale"] if is_stale else "") for cell, is_stale in cells))
    return shown


def _title(one: Summary) -> str:
    return f"{one.engine} {one.engine_version}, {one.edits:,} edits"


def _rows(found: Sequence[Summary]) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Strategy -> for each engine what is said of it, and whether it was ever stale."""
    own = [name for one in found for name in one.strategies if name not in STRATEGIES]
    return [(name, [_cell(one.strategies.get(name)) for one in found]) for name in (*STRATEGIES, *own)]


def _cell(figures: Figures | None) -> tuple[str, bool]:
    if figures is None or figures.stale is None:
        return "–", False
    stale, waste = figures.stale, figures.waste
    said = f"{100 * stale.value:.1f} % stale ({100 * stale.low:.0f}–{100 * stale.high:.0f})"
    return f"{said}, {f'{waste.value:.2f}' if waste else '–'} needless", stale.events > 0
