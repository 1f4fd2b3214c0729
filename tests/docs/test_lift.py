"""The chapter on lifting: its commands are run, on each engine, with what is lifted and with nothing else of ours."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIFT = ROOT / "docs" / "lift"
CHAPTER = (ROOT / "docs" / "lift.md").read_text()
PACKAGES = {"luigi": "luigi_impl", "dask": "dask_impl", "airflow": "airflow_dags", "prefect": "prefect_flows"}
LOOKS_AT_EVERY_STEP = {"airflow", "prefect"}
RAN = re.compile(r"^(?:clean|monthly|chart): .*$", re.MULTILINE)  # among what an engine has to say


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.config.getoption("--engine")
    if name not in PACKAGES:
        pytest.skip("the small projects need an engine: --engine luigi, dask, airflow or prefect")
    return name


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is installed here but Saltworks itself, to be the whole of a Python's ``sys.path`` (with ``-S``)."""
    folder = tmp_path_factory.mktemp("libraries")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "saltern" not in entry.name and "saltworks" not in entry.name and entry.suffix != ".pth":
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture(scope="session")
def service(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """What somebody with a project on this engine has already: a Prefect server, a database for Airflow."""
    folder = tmp_path_factory.mktemp("service")
    with ExitStack() as stack:
        env: Mapping[str, str] = {}
        if engine == "prefect":
            from prefect_flows.server import serving

            env = stack.enter_context(serving(folder))
        elif engine == "airflow":
            from airflow_dags import database

            database.copy(database.template(), folder / "airflow.db")
            env = {
                "AIRFLOW_HOME": str(folder),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",  # projects of many tests have one DAG's name
                "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
            }
        yield env


@dataclass(frozen=True)
class Project:
    """A folder outside of ours. Its Python sees the folder and the libraries."""

    folder: Path
    env: Mapping[str, str]

    def shell(self, line: str, cwd: Path | None = None, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        env = os.environ | self.env | {"AIRFLOW__CORE__DAGS_FOLDER": str(self.folder)}
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=cwd or self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def run(self) -> list[str]:
        """Run the pipeline: which steps ran, as it says itself, and why."""
        return RAN.findall(self.shell("python pipeline.py").stdout)

    def manifest(self, step: str) -> dict[str, object]:
        """The manifest of the one artifact of a step."""
        (path,) = (self.folder / "store").glob(f"{step}-*.manifest.json")
        return dict(json.loads(path.read_text()))


@pytest.fixture(scope="session")
def env(service: Mapping[str, str], libraries: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment in which ``python`` is this one, without its site-packages but with the libraries."""
    programs = tmp_path_factory.mktemp("bin")
    (programs / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    (programs / "python").chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    digests = str(tmp_path_factory.mktemp("digests"))
    return {**service, "PATH": path, "PYTHONPATH": str(libraries), "SALTWORKS_CACHE_DIR": digests}


@pytest.fixture(scope="session")
def built(engine: str, env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with what the chapter has a reader copy into it, after a first run."""
    project = Project(tmp_path_factory.mktemp("built") / "temperatures", env)
    for command in next(sessions(engine, project.folder)):
        project.shell(command.line, ROOT)
    assert project.run() == ["clean: first run", "monthly: first run", "chart: first run"]
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy to change. Nothing in a salt depends on where a project lies, so nothing runs again for that."""
    return Project(Path(shutil.copytree(built.folder, tmp_path / "temperatures")), built.env)


@dataclass(frozen=True)
class Command:
    line: str
    output: str


def sessions(engine: str, folder: Path) -> Iterator[list[Command]]:
    """The chapter's console sessions, written out for an engine and a folder: commands, each with what it prints."""
    for block in re.findall(r"```console\n(.*?)```", CHAPTER, re.DOTALL):
        text = block.replace("lift/luigi", f"lift/{engine}").replace("../temperatures", str(folder))
        parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
        yield [Command(*part.split("\n", 1)) for part in parts]


def test_what_its_sessions_show_is_what_happens(env: Mapping[str, str], engine: str, tmp_path: Path) -> None:
    project = Project(tmp_path / "temperatures", env)
    cwd, seen = ROOT, 0
    for session in sessions(engine, project.folder):
        for command in session:
            if command.line.startswith("cd "):
                cwd = ROOT if command.line == "cd ../saltworks" else Path(command.line.removeprefix("cd "))
                continue
            output = project.shell(command.line, cwd).stdout
            if command.line.startswith("python pipeline.py"):
                output = "".join(f"{line}\n" for line in RAN.findall(output))
            assert output == command.output, f"$ {command.line}"
            seen += 1
    assert seen > 10


def test_the_chart_is_the_one_that_the_project_drew_before(project: Project, engine: str) -> None:
    manifest = project.manifest("chart")
    assert (manifest["engine"], manifest["strategy"]) == (engine, "lineage")
    for part in (LIFT / "before" / "steps.py", LIFT / "before" / engine / "pipeline.py"):
        shutil.copy(part, project.folder)
    project.shell("python pipeline.py")
    after = project.folder / "store" / str(manifest["name"])
    assert (project.folder / "chart.html").read_text() == after.read_text()


def test_a_manifest_says_what_went_in(built: Project) -> None:
    recipe = built.manifest("monthly")["recipe"]
    assert isinstance(recipe, dict)
    assert recipe["code"].keys() == {"steps:monthly", "stats:mean"}
    assert recipe["params"] == {"digits": 1}
    assert recipe["inputs"] == {"days": f"salt:{built.manifest('clean')['salt']}"}


def test_a_deleted_middle_is_made_again_where_the_engine_looks_at_every_step(project: Project, engine: str) -> None:
    (project.folder / "store" / str(project.manifest("monthly")["name"])).unlink()
    assert project.run() == (["monthly: output missing"] if engine in LOOKS_AT_EVERY_STEP else [])


def test_nothing_of_ours_comes_in_by_another_way(project: Project) -> None:
    shutil.rmtree(project.folder / "saltern")
    done = project.shell("python pipeline.py", check=False)
    assert done.returncode == 1
    assert "No module named 'saltern'" in done.stderr


def test_the_chapter_names_the_libraries_that_the_library_needs() -> None:
    core = [path for path in (ROOT / "saltern").glob("*.py") if path.stem not in {*PACKAGES, "command", "__main__"}]
    modules = {name.partition(".")[0] for path in core for name in imported(path)}
    libraries = modules - set(sys.stdlib_module_names) - {"saltern"}
    assert libraries == {"blake3", "filelock", "platformdirs", "pydantic", "polars", "skops", "upath"}
    assert "`blake3`, `filelock`, `platformdirs` and `pydantic`" in CHAPTER
    assert all(f"`{extra}` ({distribution}" in CHAPTER for extra, distribution in EXTRAS.items())


EXTRAS = {"parquet": "polars", "models": "skops", "s3": "a store on S3"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
