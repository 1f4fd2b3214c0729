"""The house rules that a program can hold us to."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGINES = {"luigi_impl": "luigi", "dask_impl": "dask", "airflow_dags": "airflow", "prefect_flows": "prefect"}
FLOOR_PLAN = {"__init__.py", "ml.py", "artists.py", "salting.py", "engine.py", "ui.py", "__main__.py"}
# What an engine needs beside, and none of the others does.
BESIDE = {
    # An operator, the trigger form; what operators do about a change; a database, a whole Airflow to run against; and a
    # slow start, made once with a DAG that does nothing.
    "airflow_dags": {
        "operators.py",
        "params.py",
        "clearing.py",
        "database.py",
        "stack.py",
        "warm.py",
        "rehearsal.py",
    },
    # What tasks do on workers; results published on a cluster that lives on; and such a cluster.
    "dask_impl": {"tasks.py", "live.py", "cluster.py"},
    # A server to run against, what tells the states of tasks; what its pages can start, and show of a result.
    "prefect_flows": {"server.py", "task_runners.py", "deployments.py", "summaries.py"},
}
# What each room of shared/ may import: itself, and these. The arrows of the design, and nothing against them.
LEAVES = {"errors"}
STEPS = LEAVES | {"steps"}
CORE = STEPS | {"codecs", "salting", "store", "ledger", "reasons", "cache", "pipelines"}
ARROWS = {
    "errors": set(),
    "command": LEAVES,
    "servers": set(),
    "steps": LEAVES,
    "codecs": LEAVES,
    "salting": STEPS,
    "store": LEAVES | {"salting"},
    "ledger": LEAVES | {"store"},
    "reasons": STEPS | {"salting", "store"},
    "cache": STEPS | {"codecs", "salting", "store", "ledger", "reasons"},
    "pipelines": STEPS | {"salting"},
    "build": CORE,
    "engine": CORE | {"build"},
    "outcome": CORE | {"build", "engine"},
    "plan": CORE | {"build", "engine"},
    "reference": CORE | {"build", "engine"},
    "rerun": CORE | {"build", "engine", "reference"},
    "conformance": CORE | {"build", "engine", "reference", "rerun"},
    "report": CORE | {"rerun"},
    "ui": CORE | {"build", "engine", "servers"},
    "cli": CORE | {"command", "build", "engine", "outcome", "plan", "rerun", "report", "ui"},
}

# What a module may import beyond what its room may: commands that judge a store by today's pipelines. The room itself
# does without them (see test_housekeeping.py).
BEYOND = {"store/currency.py": {"pipelines", "steps"}, "store/pruning.py": {"ledger"}}


def modules(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.py") if path.name != "__main__.py"]


def imports(path: Path) -> set[str]:
    """Every module that a source file imports, at its top or within functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    return path.relative_to(ROOT / "shared").parts[0].removesuffix(".py")


def test_every_room_of_shared_has_its_arrows() -> None:
    rooms = {room(path) for path in modules(ROOT / "shared")} - {"__init__"}
    assert rooms == set(ARROWS), "each module or package of shared/ is in ARROWS, and nothing else is"


@pytest.mark.parametrize("path", modules(ROOT / "shared"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    beyond = BEYOND.get(path.relative_to(ROOT / "shared").as_posix(), set())
    allowed = ARROWS.get(room(path), set()) | {room(path)} | beyond
    for name in imports(path):
        package, _, rest = name.partition(".")
        assert package not in ENGINES, f"{path} imports {name}: shared imports no engine folder"
        assert package not in {*ENGINES.values(), "distributed"}, f"{path} imports {name}: shared imports no engine"
        if package == "shared":
            assert rest.partition(".")[0] in allowed, f"{path} imports {name}, against the arrows"


def test_only_the_conformance_suite_needs_pytest() -> None:
    needing = [path for path in modules(ROOT / "shared") if any("pytest" in name.split(".") for name in imports(path))]
    assert {room(path) for path in needing} == {"conformance"}


@pytest.mark.parametrize("folder", ENGINES)
def test_the_engine_folders_have_the_same_floor_plan(folder: str) -> None:
    assert {path.name for path in (ROOT / folder).glob("*.py")} == FLOOR_PLAN | BESIDE.get(folder, set())


@pytest.mark.parametrize("folder", ENGINES)
def test_an_engine_folder_imports_no_other(folder: str) -> None:
    strangers = {*ENGINES, *ENGINES.values()} - {folder, ENGINES[folder]}
    for path in (ROOT / folder).rglob("*.py"):
        for name in imports(path):
            assert name.partition(".")[0] not in strangers, f"{path} imports {name}"
            assert not name.startswith("shared.rerun"), f"{path} imports {name}: an engine does not know the gauntlet"


@pytest.mark.parametrize("folder", ENGINES)
def test_the_wirings_write_their_steps_out(folder: str) -> None:
    """ml.py and artists.py are that engine's own code, not a loop over shared.pipelines."""
    for name in ("ml.py", "artists.py"):
        assert "shared.pipelines.ml_pipeline" not in imports(ROOT / folder / name)
        assert "shared.pipelines.artists_pipeline" not in imports(ROOT / folder / name)
        assert "shared.pipelines.PIPELINES" not in imports(ROOT / folder / name)


@pytest.mark.parametrize("path", [p for f in ("shared", *ENGINES) for p in (ROOT / f).rglob("*.py")], ids=str)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 260
