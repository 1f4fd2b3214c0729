"""Cases of ``lineage``: small projects of users, each built, edited, built again, and built edited into an empty store.

That last build is the truth. Each build is a process of its own. What comes of a case:

    rerun   the step ran again, and the value is the truth
    reuse   nothing ran, and the value is the truth
    refuse  a BadInput, which is a line for the user
    stale   the value is not the truth: never right
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.lineage import (
    asked,
    changed,
    commands,
    corners,
    definitions,
    dynamic,
    effects,
    handed,
    hints,
    imports,
    inputs,
    libraries,
    meanwhile,
    memory,
    methods,
    objects,
    operators,
    parameters,
    reads,
    started,
    surroundings,
    tables,
    text,
    unnamed,
)
from tests.lineage.case import Case

HERE = Path(__file__).resolve().parent
OLD = 1_600_000_000  # seconds: the time of a project's files
KINDS = (
    asked,
    changed,
    commands,
    corners,
    definitions,
    dynamic,
    effects,
    handed,
    hints,
    imports,
    inputs,
    libraries,
    meanwhile,
    memory,
    methods,
    objects,
    operators,
    parameters,
    reads,
    started,
    surroundings,
    tables,
    text,
    unnamed,
)
CASES = [case for kind in KINDS for case in kind.CASES]
CORE = ("blake3", "filelock", "platformdirs", "pydantic")  # what a build needs


def python_312(needs: tuple[str, ...]) -> str:
    """A Python 3.12 with some modules. Skips the test where there is none."""
    found = _python_312(needs)
    if found is None:
        pytest.skip(f"set SALTWORKS_PYTHON312 to a Python 3.12 that has {', '.join((*CORE, *needs))}")
    return found


@functools.cache
def _python_312(needs: tuple[str, ...]) -> str | None:
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.12*/bin/python"))
    here = sys.executable if sys.version_info[:2] == (3, 12) else None
    for python in (os.environ.get("SALTWORKS_PYTHON312"), here, shutil.which("python3.12"), *map(str, pyenv)):
        if python and _is_312_with(python, needs):
            return python
    return None


def _is_312_with(python: str, needs: tuple[str, ...]) -> bool:
    check = f"import sys, {', '.join((*CORE, *needs))}; sys.exit(sys.version_info[:2] != (3, 12))"
    try:
        return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library in a folder of its own, with bytecode, so that a process starts fast."""
    folder = tmp_path_factory.mktemp("library")
    shutil.copytree(HERE.parents[1] / "saltern", folder / "saltern", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("build.py", "watched.py"):
        shutil.copy(HERE / name, folder)
    pythons = {sys.executable, _python_312(()) or sys.executable}
    for python in pythons:
        subprocess.run([python, "-m", "compileall", "-q", str(folder)], check=True)
    return folder


def _marks(case: Case) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=case.wrong, strict=True)] if case.wrong else []


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=_marks(case)) for case in CASES])
def test_case(case: Case, tmp_path: Path, library: Path) -> None:
    for need in case.needs if not case.needs_312 else ():
        pytest.importorskip(need)
    python, python_after = _pythons(case)
    project = tmp_path / "project"
    _write(case, project)
    builds = functools.partial(_build, case, project, library)
    first = builds("first", case.calls, python, case.env)
    _edit(case, project)
    after = (case.calls_after or case.calls, python_after, {**case.env, **case.env_after})
    again = first if {"refused", "truth"} & {*first} else builds("again", *after)
    clean = first if {"refused", "truth"} & {*again} else builds("clean", *after)
    got, detail = _judged(case, first, again, clean)
    assert got in case.expect.split("|"), detail
    if case.expect == "rerun" and not (case.same_value or "truth" in first):
        assert first["value"] != clean["value"], "the edit changes nothing, so the case says nothing"
    assert [one for told in (first, again, clean) for one in told.get("unnamed", ())] == []
    if case.reruns:
        assert tuple(again["ran"]) == case.reruns


def _pythons(case: Case) -> tuple[str, str]:
    if case.then_312:
        if sys.version_info >= (3, 12):
            pytest.skip("another Python, after this one, is 3.12: run it on 3.11")
        return sys.executable, python_312(case.needs)
    python = python_312(case.needs) if case.needs_312 else sys.executable
    return python, python


def _judged(
    case: Case, first: Mapping[str, Any], again: Mapping[str, Any], clean: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any]]:
    told = {"first": first, "again": again, "clean": clean}
    if any("crash" in one for one in told.values()):
        return "crash", told
    if "refused" in again or "refused" in clean:
        return "refuse", told
    if again["value"] != clean.get("truth", clean["value"]):
        return "stale", told
    ran_again = again["ran"][1:] if "truth" in again else again["ran"]
    return "rerun" if ran_again else "reuse", told


def _write(case: Case, project: Path) -> None:
    for name, content in {"in.txt": "1 2 3\n", **case.files()}.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    if case.setup:
        case.setup(project)
    if case.old:
        for path in project.rglob("*"):
            if path.is_file():
                os.utime(path, (OLD, OLD))


def _edit(case: Case, project: Path) -> None:
    if callable(case.edit):
        case.edit(project)
        return
    edits: Any = case.edit if case.edit and isinstance(case.edit[0], tuple) else (case.edit,) if case.edit else ()
    for name, old, new in edits:
        path = project / name
        assert path.read_text().count(old) == 1, f"{old!r} does not stand once in {name}"
        path.write_text(path.read_text().replace(old, new))
        os.utime(path, (OLD + 60, OLD + 60))


def _build(
    case: Case, project: Path, library: Path, run: str, calls: Any, python: str, env: Mapping[str, str]
) -> dict[str, Any]:
    folder = project.parent / ("clean" if run == "clean" else "stores")
    folder.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"SALTWORKS_CACHE_DIR": str(folder / "digests")}
    if not case.bytecode:
        environment |= {"PYTHONDONTWRITEBYTECODE": "1"}
    elif run == "clean":
        environment |= {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    path = [env.get("PYTHONPATH", ""), str(library)]
    environment |= {**env, "PYTHONPATH": os.pathsep.join(filter(None, path))}
    arguments = [str(folder / "store"), run]
    printed, said = folder / f"{run}.out", folder / f"{run}.err"
    if case.program:
        command = [python, *case.program, *arguments]
        with printed.open("w") as out, said.open("w") as err:
            subprocess.run(command, cwd=project, env=environment, stdout=out, stderr=err, timeout=120, check=False)
    else:
        request = {"folder": str(project), "env": environment, "arguments": arguments}
        request |= {"printed": str(printed), "said": str(said)}
        request |= {"module": case.module, "calls": calls, "pair": case.pair}
        # the first build and those after the edit differ in how they hash text, as processes do
        server = _server(python, str(library / "build.py"), run == "first")
        assert server.stdin and server.stdout
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        server.stdout.readline()
    lines = printed.read_text().splitlines()
    return json.loads(lines[-1]) | {"said": said.read_text()} if lines else {"crash": said.read_text()}


@functools.cache
def _server(python: str, program: str, first: bool) -> subprocess.Popen[str]:
    """Started once; it ends with this process, when its input does."""
    return subprocess.Popen([python, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
