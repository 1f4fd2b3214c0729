"""The headline scenarios, on any deployment: build, build again, change, kill, restart. What ran is in the ledger."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from clusters import gate as gates
from clusters.deployment import Deployment, Ending
from clusters.gate import Gate
from saltern.ledger import Ledger, runs
from saltern.store import Store
from shared.pipelines import FIRST_DAY, LAST_DAY, PIPELINES, days

ML_FILE, ML_OLD = "shared/steps/ml.py", '    features, labels = _features_and_labels(dataset, "train")\n'
ML_NEW = ML_OLD + "    labels = labels[::-1]\n"
DAYS = [str(day) for day in days(FIRST_DAY, LAST_DAY)]
AGGREGATED = ["aggregate_artists", "top_artists"]


@dataclass(frozen=True)
class Finding:
    """What a scenario showed."""

    scenario: str
    ended: str
    """How the run ended, in words."""
    executed: Sequence[str]
    """The steps, as often as one began."""
    expected: str
    """Which steps were to run, in words."""
    complaint: str
    """What was wrong. Empty: nothing."""
    seconds: float


class Scenarios:
    """A deployment on its way through the scenarios. ``findings`` yields what each showed, as soon as it is known."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment, self.site = deployment, deployment.site
        self.store = Store(self.site.store)
        self._seen: Counter[str] = Counter()

    def findings(self, only: str = "") -> Iterator[Finding]:
        """All of them; or the accidents that have a word in their names, after a clean build."""
        if only:
            yield self.plain("artists: a clean build", "artists", list(PIPELINES["artists"]().nodes))
        else:
            yield from self._changes()
        with Gate() as gate:
            yield from self._accidents(gate, only)
        if not only:
            for pipeline in PIPELINES:
                yield self.plain(f"{pipeline}: again, at the end", pipeline, [])

    def _changes(self) -> Iterator[Finding]:
        for pipeline in PIPELINES:
            steps = list(PIPELINES[pipeline]().nodes)
            yield self.plain(f"{pipeline}: a clean build", pipeline, steps)
        for pipeline in PIPELINES:
            yield self.plain(f"{pipeline}: again", pipeline, [])
        self.site.add_plays(DAYS[2], 500)
        changed = [f"daily_counts[{DAYS[2]}]", *AGGREGATED]
        yield self.plain("artists: a day's input changed", "artists", changed)
        self.site.edit(ML_FILE, ML_OLD, ML_NEW)
        yield self._new_code()

    def _accidents(self, gate: Gate, only: str) -> Iterator[Finding]:
        """What happens while ``aggregate_artists`` runs."""
        self.site.edit(gates.FILE, gates.BEFORE, gate.code + gates.BEFORE)
        self.deployment.reload()

        def kill() -> None:
            gate.open()  # before: somebody else may go on at once
            self.deployment.kill_worker(gate.held)

        accidents = {"a worker is killed": kill}
        accidents |= {f"the {name} is restarted": restart for name, restart in self.deployment.restarts.items()}
        if self.site.bucket:
            accidents["S3 is away for a minute"] = self.site.bucket.go_away
        chosen = [(name, accident) for name, accident in accidents.items() if only in name]
        for number, (name, accident) in enumerate(chosen):
            expected = AGGREGATED
            if number:  # for the first, the new code is enough
                day = DAYS[number + 2]
                self.site.add_plays(day, 500)
                expected = [f"daily_counts[{day}]", *AGGREGATED]
            yield self._held(f"artists: {name}", gate, accident, expected)

    def plain(self, scenario: str, pipeline: str, expected: Sequence[str], ended: str = "done") -> Finding:
        """One run, after which all must be as it should be."""
        began = time.monotonic()
        ending = self.deployment.run(pipeline)
        return self._finding(scenario, pipeline, ending, ended, expected, began)

    def _new_code(self) -> Finding:
        """Nothing is told of the new code first: then a run may refuse, but it may not end well and be wrong."""
        scenario, expected = "ml: a step's code changed", ["train", "evaluate", "report"]
        began = time.monotonic()
        ending, ended = self.deployment.run("ml"), "done"
        if ending.complaint:
            ended = f"refused ({ending.complaint}); done after the workers were restarted"
            self.deployment.reload()
            ending = self.deployment.run("ml")
        return self._finding(scenario, "ml", ending, ended, expected, began)

    def _held(
        self,
        scenario: str,
        gate: Gate,
        accident: Callable[[], None],
        expected: Sequence[str],
    ) -> Finding:
        """Something happens while ``aggregate_artists`` runs."""
        gate.shut()
        began = time.monotonic()
        run = self._begin("artists")
        gate.wait()
        accident()
        self.deployment.mend()
        gate.let_through()
        ending, ended = run.result(), "the run went on"
        if self.site.bucket:
            self.site.bucket.wait()
        if ending.complaint:
            ended = f"the run failed ({ending.complaint}); the next went on"
            ending = self.deployment.run("artists")
        return self._finding(scenario, "artists", ending, ended, expected, began, again=["aggregate_artists"])

    def _begin(self, pipeline: str) -> Future[Ending]:
        """A run while we do something else. Who interrupts us does not wait for it."""
        future: Future[Ending] = Future()

        def run() -> None:
            try:
                future.set_result(self.deployment.run(pipeline))
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    def _finding(
        self,
        scenario: str,
        pipeline: str,
        ending: Ending,
        ended: str,
        expected: Sequence[str],
        began: float,
        again: Sequence[str] = (),
    ) -> Finding:
        """``again``: the steps that may run once more, as they were cut off."""
        seconds = time.monotonic() - began
        executed = self._executed()
        name, digest = self.site.clean_build(pipeline)
        complaint = ending.complaint
        if not complaint and ending.target not in ("", name):
            complaint = f"stale: the run's target is {ending.target}, and should be {name}"
        if not complaint and self.store.digest(name) != digest:
            complaint = f"stale: {name} is not in the store as a clean build makes it"
        counts, least = Counter(executed), Counter(expected)
        if not complaint and not least <= counts <= least + Counter(again):
            complaint = f"ran: {', '.join(executed) or 'nothing'}"
        words = in_words(expected) + (f", {in_words(again)} perhaps twice" if again else "")
        return Finding(scenario, ended, executed, words, complaint, round(seconds, 1))

    def _executed(self) -> list[str]:
        """The steps that have begun since it was asked last."""
        now = {run: Ledger(self.store, run).executed() for run in runs(self.store)}
        new = [step for run, steps in now.items() for step in steps[self._seen[run] :]]
        self._seen = Counter({run: len(steps) for run, steps in now.items()})
        return new


def in_words(steps: Sequence[str]) -> str:
    """``daily_counts (7), top_artists``."""
    counts = Counter(step.partition("[")[0] for step in steps)
    return ", ".join(f"{step} ({times})" if times > 1 else step for step, times in counts.items()) or "nothing"
