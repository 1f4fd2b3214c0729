"""The exhibits as tables in the terminal, 80 columns wide."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from lesson.textbook.collision import Collision, Taken, expected, pairs
from lesson.textbook.growth import Measured
from lesson.textbook.run import Run
from lesson.textbook.salt import DIGITS
from lesson.textbook.stale import Change, Seen
from saltern.recipe import SALT_IN_NAME

NAMES = {"taught": "textbook", "ours": "ours"}
SWEEP = 10_000  # artifacts of one step
CELL = 11  # columns of the terminal


def growth(console: Console, title: str, first: str, rows: Sequence[tuple[int, Measured, Measured]]) -> None:
    """Calls and seconds of both salts."""
    table = _table(title, first, "calls", "calls, ours", "seconds", "seconds, ours")
    for size, taught, ours in rows:
        table.add_row(f"{size:,}", f"{taught.calls:,}", f"{ours.calls:,}", _seconds(taught), _seconds(ours))
    console.print(table)


def collision(console: Console, found: Collision) -> None:
    console.print(f"The salts of seeds {found.first} and {found.second} both begin with {found.digits}.")
    console.print(f"Found after {found.tried:,} tries (expected: {expected(4 * DIGITS):,.0f}).")
    console.print(f"Seconds of the processor: {found.seconds:.1f}")
    rate = found.tried / found.seconds
    table = _table(None, "digits", "bits", "expected tries", f"pairs in {SWEEP:,}", "at this speed")
    for digits in (DIGITS, SALT_IN_NAME):
        tries = expected(4 * digits)
        row = (str(digits), str(4 * digits), f"{tries:,.0f}", f"{pairs(SWEEP, 4 * digits):.1g}", _long(tries / rate))
        table.add_row(*row)
    console.print(table)


def taken(console: Console, found: Collision, of: Callable[[str], Taken]) -> None:
    """Both seeds run in turn, by either wiring; ``of`` runs them."""
    for wiring, name in NAMES.items():
        runs = of(wiring)
        console.print(f"[bold]{name}[/bold]")
        _run(console, f"seed {found.first}", runs.first)
        _run(console, f"seed {found.second}", runs.second)
        _run(console, "alone, it is", runs.alone)
        console.print(_verdict(runs.stale))


def stale(console: Console, change: Change, of: Callable[[str], Seen]) -> None:
    """A run, the change, another run, by either wiring; ``of`` runs them."""
    console.print(f"{change.title}.")
    for wiring, name in NAMES.items():
        runs = of(wiring)
        console.print(f"[bold]{name}[/bold]")
        _run(console, "before", runs.before)
        _run(console, "after", runs.after)
        _run(console, "a clean build", runs.right)
        console.print(_verdict(runs.stale))


def _run(console: Console, what: str, run: Run) -> None:
    says = f"{run.says['artist']} {run.says['share']}"
    console.print(f"  {what:13} {says:20} in {run.file}")
    console.print(f"  {'':13} ran: {', '.join(run.ran) or 'nothing'}")


def _verdict(stale: bool) -> str:
    return "  [bold red]stale[/bold red]: Luigi calls it done, and it is wrong" if stale else "  [blue]right[/blue]"


def _table(title: str | None, first: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, justify="right", min_width=6)
    for heading in headings:
        table.add_column(heading, justify="right", min_width=CELL)
    return table


def _seconds(measured: Measured) -> str:
    return "RecursionError" if measured.seconds is None else f"{measured.seconds:.4f}"


def _long(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 3600 else f"{seconds / 86400:,.0f} days"
