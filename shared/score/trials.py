"""One edit under every strategy: made in a workspace of each, built by the engine, judged by clean builds.

The workspaces are made once: built, and built again until nothing runs any more. Before each edit they are put back to
that. Where a strategy's memory is a process beside the runs (``bench.lives``), its workspace is made anew each time.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from compileall import compile_dir
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from py_compile import PycInvalidationMode
from shutil import copytree

from saltern.files import digest
from saltern.ledger import Ledger
from saltern.store import Store
from shared.engine.outcome import Outcome
from shared.engine.protocol import Engine
from shared.rerun.bench import Bench, CellError, Site, lives
from shared.rerun.difference import AFTER_A_BUILD, difference, snapshot
from shared.rerun.evidence import evidence_at
from shared.rerun.oracle import Clean
from shared.rerun.scenarios.scenario import Scenario, nothing
from shared.rerun.verdict import judge, needless
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import Demanded
from shared.score.population import GROUNDS, Change, Edit, begin
from shared.score.results import Run, Trial

_COMPILING = threading.Lock()
LIVING_SHARE = 10  # of this many edits, one is made under strategies whose memory is a process: it starts for each


def due(engine: Engine, strategies: Sequence[str], number: int) -> list[str]:
    """The strategies under which the edit of a number is made."""
    return [name for name in strategies if number % LIVING_SHARE == 0 or not lives(engine, name)]


@dataclass
class Lane:
    """The workspaces of one worker: one for each pipeline and strategy, made when they are first needed."""

    bench: Bench
    stack: ExitStack
    settled: dict[str, int | None] = field(default_factory=dict)
    _sites: dict[tuple[str, str], Site] = field(default_factory=dict)

    def trial(self, edit: Edit, strategies: Sequence[str]) -> Trial:
        """Make an edit, build it under each strategy, and judge."""
        trial = Trial(number=edit.number, kind=edit.kind, pipeline=edit.pipeline, diff="", clean="same")
        if not edit.changes:
            trial.left_out = f"{self.bench.engine.name} brings no edit of this kind"
        for strategy in strategies if edit.changes else ():
            with self._site(edit.pipeline, strategy) as site:
                self._go_through(edit, strategy, site, trial)
            if trial.left_out:
                break
        return trial

    def _go_through(self, edit: Edit, strategy: str, site: Site, trial: Trial) -> None:
        world, oracle = site.world, self.bench.oracle
        before, is_first = oracle.clean(world, edit.pipeline), not trial.runs
        told: list[str] = []

        def make(change: Change) -> Demanded:
            moment = snapshot(world) if is_first else None  # the edit is the same under each strategy
            demanded = change(world)
            if moment:
                told.append(difference(moment, snapshot(world)))
            return demanded

        for change in edit.changes[:-1]:
            make(change)
            between = oracle.clean(world, edit.pipeline)
            with suppress(CellError):  # as a clean build may do, too; what counts is what comes after
                site.build(_touched(before, between, frozenset()))
            before = between
        lying = {step: _lying(site, step) for step in world.built}
        demanded = make(edit.changes[-1])
        clean = oracle.clean(world, edit.pipeline)
        if is_first:
            trial.diff = AFTER_A_BUILD.join(told)
            trial.left_out = oracle.reason_to_leave_out(world, edit.pipeline, before)
            trial.clean = clean.beside(before)
        if trial.left_out:
            return
        matters = clean.target is None or _lying(site, GROUNDS[edit.pipeline].steps[-1]) != clean.target
        spared = {step for step, made in before.steps.items() if lying.get(step) == made == clean.steps.get(step)}
        trial.runs[strategy] = self._judged(site, clean, _touched(before, clean, demanded), matters, spared - demanded)

    def _judged(self, site: Site, clean: Clean, touched: Sequence[str], matters: bool, spared: set[str]) -> Run:
        try:
            outcome = site.build(touched)
        except CellError as error:
            failed = Run(
                verdict="error", matters=matters, executed=[], needless=[], seconds=0, needless_seconds=0,
                note=str(error),
            )  # fmt: skip
            return failed.model_copy(update={"verdict": "exact"}) if clean.target is None else failed
        most = set(outcome.executed) - spared
        surplus = needless(outcome.executed, most)
        verdict = judge(outcome.executed, outcome.target.digest, clean.target, most) if clean.target else "stale"
        wrong = verdict == "stale" and clean.target is not None
        return Run(
            verdict=verdict,
            matters=matters,
            executed=outcome.executed,
            needless=surplus,
            seconds=outcome.seconds,
            needless_seconds=round(_seconds(site.world, outcome, surplus), 3),
            note="" if clean.target else f"called done; {clean.complaint}",
            evidence=evidence_at(outcome.target.path, clean.page) if wrong else None,
        )

    @contextmanager
    def _site(self, pipeline: str, strategy: str) -> Iterator[Site]:
        """A settled workspace, as it was before any edit."""
        if lives(self.bench.engine, strategy):
            with ExitStack() as stack:
                yield self._made(pipeline, strategy, stack)
            return
        if (place := (pipeline, strategy)) in self._sites:
            self._sites[place].world.put_back()
        else:
            self._sites[place] = self._made(pipeline, strategy, self.stack)
        yield self._sites[place]

    def _made(self, pipeline: str, strategy: str, stack: ExitStack) -> Site:
        name = f"{pipeline}-{strategy.replace('/', '-')}-"
        folder = Path(tempfile.mkdtemp(prefix=name, dir=self.bench.scratch))
        world = Workspace(folder, [self.bench.engine.package])
        stack.callback(world.remove)
        env = dict(self.bench.env)
        if lives(self.bench.engine, strategy):
            env |= stack.enter_context(self.bench.engine.alongside(strategy, world.folder))
        site = Site(self.bench, world, pipeline, strategy, env)
        on = GROUNDS[pipeline]
        first = Scenario("score", pipeline, "the first build", nothing, before=lambda world: begin(world, on))
        self._compile(folder)
        if problem := site.begin(first):
            raise RuntimeError(f"{self.bench.engine.name}, {pipeline}, {strategy}: {problem}")
        self.settled[f"{pipeline}/{strategy}"] = site.settle(first)
        world.keep()
        return site

    def _compile(self, folder: Path) -> None:
        """Give a workspace bytecode that is read where the source's hash is the one that it was made from.

        So an edit is never missed. It is made once, and copied: two files of it are of the other pipeline's workspace.
        """
        made = self.bench.scratch / "bytecode"
        with _COMPILING:
            if not made.exists():
                for package in {"saltern", "shared", self.bench.engine.package.partition(".")[0]}:
                    compile_dir(folder / package, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
                for cached in folder.rglob("__pycache__"):
                    copytree(cached, made / cached.relative_to(folder))
        copytree(made, folder, dirs_exist_ok=True)


def _touched(before: Clean, clean: Clean, demanded: Demanded) -> list[str]:
    """The steps whose outcome an edit concerns, as a person who knows all about it would say."""
    if clean.target is None:
        return sorted(before.steps.keys() - clean.steps.keys())
    different = {step for step, made in clean.steps.items() if before.steps.get(step) != made}
    return sorted(different | (demanded & clean.steps.keys()))


def _lying(site: Site, step: str) -> str | None:
    """The digest of what lies where a step's artifact was built last."""
    path = site.world.artifact(step)
    return digest(path.read_bytes()) if path.is_file() else None


def _seconds(world: Workspace, outcome: Outcome, surplus: Sequence[str]) -> float:
    """How long the needless executions took; where a step ran more than once, its last ones."""
    rest, total = Counter(surplus), 0.0
    for event in reversed(Ledger(Store(world.store), outcome.run).events("finished")):
        if rest[event["step"]]:
            rest[event["step"]] -= 1
            total += (event["ended_ns"] - event["started_ns"]) / 1e9
    return total
