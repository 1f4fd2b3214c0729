"""Each exercise is not done before its solution, and done after it; on the engine that --engine names, or on Luigi.

For real: in a copy of the project, with the command that a student types.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lesson.exercises import EXERCISES, Exercise
from lesson.exercises.checks import CHECKS, EVERY_ENGINE
from lesson.exercises.patches import ROOMS, apply, copied
from saltern.errors import BadInput

PATIENCE = 900  # seconds for one check on a busy machine


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.config.getoption("--engine")
    return "luigi" if name == "reference" else name


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The exercises that are done on the engine under test."""
    if "task" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        here = [one for one in EXERCISES.values() if chosen in ("luigi", "reference") or one.number in EVERY_ENGINE]
        metafunc.parametrize("task", here, ids=lambda one: one.name)


def checked(project: Path, exercise: Exercise, engine: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lesson.exercises", "check", str(exercise.number), "--engine", engine]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.thorough_but_on("luigi")
def test_an_exercise_is_not_done_before_it_is_solved_and_done_after(
    task: Exercise, engine: str, tmp_path: Path
) -> None:
    project = copied(tmp_path / "project")
    before = checked(project, task, engine)
    assert before.returncode == 1, f"without the solution: {before.stdout}{before.stderr}"
    assert before.stderr.strip().splitlines()[-1].startswith(f"error: exercise {task.number} is not done: ")
    apply(task.solution, project)
    after = checked(project, task, engine)
    assert after.returncode == 0, f"with the solution: {after.stdout}{after.stderr}"
    assert f"exercise {task.number} is done" in after.stdout


def test_there_are_six_each_with_a_task_a_solution_and_a_check() -> None:
    assert list(EXERCISES) == list(CHECKS) == [1, 2, 3, 4, 5, 6]
    for exercise in EXERCISES.values():
        assert exercise.solution.exists()
        words = exercise.task.read_text()
        assert re.search(rf"^python -m lesson\.exercises check {exercise.number}$", words, re.MULTILINE), exercise.name
        assert re.search(r"^\*About \d+ minutes\.", words, re.MULTILINE), f"{exercise.name}: how long does it take?"


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda one: one.name)
def test_what_a_task_names_is_there(exercise: Exercise, tmp_path: Path) -> None:
    project = copied(tmp_path / "project")
    apply(exercise.solution, project)
    for named in set(re.findall(r"`([\w/.-]+\.(?:py|toml|csv|patch|answer))`", exercise.task.read_text())):
        assert (project / named).exists(), f"{exercise.task.name} names {named}"


def test_a_copy_with_the_solution_is_one_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lesson.exercises", "copy", "6", str(tmp_path / "solved"), "--solved"]
    subprocess.run(command, check=True, capture_output=True)
    assert "__set_name__" in (tmp_path / "solved/saltern/luigi.py").read_text()
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)


def test_a_patch_that_does_not_fit_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("a\nb\n")
    patch = tmp_path / "a.patch"
    patch.write_text("--- a/one.py\n+++ b/one.py\n@@ -1,2 +1,2 @@\n a\n-c\n+d\n")
    with pytest.raises(BadInput, match=r"a\.patch: does not fit one\.py"):
        apply(patch, tmp_path)
    patch.write_text("--- a/one.py\n+++ b/one.py\n@@ -7,2 +7,2 @@\n a\n-b\n+d\n")
    apply(patch, tmp_path)
    assert (tmp_path / "one.py").read_text() == "a\nd\n"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine; nothing else here needs it")
@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda one: one.name)
def test_git_and_we_apply_a_patch_alike(exercise: Exercise, tmp_path: Path) -> None:
    ours, theirs = copied(tmp_path / "ours"), copied(tmp_path / "theirs")
    apply(exercise.solution, ours)
    subprocess.run(["git", "apply", str(exercise.solution)], cwd=theirs, check=True, capture_output=True)
    for room in ROOMS:
        for path in (ours / room).rglob("*.*"):
            if path.is_file():
                assert path.read_bytes() == (theirs / path.relative_to(ours)).read_bytes(), path.relative_to(ours)
