"""``python -m peers``: other tools through the same changes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from peers.measuring import begin, measure, say
from peers.oracles import Oracles
from peers.peer import peers
from saltern.command import start
from saltern.errors import BadInput
from shared.report import peers as shown
from shared.rerun.peers import COMMITTED, SCENARIOS, PeerResults
from shared.rerun.record import resumable

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def run(
    peer: Annotated[list[str] | None, typer.Option(help="Of one tool; may be repeated. Default: all.")] = None,
    environments: Annotated[Path, typer.Option(help="Where there is an environment peers-NAME of each.")] = Path(
        ".nox"
    ),
    results: Annotated[Path, typer.Option(help="Where a file of each is written.")] = Path("results/peers"),
    jobs: Annotated[int, typer.Option(min=1)] = 2,
    again: Annotated[bool, typer.Option("--again", help="Measure again what was measured before.")] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Measure nothing; keep what is in the results with the code.")
    ] = False,
) -> None:
    """Measure each tool in an environment of its own; what was measured with the same ingredients is not again."""
    known = peers()
    for name in peer or []:
        if name not in known:
            raise BadInput(f"--peer {name}: no such peer (there are: {', '.join(known)})")
    pythons = {name: _python(environments, name) for name in peer or known}
    if publish:
        for name in pythons:
            path = results / f"{name}.json"
            found = PeerResults.read(path) if path.exists() else begin(known[name], pythons[name])
            found.told.write(COMMITTED / path.name)
        shown.publish()
        return
    total = sum(len(SCENARIOS) - len(wiring.without) for name in pythons for wiring in known[name].wirings.values())
    done, started = 0, time.monotonic()
    with resumable(lambda: done, total), Oracles() as oracles:
        for name, python in pythons.items():
            measured = measure(known[name], python, results, jobs, oracles, again=again, told=say)
            done += len(measured.cells)
            minutes = (time.monotonic() - started) / 60
            print(
                f"{name}: {len(measured.cells)} cells; {done} of {total} after {minutes:.1f} minutes", file=sys.stderr
            )


def _python(environments: Path, name: str) -> Path:
    python = (environments / f"peers-{name}" / "bin" / "python").absolute()
    if not python.exists():
        raise BadInput(f"{python}: there is no environment of {name}; make it with nox -s peers -- --peer {name}")
    return python


if __name__ == "__main__":
    start(app, "python -m peers")
