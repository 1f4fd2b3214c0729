"""The gauntlet of one engine: every change made to a fresh workspace, every run in a fresh process.

Scenarios that begin alike share their first build: it is made once, for real, and before each scenario the workspace is
put back as that build left it, at the same place and to the nanosecond of its files' times. So all that an engine keeps
from run to run must lie in the workspace (or be told apart by run), or one scenario would see what another did.
"""

from __future__ import annotations

import platform
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.engine import Engine
from shared.ledger import Ledger
from shared.reference import ENGINE as REFERENCE
from shared.rerun.fresh import Finished, ForkServer
from shared.rerun.results import Cell, Results, host
from shared.rerun.scenarios import Scenario, chosen, nothing
from shared.rerun.verdict import Verdict, judge, needless, overlooked
from shared.rerun.workspace import Workspace
from shared.salting import strategy
from shared.store import Store

COMPARED = ["native", "content", "salted"]  # where nothing is chosen


def gauntlet(
    engine: Engine, pipeline: str | None, strategies: Sequence[str], scenarios: Sequence[str], folder: Path, jobs: int
) -> Results:
    """Run the chosen cells (all, where nothing is chosen), write ``<folder>/<engine>.json``, and return the results.

    ``jobs`` workspaces are worked in at a time. Raises BadInput for an unknown pipeline, strategy or scenario.
    """
    wanted = list(dict.fromkeys(strategy(name).name for name in strategies)) or COMPARED
    cells = [(s, scenario) for scenario in chosen(pipeline, list(scenarios)) for s in wanted]
    lanes: dict[tuple[Any, ...], list[Scenario]] = {}
    for s, scenario in cells:
        lanes.setdefault((s, scenario.pipeline, scenario.before), []).append(scenario)
    measured: dict[tuple[str, Scenario], Cell] = {}
    with tempfile.TemporaryDirectory(prefix=f"saltworks-{engine.name}-") as scratch, _progress(engine) as advance:
        service = Path(scratch) / "service"
        service.mkdir()
        with engine.service(service) as env, ForkServer(engine.preload, env) as server:
            bench = Bench(engine, server, Path(scratch), {**env, "SALTWORKS_CACHE_DIR": str(service / "digests")})

            def work(s: str, scenarios: Sequence[Scenario]) -> None:
                for scenario, cell in bench.lane(s, scenarios):
                    measured[s, scenario] = cell
                    advance(len(measured), len(cells))

            with ThreadPoolExecutor(jobs) as pool:
                longest_first = sorted(lanes.items(), key=lambda lane: -len(lane[1]))
                futures = [pool.submit(work, s, scenarios) for (s, *_), scenarios in longest_first]
                try:
                    for future in as_completed(futures):
                        future.result()
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
    results = Results(
        engine=engine.name,
        engine_version=engine.version(),
        python=platform.python_version(),
        host=host(),
        cells=[measured[cell] for cell in cells],
    )
    results.write(folder / f"{engine.name}.json")
    return results


