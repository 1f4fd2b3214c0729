"""The ingredients of a measurement: they are the same until something changes that it depends on."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.reference import ENGINE as REFERENCE
from shared.rerun import ingredients as module
from shared.rerun.ingredients import ingredients
from shared.rerun.workspace import Workspace
from tests.toy_engine.engine import ENGINE as TOY


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, which stands for it."""
    folder = Workspace(tmp_path / "project", [TOY.package]).folder
    monkeypatch.setattr(module, "PROJECT", folder)
    return folder


@pytest.mark.parametrize(
    "file",
    ["saltern/cache.py", "shared/steps/ml.py", "data/digits.csv", "pyproject.toml", "tests/toy_engine/engine.py"],
)
def test_they_change_with_a_file_that_cells_depend_on_and_are_back_when_it_is(project: Path, file: str) -> None:
    before = ingredients(TOY)
    whole = (project / file).read_bytes()
    (project / file).write_bytes(whole + b"\n")
    assert ingredients(TOY) != before
    (project / file).write_bytes(whole)
    assert ingredients(TOY) == before


@pytest.mark.parametrize(
    "file",
    ["shared/report/web.py", "shared/reference/expectations.toml", "shared/rerun/__pycache__/bench.pyc", "NEW.md"],
)
def test_what_no_cell_depends_on_is_none_of_them(project: Path, file: str) -> None:
    before = ingredients(REFERENCE)
    (project / file).parent.mkdir(exist_ok=True)
    (project / file).write_text("another\n")
    assert ingredients(REFERENCE) == before


def test_a_file_by_another_name_is_another_ingredient(project: Path) -> None:
    before = ingredients(REFERENCE)
    (project / "shared/steps/ml.py").rename(project / "shared/steps/learning.py")
    assert ingredients(REFERENCE) != before


def test_each_engine_has_its_own(project: Path) -> None:
    assert ingredients(REFERENCE) != ingredients(TOY)


@pytest.mark.parametrize("fact", ["host", "platform.python_version", "distributions"])
def test_another_machine_python_or_installation_is_another_ingredient(
    monkeypatch: pytest.MonkeyPatch, fact: str
) -> None:
    before = ingredients(REFERENCE)
    monkeypatch.setattr(f"{module.__name__}.{fact}", tuple)
    assert ingredients(REFERENCE) != before
