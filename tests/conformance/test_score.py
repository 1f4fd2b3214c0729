"""The score on one engine: edits of its wiring, and a few others, under strategies that may never be stale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from shared.engine.protocol import Engine
from shared.rerun.bench import opened
from shared.score.edits.wiring import rewirings
from shared.score.population import REVERTED, TOGETHER, WIRING, Edit, Population
from shared.score.results import Trial
from shared.score.trials import Lane

SEED = 11


@pytest.fixture(scope="module")
def lane(engine: Engine) -> Iterator[Lane]:
    with opened(engine, patience=120) as bench, ExitStack() as stack:
        yield Lane(bench, stack)


def wrong(trial: Trial) -> dict[str, str]:
    """Strategy -> what is wrong with its build, and after which edit."""
    found = {strategy: run for strategy, run in trial.runs.items() if run.verdict in ("stale", "error")}
    return {strategy: f"{run.verdict}; {run.note}; {trial.diff}" for strategy, run in found.items()}


@pytest.mark.thorough_if_slow
@pytest.mark.parametrize("pipeline", ["ml", "artists"])
def test_edits_of_the_wiring_are_built_as_the_pipeline_says(pipeline: str, engine: Engine, lane: Lane) -> None:
    known = rewirings(engine.package, pipeline)
    assert known, f"{engine.package}/wiring.toml says how a user of {engine.name} would edit its wiring"
    for name, one in known.items():
        first = [known[one.after].make] if one.after else []
        trial = lane.trial(
            Edit(0, WIRING, pipeline, (*first, one.make)), ["lineage"] if engine.looks_at != "nothing" else ["native"]
        )
        assert (trial.clean, trial.left_out) == ("changed", None), name
        assert {
            strategy: run.verdict for strategy, run in trial.runs.items() if run.verdict not in ("exact", "wasteful")
        } == {}


@pytest.mark.thorough_if_slow
@pytest.mark.usefixtures("caches")
@pytest.mark.parametrize("kind", ["code: mutant", REVERTED, TOGETHER])
def test_cutoff_is_not_stale_after_other_edits(kind: str, engine: Engine, lane: Lane) -> None:
    found = (edit for number in range(400) if (edit := Population(engine.package).drawn(number, SEED)).kind == kind)
    trial = lane.trial(next(found), ["cutoff"])
    assert wrong(trial) == {}


@pytest.mark.thorough_if_slow
@pytest.mark.usefixtures("caches")
def test_a_step_sees_what_the_store_gives_back_and_not_what_was_in_memory(engine: Engine, lane: Lane) -> None:
    """Two columns are exchanged: in memory the features of a row are in another order than in JSON, which is sorted."""
    trial = lane.trial(Population(engine.package).drawn(28, 1), ["lineage"])
    assert trial.kind == "data: column"
    assert trial.runs["lineage"].executed[-1] == "report"
    assert wrong(trial) == {}
