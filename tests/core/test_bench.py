"""The bench, with the reference engine: how first runs must end, and what is said when they do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from shared.reference import ENGINE
from shared.rerun.bench import Bench
from shared.rerun.fresh import ForkServer
from shared.rerun.oracle import Oracle
from shared.rerun.results import Cell
from shared.rerun.scenarios import Scenario, chosen
from shared.rerun.scenarios.accidents import STORE
from shared.rerun.scenarios.ml import GROUND
from shared.rerun.scenarios.scenario import nothing
from shared.rerun.workspace import Workspace
from tests.toy_engine.engine import ENGINE as TOY

TOY_SOURCE = "tests/toy_engine/engine.py"
UNCHANGED = Scenario("unchanged", "ml", "nothing", nothing, most=GROUND.steps)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    env = {"SALTWORKS_CACHE_DIR": str(folder / "digests")}
    with ForkServer((), {}) as server:
        yield Bench(ENGINE, server, Oracle(server, folder, env), folder, env)


@pytest.fixture(scope="module")
def toy(bench: Bench) -> Bench:
    """The same bench for the toy engine, which has a cache."""
    return replace(bench, engine=TOY)


def measured(bench: Bench, *scenarios: Scenario) -> list[Cell]:
    return [cell for _, cell in bench.lane("native", scenarios)]


@pytest.mark.parametrize("name", ["fail-then-fix", "two-at-once", "move-workspace", "revert"])
def test_a_world_that_begins_or_ends_otherwise_is_built_in_full(bench: Bench, name: str) -> None:
    (scenario,) = chosen("ml", [name])
    (cell,) = measured(bench, scenario)
    assert cell.verdict == "wasteful", cell.note
    assert sorted(cell.executed) == sorted(GROUND.steps * (2 if scenario.together else 1))
    assert cell.disputed == []


@pytest.mark.parametrize(("wasted", "settled"), [(1, 2), (3, None)])
def test_before_the_change_it_builds_until_a_build_executes_nothing_and_says_how_many_that_took(
    toy: Bench, wasted: int, settled: int | None
) -> None:
    """The toy engine, but so made that it finds nothing in as many builds as are wasted after the first."""

    def forget(world: Workspace) -> None:
        runs = 'len(list(build.cache.store.root.glob(".ledger/*")))'
        world.edit(TOY_SOURCE, "= build.cache.reuse(call)", f"= build.cache.reuse(call) if {runs} > {wasted} else None")
        world.edit(TOY_SOURCE, "build.cache.make(call)", "build.cache.execute(call)")

    (cell,) = (cell for _, cell in toy.lane("salted", [replace(UNCHANGED, before=forget)]))
    assert (cell.settled, cell.verdict) == (settled, "exact"), cell.note


def test_what_never_reuses_never_settles_and_is_not_built_again_and_a_scenario_without_a_build_is_not_asked(
    bench: Bench,
) -> None:
    crash, late = (chosen("ml", [name])[0] for name in ("crash", "late-input"))
    (cell,) = measured(bench, UNCHANGED)
    assert cell.settled is None
    assert [cell.settled for one in (crash, late) for cell in measured(bench, one)] == [0, 0]


def test_nothing_is_left_behind_but_the_digests_of_files(bench: Bench) -> None:
    measured(bench, UNCHANGED)
    assert [path.name for path in bench.scratch.iterdir()] == ["digests"]


def test_scenarios_that_begin_alike_do_not_see_each_other(bench: Bench) -> None:
    damaged, parameter = (chosen("ml", [name])[0] for name in ("damage-last", "change-parameter"))
    cells = measured(bench, damaged, parameter, UNCHANGED)
    assert [cell.verdict for cell in cells] == ["wasteful", "wasteful", "exact"]
    assert [cell.healed for cell in cells] == [True, None, None]
    assert cells[2].edit == ""


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"first": "killed"}, "the first run had to be killed, and ended with status 0"),
        ({"first": "failed"}, "the first run had to be failed, and ended with status 0"),
        ({"first": "refused"}, "the first run had to be refused, and ended with status 0"),
        ({"changes_target": True}, "the change did not do to a clean build what the scenario says it does"),
        ({"before": GROUND.failure.make}, "reference failed: error: evaluate: RuntimeError: no such luck"),
        ({"make": GROUND.failure.make}, "reference failed: error: evaluate: RuntimeError: no such luck"),
    ],
)
def test_what_does_not_go_as_the_scenario_says_is_an_error(
    bench: Bench, changes: dict[str, object], complaint: str
) -> None:
    (cell,) = measured(bench, replace(UNCHANGED, **changes))  # type: ignore[arg-type]
    assert cell.verdict == "error"
    assert re.sub(r" \([\w/]+\.py:\d+\)$", "", cell.note) == complaint  # where in the code


def test_a_killed_run_that_leaves_half_an_artifact_in_sight_is_an_error(bench: Bench) -> None:
    """The crash as it is, but of a store that writes its files in place."""
    (crash,) = chosen("ml", ["crash"])

    def write_in_place(world: Workspace) -> None:
        crash.before(world)
        for old, new in (
            ('temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")', "temporary = path"),
            ("temporary.unlink(missing_ok=True)", "pass"),
        ):
            world.edit(STORE, old, new)

    (cell,) = measured(bench, replace(crash, before=write_in_place))
    assert (cell.verdict, cell.note) == ("error", "train.skops: visible after the first run, and not whole")


def test_runs_after_the_change_are_told_what_it_touches_and_the_first_is_told_nothing(bench: Bench) -> None:
    def tell(world: Workspace) -> None:
        line = "    return models.classifier"
        note = 'print(os.environ.get("SALTWORKS_TOUCHED", "clean build"), file=open("touched", "a"))'
        world.edit(GROUND.source, line, f"    import os\n\n    {note}\n{line}")

    (revert,) = chosen("ml", ["revert"])
    for _, cell in bench.lane("native", [replace(revert, before=tell)]):
        assert cell.verdict == "wasteful", cell.note
        (noted,) = bench.scratch.glob("ml-native-revert-????????/touched")
        told = [line for line in noted.read_text().splitlines() if line != "clean build"]
        assert told == ["", "train", "train"]


def test_of_two_runs_that_meet_neither_begins_before_both_are_there(tmp_path: Path) -> None:
    package = tmp_path / "meets"
    package.mkdir()
    (package / "engine.py").write_text("from pathlib import Path\nPath('loaded').touch()\n")
    (package / "__main__.py").write_text("import sys\nfrom pathlib import Path\nPath(sys.argv[1]).touch()\n")
    with ForkServer((), {}, common=()) as server, ThreadPoolExecutor(2) as pool:
        first = pool.submit(server.run, "meets", ["first"], tmp_path, {}, meet="here")
        while not (tmp_path / "loaded").exists():
            assert not first.done(), first.result()
        assert not (tmp_path / "first").exists()
        second = pool.submit(server.run, "meets", ["second"], tmp_path, {}, meet="here")
        assert (first.result().status, second.result().status) == (0, 0)
    assert (tmp_path / "first").exists() and (tmp_path / "second").exists()
