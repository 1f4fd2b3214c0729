"""A measurement that is interrupted goes on where it was, and leaves nothing behind but what it has measured."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.engine.servers import started_with
from shared.pipelines import PROJECT
from shared.reference import ENGINE as REFERENCE
from shared.rerun.harness import gauntlet
from shared.rerun.results import read
from tests.toy_engine.engine import ENGINE as TOY

CHOSEN = ("unchanged", "change-parameter", "edit-helper")
COMPARE: tuple[str, ...] = ("compare", "--pipeline", "artists", "--strategy", "lineage", "--jobs", "1")
COMPARE += tuple(word for name in CHOSEN for word in ("--scenario", name))
CELLS = len(CHOSEN)
PATIENCE = 300  # seconds


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

    def processes(self) -> list[int]:
        """What runs with its temporary folder."""
        return started_with("TMPDIR", str(self.temporary))


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
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.thorough)],
    ids=["SIGTERM", "SIGINT"],
)
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
    if number == signal.SIGINT:  # how it goes on is the same
        return

    second = place.start(*COMPARE)
    _, said = second.communicate(timeout=PATIENCE)
    assert f"{done} of {CELLS} cells were measured before; --again: all of them anew" in said
    after = read(place.results / "toy.json").cells
    assert len({cell.place for cell in after}) == len(after) == CELLS
    assert [cell for cell in after if cell in before] == before


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked for in /proc")
def test_handover_that_is_terminated_keeps_its_builds_and_tells_how_many(place: Place) -> None:
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
    assert len(list((place.results / "handover" / "toy").iterdir())) == int(done)


def test_what_was_measured_is_not_measured_again_unless_told(tmp_path: Path) -> None:
    def seconds(*scenarios: str, again: bool = False) -> dict[str, float]:
        """Each cell's own, by which one can tell whether it was measured again."""
        results = gauntlet(REFERENCE, "artists", ["native"], scenarios, tmp_path, jobs=1, again=again)
        return {cell.scenario: cell.seconds for cell in results.cells}

    first = seconds("unchanged")
    assert seconds("unchanged") == first
    both = seconds("unchanged", "bump-only")
    assert both.items() > first.items()
    assert seconds("unchanged", "bump-only", again=True) != both
