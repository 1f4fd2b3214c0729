"""The chapter on lifting: its commands are run as they are printed, on each engine, in an empty folder.

What a command gets beside the words of the chapter is a PATH that begins with an environment, and an empty HOME.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from shared.engines import ENGINES
from tests.conftest import SLOW

ROOT = Path(__file__).resolve().parents[2]
LIFT = ROOT / "docs" / "lift"
CHAPTER = (ROOT / "docs" / "lift.md").read_text()
FIRST_RUNS = "## What you get"  # the heading below which it runs once, and again
LOOKS_AT_EVERY_STEP = {"airflow", "prefect"}
ENGINE_SPEAKS = re.compile(r"python pipeline\.py|python -m luigi |airflow ")  # a command that says more than is shown
RAN = re.compile(r"^(?:clean|monthly|chart): .*$", re.MULTILINE)  # among what an engine has to say
COPY = "## Or copy the library"
PATIENCE = 900  # seconds for one session, on a machine that does much else


@dataclass(frozen=True)
class Command:
    line: str
    shown: str


def printed(heading: str) -> list[Command]:
    """The commands below a heading of the chapter, up to the next heading, each with what it prints."""
    (_, _, rest) = f"\n{CHAPTER}".partition(f"\n{heading}\n")
    assert rest, f"no heading {heading!r}"
    blocks = re.findall(r"```console\n(.*?)```", re.split(r"^##", rest, flags=re.MULTILINE)[0], re.DOTALL)
    parts = re.split(r"^\$ ", "".join(blocks), flags=re.MULTILINE)[1:]
    return [Command(*part.split("\n", 1)) for part in parts]


def setting_up(engine: str) -> list[Command]:
    return printed(f"### {engine.title()}")


@dataclass(frozen=True)
class Shell:
    """A folder that begins with nothing but a checkout of ours in it, and an environment that is active there."""

    folder: Path
    environment: Path
    preamble: tuple[str, ...] = ()  # each session begins so: with what an earlier one has exported, and its cd

    def session(self, *lines: str) -> list[str]:
        """What each line of a session prints. What it has started and left behind is ended."""
        mark = "== end of line =="
        script = "\n".join([*self.preamble, *(f"{line}\necho '{mark}'" for line in lines)])
        env = {"PATH": f"{self.environment / 'bin'}{os.pathsep}{os.defpath}", "HOME": str(self.folder / "home")}
        shell = subprocess.Popen(
            ["sh", "-ec", script],
            cwd=self.folder,
            env=env | reaching_an_index(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a process group of its own, to be ended as a whole
        )
        try:
            said, complaints = shell.communicate(timeout=PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
        outputs = said.split(f"{mark}\n")[:-1]
        assert shell.returncode == 0, f"$ {lines[len(outputs)]}\n{said}\n{complaints}"
        return outputs


def reaching_an_index() -> dict[str, str]:
    """What this machine says about the way to a package index, if that is not in a file."""
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_PROXY")}


@dataclass(frozen=True)
class Project:
    """The small project where a shell has set it up."""

    shell: Shell

    @property
    def folder(self) -> Path:
        return self.shell.folder / "temperatures"

    def run(self) -> list[str]:
        """Run the pipeline: which steps ran, as it says itself, and why."""
        (output,) = self.shell.session("python pipeline.py")
        return RAN.findall(output)

    def manifest(self, step: str) -> dict[str, object]:
        """The manifest of the one artifact of a step."""
        (path,) = (self.folder / "store").glob(f"{step}-*.manifest.json")
        return dict(json.loads(path.read_text()))


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.config.getoption("--engine")
    if name not in ENGINES:
        pytest.skip("the small projects need an engine: --engine luigi, dask, airflow or prefect")
    return name


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is installed here but Saltworks itself."""
    folder = tmp_path_factory.mktemp("libraries")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "saltern" not in entry.name and entry.suffix != ".pth":
            (folder / entry.name).symlink_to(entry)
    return folder


