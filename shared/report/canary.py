"""``python -m shared.report.canary BEFORE NOW``: which cells are different with other versions of an engine or a peer.

Both are results files of the same engine or peer. A cell is different when its verdict is, or when other steps ran.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from saltern.command import start
from saltern.errors import BadInput
from shared.rerun.peers import PeerResults
from shared.rerun.results import Cell, Results

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@dataclass(frozen=True)
class Measured:
    """What one results file says: which version, and the cells by their names."""

    name: str
    version: str
    cells: dict[str, Cell]


@app.command()
def canary(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A results file.", show_default=False)],
    now: Annotated[Path, typer.Argument(metavar="NOW", help="Another of the same engine or peer.", show_default=False)],
) -> None:
    """Print the cells that differ between two results files. Exit status 1 if there is one."""
    old, new = read(before), read(now)
    if old.name != new.name:
        raise BadInput(f"{now}: of {new.name}, and {before} is of {old.name}")
    console = Console(soft_wrap=True, highlight=False)
    changes = list(differences(old, new))
    for line in changes:
        console.print(line, markup=False)
    both = len(old.cells.keys() & new.cells.keys())
    console.print(f"{old.name} {old.version} -> {new.version}: {len(changes)} of {both} cells are different")
    if changes:
        raise typer.Exit(1)


def differences(old: Measured, new: Measured) -> Iterator[str]:
    """A line for each cell of both that is different. Two runs at once do not run the same steps each time."""
    for name in (one for one in old.cells if one in new.cells):
        was, now = old.cells[name], new.cells[name]
        races = any(cell.expected and cell.expected.sometimes for cell in (was, now))
        if was.verdict != now.verdict or (sorted(was.executed) != sorted(now.executed) and not races):
            yield f"{name}: {_told(was)} -> {_told(now)}"


def read(path: Path) -> Measured:
    """Raises BadInput for a file that is neither an engine's results nor a peer's."""
    try:
        is_peer = "peer" in json.loads(path.read_text())
    except (OSError, ValueError):
        is_peer = False  # the reader of results says what is wrong
    if is_peer:
        peer = PeerResults.read(path)
        return Measured(peer.peer, peer.version, {f"{c.strategy} {c.scenario}": c for c in peer.cells})
    found = Results.read(path)
    cells = {f"{c.strategy} {c.pipeline} {c.scenario}": c for c in found.alone.cells}
    return Measured(found.engine, found.engine_version, cells)


def _told(cell: Cell) -> str:
    return f"{cell.verdict} (ran {', '.join(cell.executed) or 'nothing'})"


if __name__ == "__main__":
    start(app, "python -m shared.report.canary")
