"""Verdicts, results files, and the matrix made from them."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from shared.errors import BadInput
from shared.report.terminal import matrix, picture
from shared.rerun.results import Cell, Results, read
from shared.rerun.verdict import Verdict, judge, needless, overlooked

MOST = ("train", "evaluate")


@pytest.mark.parametrize(
    ("executed", "target", "expected"),
    [
        (["train", "evaluate"], "right", "exact"),
        ([], "right", "exact"),
        (["train"], "wrong", "stale"),
        (["train", "evaluate", "report"], "wrong", "stale"),
        (["preprocess", "train"], "right", "wasteful"),
        (["train", "train"], "right", "wasteful"),
        (["train"], None, "error"),
    ],
)
def test_a_verdict(executed: list[str], target: str | None, expected: Verdict) -> None:
    assert judge(executed, target, "right", MOST) == expected


def test_a_step_that_runs_twice_is_one_too_many() -> None:
    assert needless(["train", "train", "report"], MOST) == ["report", "train"]
    assert overlooked(["train"], MOST) == ["evaluate"]


def cell(verdict: Verdict = "exact", **changes: object) -> Cell:
    facts = {
        "pipeline": "ml",
        "strategy": "salted",
        "scenario": "bump-only",
        "executed": [],
        "claimed": {},
        "least": [],
        "most": ["train"],
        "healed": None,
        "seconds": 0.1,
        "note": "",
    }
    return Cell.model_validate(facts | {"verdict": verdict} | changes)


def results(*cells: Cell) -> Results:
    return Results(engine="luigi", engine_version="3", python="3.11", host="Linux", cells=list(cells))


def test_results_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    results(cell()).write(tmp_path / "luigi.json")
    assert read(tmp_path / "luigi.json") == results(cell())
    document = json.loads((tmp_path / "luigi.json").read_text())
    assert list(document) == ["schema", "engine", "engine_version", "python", "host", "cells"]
    assert list(tmp_path.iterdir()) == [tmp_path / "luigi.json"]


@pytest.mark.parametrize("content", [None, "", "{}", '{"schema": 2}', '{"cells": [{"verdict": "fine"}]}'])
def test_a_results_file_that_is_none_is_refused_by_name(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "luigi.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadInput, match=r"luigi\.json"):
        read(path)


def test_the_matrix_shows_each_verdict_by_a_symbol_and_counts_them() -> None:
    shown_results = results(
        cell(scenario="a"),
        cell("wasteful", scenario="b", executed=["preprocess", "train", "report"]),
        cell("stale", scenario="c"),
        cell("error", scenario="d", note="luigi failed: no luck"),
        cell(scenario="e", least=["train"]),
    )
    console = Console(file=io.StringIO(), width=80)
    matrix([shown_results], console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    rows = dict(line.split()[:2] for line in shown.splitlines() if line[:2] in {"a ", "b ", "c ", "d ", "e "})
    assert rows == {"a": "✓", "b": "+2", "c": "✗", "d": "!", "e": "(✓)"}
    assert "no luck" in shown
    counted = next(line.split() for line in shown.splitlines() if line.startswith("luigi 3"))
    assert counted == ["luigi", "3", "salted", "2", "1", "1", "1", "1"]


def test_the_picture_shows_the_matrix_and_asks_for_nothing_from_outside() -> None:
    svg = picture([results(cell("stale"))])
    assert "✗" in svg
    assert "bump-only" in svg.replace("&#160;", " ")
    assert re.findall(r"(?:url\(|href=|src=)[\"']?(https?:[^\"')]*)", svg) == []