@dataclass
class Bench:
    """Where the cells of one engine are measured."""

    engine: Engine
    server: ForkServer
    scratch: Path
    env: Mapping[str, str]
    _clean: dict[tuple[str, str, str], Future[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lane(self, strategy_name: str, scenarios: Sequence[Scenario]) -> Iterator[tuple[Scenario, Cell]]:
        """The cells of scenarios that begin alike, each in the workspace as the first build left it."""
        name = f"{scenarios[0].pipeline}-{strategy_name}-{scenarios[0].name}-"
        world = Workspace(Path(tempfile.mkdtemp(prefix=name, dir=self.scratch)), [self.engine.package])
        try:
            problem = None
            try:
                scenarios[0].before(world)
                first = self._build(world, scenarios[0], strategy_name)
                if first["target"]["digest"] != self._clean_digest(world, scenarios[0], "before"):
                    problem = "the first build differs from the reference engine's"
            except CellError as error:
                problem = str(error)
            world.keep()
            for scenario in scenarios:
                yield scenario, self._cell(world, scenario, strategy_name, problem)
                world.put_back()
        finally:
            world.remove()

    def _cell(self, world: Workspace, scenario: Scenario, strategy_name: str, problem: str | None) -> Cell:
        """Make the change, build again, and judge."""
        executed: list[str] = []
        outcome: dict[str, Any] = {}
        healed: bool | None = None
        verdict: Verdict = "error"
        notes: list[str] = []
        try:
            if problem:
                raise CellError(problem)
            before = self._clean_digest(world, scenario, "before")
            scenario.make(world)
            outcome = self._build(world, scenario, strategy_name)
            clean = self._clean_digest(world, scenario, "after")
            if (clean != before) != scenario.changes_target:
                raise CellError("the change did not do to a clean build what the scenario says it does")
            executed = outcome["executed"]
            verdict = judge(executed, outcome["target"]["digest"], clean, scenario.most)
            if verdict == "error":
                notes.append("the run succeeded, and there is no target")
            if verdict == "wasteful" and (extra := needless(executed, scenario.most)):
                notes.append(f"{len(extra)} more than needed: {', '.join(extra)}")
            if verdict == "exact" and (missed := overlooked(executed, scenario.least)):
                notes.append(f"right by luck: had to run and did not: {', '.join(missed)}")
            if scenario.deletes:
                healed = world.built[scenario.deletes].is_file()
        except CellError as error:
            notes.append(str(error))
        return Cell(
            pipeline=scenario.pipeline,
            strategy=strategy_name,
            scenario=scenario.name,
            verdict=verdict,
            executed=executed,
            claimed=outcome.get("claimed", {}),
            least=list(scenario.least),
            most=list(scenario.most),
            healed=healed,
            seconds=outcome.get("seconds", 0.0),
            note="; ".join(notes),
        )

    def _build(self, world: Workspace, scenario: Scenario, strategy_name: str) -> dict[str, Any]:
        """One build on the engine, in a fresh process."""
        outcome = self._run(self.engine, world, scenario.pipeline, strategy_name, world.store)
        started = Ledger(Store(world.store), outcome["run"]).events("started")
        world.built |= {event["step"]: world.store / event["artifact"] for event in started}
        return outcome

    def _clean_digest(self, world: Workspace, scenario: Scenario, when: str) -> str:
        """The target's digest by the reference engine, in the same world and an empty store.

        The world is the same whatever the strategy, so the first cell that needs the answer asks for all.
        """
        pristine = when == "before" and scenario.before is nothing
        question = (scenario.pipeline, "" if pristine else scenario.name, when)
        with self._lock:
            answer = self._clean.get(question)
            if ours := answer is None:
                answer = self._clean[question] = Future()
        if ours:
            try:
                store = world.folder / f"clean-{when}"
                outcome = self._run(REFERENCE, world, scenario.pipeline, "salted", store)
                answer.set_result(outcome["target"]["digest"])
            except BaseException as error:
                answer.set_exception(error)
        return answer.result()

    def _run(self, engine: Engine, world: Workspace, pipeline: str, strategy_name: str, store: Path) -> dict[str, Any]:
        arguments = ["run", pipeline, "--store", str(store), "--strategy", strategy_name, "--json", *world.options]
        finished: Finished = self.server.run(engine.package, arguments, world.folder, self.env)
        if finished.outcome is None:
            raise CellError(f"{engine.name} failed: {finished.complaint}")
        return finished.outcome


class CellError(RuntimeError):
    """A cell's verdict is ``error``, and this is why."""


@contextmanager
def _progress(engine: Engine) -> Iterator[Any]:
    """A progress bar on standard error. Yields ``advance(done, total)``."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{engine.name}: starting", total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, description=engine.name, completed=done, total=total)

        yield advance
