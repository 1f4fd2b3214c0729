"""The score of a peer: random edits, each built by the tool under each of its wirings, and judged by a clean build.

The edits are those of ``shared.score``, as far as they mean the same to any tool: code, data, libraries and the
parameter that the wirings take. All columns of all peers get the same edits.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from random import Random

from peers.measuring import Bench, begin, opened, side_by_side
from peers.oracles import Oracles
from peers.peer import Peer
from peers.site import Site
from shared.rerun.bench import CellError
from shared.rerun.difference import AFTER_A_BUILD, difference, snapshot
from shared.rerun.oracle import Clean
from shared.rerun.scenarios.ground import Ground
from shared.rerun.scenarios.ml import GROUND
from shared.rerun.scenarios.scenario import Scenario, nothing
from shared.rerun.verdict import Verdict, judge, needless
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import NOTHING, Demanded
from shared.score.edits.settings import PARAMETERS
from shared.score.kept import Kept, today
from shared.score.population import REVERTED, SINGLE, TOGETHER, Edit, Population
from shared.score.population import begin as with_a_library
from shared.score.results import Run, Score, Trial
from shared.score.summary import Summary, summary

PATIENCE = 60.0  # seconds for a clean build: a mutant may have no end
OF_SALTERN = ("version", "name")  # of a step: they mean something to our library alone
FIRST = Scenario(
    "score", GROUND.pipeline, "the first build", nothing, before=lambda world: with_a_library(world, GROUND)
)


def _parameter(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another value of the one parameter that the wirings take, or its default said aloud."""
    world.set(on.setting.name, rng.choice(PARAMETERS[on.pipeline][on.setting.name]))
    return NOTHING


POPULATION = Population(
    grounds={GROUND.pipeline: GROUND},
    single={
        kind: (count, _parameter if kind == "parameter" else make)
        for kind, (count, make) in SINGLE.items()
        if kind not in OF_SALTERN and not kind.startswith("store")
    },
    composed={TOGETHER: 3, REVERTED: 2},
)


def score(
    peer: Peer, python: Path, folder: Path, edits: int, seed: int, jobs: int, oracles: Oracles, *, again: bool
) -> Score:
    """Measure the first ``edits`` edits of a seed on each column, and keep ``<folder>/score/<peer>.json``.

    Edits that the file holds, measured under the same conditions, are not measured again unless ``again`` says so.
    """
    installed = begin(peer, python)
    empty = Score(
        engine=peer.name,
        engine_version=installed.version,
        python=installed.python,
        host=installed.host,
        ingredients=installed.ingredients or "",
        date=today(),
        seed=seed,
        trials=[],
    )
    kept = Kept(empty, folder / "score" / f"{peer.name}.json")
    todo = {
        column: [number for number in range(edits) if again or not kept.has(number, [column])]
        for column in peer.wirings
    }
    with closing(kept):
        if any(todo.values()):
            with opened(peer, python, oracles) as bench:
                lanes = [trials(bench, column, seed, numbers) for column, numbers in todo.items() if numbers]
                side_by_side(bench, jobs, lanes, lambda found: kept.add(*found))
    return kept.of(range(edits))


def trials(
    bench: Bench, column: str, seed: int, numbers: Sequence[int]
) -> Iterator[tuple[Trial, dict[str, int | None]]]:
    """Each edit, made and built under one column, and how many builds came before nothing ran."""
    with bench.site(column) as site:
        settled = {f"{GROUND.pipeline}/{column}": site.begin(FIRST)}
        site.keep()
        for number in numbers:
            yield trial(site, column, POPULATION.drawn(number, seed)), settled
            site.put_back()


def trial(site: Site, column: str, edit: Edit) -> Trial:
    """Make an edit in the project and in its twin, let the tool build, and judge."""
    told: list[str] = []
    before = site.clean()

    def make(change: Callable[[Workspace], Demanded]) -> None:
        moment = snapshot(site.twin)
        site.both(change)
        told.append(difference(moment, snapshot(site.twin)))

    for change in edit.changes[:-1]:
        make(change)
        before = site.clean()
        with suppress(CellError):  # as a clean build may do, too; what counts is what comes after
            site.build()
    lying = site.world.target
    make(edit.changes[-1])
    clean = site.clean()
    found = Trial(
        number=edit.number,
        kind=edit.kind,
        pipeline=edit.pipeline,
        diff=AFTER_A_BUILD.join(told),
        clean=clean.beside(before),
        left_out=site.oracle.reason_to_leave_out(site.twin, edit.pipeline, before),
    )
    if found.left_out is None:
        found.runs[column] = _judged(site, before, clean, lying)
    return found


def _judged(site: Site, before: Clean, clean: Clean, lying: str | None) -> Run:
    built = site.world.build()
    spared = {step for step, made in before.steps.items() if clean.steps.get(step) == made}
    most = set(built.executed) - spared
    note = built.complaint if built.status else "" if clean.target else f"called done; {clean.complaint}"
    verdict: Verdict
    if built.status:
        verdict = "error" if clean.target else "exact"
    elif clean.target is None:
        verdict = "stale"
    else:
        verdict = judge(built.executed, site.world.target, clean.target, most)
    return Run(
        verdict=verdict,
        matters=clean.target is None or lying != clean.target,
        executed=built.executed,
        needless=needless(built.executed, most),
        seconds=built.seconds,
        needless_seconds=None,
        note=note,
    )


def summary_of(measured: Score) -> Summary:
    """The summary of a peer's score."""
    return summary(
        measured, f"nox -s peers -- --peer {measured.engine} --score {len(measured.trials)} --seed {measured.seed}"
    )


def say(peer: Peer, measured: Score) -> None:
    """A line for each column on standard error."""
    for column in peer.wirings:
        runs = [trial.runs[column] for trial in measured.trials if column in trial.runs]
        stale, wrong = sum(run.verdict == "stale" for run in runs), sum(run.verdict == "error" for run in runs)
        print(f"  {peer.name} {column}: {len(runs)} edits, {stale} stale, {wrong} errors", file=sys.stderr)
