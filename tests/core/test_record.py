"""The record of a measurement: which cells are taken up again, and which are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shared.reference import ENGINE
from shared.rerun.record import Record
from shared.rerun.results import Cell, read
from shared.rerun.verdict import Verdict

FILE = f"{ENGINE.name}.json"


def cell(scenario: str = "unchanged", verdict: Verdict = "wasteful", strategy: str = "native") -> Cell:
    """A cell of the reference engine, which is expected to be wasteful."""
    facts: dict[str, Any] = {name: [] for name in ("executed", "disputed", "least", "most")}
    facts |= {"reasons": {}, "claimed": {}, "healed": None, "seconds": 1.0, "edit": "", "note": ""}
    return Cell(pipeline="ml", strategy=strategy, scenario=scenario, verdict=verdict, **facts)


def recorded(folder: Path, *cells: Cell) -> Record:
    record = Record(ENGINE, folder)
    for each in cells:
        record.add(each)
    record.close()
    return record


def test_cells_that_were_measured_with_the_same_ingredients_are_known(tmp_path: Path) -> None:
    recorded(tmp_path, cell())
    again = Record(ENGINE, tmp_path)
    known = again.known(cell().place)
    assert known
    assert known.model_copy(update={"expected": None}) == cell()
    assert again.known(cell("bump-only").place) is None


def test_after_a_change_of_ingredients_none_is_known_and_the_old_ones_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(tmp_path, cell(), cell("bump-only"))
    monkeypatch.setattr("shared.rerun.ingredients.host", lambda: "another machine")
    assert Record(ENGINE, tmp_path).known(cell().place) is None
    recorded(tmp_path, cell())
    assert [one.scenario for one in read(tmp_path / FILE).cells] == ["unchanged"]


def test_what_is_measured_while_the_project_is_edited_is_written_and_never_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = Record(ENGINE, tmp_path)
    record.add(cell())
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("shared.rerun.ingredients.host", lambda: "edited")
        record.close()
    assert "the project changed while it was measured" in capsys.readouterr().err
    written = read(tmp_path / FILE)
    assert (written.ingredients, len(written.cells)) == (None, 1)
    assert Record(ENGINE, tmp_path).known(cell().place) is None


@pytest.mark.parametrize("verdict", ["exact", "stale", "error"])
def test_a_cell_that_is_not_as_expected_is_written_and_not_known(tmp_path: Path, verdict: Verdict) -> None:
    recorded(tmp_path, cell(verdict=verdict))
    assert [one.verdict for one in read(tmp_path / FILE).cells] == [verdict]
    assert Record(ENGINE, tmp_path).known(cell().place) is None


def test_expectations_are_those_of_today_also_for_cells_that_were_measured_before(tmp_path: Path) -> None:
    recorded(tmp_path, cell())
    whole = read(tmp_path / FILE)
    whole.model_copy(update={"cells": [cell()]}).write(tmp_path / FILE)  # as it was expected to be exact
    recorded(tmp_path)
    assert read(tmp_path / FILE) == whole
    assert whole.cells[0].expected


def test_two_that_measure_at_once_keep_each_others_cells(tmp_path: Path) -> None:
    first, second = Record(ENGINE, tmp_path), Record(ENGINE, tmp_path)
    for record, scenario in ((first, "unchanged"), (second, "bump-only")):
        record.add(cell(scenario))
        record.close()
    assert len(read(tmp_path / FILE).cells) == 2


def test_the_file_is_in_the_order_in_which_cells_are_shown_however_they_come(tmp_path: Path) -> None:
    handed = cell("handover").model_copy(update={"partner": "luigi"})
    recorded(tmp_path, handed, cell("change-input"), cell(strategy="salted"), cell())
    places = [(one.scenario, one.strategy) for one in read(tmp_path / FILE).cells]
    assert places == [
        ("unchanged", "native"), ("unchanged", "salted"), ("change-input", "native"), ("handover", "native")
    ]  # fmt: skip
