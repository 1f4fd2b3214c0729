"""The gauntlet of one engine: every change made to a fresh workspace, every run in a fresh process.

Scenarios that begin alike share their first build: it is made once, for real, and before each scenario the workspace is
put back as that build left it, at the same place and to the nanosecond of its files' times. So all that an engine keeps
from run to run must lie in the workspace (or be told apart by run), or one scenario would see what another did. Where
it keeps it in a process that lives beside the runs, each scenario has a workspace and a first build of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.engine.protocol import Engine
from shared.rerun import expectations
from shared.rerun.bench import lives, opened
from shared.rerun.results import Cell, Results, measured_with, merged
from shared.rerun.scenarios import Scenario, chosen

Place = tuple[str, Scenario]  # strategy and scenario


def gauntlet(
    engine: Engine,
    pipeline: str | None,
    strategies: Sequence[str],
    scenarios: Sequence[str],
    folder: Path,
    jobs: int,
    *,
    full: bool = False,
) -> Results:
    """Run the chosen cells and return them; write them to ``<folder>/<engine>.json``.

    Where nothing is chosen: all strategies that the engine has, and the quick scenarios, or with ``full`` all of them.
    The file is replaced; where something was chosen, its other cells are kept if they were measured alike.
    ``jobs`` workspaces are worked in at a time. Raises BadInput for an unknown pipeline, strategy or scenario.
    """
    for name in strategies:
        engine.check(name)
    expected = expectations.load(engine)
    wanted = list(dict.fromkeys(strategies)) or engine.strategies
    places = [(s, scenario) for scenario in chosen(pipeline, list(scenarios), full=full) for s in wanted]
    measured = _measured(engine, places, jobs)
    cells = [measured[place] for place in places]
    results = measured_with(engine, cells)
    path = folder / f"{engine.name}.json"
    whole = merged(results, path) if pipeline or strategies or scenarios else results
    expectations.marked(whole, expected).write(path)
    return expectations.marked(results, expected)


def _measured(engine: Engine, places: Sequence[Place], jobs: int) -> dict[Place, Cell]:
    measured: dict[Place, Cell] = {}
    with progress(engine) as advance, opened(engine) as bench:

        def work(strategy: str, scenarios: Sequence[Scenario]) -> None:
            for scenario, cell in bench.lane(strategy, scenarios):
                measured[strategy, scenario] = cell
                advance(len(measured), len(places))

        bench.side_by_side(jobs, work, _lanes(engine, places))
    return measured


def _lanes(engine: Engine, places: Sequence[Place]) -> list[tuple[str, list[Scenario]]]:
    """The scenarios that begin alike, by strategy, the longest lanes first."""
    lanes: dict[tuple[Any, ...], list[Scenario]] = {}
    for strategy, scenario in places:
        own = scenario.name if lives(engine, strategy) else ""
        lanes.setdefault((strategy, scenario.pipeline, scenario.before, scenario.first, own), []).append(scenario)
    return sorted(((strategy, lane) for (strategy, *_), lane in lanes.items()), key=lambda lane: -len(lane[1]))


@contextmanager
def progress(engine: Engine) -> Iterator[Any]:
    """A progress bar on standard error. Yields ``advance(done, total)``."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{engine.name}: starting", total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, description=engine.name, completed=done, total=total)

        yield advance
