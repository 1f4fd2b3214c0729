"""A fifth engine is small: the toy engine passes what the four pass, and its page in the docs is true."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.conformance import Conformance
from shared.engines import ENGINES
from shared.report.side_by_side import CONCEPTS
from shared.rerun.expectations import parse
from shared.rerun.results import read
from shared.rerun.workspace import Workspace
from tests.toy_engine.engine import ENGINE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "add-an-engine.md").read_text()
BLOCKS = re.findall(r"```(?:python|toml)\n(.*?)```", PAGE, re.DOTALL)
SOURCE = "tests/toy_engine/engine.py"


class TestToy(Conformance):
    engine = ENGINE


@pytest.mark.parametrize("file", [SOURCE, "tests/toy_engine/__main__.py", "tests/toy_engine/side_by_side.toml"])
def test_the_page_shows_the_file_in_full(file: str) -> None:
    assert (ROOT / file).read_text() in BLOCKS


def test_every_file_the_page_links_to_is_there() -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", PAGE)]
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_the_expectation_that_the_page_shows_is_one(tmp_path: Path) -> None:
    (entry,) = (block for block in BLOCKS if "[[expect]]" in block)
    (tmp_path / "expectations.toml").write_text(entry)
    (expectation, *_) = parse(tmp_path / "expectations.toml", ENGINE.strategies).values()
    assert (expectation.verdict, expectation.kind) == ("stale", "by design")


def test_an_engine_that_is_added_as_the_page_says_goes_through_the_gauntlet_and_has_its_column(tmp_path: Path) -> None:
    world = Workspace(tmp_path / "clone", [entry.package for entry in ENGINES.values()])
    shutil.copy(ROOT / "noxfile.py", world.folder)
    shutil.copytree(ROOT / "tests/toy_engine", world.folder / "my_engine", ignore=shutil.ignore_patterns("__pycache__"))
    (world.folder / "my_engine/__init__.py").touch()
    for file in ("my_engine/engine.py", "my_engine/__main__.py"):
        world.edit(file, "tests.toy_engine", "my_engine")
    (line,) = (block for block in BLOCKS if block.startswith("Entry("))
    world.edit("shared/engines.py", "    )\n}\n", f"        {line.strip()},\n    )\n}}\n")

    (compare, *_) = re.findall(r"^python (-m .* compare .*)$", PAGE, re.MULTILINE)
    for command in (compare.replace("tests.toy_engine", "my_engine"), "-m shared.report"):
        subprocess.run([sys.executable, *command.split()], cwd=world.folder, check=True)
    results = world.folder / "results"
    cells = read(results / "toy.json").cells
    assert {(cell.pipeline, cell.strategy) for cell in cells} >= {("ml", "native"), ("artists", "salted")}
    assert {(cell.scenario, cell.verdict, len(cell.executed)) for cell in cells} == {("unchanged", "exact", 0)}

    assert (results / "report/engine-toy.html").exists()
    assert re.search(r"<th\b[^>]*>toy\b", (results / "report/index.html").read_text())
    page = (results / "report/side-by-side.html").read_text()
    by_concept = page.partition('id="concept-1"')[2].partition('id="facts"')[0]
    assert re.findall(r'<article data-engine="(\w+)">', by_concept) == [*ENGINES, "toy"] * len(CONCEPTS)
    assert page.count("<figcaption>my_engine/engine.py<") >= 5


@pytest.mark.parametrize(
    ("right", "wrong", "caught"),
    [
        ("found or build.cache.make(call)", "build.cache.execute(call)", "second_run and salted and ml"),
        ("return build.graph.edges", "return dict.fromkeys(build.graph.nodes, frozenset())", "own_graph and salted-ml"),
    ],
)
def test_the_suite_fails_an_engine_that_is_wrong_and_shows_both_sides(
    tmp_path: Path, right: str, wrong: str, caught: str
) -> None:
    world = Workspace(tmp_path / "w", [ENGINE.package])
    world.edit(SOURCE, right, wrong)
    (test,) = (code for code in BLOCKS if "class TestMyEngine(Conformance)" in code)
    (world.folder / "test_mine.py").write_text(test.replace("my_engine", "tests.toy_engine"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py", "-k", caught]
    finished = subprocess.run(command, cwd=world.folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert re.search(r"^1 failed, \d+ deselected", finished.stdout, re.MULTILINE), finished.stdout
    assert re.search(r"^E .*\bassert .+ (==|not in) ", finished.stdout, re.MULTILINE), finished.stdout
