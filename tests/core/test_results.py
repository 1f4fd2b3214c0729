"""Results: a file that is written whole, read back and brought up to date in part; and the tables made from it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from saltern.errors import BadInput
from shared.reference import ENGINE
from shared.report.terminal import matrix, picture
from shared.rerun.harness import gauntlet
from shared.rerun.results import Cell, Expectation, Results, measured_with, merged, read
from shared.rerun.scenarios import SCENARIOS
from shared.rerun.verdict import Verdict


def cell(verdict: Verdict = "exact", **changes: Any) -> Cell:
    facts: dict[str, Any] = {
        "pipeline": "ml",
        "strategy": "salted",
        "scenario": "bump-only",
        "executed": [],
        "reasons": {},
        "claimed": {},
        "disputed": [],
        "least": [],
        "most": ["train"],
        "healed": None,
        "seconds": 0.1,
        "edit": "",
        "note": "",
    }
    return Cell.model_validate(facts | {"verdict": verdict} | changes)


def results(*cells: Cell) -> Results:
    return Results(
        engine="luigi", engine_version="3", python="3.11", host="Linux", ingredients="these", cells=list(cells)
    )


def test_results_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    stale = Expectation(verdict="stale", kind="by design", because="It trusts its inputs.")
    written = results(cell(), cell("stale", scenario="change-input", expected=stale, partner="dask"))
    written.write(tmp_path / "luigi.json")
    assert read(tmp_path / "luigi.json") == written
    document = json.loads((tmp_path / "luigi.json").read_text())
    facts = [
        "schema",
        "engine",
        "engine_version",
        "python",
        "host",
        "date",
        "commit",
        "ingredients",
        "natives",
        "facts",
        "cells",
    ]
    assert list(document) == facts
    assert document["schema"] == 3
    assert list(tmp_path.iterdir()) == [tmp_path / "luigi.json"]


def test_a_part_brings_the_results_file_up_to_date_and_nothing_else_is_left(tmp_path: Path) -> None:
    folder, strategies = tmp_path / "results", ENGINE.strategies[:2]
    for strategy in strategies:
        part = gauntlet(ENGINE, "ml", [strategy], ["unchanged"], folder, jobs=1)
        assert [(c.scenario, c.strategy) for c in part.cells] == [("unchanged", strategy)]
    path = folder / f"{ENGINE.name}.json"
    assert list(folder.iterdir()) == [path]
    assert [c.strategy for c in read(path).cells] == strategies
    assert read(path).cells[-1:] == part.cells


@pytest.mark.parametrize("content", [None, "", "{}", '{"schema": 1}', '{"cells": [{"verdict": "fine"}]}'])
def test_a_results_file_that_is_none_is_refused_by_name(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "luigi.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadInput, match=r"luigi\.json"):
        read(path)


def test_new_cells_take_the_place_of_old_ones_and_leave_the_others(tmp_path: Path) -> None:
    path = tmp_path / "luigi.json"
    results(cell(), cell(scenario="unchanged"), cell(pipeline="artists")).write(path)
    both = merged(results(cell("stale"), cell(strategy="lineage"), cell(partner="dask")), path)
    assert [(*c.place, c.verdict) for c in both.cells] == [
        ("ml", "salted", "bump-only", None, "stale"),
        ("ml", "salted", "unchanged", None, "exact"),
        ("artists", "salted", "bump-only", None, "exact"),
        ("ml", "lineage", "bump-only", None, "exact"),
        ("ml", "salted", "bump-only", "dask", "exact"),
    ]


@pytest.mark.parametrize(("old", "new"), [("others", "these"), (None, "these"), (None, None)])
def test_cells_that_were_measured_with_other_or_unknown_ingredients_are_not_kept(
    tmp_path: Path, old: str | None, new: str | None
) -> None:
    path = tmp_path / "luigi.json"
    results(cell(scenario="unchanged")).model_copy(update={"ingredients": old}).write(path)
    now = results(cell()).model_copy(update={"ingredients": new})
    assert merged(now, path) == now


@pytest.mark.parametrize("content", [None, "{}", '{"schema": 1, "cells": []}'])
def test_a_file_of_another_schema_or_none_adds_nothing(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "luigi.json"
    if content is not None:
        path.write_text(content)
    assert merged(results(cell()), path) == results(cell())


def test_results_name_the_engine_and_the_kind_of_machine() -> None:
    measured = measured_with(ENGINE, [cell()])
    assert (measured.engine, measured.engine_version) == ("reference", ENGINE.version())
    assert "cores" in measured.host


def test_a_cell_is_unexpected_when_it_is_worse_or_better_than_expected() -> None:
    stale = Expectation(verdict="stale", kind="by design", because="It trusts its inputs.")
    assert [cell(verdict).is_unexpected for verdict in ("exact", "stale")] == [False, True]
    assert [cell(v, expected=stale).is_unexpected for v in ("exact", "stale", "error")] == [True, False, True]


def test_a_cell_that_a_race_decides_may_be_either_and_is_told_as_both() -> None:
    race = Expectation(verdict="wasteful", sometimes="error", kind="upstream", because="Each writes over the other's.")
    verdicts: tuple[Verdict, ...] = ("wasteful", "error", "stale", "exact")
    found = [cell(verdict, expected=race) for verdict in verdicts]
    assert [one.is_unexpected for one in found] == [False, False, True, True]
    assert [one.words for one in found] == ["wasteful or error", "wasteful or error", "stale", "exact"]


def test_a_cell_is_lucky_when_it_is_right_though_a_step_that_had_to_run_did_not() -> None:
    assert cell(least=["train"]).lucky
    assert not cell(least=["train"], executed=["train"]).lucky
    assert not cell("stale", least=["train"]).lucky
    assert not cell(least=["train"], healed=True).lucky  # it did not have to: the engine had it in a memory of its own


def shown(*of: Results, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    matrix(of, console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


WASTEFUL = Expectation(verdict="wasteful", kind="upstream", because="It keeps nothing.", link="https://example.org")
ONE_OF_EACH = results(
    cell(scenario="a"),
    cell("wasteful", scenario="b", executed=["preprocess", "train", "report"], expected=WASTEFUL),
    cell("stale", scenario="c"),
    cell("error", scenario="d", note="luigi failed: no luck"),
    cell(scenario="e", least=["train"]),
    cell(scenario="f", healed=False, disputed=["train"]),
)


def test_the_matrix_shows_each_verdict_by_a_symbol_and_counts_them() -> None:
    lines = shown(ONE_OF_EACH).splitlines()
    rows = dict(line.split()[:2] for line in lines if re.match("[a-f] ", line))
    assert rows == {"a": "✓", "b": "+2", "c": "✗*", "d": "!*", "e": "(✓)", "f": "✓○"}
    counted = next(line.split() for line in lines if line.startswith("luigi 3"))
    assert counted == ["luigi", "3", "salted", "3", "1", "1", "1", "1"]


def test_under_the_matrix_stand_errors_what_is_unexpected_and_what_the_ledger_disputes() -> None:
    lines = shown(ONE_OF_EACH).splitlines()
    assert "error luigi, salted, ml, d: luigi failed: no luck" in lines
    assert [line for line in lines if line.startswith("unexpected")] == [
        "unexpected luigi, salted, ml, c: stale, expected exact",
        "unexpected luigi, salted, ml, d: error, expected exact",
    ]
    assert "claim and ledger differ luigi: 1 of 6 cells: f (salted)" in lines
    better = results(cell(expected=WASTEFUL))
    assert "exact, expected wasteful (It keeps nothing.)" in shown(better)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_where_engines_do_not_fit_side_by_side_they_stand_below_each_other(width: int) -> None:
    strategies = ["native", "content", "salted", "lineage", "cutoff", "{}/another"]
    engines = ["luigi", "dask", "airflow", "prefect"]
    every = [
        results(*(cell(strategy=s.format(e), scenario="upgrade-library") for s in strategies)).model_copy(
            update={"engine": e}
        )
        for e in engines
    ]
    lines = shown(*every, width=width).splitlines()
    table = lines[: next(number for number, line in enumerate(lines) if "right, and nothing" in line)]
    assert max(map(len, table)) <= width
    assert sum(line.count("✓") for line in table) == len(engines) * len(strategies)
    for name in (*strategies[:-1], "another"):
        assert sum(line.split().count(name) for line in table) == len(engines), "no name is cut"


def test_the_picture_shows_the_quick_scenarios_or_all_and_asks_for_nothing_from_outside() -> None:
    every = results(*(cell(pipeline=s.pipeline, scenario=s.name) for s in SCENARIOS))
    for full in (False, True):
        svg = picture([every], full=full).replace("&#160;", " ")
        named = {s.name for s in SCENARIOS if re.search(f">{s.name} *<", svg)}
        assert named == {s.name for s in SCENARIOS if full or s.quick}
        assert re.findall(r"(?:url\(|href=|src=)[\"']?(https?:[^\"')]*)", svg) == []
