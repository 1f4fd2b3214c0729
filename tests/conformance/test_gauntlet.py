"""The whole gauntlet of one engine, and what its cells have to show whatever the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.engine import Engine
from shared.rerun.harness import gauntlet
from shared.rerun.results import Cell, Results, read
from shared.rerun.scenarios import SCENARIOS

Cells = Callable[..., list[Cell]]


@pytest.fixture(scope="module")
def results(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return gauntlet(engine, None, [], [], tmp_path_factory.mktemp("results"), jobs=2)


@pytest.fixture
def cells(results: Results) -> Cells:
    def select(**wanted: str) -> list[Cell]:
        found = [c for c in results.cells if all(getattr(c, name) == value for name, value in wanted.items())]
        assert found
        return found

    return select


def test_every_cell_is_there_and_none_is_an_error(results: Results) -> None:
    assert len(results.cells) == 3 * len(SCENARIOS)
    assert [f"{c.strategy} {c.pipeline} {c.scenario}: {c.note}" for c in results.cells if c.verdict == "error"] == []


def test_an_engine_without_a_cache_reruns_everything(results: Results, engine: Engine) -> None:
    for cell in results.cells:
        if not engine.reuses(cell.strategy):
            assert len(cell.executed) in (4, 9)


@pytest.mark.usefixtures("caches")
def test_salted_trusts_its_inputs_and_so_is_stale_when_they_change(cells: Cells) -> None:
    for scenario in ("change-input", "change-one-day"):
        assert [c.verdict for c in cells(strategy="salted", scenario=scenario)] == ["stale"]


@pytest.mark.usefixtures("caches")
def test_content_sees_inputs_only_and_so_is_stale_when_anything_else_changes(cells: Cells) -> None:
    for scenario in ("change-parameter", "fix-and-bump"):
        assert [c.verdict for c in cells(strategy="content", scenario=scenario)] == ["stale", "stale"]


@pytest.mark.usefixtures("caches")
def test_salted_is_exact_wherever_its_ingredients_tell(cells: Cells) -> None:
    told = [c for c in cells(strategy="salted") if c.scenario not in ("change-input", "change-one-day")]
    assert {c.verdict for c in told} == {"exact"}
    assert not any(c.lucky for c in told)


@pytest.mark.usefixtures("caches")
def test_a_missing_middle_is_healed_by_engines_that_look_at_every_step(engine: Engine, cells: Cells) -> None:
    for cell in cells(strategy="salted", scenario="delete-middle"):
        assert cell.healed == (engine.looks_at == "every step")


def test_every_cell_says_what_the_engine_claimed(results: Results) -> None:
    assert all(cell.claimed for cell in results.cells)


def test_a_results_file_is_all_that_is_left(engine: Engine, tmp_path: Path) -> None:
    results = gauntlet(engine, "ml", ["native"], ["unchanged"], tmp_path / "results", jobs=1)
    path = tmp_path / "results" / f"{engine.name}.json"
    assert list((tmp_path / "results").iterdir()) == [path]
    assert read(path) == results
    assert [(c.scenario, c.strategy) for c in results.cells] == [("unchanged", "native")]
