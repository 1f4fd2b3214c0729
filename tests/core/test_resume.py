"""A measurement that is interrupted goes on where it was, and leaves nothing behind but what it has measured."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.pipelines import PROJECT
from shared.reference import ENGINE as REFERENCE
from shared.rerun import ingredients as module
from shared.rerun.handover import give, take
from shared.rerun.harness import gauntlet
from shared.rerun.results import Results, read
from shared.rerun.workspace import Workspace
from tests.toy_engine.engine import ENGINE as TOY

COMPARE = ("compare", "--pipeline", "ml", "--strategy", "native", "--strategy", "lineage", "--jobs", "1")
CELLS = 16  # of it: two strategies in the eight quick scenarios of ml
PATIENCE = 120  # seconds


@dataclass(frozen=True)
class Place:
    """A folder for results, and a folder for temporary files that only the command uses."""

    folder: Path

    def __post_init__(self) -> None:
        self.temporary.mkdir()

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", TOY.package, *words, "--results", str(self.results)],
            cwd=PROJECT,
            env={**os.environ, "TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def processes(self) -> list[str]:
        """What runs with its temporary folder."""
        found = []
        for status in Path("/proc").glob("[0-9]*"):
            try:
                ours = f"TMPDIR={self.temporary}".encode() in (status / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            found += [status.name] if ours else []
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def wait_for(file: Path, process: subprocess.Popen[str]) -> None:
    """Until a file is there, or the process has ended."""
    while not file.exists() and process.poll() is None:
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked for in /proc")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"])
def test_compare_that_is_ended_keeps_its_cells_and_goes_on_there(
    place: Place, number: signal.Signals, status: int
) -> None:
    first = place.start(*COMPARE)
    wait_for(place.results / "toy.json", first)
    first.send_signal(number)
    _, said = first.communicate(timeout=PATIENCE)
    assert first.returncode == status, said
    (done,) = re.findall(rf"^interrupted after (\d+) of {CELLS} cells; the same command goes on there$", said, re.M)
    assert "Traceback" not in said and "error" not in said
    assert list(place.temporary.iterdir()) == []
    assert place.processes() == []
    before = read(place.results / "toy.json").cells
    assert 0 < len(before) == int(done) < CELLS

    second = place.start(*COMPARE)
    _, said = second.communicate(timeout=PATIENCE)
    assert f"{done} of {CELLS} cells were measured before; --again: all of them anew" in said
    after = read(place.results / "toy.json").cells
    assert len({cell.place for cell in after}) == len(after) == CELLS
    assert [cell for cell in after if cell in before] == before


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked for in /proc")
def test_handover_that_is_terminated_keeps_its_builds_and_goes_on_there(place: Place) -> None:
    first = place.start("handover", "--give", "--jobs", "1")
    wait_for(place.results / "handover" / "toy" / "ml-lineage", first)
    first.terminate()
    _, said = first.communicate(timeout=PATIENCE)
    assert first.returncode == 143, said
    (done,) = re.findall(r"^interrupted after (\d+) of 6 builds; the same command goes on there$", said, re.M)
    assert 0 < int(done) < 6
    assert list(place.temporary.iterdir()) == []
    assert place.processes() == []
    assert sorted(path.name for path in place.results.iterdir()) == ["handover"]

    second = place.start("handover", "--give", "--jobs", "1")
    _, said = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, said
    assert f"{done} of 6 builds were made before; --again: all of them anew" in said
    assert len(list((place.results / "handover" / "toy").iterdir())) == 6


def measured(folder: Path, scenarios: Sequence[str] = ("unchanged",), *, again: bool = False) -> Results:
    return gauntlet(REFERENCE, "ml", ["native"], list(scenarios), folder, jobs=1, again=again)


def seconds(results: Results) -> dict[str, float]:
    """Each cell's own, by which one can tell whether it was measured again."""
    return {cell.scenario: cell.seconds for cell in results.cells}


def test_what_was_measured_is_not_measured_again_unless_told(tmp_path: Path) -> None:
    first = measured(tmp_path)
    both = measured(tmp_path, ["unchanged", "bump-only"])
    assert seconds(both).items() > seconds(first).items()
    assert measured(tmp_path, ["unchanged", "bump-only"]) == both
    assert seconds(measured(tmp_path, again=True)).items().isdisjoint(seconds(first).items())


def test_after_an_edit_of_the_project_all_is_measured_again_and_the_old_cells_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = measured(tmp_path, ["unchanged", "bump-only"])
    project = Workspace(tmp_path / "project", []).folder
    (project / "shared/steps/ml.py").write_text("# edited\n")
    monkeypatch.setattr(module, "PROJECT", project)
    after = measured(tmp_path, ["unchanged"])
    assert seconds(after).items().isdisjoint(seconds(before).items())
    assert read(tmp_path / "reference.json") == after


def test_cells_of_a_project_that_is_edited_meanwhile_are_written_and_never_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    editions = iter(range(100))
    monkeypatch.setattr("shared.rerun.ingredients.host", lambda: f"edition {next(editions)}")
    first = measured(tmp_path)
    assert "the project changed while it was measured" in capsys.readouterr().err
    written = read(tmp_path / "reference.json")
    assert (written.ingredients, written.cells) == (None, first.cells)
    monkeypatch.undo()
    assert seconds(measured(tmp_path)).items().isdisjoint(seconds(first).items())


def test_a_cell_that_is_not_as_expected_is_measured_again_and_one_that_is_has_the_expectation_of_today(
    tmp_path: Path,
) -> None:
    first = measured(tmp_path)
    (cell,) = first.cells
    assert (cell.verdict, cell.expected and cell.expected.verdict) == ("wasteful", "wasteful")
    path = tmp_path / "reference.json"
    for changes, is_kept in (({"verdict": "stale"}, False), ({"expected": None}, True)):
        first.model_copy(update={"cells": [cell.model_copy(update=changes)]}).write(path)
        (found,) = measured(tmp_path).cells
        assert (found.verdict, found.expected) == (cell.verdict, cell.expected)
        assert read(path).cells == [found]
        assert (found.seconds == cell.seconds) == is_kept


def test_handover_takes_again_only_what_was_built_anew(tmp_path: Path) -> None:
    give(REFERENCE, tmp_path, jobs=2)
    first = take(TOY, tmp_path, jobs=2)
    assert take(TOY, tmp_path, jobs=2) == first
    next((tmp_path / "handover/reference/ml-salted").glob("train-*.skops")).unlink()
    second = take(TOY, tmp_path, jobs=2)
    again = [cell for cell in second.cells if cell not in first.cells]
    assert [(cell.pipeline, cell.strategy, cell.executed) for cell in again] == [("ml", "salted", ["train"])]
