"""The scenarios' own rules, and that every edit of source still finds what it edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import BadInput
from shared.pipelines import PIPELINES
from shared.rerun.scenarios import SCENARIOS, Scenario, chosen
from shared.rerun.workspace import Workspace

every = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.pipeline}-{s.name}")


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@every
def test_what_must_run_may_run(scenario: Scenario) -> None:
    assert set(scenario.least) <= set(scenario.most)


@every
def test_the_change_is_real(scenario: Scenario, tmp_path: Path) -> None:
    world = Workspace(tmp_path, ["shared"])
    scenario.before(world)
    if scenario.deletes:
        world.built[scenario.deletes] = tmp_path / "artifact"
        (tmp_path / "artifact").write_text("made")
    before = snapshot(tmp_path), world.options
    scenario.make(world)
    assert ((snapshot(tmp_path), world.options) == before) == (scenario.name == "unchanged")


@every
def test_bounds_name_steps_that_there_are(scenario: Scenario) -> None:
    renamed = {"fit", "sum_artists"} if scenario.name == "rename-step" else set()
    assert set(scenario.most) - renamed <= set(PIPELINES[scenario.pipeline]().nodes)


@every
def test_a_workspace_is_put_back_as_it_was_to_the_time_of_each_file(scenario: Scenario, tmp_path: Path) -> None:
    world = Workspace(tmp_path / "w", ["shared"])
    scenario.before(world)
    if scenario.deletes:
        world.built[scenario.deletes] = world.folder / "artifact"
        (world.folder / "artifact").write_text("made")
    times = {path: path.stat().st_mtime_ns for path in world.folder.rglob("*")}
    before = snapshot(world.folder), world.options, dict(world.built)
    world.keep()
    for _ in range(2):
        scenario.make(world)
        world.put_back()
        assert (snapshot(world.folder), world.options, world.built) == before
        assert {path: path.stat().st_mtime_ns for path in world.folder.rglob("*")} == times
    world.remove()
    assert list(tmp_path.glob("w*")) == []


def test_an_edit_that_finds_nothing_or_two_places_fails(tmp_path: Path) -> None:
    world = Workspace(tmp_path, ["shared"])
    for text in ("no such text", "import"):
        with pytest.raises(ValueError, match="not once"):
            world.edit("shared/steps/ml.py", text, "other")


def test_choosing_by_name_and_pipeline() -> None:
    assert {s.pipeline for s in chosen(None, ["unchanged"])} == {"ml", "artists"}
    assert [s.name for s in chosen("ml", ["unchanged"])] == ["unchanged"]
    for pipeline, name, complaint in (
        (None, "nope", "there are: unchanged"),
        ("nope", "unchanged", "there are: ml, artists"),
        ("ml", "add-a-day", "does not go through"),
    ):
        with pytest.raises(BadInput, match=complaint):
            chosen(pipeline, [name])
