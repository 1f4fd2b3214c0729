"""The house rules that a program can hold us to."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from shared.engines import ENGINES

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {entry.package: entry for entry in ENGINES.values()}
MODULES = {module: entry.name for entry in ENGINES.values() for module in entry.modules}
FLOOR_PLAN = {"__init__.py", "ml.py", "artists.py", "engine.py", "ui.py", "__main__.py"}
# What each room of shared/ may import of shared/: itself, and these. The arrows of the design, and nothing against
# them. All may import the library, which imports nothing of shared/.
CORE = {"steps", "pipelines", "engine"}
ARROWS = {
    "engines": set(),
    "steps": set(),
    "pipelines": {"steps"},
    "engine": {"steps", "pipelines"},
    "reference": CORE,
    "options": {"engine"},
    "rerun": CORE | {"engines", "reference"},
    "conformance": CORE | {"reference", "rerun"},
    "score": CORE | {"rerun"},
    "report": CORE | {"engines", "rerun", "score"},
    "cli": CORE | {"options", "rerun", "report", "score"},
}


def modules(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.py") if path.name != "__main__.py"]


def imports(path: Path, *, types: bool = True) -> set[str]:
    """Every module that a source file imports, at its top or within functions, and for ``types`` alone."""
    found: set[str] = set()
    todo: list[ast.AST] = [_tree(path)]
    while todo:
        node = todo.pop()
        if not types and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        todo += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module is not None
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def room(path: Path) -> str:
    return path.relative_to(ROOT / "shared").parts[0].removesuffix(".py")


def test_every_room_of_shared_has_its_arrows() -> None:
    rooms = {room(path) for path in modules(ROOT / "shared")} - {"__init__"}
    assert rooms == set(ARROWS), "each module or package of shared/ is in ARROWS, and nothing else is"


@pytest.mark.parametrize("path", modules(ROOT / "shared"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    allowed = ARROWS.get(room(path), set()) | {room(path)}
    for name in imports(path):
        package, _, rest = name.partition(".")
        assert package not in PACKAGES, f"{path} imports {name}: shared imports no engine folder"
        assert package not in MODULES, f"{path} imports {name}: shared imports no engine"
        assert package != "peers", f"{path} imports {name}: shared knows no peer but by its results"
        if package == "shared":
            assert rest.partition(".")[0] in allowed, f"{path} imports {name}, against the arrows"


@pytest.mark.parametrize("path", modules(ROOT / "saltern"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_knows_no_engine_but_in_its_adapters_and_nothing_of_the_showcase(path: Path) -> None:
    place = path.relative_to(ROOT / "saltern").parts[0].removesuffix(".py")
    for name in imports(path):
        package = name.partition(".")[0]
        assert package not in {"shared", "lesson", "peers", "tests", *PACKAGES}, f"{path} imports {name}"
        if package in MODULES:
            assert place == MODULES[package], f"{path} imports {name}: only that engine's adapter may"
        if package == "saltern" and place not in ENGINES:
            parts = [*name.split("."), ""]
            assert parts[1] not in ENGINES, f"{path} imports {name}: the core imports no adapter"


def test_no_file_imports_itself_by_way_of_others() -> None:
    """Of all that is imported at the top of a file or within a function. Types alone may point back."""
    packages = ("saltern", "shared", *PACKAGES, "lesson", "peers")
    files = {path for package in packages for path in (ROOT / package).rglob("*.py")}
    graph = {path: {to for name in imports(path, types=False) if (to := _file(name)) and to != path} for path in files}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(str(path.relative_to(ROOT)) for path in error.args[1]))


def _file(name: str) -> Path | None:
    """The source file that an imported name means: a module, or the module that it is taken from."""
    for parts in (name.split("."), name.split(".")[:-1]):
        place = ROOT.joinpath(*parts)
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if parts and path.is_file():
                return path
    return None


@pytest.mark.parametrize("path", sorted((ROOT / "peers").glob("*.py")), ids=lambda path: path.name)
def test_who_measures_the_peers_imports_no_engine_and_no_peer(path: Path) -> None:
    tools = {folder.name for folder in (ROOT / "peers").iterdir() if folder.is_dir()}
    for name in imports(path):
        package, _, rest = name.partition(".")
        assert package not in {*PACKAGES, *MODULES}, f"{path} imports {name}: an engine"
        assert package not in tools and not (package == "peers" and rest.partition(".")[0] in tools), f"{path}: {name}"


def test_only_the_conformance_suite_needs_pytest() -> None:
    needing = [path for path in modules(ROOT / "shared") if any("pytest" in name.split(".") for name in imports(path))]
    assert {room(path) for path in needing} == {"conformance"}


def test_every_engine_folder_is_registered() -> None:
    assert {path.parent.name for path in ROOT.glob("*/engine.py")} == set(PACKAGES), "they stand in shared/engines.py"


@pytest.mark.parametrize("folder", PACKAGES)
def test_the_engine_folders_have_the_same_floor_plan(folder: str) -> None:
    """What an engine needs beside it, and none of the others does, says what it is for."""
    files = {path.name: path for path in (ROOT / folder).glob("*.py")}
    assert files.keys() >= FLOOR_PLAN
    silent = [name for name, path in files.items() if name != "__main__.py" and not ast.get_docstring(_tree(path))]
    assert silent == []


@pytest.mark.parametrize("folder", PACKAGES)
def test_an_engine_folder_imports_no_other(folder: str) -> None:
    strangers = {*PACKAGES, *MODULES} - {folder, *PACKAGES[folder].modules}
    for path in (ROOT / folder).rglob("*.py"):
        for name in imports(path):
            assert name.partition(".")[0] not in strangers, f"{path} imports {name}"
            assert not name.startswith("shared.rerun"), f"{path} imports {name}: an engine does not know the gauntlet"


@pytest.mark.parametrize("folder", PACKAGES)
def test_the_wirings_write_their_steps_out(folder: str) -> None:
    """ml.py and artists.py are that engine's own code, not a loop over shared.pipelines."""
    for name in ("ml.py", "artists.py"):
        assert "shared.pipelines.ml_pipeline" not in imports(ROOT / folder / name)
        assert "shared.pipelines.artists_pipeline" not in imports(ROOT / folder / name)
        assert "shared.pipelines.PIPELINES" not in imports(ROOT / folder / name)


@pytest.mark.parametrize("path", [p for f in ("shared", "peers", *PACKAGES) for p in (ROOT / f).rglob("*.py")], ids=str)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 260
