"""One workspace at a time: its first build, each change, the build after it, and the cell that this makes."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saltern.codecs import CODECS
from saltern.files import digest
from saltern.ledger import FOLDER, Ledger
from saltern.store import MANIFEST, Store
from shared.engine.outcome import Outcome
from shared.engine.protocol import Engine
from shared.rerun.difference import AFTER_A_BUILD, difference, snapshot
from shared.rerun.evidence import evidence_at
from shared.rerun.fresh import PATIENCE, Finished, ForkServer
from shared.rerun.oracle import NoCleanBuild, Oracle
from shared.rerun.results import Cell
from shared.rerun.scenarios.scenario import First, Scenario
from shared.rerun.telling import begun, tell
from shared.rerun.verdict import judge
from shared.rerun.workspace import Workspace

TOUCHED = "SALTWORKS_TOUCHED"
BUILDS = 4  # before the change, at most
STATUS: Mapping[First, int] = {"killed": -signal.SIGKILL, "failed": 1, "refused": 2}


class CellError(RuntimeError):
    """A cell's verdict is ``error``, and this is why."""


@dataclass(frozen=True)
class Bench:
    """Where cells are made: an engine, fresh processes, and an oracle."""

    engine: Engine
    server: ForkServer
    oracle: Oracle
    scratch: Path
    env: Mapping[str, str]
    pages: Path | None = None
    """Where the targets of stale cells and the clean ones are kept; nowhere if None."""

    def lane(self, strategy: str, scenarios: Sequence[Scenario]) -> Iterator[tuple[Scenario, Cell]]:
        """The cells of scenarios that begin alike, each in the workspace as the first build left it."""
        first = scenarios[0]
        name = f"{first.pipeline}-{strategy.replace('/', '-')}-{first.name}-"
        world = Workspace(Path(tempfile.mkdtemp(prefix=name, dir=self.scratch)), [self.engine.package])
        with ExitStack() as stack:
            stack.callback(world.remove)
            env = dict(self.env)
            if lives(self.engine, strategy):
                env |= stack.enter_context(self.engine.alongside(strategy, world.folder))
            site = Site(self, world, first.pipeline, strategy, env)
            problem = site.begin(first)
            settled = site.settle(first) if not problem else 0
            world.keep()
            for number, scenario in enumerate(scenarios):
                if number:
                    world.put_back()
                yield scenario, site.cell(scenario, problem).model_copy(update={"settled": settled})

    def side_by_side(self, jobs: int, work: Callable[..., object], arguments: Iterable[tuple[Any, ...]]) -> None:
        """Do a work for each of its arguments, ``jobs`` at a time. Where one fails, or is interrupted, all end."""
        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(work, *each) for each in arguments]
            try:
                for future in as_completed(futures):
                    future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.server.stop()  # what runs now ends now, and its workspace with it
                raise


@contextmanager
def opened(engine: Engine, patience: float = PATIENCE, pages: Path | None = None) -> Iterator[Bench]:
    """A bench for an engine: its service, a fork server and a scratch folder, for as long as they are needed.

    ``patience`` is how long one run may take, in seconds. ``pages``: see ``Bench.pages``.
    """
    with tempfile.TemporaryDirectory(prefix=f"saltworks-{engine.name}-") as folder:
        scratch = Path(folder)
        service = scratch / "service"
        service.mkdir()
        with engine.service(service) as env, ForkServer(engine.preload, env, patience) as server:
            env = {**env, "SALTWORKS_CACHE_DIR": str(service / "digests")}
            yield Bench(engine, server, Oracle(server, scratch, env), scratch, env, pages)


