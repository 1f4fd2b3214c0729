"""``python -m peers``: other tools through the same changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from peers import scoring
from peers.measuring import begin, measure, say
from peers.oracles import Oracles
from peers.peer import Peer, peers
from saltern.command import start
from saltern.errors import BadInput
from shared.report import peers as shown
from shared.rerun.peers import COMMITTED, SCENARIOS, SCORES, PeerResults
from shared.rerun.record import resumable
from shared.score.results import Score

Chosen = Sequence[tuple[Peer, Path]]  # peers, each with the interpreter of its environment

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def run(
    peer: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Of one tool; may be repeated. Default: all.")
    ] = None,
    environments: Annotated[Path, typer.Option(help="Where there is an environment peers-NAME of each.")] = Path(
        ".nox"
    ),
    results: Annotated[Path, typer.Option(help="Where a file of each is written.")] = Path("results/peers"),
    jobs: Annotated[int, typer.Option(min=1)] = 2,
    again: Annotated[bool, typer.Option("--again", help="Measure again what was measured before.")] = False,
    score: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Make N random edits, and not the scenarios.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the random edits.")] = 1,
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
    chosen = [(known[name], python) for name, python in pythons.items()]
    if publish:
        _publish(chosen, results)
    elif score is not None:
        _score(chosen, results, score, seed, jobs, again=again)
    else:
        _measure(chosen, results, jobs, again=again)


def _publish(chosen: Chosen, results: Path) -> None:
    """What was not measured here stays as it was published."""
    for peer, python in chosen:
        path = results / f"{peer.name}.json"
        if path.exists():
            PeerResults.read(path).told.write(COMMITTED / path.name)
        elif not (COMMITTED / path.name).exists():
            begin(peer, python).write(COMMITTED / path.name)
        if (edits := results / "score" / path.name).exists():
            scoring.summary_of(Score.read(edits)).write(SCORES / path.name)
    shown.publish()


def _score(chosen: Chosen, results: Path, edits: int, seed: int, jobs: int, *, again: bool) -> None:
    done, started = 0, time.monotonic()
    with resumable(lambda: done, len(chosen), "peers"), Oracles(scoring.PATIENCE) as oracles:
        for peer, python in chosen:
            measured = scoring.score(peer, python, results, edits, seed, jobs, oracles, again=again)
            scoring.say(peer, measured)
            done += 1
            minutes = (time.monotonic() - started) / 60
            print(f"{peer.name}: {done} of {len(chosen)} peers after {minutes:.1f} minutes", file=sys.stderr)


def _measure(chosen: Chosen, results: Path, jobs: int, *, again: bool) -> None:
    total = sum(len(SCENARIOS) - len(wiring.without) for peer, _ in chosen for wiring in peer.wirings.values())
    done, started = 0, time.monotonic()
    with resumable(lambda: done, total), Oracles() as oracles:
        for peer, python in chosen:
            measured = measure(peer, python, results, jobs, oracles, again=again, told=say)
            done += len(measured.cells)
            minutes = (time.monotonic() - started) / 60
            print(
                f"{peer.name}: {len(measured.cells)} cells; {done} of {total} after {minutes:.1f} minutes",
                file=sys.stderr,
            )


def _python(environments: Path, name: str) -> Path:
    python = (environments / f"peers-{name}" / "bin" / "python").absolute()
    if not python.exists():
        raise BadInput(f"{python}: there is no environment of {name}; make it with nox -s peers -- --peer {name}")
    return python


if __name__ == "__main__":
    start(app, "python -m peers")
