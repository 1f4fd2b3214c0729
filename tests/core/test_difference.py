"""What is said of a change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.rerun.difference import COLUMNS, LINES, difference, snapshot
from shared.rerun.workspace import Workspace

CSV, MONDAY, TUESDAY = "data/digits.csv", "data/streams/2018-03-05.tsv", "data/streams/2018-03-06.tsv"


@pytest.fixture
def world(tmp_path: Path) -> Workspace:
    world = Workspace(tmp_path / "w", ["shared"])
    world.store.mkdir()
    world.built["report"] = "report.html"
    world.artifact("report").write_text("<html>" * 100)
    return world


def said(world: Workspace, change: Callable[[], object]) -> list[str]:
    before = snapshot(world)
    change()
    return difference(before, snapshot(world)).splitlines()


def test_nothing_is_said_of_nothing(world: Workspace) -> None:
    assert said(world, lambda: None) == []


def test_an_edit_of_text_is_a_unified_diff(world: Workspace) -> None:
    lines = said(world, lambda: world.edit("shared/steps/tables.py", "LEAST_PLAYS = 1 ", "LEAST_PLAYS = 50 "))
    assert lines[:2] == ["--- shared/steps/tables.py", "+++ shared/steps/tables.py"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-LEAST_PLAYS = 1  # an artist with fewer is left out of a sum",
        "+LEAST_PLAYS = 50  # an artist with fewer is left out of a sum",
    ]


def test_what_the_user_says_is_said(world: Workspace) -> None:
    world.set("train.C", 1)
    world.set("train.kernel", "rbf")
    assert said(world, lambda: world.set("train.C", 0.01)) == ["no longer: --set train.C=1", "--set train.C=0.01"]
    assert said(world, lambda: world.unset("train.C")) == ["no longer: --set train.C=0.01"]
    assert said(world, lambda: world.end_on("2018-03-10")) == ["--end 2018-03-10"]


def test_what_is_no_text_is_said_in_a_line(world: Workspace) -> None:
    assert said(world, lambda: world.touch(CSV)) == [f"{CSV}: same content, new time of change"]
    assert said(world, lambda: world.rename(CSV, "kept.csv")) == [f"kept.csv: moved here from {CSV}"]
    assert said(world, lambda: (world.folder / "kept.csv").unlink()) == ["kept.csv: deleted"]
    assert said(world, lambda: world.exchange(MONDAY, TUESDAY)) == [
        f"{MONDAY}: has the content that {TUESDAY} had",
        f"{TUESDAY}: has the content that {MONDAY} had",
    ]
    assert said(world, lambda: world.flip("report")) == [
        "store/report.html: 1 of its 600 bytes changed, the first at 300"
    ]
    assert said(world, lambda: world.truncate("report")) == ["store/report.html: 600 bytes before, 300 now"]
    assert said(world, lambda: world.delete("report")) == ["store/report.html: deleted"]
    assert said(world, world.move) == ["the folder w is now w-moved"]


def test_a_long_change_is_cut_and_says_how_much_is_left_out(world: Workspace) -> None:
    lines = said(world, lambda: world.add_plays("2018-03-05", "X" * 2 * COLUMNS, 1000))
    assert len(lines) == LINES
    assert lines[-1] == f"... and {2 + 1 + 3 + 1000 - LINES + 1} lines more"
    assert max(map(len, lines)) == COLUMNS
    assert lines[-2].endswith(" ...")