@dataclass(frozen=True)
class Site:
    """One workspace, worked in by one engine under one strategy."""

    bench: Bench
    world: Workspace
    pipeline: str
    strategy: str
    env: Mapping[str, str]

    def begin(self, scenario: Scenario) -> str | None:
        """The first run. Returns what is wrong with it, if it did not end as it has to."""
        try:
            scenario.before(self.world)
            if scenario.first == "built":
                if self.build().target.digest != self._clean():
                    raise CellError("the first build differs from the reference engine's")
            elif scenario.first != "none":
                self._check_end(scenario.first, self._run())
        except CellError as error:
            return str(error)
        return None

    def settle(self, scenario: Scenario) -> int | None:
        """Build again until a build executes nothing: a step that runs for no reason seems to have seen the change.

        Returns how many builds it took before that one; None where none of ``BUILDS`` executed nothing, as under a
        strategy that never reuses; 0 where the first run is not one that builds.
        """
        if scenario.first != "built":
            return 0
        for builds in range(1, BUILDS if self.bench.engine.reuses(self.strategy) else 1):
            if not self.build().executed:
                return builds
        return None

    def cell(self, scenario: Scenario, problem: str | None) -> Cell:
        """Make the change, build again, and judge."""
        cell = begun(self.pipeline, self.strategy, scenario, problem or "")
        if not problem:
            try:
                self._go_through(scenario, cell)
            except CellError as error:
                cell.verdict, cell.note = "error", str(error)
        return cell

    def _go_through(self, scenario: Scenario, cell: Cell) -> None:
        """Fill in the cell as things come, so that an error leaves what was known."""
        clean = self._clean() if scenario.first == "built" else None
        whole = digest(self.world.artifact(scenario.harms).read_bytes()) if scenario.harms else None
        cell.edit = self._changed(scenario)
        outcomes = self._builds(scenario)
        tell(outcomes, cell, self.bench.engine.says_ran, Store(self.world.store))
        before, (clean, page) = clean, self._clean_page()
        if before is not None and (clean != before) != scenario.changes_target:
            raise CellError("the change did not do to a clean build what the scenario says it does")
        targets = [outcome.target for outcome in outcomes]
        if any(target.path != targets[0].path for target in targets):
            raise CellError(f"two runs of the same build name different targets: {targets}")
        worst = next((target for target in targets if target.digest != clean), targets[0])
        cell.verdict = judge(cell.executed, worst.digest, clean, scenario.most)
        if cell.verdict == "stale":
            cell.evidence = evidence_at(worst.path, page, self.bench.pages)
        if scenario.harms:
            artifact = self.world.artifact(scenario.harms)
            cell.healed = artifact.is_file() and digest(artifact.read_bytes()) == whole
        cell.note = cell.remark

    def _changed(self, scenario: Scenario) -> str:
        """Make the change, or both with a build between them. Returns what was done."""
        moment = snapshot(self.world)
        scenario.make(self.world)
        edit = difference(moment, snapshot(self.world))
        if scenario.then:
            self.build(scenario.touches)
            moment = snapshot(self.world)
            scenario.then(self.world)
            edit += AFTER_A_BUILD + difference(moment, snapshot(self.world))
        return edit

    def _builds(self, scenario: Scenario) -> list[Outcome]:
        """The outcomes of the judged build: of one run, or of two at once."""
        if not scenario.together:
            return [self.build(scenario.touches)]
        with ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(self.build, scenario.touches, meet=str(self.world.folder)) for _ in range(2)]
        return [run.result() for run in runs]

    def build(self, touched: Sequence[str] = (), meet: str = "") -> Outcome:
        """One build on the engine, in a fresh process, that must succeed: what it told. See ``ForkServer.run``."""
        finished = self._run(touched, meet)
        outcome = finished.outcome
        if outcome is None:
            raise CellError(f"{self.bench.engine.name} failed: {finished.complaint}")
        started = Ledger(Store(self.world.store), outcome.run).events("started")
        self.world.built |= {event["step"]: event["artifact"] for event in started}
        return outcome

    def _run(self, touched: Sequence[str] = (), meet: str = "") -> Finished:
        world = self.world
        words = ["run", self.pipeline, "--store", str(world.store), "--strategy", self.strategy, "--json"]
        env = {**self.env, TOUCHED: ",".join(touched)}
        words += world.options
        return self.bench.server.run(self.bench.engine.package, words, world.folder, env, meet=meet)

    def _clean(self) -> str:
        return self._clean_page()[0]

    def _clean_page(self) -> tuple[str, bytes]:
        """The digest of the target of a clean build, and the target."""
        try:
            return self.bench.oracle.target(self.world, self.pipeline)
        except NoCleanBuild as error:
            raise CellError(str(error)) from None

    def _check_end(self, first: First, finished: Finished) -> None:
        """A first run that must not succeed has to end as it should, and leave nothing that is not whole."""
        ended = finished.status == STATUS[first]
        if first == "killed" and lives(self.bench.engine, self.strategy):
            ended = finished.status != 0  # what was killed is the process that lives beside it
        if not ended:
            raise CellError(f"the first run had to be {first}, and ended with status {finished.status}")
        store = Store(self.world.store)
        visible = _artifacts(store)
        if broken := [name for name in visible if store.digest(name) is None]:
            raise CellError(f"{', '.join(broken)}: visible after the first run, and not whole")
        if first == "refused" and (visible or store.path(FOLDER).exists()):
            raise CellError("the input was refused, and something executed all the same")


def lives(engine: Engine, strategy: str) -> bool:
    """Whether the memory of a strategy is a process beside the runs."""
    native = engine.natives.get(strategy)
    return native is not None and native.lives


def _artifacts(store: Store) -> list[str]:
    """The names of all that look like artifacts, whether they have a manifest or not."""
    files = [name for name in store.names() if not name.endswith(MANIFEST)]
    return [name for name in files if name.rpartition(".")[2] in CODECS]
