"""The scenarios' own rules, and that each change does to the world and to a clean build what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from saltern.codecs import CODECS
from saltern.errors import BadInput
from shared.pipelines import PIPELINES
from shared.rerun.difference import Snapshot, snapshot
from shared.rerun.fresh import ForkServer
from shared.rerun.oracle import NoCleanBuild, Oracle
from shared.rerun.scenarios import SCENARIOS, Scenario, chosen
from shared.rerun.scenarios.artists import GROUND as ARTISTS
from shared.rerun.scenarios.ml import GROUND as ML
from shared.rerun.workspace import LIBRARIES, Workspace
from shared.steps import artists, ml

every = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.pipeline}-{s.name}")
RENAMED = {"fit", "sum_artists"}


def prepared(scenario: Scenario, folder: Path) -> Workspace:
    """A workspace as the first run would leave it, as far as the change needs it."""
    world = Workspace(folder, ["shared"])
    scenario.before(world)
    if scenario.harms:
        world.store.mkdir()
        world.built[scenario.harms] = "artifact.html"
        world.artifact(scenario.harms).write_text("<html>made")
    return world


def content(moment: Snapshot) -> tuple[tuple[str, ...], dict[str, bytes]]:
    return moment.options, {name: file.content for name, file in moment.files.items()}


@every
def test_what_must_run_may_run(scenario: Scenario) -> None:
    assert set(scenario.least) <= set(scenario.most)


@every
def test_bounds_and_what_is_touched_name_steps_that_there_are(scenario: Scenario) -> None:
    renamed = RENAMED if scenario.name == "rename-step" else set()
    assert {*scenario.most, *scenario.touches} - renamed <= set(PIPELINES[scenario.pipeline]().nodes)


@every
def test_a_change_of_the_target_makes_some_step_run(scenario: Scenario) -> None:
    assert bool(scenario.least) or not scenario.changes_target


@every
def test_the_change_is_real(scenario: Scenario, tmp_path: Path) -> None:
    world = prepared(scenario, tmp_path / "w")
    before = snapshot(world)
    scenario.make(world)
    assert (snapshot(world) == before) == (scenario.name in ("unchanged", "two-at-once"))


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s.then], ids=lambda s: f"{s.pipeline}-{s.name}")
def test_the_second_change_takes_the_first_back(scenario: Scenario, tmp_path: Path) -> None:
    world = prepared(scenario, tmp_path / "w")
    before = content(snapshot(world))
    scenario.make(world)
    assert content(snapshot(world)) != before
    assert scenario.then
    scenario.then(world)
    assert content(snapshot(world)) == before


@every
def test_a_workspace_is_put_back_as_it_was_to_the_time_of_each_file(scenario: Scenario, tmp_path: Path) -> None:
    world = prepared(scenario, tmp_path / "w")
    before = snapshot(world), dict(world.built)
    world.keep()
    for _ in range(2):
        scenario.make(world)
        world.put_back()
        assert (snapshot(world), world.built) == before
    world.remove()
    assert list(tmp_path.glob("w*")) == []


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    folder = tmp_path_factory.mktemp("oracle")
    with ForkServer((), {}) as server:
        yield Oracle(server, folder, {"SALTWORKS_CACHE_DIR": str(folder / "digests")})


@pytest.mark.parametrize(
    "scenario", [s for s in SCENARIOS if s.first == "built"], ids=lambda s: f"{s.pipeline}-{s.name}"
)
def test_the_change_does_to_a_clean_build_what_it_says(scenario: Scenario, oracle: Oracle, tmp_path: Path) -> None:
    world = prepared(scenario, tmp_path / "w")
    before = oracle.digest(world, scenario.pipeline)
    scenario.make(world)
    after = oracle.digest(world, scenario.pipeline)
    if scenario.then:
        assert scenario.name != "revert" or after != before
        scenario.then(world)
        after = oracle.digest(world, scenario.pipeline)
    assert (after != before) == scenario.changes_target


def test_the_oracle_builds_equal_worlds_once_and_says_when_it_cannot(oracle: Oracle, tmp_path: Path) -> None:
    worlds = [Workspace(tmp_path / name, ["shared"]) for name in ("one", "another")]
    first = oracle.digest(worlds[0], "ml")
    asked = len(oracle._answers)
    assert oracle.digest(worlds[1], "ml") == first
    assert len(oracle._answers) == asked
    ML.failure.make(worlds[1])
    with pytest.raises(NoCleanBuild, match="evaluate: RuntimeError: no such luck"):
        oracle.digest(worlds[1], "ml")


def test_noise_is_dropped_by_the_step_that_reads_it(tmp_path: Path) -> None:
    """Its artifact's bytes stay as they were: that is what early cutoff can see."""
    reads: list[tuple[Callable[[Path], object], str, str]] = [
        (ml.preprocess, ML.input, ML.noise),
        (artists.daily_counts, ARTISTS.input, ARTISTS.noise),
    ]
    world = Workspace(tmp_path / "w", ["shared"])
    for read, file, noise in reads:
        made = CODECS["parquet"].dump(read(world.folder / file))
        world.append(file, noise)
        assert CODECS["parquet"].dump(read(world.folder / file)) == made


def test_an_installed_library_is_one_that_python_finds_and_an_upgrade_leaves_one(tmp_path: Path) -> None:
    world = Workspace(tmp_path / "w", ["shared"])
    for version in ("1.0", "2.0"):
        world.install("brine", version, f'"""Version {version}."""\n')
        (found,) = distributions(path=[str(world.folder / LIBRARIES)])
        assert (found.name, found.version) == ("brine", version)
        recorded = {str(file): file for file in found.files or ()}
        assert set(recorded) == {f"brine-{version}.dist-info/{name}" for name in ("METADATA", "RECORD")} | {
            "brine/__init__.py"
        }
        assert recorded["brine/__init__.py"].read_text() == f'"""Version {version}."""\n'


def test_an_edit_that_finds_nothing_or_two_places_fails(tmp_path: Path) -> None:
    world = Workspace(tmp_path / "w", ["shared"])
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


def test_ten_are_quick_each_in_one_pipeline_and_a_name_reaches_any() -> None:
    quick = [scenario.name for scenario in chosen(None, [])]
    assert len(quick) == len(set(quick)) == 10
    assert len(chosen(None, [], full=True)) == len(SCENARIOS)
    assert not any(scenario.quick for scenario in chosen(None, ["rename-step"]))
