"""Handover: what one engine built another runs on, and the cells say so. Here both are of one environment."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from saltern.errors import BadInput
from shared.reference import ENGINE as REFERENCE
from shared.report.terminal import matrix
from shared.rerun.handover import give, take
from shared.rerun.results import read
from tests.toy_engine.engine import ENGINE as TOY

BUILDS = [f"{pipeline}-{strategy}" for pipeline in ("artists", "ml") for strategy in ("cutoff", "lineage", "salted")]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    give(REFERENCE, folder, jobs=2)
    return folder


def test_an_engine_leaves_each_pipeline_under_each_strategy_that_others_can_trust(given: Path) -> None:
    assert sorted(path.name for path in (given / "handover" / "reference").iterdir()) == BUILDS


def test_another_runs_on_it_and_executes_nothing_and_takes_again_only_what_was_built_anew(given: Path) -> None:
    first = take(TOY, given, jobs=2)
    assert {(cell.verdict, *cell.executed) for cell in first.cells} == {("exact",)}
    assert take(TOY, given, jobs=2) == first
    next((given / "handover" / "reference" / "ml-salted").glob("train-*.skops")).unlink()
    results = take(TOY, given, jobs=2)
    assert [cell for cell in results.cells if cell.strategy != "salted" or cell.pipeline != "ml"] == [
        cell for cell in first.cells if cell.strategy != "salted" or cell.pipeline != "ml"
    ]
    assert {cell.partner for cell in results.cells} == {"reference"}
    verdicts = {f"{cell.pipeline}-{cell.strategy}": (cell.verdict, cell.executed) for cell in results.cells}
    assert verdicts.pop("ml-salted") == ("wasteful", ["train"])
    assert verdicts == dict.fromkeys(sorted(set(BUILDS) - {"ml-salted"}), ("exact", []))
    assert read(given / "toy.json") == results
    console = Console(file=io.StringIO(), width=100)
    matrix([results], console)
    assert "5 of 6 exact" in console.file.getvalue()  # type: ignore[attr-defined]


def test_without_a_build_to_take_it_says_how_to_leave_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="handover --give"):
        take(TOY, tmp_path, jobs=1)
