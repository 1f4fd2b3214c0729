"""The gauntlet of one engine: every change made to a fresh workspace, every run in a fresh process.

Scenarios that begin alike share their first build: it is made once, for real, and before each scenario the workspace is
put back as that build left it, at the same place and to the nanosecond of its files' times. So all that an engine keeps
from run to run must lie in the workspace (or be told apart by run), or one scenario would see what another did. Where
it keeps it in a process that lives beside the runs, each scenario has a workspace and a first build of its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from shared.engine.protocol import Engine
from shared.rerun.bench import Bench, lives, opened
from shared.rerun.record import Record, resumable, say_kept
from shared.rerun.results import Cell, Place, Results
from shared.rerun.scenarios import Scenario, chosen

Wanted = tuple[str, Scenario]  # a strategy and a scenario


def gauntlet(
    engine: Engine,
    pipeline: str | None,
    strategies: Sequence[str],
    scenarios: Sequence[str],
    folder: Path,
    jobs: int,
    *,
    full: bool = False,
    again: bool = False,
) -> Results:
    """Run the chosen cells and return them; write them to ``<folder>/<engine>.json`` as they come.

    Where nothing is chosen: all strategies that the engine has, and the quick scenarios, or with ``full`` all of them.
    A cell in the file that was measured with the same ingredients, and is as expected, is not measured ``again``; one
    of other ingredients goes. ``jobs`` workspaces are worked in at a time. Raises BadInput for an unknown pipeline,
    strategy or scenario.
    """
    for name in strategies:
        engine.check(name)
    under = list(dict.fromkeys(strategies)) or engine.strategies
    wanted = [(s, scenario) for scenario in chosen(pipeline, list(scenarios), full=full) for s in under]
    record = Record(engine, folder)
    if not (pipeline or strategies or scenarios):
        record.measure_facts()
    todo = [one for one in wanted if again or not record.known(_place(*one))]

    def lane(bench: Bench, strategy: str, scenarios: Sequence[Scenario]) -> Iterator[Cell]:
        return (cell for _, cell in bench.lane(strategy, scenarios))

    measure(engine, record, jobs, lane, _lanes(engine, todo), len(wanted) - len(todo), len(wanted))
    return record.results(_place(*one) for one in wanted)


def measure(
    engine: Engine,
    record: Record,
    jobs: int,
    work: Callable[..., Iterable[Cell]],
    arguments: Collection[tuple[Any, ...]],
    known: int,
    total: int,
) -> None:
    """Do a work (bench, argument ...) for each of its arguments, and record its cells as they come.

    ``known`` of the ``total`` cells are in the record already. Where all are, no bench is opened.
    """
    say_kept(known, total)
    with closing(record):
        if not arguments:
            return
        with (
            resumable(lambda: known + record.added, total),
            progress(engine) as advance,
            opened(engine, pages=record.pages) as bench,
        ):

            def each(*argument: Any) -> None:
                for cell in work(bench, *argument):
                    record.add(cell)
                    advance(known + record.added, total)

            bench.side_by_side(jobs, each, arguments)


def _place(strategy: str, scenario: Scenario) -> Place:
    return scenario.pipeline, strategy, scenario.name, None


def _lanes(engine: Engine, wanted: Sequence[Wanted]) -> list[tuple[str, list[Scenario]]]:
    """The scenarios that begin alike, by strategy, the longest lanes first."""
    lanes: dict[tuple[Any, ...], list[Scenario]] = {}
    for strategy, scenario in wanted:
        own = scenario.name if lives(engine, strategy) else ""
        lanes.setdefault((strategy, scenario.pipeline, scenario.before, scenario.first, own), []).append(scenario)
    return sorted(((strategy, lane) for (strategy, *_), lane in lanes.items()), key=lambda lane: -len(lane[1]))


def _lines(engine: Engine) -> Callable[[int, int], None]:
    """Progress as lines of text."""
    began, said = time.monotonic(), 0

    def advance(done: int, total: int) -> None:
        nonlocal said
        if (tenth := 10 * done // total) > said:
            said = tenth
            minutes = (time.monotonic() - began) / 60
            print(f"{engine.name}: {done} of {total} after {minutes:.1f} minutes", file=sys.stderr, flush=True)

    return advance


@contextmanager
def progress(engine: Engine) -> Iterator[Any]:
    """A progress bar on standard error, or lines where that is no terminal. Yields ``advance(done, total)``."""
    if not sys.stderr.isatty():
        yield _lines(engine)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{engine.name}: starting", total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, description=engine.name, completed=done, total=total)

        yield advance
