"""The machine: sequences of edits, runs, kills and accidents on a generated project, as Hypothesis' rules.

After each run, what the engine has made and found is what a clean evaluation of the project makes; nothing in the store
is partial; nothing was executed twice at once, and nothing where nothing had changed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from saltern.files import digest
from saltern.ledger import Ledger
from saltern.store import MANIFEST, Store
from shared.rerun.fresh import Finished
from tests.machine.edits import CODE, WIRING, Edit
from tests.machine.project import DAYS, FILES, HELPERS, OUT, WAYS, Node, Project
from tests.machine.workshop import PATIENCE, Workshop

STRATEGIES = ("lineage", "cutoff")
LARGEST = 30
NUMBERS = st.integers(0, 9)
CHOICE = st.integers(0, 29)  # of one of those that there are then
OTHER = st.integers(0, 5).map(lambda number: number == 5)
MOMENT = st.integers(0, 60)  # changes of a file in the store, before a run is killed


@dataclass(frozen=True)
class Setting:
    """Where and on which engines sequences run; an engine is drawn as often as it stands there."""

    workshop: Workshop
    engines: Sequence[str]
    largest: int = LARGEST  # steps
    tries: int = 300  # sequences to make a counterexample smaller with, when there is one
    counts: Counter[str] = field(default_factory=Counter)
    counterexamples: list[str] = field(default_factory=list)

    @property
    def has_tried(self) -> bool:
        """Whether no more is to be tried."""
        return self.counts["tries"] > self.tries


class Counterexample(AssertionError):
    """Says what was done, in lines that a person reads, and what was not as it has to be."""


@st.composite
def nodes(draw: st.DrawFn, before: Sequence[Node], number: int) -> Node:
    """A step that may need any of those before it."""
    mapped = draw(st.integers(0, 5)) == 5
    return Node(
        number,
        needs=() if mapped else draw(_needs(before)),
        file=None if mapped else draw(st.sampled_from((None, *range(FILES)))),
        mapped=mapped,
        how=draw(st.sampled_from(WAYS)),
        helper=draw(st.integers(0, HELPERS - 1)),
        coarse=draw(st.booleans()),
    )


def _needs(before: Sequence[Node]) -> st.SearchStrategy[tuple[int, ...]]:
    if not before:
        return st.just(())
    some = st.lists(st.sampled_from([node.number for node in before]), max_size=4, unique=True)
    return some.map(lambda numbers: tuple(sorted(numbers)))


@st.composite
def projects(draw: st.DrawFn, largest: int) -> Project:
    made: list[Node] = []
    count = draw(st.integers(1, min(8, largest - 1)) | st.integers(1, largest - 1))
    for number in range(1, count + 1):
        made.append(draw(nodes(made, number)))
    return Project(tuple(made), days=(1,) * draw(st.integers(1, len(DAYS))))


class Machine(RuleBasedStateMachine):
    setting: Setting

    def __init__(self) -> None:
        super().__init__()
        if self.setting.counterexamples:
            self.setting.counts["tries"] += 1
        if self.setting.has_tried:
            reject()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        project = data.draw(projects(self.setting.largest))
        self.strategies = data.draw(st.permutations(STRATEGIES))  # its own, and the one that is taken now and then
        self.folder = Path(tempfile.mkdtemp(prefix="sequence-", dir=self.setting.workshop.folder))
        self.project, self.history = project, [project]
        self.numbers = len(project.nodes)
        self.runs = 0
        self.story = [f"project: {project}"]
        self.built: set[tuple[Project, str]] = set()  # whose every step has its artifact, under which strategy
        self.cleans: dict[Project, dict[str, str]] = {}
        self.damaged: set[str] = set()
        project.write(self.home)

    @property
    def home(self) -> Path:
        return self.folder / "project"

    @property
    def store(self) -> Store:
        return Store(self.folder / "store")

    # Edits

    def _edit(self, edited: Project, told: str) -> None:
        if edited == self.project:
            return
        self.project = edited
        self.history.append(edited)
        edited.write(self.home)
        self._tell(told)

    def _tell(self, told: str) -> None:
        self.story.append(f"{len(self.story)}. {told}")

    @rule(edit=st.sampled_from(CODE), choice=CHOICE, number=NUMBERS, data=st.data())
    def edit_code(self, edit: Edit, choice: int, number: int, data: st.DataObject) -> None:
        self._edit(*edit(self.project, choice, number))
        self._run_perhaps(data)

    @rule(edit=st.sampled_from(WIRING), choice=CHOICE, number=NUMBERS, data=st.data())
    def edit_wiring(self, edit: Edit, choice: int, number: int, data: st.DataObject) -> None:
        self._edit(*edit(self.project, choice, number))
        self._run_perhaps(data)

    @rule(choice=CHOICE, data=st.data())
    def edit_graph(self, choice: int, data: st.DataObject) -> None:
        node = self.project.at(choice)
        if data.draw(st.booleans()) and not node.mapped:
            needs = data.draw(_needs([one for one in self.project.nodes if one.number < node.number]))
            edited = self.project.node(choice, needs=needs)
        elif len(self.project.nodes) < self.setting.largest - 1:
            self.numbers += 1
            node = data.draw(nodes(self.project.nodes, self.numbers))
            edited = replace(self.project, nodes=(*self.project.nodes, node))
        else:
            return
        self._edit(edited, f"let the graph be {edited}")

    @rule(back=st.integers(1, 10))
    def revert(self, back: int) -> None:
        self._edit(self.history[-1 - back % len(self.history)], "revert to an earlier state")

    # Accidents

    @precondition(lambda self: self.runs)
    @rule(choice=CHOICE, how=st.sampled_from(("flip", "truncate", "swap", "delete", "forget", "prune")), data=st.data())
    def accident(self, choice: int, how: str, data: st.DataObject) -> None:
        if how == "prune":
            self._prune()
        else:
            self._damage(choice, how)
        self._run_perhaps(data)

    def _damage(self, choice: int, how: str) -> None:
        artifacts = [name for name in self._artifacts() if self.store.exists(name)]
        if not artifacts:
            return
        name, other = artifacts[choice % len(artifacts)], artifacts[(choice + 1) % len(artifacts)]
        path = self.store.path(name)
        content = path.read_bytes()
        if how == "delete":
            path.unlink()
        elif how == "forget":
            self.store.path(name + MANIFEST).unlink(missing_ok=True)
        else:
            times = path.stat().st_atime_ns, path.stat().st_mtime_ns
            harmed = {"truncate": content[:-4], "flip": content[:-4] + b"8" + content[-3:]}
            path.write_bytes(harmed.get(how, self.store.path(other).read_bytes()))
            os.utime(path, ns=times)  # whoever looks at times alone sees nothing
        self.damaged.add(name)
        self.setting.counts["damage"] += 1
        self.built.clear()
        self._tell(f"{how} the artifact {_short(name)}")

    def _prune(self) -> None:
        if self.store.root.is_dir():
            self._tell("prune")
            self.setting.counts["prunes"] += 1
            self._expect_success(self._child(self.setting.engines[0], do="prune", store=str(self.store.root)))
            self.built = {state for state in self.built if state[0] == self.project.plain}

    # Runs

    @rule(data=st.data(), other=OTHER)
    def run(self, data: st.DataObject, other: bool) -> None:
        self._run(other, self._drawn(data))

    @rule(data=st.data(), other=OTHER, moment=MOMENT)
    def kill(self, data: st.DataObject, other: bool, moment: int) -> None:
        self._run(other, self._drawn(data), moment=moment)

    @rule(data=st.data(), other=OTHER, moment=st.none() | MOMENT)
    def run_two(self, data: st.DataObject, other: bool, moment: int | None) -> None:
        self.setting.counts["two at once"] += 1
        self._run(other, self._drawn(data), self._drawn(data), moment=moment)

    def _run_perhaps(self, data: st.DataObject) -> None:
        """What people do when they have changed something."""
        if data.draw(st.booleans()):
            self._run(False, self._drawn(data))

    def _drawn(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.setting.engines))

    def _run(self, other: bool, *engines: str, moment: int | None = None) -> None:
        """Run engines at once, the first of which is killed at a moment, unless it is done before.

        ``other``: under the strategy that is not the sequence's own.
        """
        strategy = self.strategies[int(other)]
        killed = "" if moment is None else f", kill {engines[0]} at change {moment} in the store"
        self._tell(f"run {' and '.join(engines)}, {strategy}{killed}")
        with ThreadPoolExecutor(len(engines)) as pool:
            runs: dict[str, Future[Finished]] = {}
            for engine in engines:
                name = f"r{self.runs}"
                request = {"do": engine, "strategy": strategy, "store": str(self.store.root), "run": name}
                runs[name] = pool.submit(self._child, engine, **request, moment=None if runs else moment)
                self.runs += 1
                self.setting.counts[engine] += 1
        ended = {name: future.result() for name, future in runs.items()}
        self._expect(not any(finished.hung for finished in ended.values()), f"a run did not end in {PATIENCE:.0f} s")
        alive = {name: finished for name, finished in ended.items() if finished.status != -signal.SIGKILL}
        self.setting.counts["kills"] += len(ended) - len(alive)
        if moment is None:
            self._expect(len(alive) == len(ended), "a run was killed, and not by us")
        if alive:
            self._check(strategy, alive, [*ended])
        self._check_store()

    def _child(self, engine: str, **request: Any) -> Finished:
        return self.setting.workshop.run(self.home, engine, **request)

    # What has to hold

    def _check(self, strategy: str, alive: dict[str, Finished], runs: Sequence[str]) -> None:
        """What the runs that were not killed have found and made; ``runs``: the killed one too."""
        clean = self._clean()
        is_whole = True  # Luigi and Dask look below no artifact that is there: one that was damaged may be missing yet
        for finished in alive.values():
            found = json.loads(self._expect_success(finished))
            is_whole &= found.keys() == clean.keys()
            self._expect(OUT in found, "the target is not in the store")
            content = {step: self.store.read(name) for step, name in found.items()}
            wrong = [step for step, data in content.items() if clean.get(step) != digest(data)]
            self._expect(not wrong, f"stale: {', '.join(wrong)} not as in a clean evaluation")
        executed = Counter(step for run in runs for step in Ledger(self.store, run).executed())
        if len(alive) == len(runs):  # what was killed had perhaps executed, and stored nothing
            twice = [step for step, times in executed.items() if times > 1]
            self._expect(not twice, f"executed twice: {', '.join(twice)}")
        self.setting.counts["executed"] += executed.total()
        state = (self.project.plain, strategy)
        if state in self.built:
            self._expect(not executed, f"nothing had changed, and executed: {', '.join(executed)}")
        if is_whole:
            self.built.add(state)

    def _clean(self) -> dict[str, str]:
        """The digests of all that a clean evaluation of the project makes, by step."""
        if self.project not in self.cleans:
            said = self._expect_success(self._child(self.setting.engines[0], do="clean"))
            self.cleans[self.project] = json.loads(said)
        return self.cleans[self.project]

    def _check_store(self) -> None:
        for name in self._artifacts():
            if self.store.manifest(name) and self.store.exists(name) and self.store.digest(name) is None:
                self._expect(name in self.damaged, f"partial: {name} is not what its manifest says")

    def _expect_success(self, finished: Finished) -> str:
        self._expect(finished.status == 0, f"failed: {finished.complaint}")
        return finished.stdout.strip().splitlines()[-1]

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.setting.counterexamples.append("\n".join([*self.story, f"   {otherwise}"]))
            raise Counterexample(self.setting.counterexamples[-1])

    def _artifacts(self) -> list[str]:
        """The names of all in the store that may be an artifact, in an order that is the same in each replay."""
        return [name for name in self.store.names("*.json") if MANIFEST not in name]

    def teardown(self) -> None:
        self.setting.counts["sequences"] += 1
        shutil.rmtree(self.folder, ignore_errors=True)


def _short(name: str) -> str:
    return name.rpartition("-")[0]
