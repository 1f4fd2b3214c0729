"""The quick gauntlet of one engine, and what its cells have to show whatever the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from saltern.reasons import REASONS, kind
from saltern.strategies import STRATEGIES
from shared.engine.protocol import Engine
from shared.report import headline
from shared.rerun.expectations import unexpected
from shared.rerun.harness import gauntlet
from shared.rerun.results import Cell, Results
from shared.rerun.scenarios import chosen
from tests.conftest import SLOW, is_brief

README = Path(__file__).resolve().parents[2] / "README.md"
Cells = Callable[..., list[Cell]]
TRUSTED = ("change-input", "edit-helper")  # what ``salted`` does not look at, and the target depends on
TELLING = ["unchanged", *TRUSTED, "noise-input"]  # scenarios
SALTED_BEFORE = ("content", "salted", "lineage")  # a run: what is done is known then
MOST_TELLING = ["edit-helper", "noise-input"]
ALIKE = ("native", "content", "salted", "cutoff")  # an adapter does with the last three much as with lineage


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def brief(request: pytest.FixtureRequest) -> bool:
    """Whether few cells are measured of the strategies that are alike. ``nox -s <engine>`` measures all of them."""
    return is_brief(request.config)


@pytest.fixture(scope="module")
def results(engine: Engine, folder: Path, brief: bool) -> Results:
    """Under the strategies that all engines have."""
    shared = [name for name in engine.strategies if name in STRATEGIES and not (brief and name in ALIKE)]
    return gauntlet(engine, None, shared, [], folder, jobs=2)


@pytest.fixture(scope="module")
def alike(engine: Engine, folder: Path, brief: bool) -> Results:
    """Under the strategies that are alike, where they are not in the results; if a run takes seconds, under one."""
    if not brief:
        pytest.skip("they are measured with the others")
    names = ALIKE[:1] if engine.name in SLOW else ALIKE
    return gauntlet(engine, "ml", names, MOST_TELLING, folder, jobs=2)


@pytest.fixture(scope="module")
def ways(engine: Engine, folder: Path, brief: bool) -> Results:
    """Under the engine's own other ways: the most telling changes. ``nox -s <engine>`` measures all of them."""
    own = [name for name in engine.strategies if name not in STRATEGIES]
    if not own:
        pytest.skip(f"{engine.name} has no other ways")
    return gauntlet(engine, "ml", own, MOST_TELLING if brief else TELLING, folder, jobs=2)


@pytest.fixture
def cells(results: Results, brief: bool) -> Cells:
    def select(**wanted: str) -> list[Cell]:
        found = [c for c in results.cells if all(getattr(c, name) == value for name, value in wanted.items())]
        if brief and wanted.get("strategy") in ALIKE:
            pytest.skip("its most telling cells are measured, and are as expected")
        assert found
        return found

    return select


def told(cell: Cell) -> str:
    expected = cell.expected.words if cell.expected else "exact"
    return f"{cell.strategy} {cell.pipeline} {cell.scenario}: {cell.verdict}, not {expected}; {cell.note}"


def test_every_cell_is_there(results: Results) -> None:
    assert len(results.cells) == len({cell.strategy for cell in results.cells}) * len(chosen(None, []))


def test_every_cell_is_as_the_engine_s_expectations_say_neither_worse_nor_better(results: Results) -> None:
    assert [told(cell) for cell in unexpected(results)] == []


def test_so_is_every_cell_of_its_other_ways(ways: Results) -> None:
    assert [told(cell) for cell in unexpected(ways)] == []


def test_so_are_the_most_telling_cells_of_strategies_that_are_alike(alike: Results) -> None:
    assert [told(cell) for cell in unexpected(alike)] == []


def test_the_headline_in_the_readme_is_what_the_results_give(results: Results, engine: Engine) -> None:
    names, _, *rows = (
        line.strip("| ").split(" | ") for line in headline.MARKED.written(README.read_text()).splitlines()
    )
    if engine.name == "reference":
        pytest.skip("the headline is about engines that people use")
    at = names.index(f"{engine.name} {engine.version()}")
    measured = {f"`{cell.strategy}`": None for cell in results.cells}
    in_readme = {row[0]: row[at] for row in rows if row[0] in measured}
    assert in_readme == {row[0]: row[1] for row in headline.rows([results])[2:] if row[0] in measured}