def environment(folder: Path, libraries: Path, *options: str) -> Path:
    """An environment in which the engine is installed, and nothing of ours."""
    subprocess.run([sys.executable, "-m", "venv", *options, str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "engine.pth").write_text(f"{libraries}\n")
    for program in (Path(sys.executable).with_name(engine) for engine in ENGINES):
        if program.exists():
            script = folder / "bin" / program.name
            script.write_text(program.read_text().replace(sys.executable, str(folder / "bin" / "python"), 1))
            script.chmod(0o755)
    return folder


def beginning(folder: Path, environment: Path) -> Shell:
    """The folder that a reader begins in."""
    (folder / "home").mkdir(parents=True)
    (folder / "saltworks").symlink_to(ROOT)
    return Shell(folder, environment)


@pytest.fixture(scope="session")
def built(engine: str, libraries: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project set up as the chapter says, with the library copied and not installed, after a first run."""
    folder = tmp_path_factory.mktemp("built")
    shell = beginning(folder / "work", environment(folder / "environment", libraries, "--without-pip"))
    lines = [command.line for command in setting_up(engine) if not command.line.startswith(("pip ", "python -m luigi"))]
    (copying,) = printed(COPY)
    shell.session(*lines, copying.line)
    project = Project(replace(shell, preamble=tuple(line for line in lines if line.startswith(("export ", "cd ")))))
    assert project.run() == ["clean: first run", "monthly: first run", "chart: first run"]
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy to change. Nothing in a salt depends on where a project lies, so nothing runs again for that."""
    folder = shutil.copytree(built.shell.folder, tmp_path / "work", symlinks=True)
    return Project(replace(built.shell, folder=folder))


def test_what_its_sessions_show_is_what_happens(
    engine: str, libraries: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """One session from setting up to the last command, with the library installed.

    Where a run takes seconds it ends after the first two runs, unless this is thorough.
    """
    shell = beginning(tmp_path / "work", environment(tmp_path / "environment", libraries))
    others = [line for line in CHAPTER.splitlines() if line.startswith("## ") and line not in {COPY, "## Wire them"}]
    commands = [*setting_up(engine), *(command for heading in others for command in printed(heading))]
    assert len(commands) > 15
    if engine in SLOW and not request.config.getoption("--thorough"):
        commands = [*setting_up(engine), *printed(FIRST_RUNS)[:2]]
    for command, output in zip(commands, shell.session(*(command.line for command in commands)), strict=True):
        if ENGINE_SPEAKS.match(command.line):
            output = "".join(f"{line}\n" for line in RAN.findall(output))
        assert output == command.shown, f"$ {command.line}"


def test_every_command_of_the_chapter_is_in_a_session() -> None:
    headings = [line for line in CHAPTER.splitlines() if line.startswith("##")]
    read = sum(len(printed(heading)) for heading in headings)
    assert read == len(re.findall(r"^\$ ", CHAPTER, re.MULTILINE))
    assert all(setting_up(engine) for engine in ENGINES)


@pytest.mark.thorough_if_slow
def test_the_chart_is_the_one_that_the_project_drew_before(project: Project, engine: str) -> None:
    manifest = project.manifest("chart")
    assert (manifest["engine"], manifest["strategy"]) == (engine, "lineage")
    for part in (LIFT / "before" / "steps.py", LIFT / "before" / engine / "pipeline.py"):
        shutil.copy(part, project.folder)
    project.shell.session("python pipeline.py")
    after = project.folder / "store" / str(manifest["name"])
    assert (project.folder / "chart.html").read_text() == after.read_text()


@pytest.mark.thorough_if_slow
def test_a_manifest_says_what_went_in(built: Project) -> None:
    recipe = built.manifest("monthly")["recipe"]
    assert isinstance(recipe, dict)
    assert recipe["code"].keys() == {"steps:monthly", "stats:mean", "saltern.codecs:_dump_json"}
    assert recipe["params"] == {"digits": 1}
    assert recipe["inputs"] == {"days": f"salt:{built.manifest('clean')['salt']}"}


@pytest.mark.thorough_if_slow
def test_a_deleted_middle_is_made_again_where_the_engine_looks_at_every_step(project: Project, engine: str) -> None:
    (project.folder / "store" / str(project.manifest("monthly")["name"])).unlink()
    assert project.run() == (["monthly: output missing"] if engine in LOOKS_AT_EVERY_STEP else [])


@pytest.mark.thorough_if_slow
def test_nothing_of_ours_comes_in_by_another_way(project: Project) -> None:
    shutil.rmtree(project.folder / "saltern")
    with pytest.raises(AssertionError, match="No module named 'saltern'"):
        project.run()


def test_the_chapter_names_the_libraries_that_the_library_needs() -> None:
    core = [path for path in (ROOT / "saltern").glob("*.py") if path.stem not in {*ENGINES, "command", "__main__"}]
    core += (ROOT / "saltern" / "places").glob("*.py")
    modules = {name.partition(".")[0] for path in core for name in imported(path)}
    libraries = modules - set(sys.stdlib_module_names) - {"saltern"}
    assert libraries == {
        "blake3",
        "filelock",
        "platformdirs",
        "pydantic",
        "polars",
        "skops",
        "upath",
        "botocore",
        "fsspec",
    }
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
