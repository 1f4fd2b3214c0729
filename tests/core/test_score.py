"""The score: its population, its judgements on the reference engine, and its figures."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.reference import ENGINE
from shared.rerun.bench import Bench, opened
from shared.rerun.difference import snapshot
from shared.rerun.oracle import Clean
from shared.rerun.workspace import Workspace
from shared.score.figures import figures
from shared.score.population import GROUNDS, SINGLE, Edit, Population, begin
from shared.score.results import Run, Trial
from shared.score.scoring import score
from shared.score.summary import of_an_engine
from shared.score.trials import Lane

PACKAGE = ENGINE.package
DRAW = Population(PACKAGE)
BLOCK = sum(DRAW.kinds.values())
LOOKS = ("code: cosmetic", "code: renamed", "code: moved", "code: mutant elsewhere", "data: noise", "data: time")
QUICK_SEED = 7  # its first edits are of one pipeline
UNCHANGED = (*LOOKS, "data: equal file", "name", "version", "library: unused", "store: deleted", "store: damaged")


def edits_of(kind: str, pipeline: str, count: int, seed: int = 0) -> list[Edit]:
    found = (edit for number in range(40 * BLOCK) if (edit := DRAW.drawn(number, seed)).kind == kind)
    return [edit for edit in found if edit.pipeline == pipeline][:count]


@given(block=st.integers(0, 50), seed=st.integers(0, 1000))
def test_every_block_holds_as_many_edits_of_each_kind_as_the_population_says(block: int, seed: int) -> None:
    numbers = range(block * BLOCK, (block + 1) * BLOCK)
    assert Counter(DRAW.drawn(number, seed).kind for number in numbers) == DRAW.kinds


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with opened(ENGINE, patience=60) as bench:
        yield bench


@pytest.fixture(scope="module")
def lane(bench: Bench) -> Iterator[Lane]:
    with ExitStack() as stack:
        yield Lane(bench, stack)


@pytest.mark.parametrize("pipeline", GROUNDS)
@pytest.mark.parametrize("kind", SINGLE)
def test_an_edit_of_any_kind_changes_something_and_the_same_in_an_equal_workspace(
    kind: str, pipeline: str, lane: Lane
) -> None:
    for edit in edits_of(kind, pipeline, 2):
        found = []
        for _ in range(2):
            with lane._site(pipeline, "native") as site:
                before = snapshot(site.world)
                for change in edit.changes:
                    change(site.world)
                after = snapshot(site.world)
            said = kind == "parameter"  # the default may be said aloud, or another end that is the last day
            assert said or after != before
            found.append({name: file.content for name, file in after.files.items()} | {"said": after.options})
        assert found[0] == found[1]


@pytest.mark.parametrize("pipeline", GROUNDS)
def test_of_edits_that_are_made_together_one_may_leave_another_nothing_to_harm(pipeline: str, lane: Lane) -> None:
    harms = [SINGLE[kind][1] for kind in SINGLE if kind.startswith("store: ")]
    with lane._site(pipeline, "native") as site:
        site.build()
        for seed, make in itertools.product(range(20), harms):
            assert make(site.world, GROUNDS[pipeline], Random(seed)) <= {*GROUNDS[pipeline].steps}
        assert len(site.world.built) == len(GROUNDS[pipeline].steps)
        assert not any(site.world.artifact(step).is_file() for step in GROUNDS[pipeline].steps)


@pytest.mark.parametrize("pipeline", GROUNDS)
def test_a_line_that_the_reader_drops_is_in_the_way_of_no_other_edit_of_the_data(pipeline: str, lane: Lane) -> None:
    on = GROUNDS[pipeline]
    with lane._site(pipeline, "native") as site:
        for seed, kind in itertools.product(range(5), (kind for kind in SINGLE if kind.startswith("data: "))):
            SINGLE["data: noise"][1](site.world, on, Random(seed))
            SINGLE[kind][1](site.world, on, Random(seed))
        assert any(on.noise in path.read_text() for path in (site.world.folder / on.input).parent.iterdir())


@pytest.mark.parametrize("pipeline", GROUNDS)
@pytest.mark.parametrize("kind", UNCHANGED)
def test_edits_that_say_nothing_new_leave_a_clean_build_as_it_was(kind: str, pipeline: str, lane: Lane) -> None:
    for edit in edits_of(kind, pipeline, 1):
        trial = lane.trial(edit, ["native"])
        assert (trial.clean, trial.left_out) == ("same", None), trial.diff


def test_the_reference_engine_is_never_stale_and_its_waste_is_what_makes_the_same_again(lane: Lane) -> None:
    (edit,) = edits_of("data: time", "ml", 1)
    run = lane.trial(edit, ["native"]).runs["native"]
    assert (run.verdict, run.matters) == ("wasteful", False)
    assert run.executed == list(GROUNDS["ml"].steps)
    assert run.needless == sorted(run.executed)
    assert run.needless_seconds and 0 < run.needless_seconds <= run.seconds


def test_a_run_that_fails_as_a_clean_build_does_is_right(lane: Lane) -> None:
    def broken(world: Workspace) -> frozenset[str]:
        GROUNDS["ml"].failure.make(world)
        return frozenset()

    trial = lane.trial(Edit(0, "code: mutant", "ml", (broken,)), ["native"])
    assert (trial.clean, trial.runs["native"].verdict) == ("fails", "exact")


def test_an_edit_whose_clean_builds_differ_is_left_out(lane: Lane) -> None:
    def flaky(world: Workspace) -> frozenset[str]:
        world.edit("shared/steps/artists.py", "artists=len(totals)", "artists=__import__('time').time_ns()")
        return frozenset()

    trial = lane.trial(Edit(0, "code: mutant", "artists", (flaky,)), ["native"])
    assert trial.left_out == "flaky: two clean builds differ"
    assert trial.runs == {}


def test_a_lying_result_is_stale_whether_a_clean_build_succeeds_or_fails(lane: Lane, bench: Bench) -> None:
    with lane._site("ml", "native") as site:
        for clean in (Clean({}, "another digest"), Clean({}, None, complaint="reference failed")):
            run = lane._judged(site, clean, [], True, set())
            assert run.verdict == "stale"


@pytest.mark.thorough
def test_what_was_measured_is_not_measured_again_and_tells_how_to_measure_it(tmp_path: Path) -> None:
    first = score(ENGINE, 1, QUICK_SEED, [], tmp_path, jobs=1)
    longer = score(ENGINE, 2, QUICK_SEED, [], tmp_path, jobs=1)
    assert [trial.number for trial in longer.trials] == [0, 1]
    assert longer.trials[:1] == first.trials
    assert score(ENGINE, 2, QUICK_SEED, [], tmp_path, jobs=1) == longer
    told = of_an_engine(longer, PACKAGE)
    assert told.command == f"python -m shared.reference compare --score 2 --seed {QUICK_SEED}"
    assert told.edits + sum(told.left_out.values()) == 2


def trial(number: int, verdict: str, *, matters: bool, needless: int = 0) -> Trial:
    run = Run.model_validate(
        {
            "verdict": verdict,
            "matters": matters,
            "executed": ["a"] * needless,
            "needless": ["a"] * needless,
            "seconds": 1,
            "needless_seconds": needless / 2,
        }
    )
    return Trial(number=number, kind="parameter", pipeline="ml", diff="", clean="same", runs={"native": run})


def test_the_figures_of_a_strategy() -> None:
    trials = [trial(number, "stale" if number < 5 else "exact", matters=True) for number in range(20)]
    trials += [trial(20 + number, "wasteful", matters=False, needless=2) for number in range(20)]
    found = figures(trials, "native")
    assert found.stale is not None
    assert (found.stale.events, found.stale.count, found.stale.value) == (5, 20, 0.25)
    # Wilson's interval of 5 of 20, as in any table of it
    assert (found.stale.low, found.stale.high) == pytest.approx((0.11186, 0.46870), abs=1e-4)
    assert found.waste is not None
    assert found.waste.count == 35
    assert found.waste.value == pytest.approx(40 / 35, abs=1e-5)
    assert found.waste.low < found.waste.value < found.waste.high
    assert found.error is not None
    assert found.error.events == 0


def test_a_stale_result_where_nothing_mattered_counts_against_the_strategy() -> None:
    found = figures([trial(0, "stale", matters=False), trial(1, "exact", matters=False)], "native")
    assert found.stale is not None
    assert (found.stale.events, found.stale.count) == (1, 1)


def test_begin_makes_a_world_that_builds(bench: Bench, tmp_path: Path) -> None:
    for pipeline, on in GROUNDS.items():
        world = Workspace(tmp_path / pipeline, ["shared"])
        begin(world, on)
        assert bench.oracle.clean(world, pipeline).target
