"""The README, and the pages beside it for those who work on the project, are kept true by running and reading them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from saltern.strategies import STRATEGIES
from shared.engines import ENGINES
from shared.report import costs
from shared.rerun.scenarios import SCENARIOS
from shared.rerun.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
PAGES = sorted(path.name for path in ROOT.glob("*.md"))


def test_the_example_of_lifting_the_salting_runs_and_the_second_time_reuses(tmp_path: Path) -> None:
    world = Workspace(tmp_path / "w", ["shared"])
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    runs = [
        subprocess.run([sys.executable, "-c", example], cwd=world.folder, check=True, capture_output=True, text=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.startswith("train-")
    assert len(list((world.folder / "store" / ".ledger" / "today").glob("*-started.json"))) == 2


def test_the_readme_links_to_the_pages_beside_it() -> None:
    assert set(PAGES) - {"README.md"} <= set(re.findall(r"\]\(([^)]+)\)", README))


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_links_to_is_there(page: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", (ROOT / page).read_text()) if "://" not in link]
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_job_that_a_page_names_is_a_nox_session(page: str) -> None:
    functions = [
        node for node in ast.parse((ROOT / "noxfile.py").read_text()).body if isinstance(node, ast.FunctionDef)
    ]
    sessions = {function.name for function in functions if "nox.session" in map(_called, function.decorator_list)}
    sessions |= set(ENGINES)  # which the registry gives one each
    named = re.findall(r"nox -s ([a-z]+(?: [a-z]+)*)", (ROOT / page).read_text())
    assert {session for names in named for session in names.split()} <= sessions


def _called(decorator: ast.expr) -> str:
    return ast.unparse(decorator).partition("(")[0]


def test_contributing_has_five_commands_and_names_files_that_are_there() -> None:
    (commands,) = re.findall(r"## Five commands\n\n```console\n(.*?)```", CONTRIBUTING, re.DOTALL)
    assert len(commands.splitlines()) == 5
    paths = [path for path in re.findall(r"`([\w./]+)`", CONTRIBUTING) if "/" in path and path != "dist/"]
    assert paths
    assert [path for path in paths if not path.startswith(".nox/") and not (ROOT / path).exists()] == []
    tests = re.findall(r"-m pytest (\S+)", CONTRIBUTING)
    assert tests
    assert [test for test in tests if not (ROOT / test).exists()] == []


def test_the_changelog_keeps_its_form() -> None:
    first, *released = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
    assert first == "Unreleased"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", heading) for heading in released)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= kinds


def test_the_hooks_before_a_commit_use_the_lint_environment() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    programs = re.findall(r"entry: (\S+)", hooks)
    assert {Path(program).parent.as_posix() for program in programs} == {".nox/lint/bin"}
    group = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["lint"]
    assert {Path(program).name for program in programs} == {re.split(r"[<>=]", need)[0] for need in group}
    assert re.findall(r"repo: (.+)", hooks) == ["local"], "no other machine is asked"


def test_its_tables_name_every_strategy_and_its_picture_every_quick_scenario() -> None:
    assert all(f"| `{name}` |" in README for name in STRATEGIES)
    picture = (ROOT / "docs" / "matrix.svg").read_text()
    assert [scenario.name for scenario in SCENARIOS if scenario.quick and scenario.name not in picture] == []


def test_what_a_task_costs_is_as_it_was_measured() -> None:
    measured = costs.Costs.read()
    assert measured
    assert costs.MARKED.written(README) == measured.table()