def test_an_engine_without_a_cache_reruns_everything(
    results: Results, engine: Engine, brief: bool, request: pytest.FixtureRequest
) -> None:
    others: list[Cell] = request.getfixturevalue("alike").cells if brief else []
    for cell in [*results.cells, *others]:
        if not engine.reuses(cell.strategy):
            times = 2 if cell.scenario == "two-at-once" else 1
            assert len(cell.executed) == times * {"ml": 4, "artists": 9}[cell.pipeline]


@pytest.mark.usefixtures("caches")
def test_lineage_never_lies(cells: Cells) -> None:
    assert [told(cell) for cell in cells(strategy="lineage") if cell.verdict == "stale" or cell.lucky] == []


@pytest.mark.usefixtures("caches")
def test_salted_trusts_inputs_and_code_and_so_is_stale_when_they_change(cells: Cells) -> None:
    for scenario in TRUSTED:
        assert [c.verdict for c in cells(strategy="salted", scenario=scenario)] == ["stale"]


@pytest.mark.usefixtures("caches")
def test_salted_is_exact_wherever_its_ingredients_tell(cells: Cells) -> None:
    others = [c for c in cells(strategy="salted") if c.scenario not in TRUSTED]
    assert {c.verdict for c in others} == {"exact"}
    assert {c.scenario for c in others if c.lucky} == {"noise-input"}


@pytest.mark.usefixtures("caches")
def test_content_sees_inputs_only_and_so_is_stale_when_anything_else_changes(cells: Cells) -> None:
    for scenario in ("change-parameter", "edit-helper"):
        assert [c.verdict for c in cells(strategy="content", scenario=scenario)] == ["stale"]


@pytest.mark.usefixtures("caches")
def test_a_missing_middle_is_healed_by_engines_that_look_at_every_step(engine: Engine, cells: Cells) -> None:
    for cell in cells(strategy="salted", scenario="delete-middle"):
        assert cell.healed == (engine.looks_at == "every step")


@pytest.mark.usefixtures("caches")
def test_two_runs_at_once_execute_every_step_once(cells: Cells) -> None:
    for cell in cells(scenario="two-at-once"):
        if cell.strategy in ("salted", "lineage"):
            assert sorted(cell.executed) == sorted(cell.most)


def test_where_a_step_ran_the_engine_claimed_something(results: Results) -> None:
    """An engine that had nothing to do may say nothing: a DAG run of Airflow's of which no task is cleared."""
    assert [told(cell) for cell in results.cells if cell.executed and not cell.claimed] == []


def test_where_a_salt_tells_before_a_run_what_is_done_the_engine_claims_what_the_ledger_saw(cells: Cells) -> None:
    """Of two runs at once, one may claim what the other did."""
    told_before = [cell for cell in cells() if cell.strategy in SALTED_BEFORE]
    assert [told(cell) for cell in told_before if cell.disputed and cell.scenario != "two-at-once"] == []


def test_every_step_that_ran_has_a_reason_from_the_vocabulary(results: Results) -> None:
    for cell in results.cells:
        assert set(cell.reasons) == set(cell.executed)
        assert all(because for because in cell.reasons.values())
        assert {kind(reason) for because in cell.reasons.values() for reason in because} <= set(REASONS)


@pytest.mark.usefixtures("caches")
@pytest.mark.parametrize(
    ("scenario", "step", "reason"),
    [
        ("change-input", "preprocess", "input data changed"),
        ("change-parameter", "train", "parameter changed"),
        ("edit-helper", "train", "code changed"),
        ("damage-last", "report", "output damaged"),
    ],
)
def test_lineage_says_why_a_step_ran(cells: Cells, scenario: str, step: str, reason: str) -> None:
    for cell in cells(strategy="lineage", scenario=scenario):
        assert [kind(because) for because in cell.reasons[step]] == [reason]


def test_every_change_to_the_world_is_shown(results: Results) -> None:
    unchanged = {cell.scenario for cell in results.cells if not cell.edit}
    assert unchanged == {"unchanged", "two-at-once"}
