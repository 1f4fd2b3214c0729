"""A project has the same salts wherever it lies, and wherever the library lies."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from saltern.strategies import STRATEGIES
from shared.pipelines import PROJECT

FILES = {
    "pyproject.toml": "",
    "data/temperatures.csv": "day,celsius\n2025-01-01,1.5\n2025-01-02,-3\n",
    "weather/__init__.py": "SCALE = 2\n",
    "weather/steps.py": """
import csv
from pathlib import Path

import rounding
import weather.places.north
from saltern import step
from weather import SCALE

from .units import Kelvin


@step(version="1", writes="json", libraries=["pydantic"])
def clean(measured: Path):
    with measured.open(newline="") as file:
        return {row["day"]: SCALE * float(row["celsius"]) for row in csv.DictReader(file)}


@step(version="1", writes="json")
def mean(days, *, digits: int = 1):
    return rounding.nearest(Kelvin(sum(days.values()) / len(days)).celsius + weather.places.north.HEIGHT, digits)
""",
    "weather/units.py": """
class Kelvin:
    def __init__(self, celsius):
        self.celsius = celsius + 0.0
""",
    "weather/places/north.py": "HEIGHT = 120\n",  # in a folder without __init__.py
    "rounding.py": """
from functools import cache


@cache
def nearest(value, digits):
    return round(value, digits)
""",
}
# Prints where the library lies, then the salts under every strategy that has some.
PROGRAM = """
import sys
from pathlib import Path

import saltern
from saltern import Cache, Source
from weather import steps

print(Path(saltern.__file__).parent)
for strategy in sys.argv[2:]:
    cache = Cache("store", strategy, run="today", engine="plain")
    days = cache.make(cache.call(steps.clean, {"measured": Source.at(Path(sys.argv[1]) / "data" / "temperatures.csv")}))
    print(strategy, days.salt, cache.call(steps.mean, {"days": days}, {"digits": 2}).artifact.salt)
"""
SALTED = [name for name, strategy in STRATEGIES.items() if strategy.salts]


def checkout(folder: Path, code: str = ".") -> Path:
    """The project, with its code where ``code`` says and its data as ever."""
    for name, text in FILES.items():
        path = folder / ("." if name.startswith(("data", "pyproject")) else code) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def salts(
    python: Path, project: Path, code: str = ".", *, run_in: Path | None = None, library: Path | None = None
) -> dict[str, list[str]]:
    """Strategy -> the salts of both steps. ``library`` is where saltern must come from, if not from the environment."""
    env: Mapping[str, str] = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-c", PROGRAM, project, *SALTED],
        cwd=run_in or project,
        env={**env, "PYTHONPATH": str(project / code)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    place, *lines = done.stdout.splitlines()
    assert Path(place).resolve() == (library or next(python.parents[1].glob("lib/*/site-packages/saltern"))).resolve()
    return {strategy: found for strategy, *found in map(str.split, lines)}


@pytest.fixture(scope="session")
def python(programs: Path) -> Path:
    return programs / "python"


@pytest.fixture(scope="session")
def usual(python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """With the library installed, and the code in the project's own folder."""
    found = salts(python, checkout(tmp_path_factory.mktemp("usual")))
    assert found.keys() == {"content", "salted", "lineage", "cutoff"}
    return found


def test_below_src(python: Path, usual: object, tmp_path: Path) -> None:
    assert salts(python, checkout(tmp_path, "src"), "src") == usual


def test_moved_elsewhere(python: Path, usual: object, tmp_path: Path) -> None:
    project = checkout(tmp_path / "here")
    assert salts(python, project) == usual
    assert salts(python, project.rename(tmp_path / "there and further")) == usual


def test_in_two_checkouts_of_a_repository(python: Path, usual: object, tmp_path: Path) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        checkout(folder)
        (folder / "pyproject.toml").unlink()
        (folder / ".git").mkdir()
        assert salts(python, folder) == usual


def test_by_way_of_a_link_and_from_another_folder(python: Path, usual: object, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(checkout(tmp_path / "project"))
    assert salts(python, link, run_in=tmp_path) == usual


@pytest.mark.parametrize("code", [".", "src"])
def test_with_the_library_copied_beside_it(python: Path, usual: object, tmp_path: Path, code: str) -> None:
    project = checkout(tmp_path, code)
    library = Path(shutil.copytree(PROJECT / "saltern", project / code / "saltern"))
    assert salts(python, project, code, library=library) == usual


def test_with_the_library_in_a_folder_of_libraries(python: Path, usual: object, tmp_path: Path) -> None:
    """As ``pip install --target`` makes one."""
    target = tmp_path / "libraries"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, PROJECT], check=True, timeout=600
    )
    project = checkout(tmp_path / "project")
    (project / "sitecustomize.py").write_text(f"import sys; sys.path.insert(0, {str(target)!r})\n")
    assert salts(python, project, library=target / "saltern") == usual


def test_a_project_without_a_mark_of_its_root_is_the_folder_of_its_top_level_package(
    python: Path, usual: dict[str, list[str]], tmp_path: Path
) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        (checkout(folder) / "pyproject.toml").unlink()
        assert salts(python, folder) == usual
