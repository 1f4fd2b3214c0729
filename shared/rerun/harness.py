"""The gauntlet of one engine: every cell in a workspace of its own, each run in a fresh process."""

from __future__ import annotations

import platform
import shutil
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
from shared.salting import STRATEGIES, strategy
from shared.store import Store


def gauntlet(
    engine: Engine, pipeline: str | None, strategies: Sequence[str], scenarios: Sequence[str], folder: Path, jobs: int
) -> Results:
    """Run the chosen cells (all, where nothing is chosen), write ``<folder>/<engine>.json``, and return the results.

    ``jobs`` cells run at a time. Raises BadInput for a pipeline, strategy or scenario that does not exist.
    """
    wanted = [strategy(name).name for name in strategies] or list(STRATEGIES)
    cells = [(s, scenario) for scenario in chosen(pipeline, list(scenarios)) for s in wanted]
    with tempfile.TemporaryDirectory(prefix=f"saltworks-{engine.name}-") as scratch, _progress(engine) as advance:
        service = Path(scratch) / "service"
        service.mkdir()
        with engine.service(service) as env, ForkServer(engine.preload, env) as server:
            bench = Bench(engine, server, Path(scratch), {**env, "SALTWORKS_CACHE_DIR": str(service / "digests")})
            with ThreadPoolExecutor(jobs) as pool:
                futures = {pool.submit(bench.cell, s, scenario): index for index, (s, scenario) in enumerate(cells)}
                measured: dict[int, Cell] = {}
                try:
                    for future in as_completed(futures):
                        measured[futures[future]] = future.result()
                        advance(len(measured), len(cells))
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
    results = Results(
        engine=engine.name,
        engine_version=engine.version(),
        python=platform.python_version(),
        host=host(),
        cells=[measured[index] for index in sorted(measured)],
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

    def cell(self, strategy_name: str, scenario: Scenario) -> Cell:
        """Build, make the change, build again, and judge."""
        folder = Path(tempfile.mkdtemp(prefix=f"{scenario.pipeline}-{scenario.name}-", dir=self.scratch))
        executed: list[str] = []
        outcome: dict[str, Any] = {}
        healed: bool | None = None
        verdict: Verdict = "error"
        notes: list[str] = []
        try:
            world = Workspace(folder, [self.engine.package])
            scenario.before(world)
            first = self._build(world, scenario, strategy_name)
            before = self._clean_digest(world, scenario, "before")
            if first["target"]["digest"] != before:
                raise CellError("the first build differs from the reference engine's")
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
        finally:
            shutil.rmtree(folder, ignore_errors=True)
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
