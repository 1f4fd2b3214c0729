"""The score in the terminal: one row for each strategy; of one edit alone, its diff and what came of it."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.report.terminal import STYLES
from shared.score.figures import Figure, counted, figures, strategies
from shared.score.results import Score, Trial


def tell(score: Score, *, one: bool = False, console: Console | None = None) -> None:
    """Print the figures of a score; of ``one`` edit alone, the edit."""
    console = console or Console()
    if one:
        for trial in score.trials:
            _story(trial, console)
    else:
        console.print(table(score))
        left_out = [trial for trial in score.trials if trial.left_out]
        for reason in sorted({str(trial.left_out) for trial in left_out}):
            console.print(f"left out: {sum(trial.left_out == reason for trial in left_out)} edits ({reason})")


def table(score: Score) -> Table:
    """Strategies down; their figures across."""
    trials = counted(score)
    title = f"{score.engine} {score.engine_version}: {len(trials)} edits, seed {score.seed}"
    shown = Table("strategy", "stale", "", "needless steps per edit", "", "error", title=title, title_justify="left")
    for strategy in strategies(trials):
        found = figures(trials, strategy)
        stale = Text(_share(found.stale), STYLES["stale"] if found.stale and found.stale.events else "")
        shown.add_row(
            strategy,
            stale,
            _interval(found.stale, "%"),
            f"{found.waste.value:.2f}" if found.waste else "–",
            _interval(found.waste, ""),
            _share(found.error),
        )
    return shown


def _share(figure: Figure | None) -> str:
    return f"{figure.value:.1%} ({figure.events} of {figure.count})" if figure else "–"


def _interval(figure: Figure | None, unit: str) -> str:
    if figure is None:
        return ""
    if unit:
        return f"{100 * figure.low:.1f} to {100 * figure.high:.1f} %"
    return f"{figure.low:.2f} to {figure.high:.2f}"


def _story(trial: Trial, console: Console) -> None:
    console.print(f"edit {trial.number}: {trial.kind}, in {trial.pipeline}", highlight=False)
    console.print(trial.diff, markup=False, highlight=False)
    if trial.left_out:
        console.print(f"left out: {trial.left_out}")
    for strategy, run in trial.runs.items():
        console.print(
            Text(f"{strategy}: "),
            Text(run.verdict, STYLES[run.verdict]),
            Text(f"; ran {', '.join(run.executed) or 'nothing'}"),
            Text(f" (needless: {', '.join(run.needless)})" if run.needless else ""),
            Text(f" {run.note}" if run.note else ""),
            sep="",
        )
