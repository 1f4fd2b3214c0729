"""Histories of projects: each commit built on what those before it left, and clean. ``nox -s history`` walks ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HISTORIES = ROOT / "tests" / "histories"
STEPS = """from pathlib import Path

from saltern import step

from helper import add


@step(version="1", writes="json")
def total(data):
    return add(Path(data).read_text().split())
"""
BUILD = """import sys

from saltern import Cache, Source
from steps import total

cache = Cache(sys.argv[1], "lineage", run=str(len(sys.argv[1])), engine="script")
call = cache.call(total, {"data": Source.at("numbers.txt")})
cache.find(call) or cache.make(call)
"""
HELPER = "def add(words):\n    return sum(map(int, words))\n"


def walk(path: Path, results: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shared.rerun.history", str(path), "--results", str(results), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)


def git(folder: Path, *words: str) -> None:
    who = {"GIT_CONFIG_GLOBAL": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        who |= {f"GIT_{role}_NAME": "a", f"GIT_{role}_EMAIL": "a@localhost"}
    subprocess.run(["git", *words], cwd=folder, env=os.environ | who, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository of one commit."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "--quiet")
    files = {"steps.py": STEPS, "build.py": BUILD, "helper.py": HELPER, "numbers.txt": "1 2\n", "pyproject.toml": ""}
    for name, content in files.items():
        (folder / name).write_text(content)
    commit(folder, "begin")
    return folder


def commit(folder: Path, subject: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", subject)


def test_each_commit_is_judged_and_all_are_summed_up_in_one_line(project: Path, tmp_path: Path) -> None:
    (project / "helper.py").write_text(HELPER.replace("sum(", "max("))
    commit(project, "the largest")
    (project / "helper.py").write_text(HELPER.replace("sum(map(int, words))", "max(int(word) for word in words)"))
    commit(project, "the same, in other words")
    (project / "helper.py").write_text("def add(words):\n")
    commit(project, "half a function")
    done = walk(project, tmp_path)
    assert done.returncode == 0, done.stderr
    judged = json.loads((tmp_path / "project.json").read_text())["commits"]
    assert [one["state"] for one in judged] == ["exact", "exact", "wasteful", "fails"]
    assert [one["executed"] for one in judged] == [["total"], ["total"], ["total"], []]
    assert "of 4 commits, stale 0, wasteful 1, 1 could not be built at all" in done.stdout


def test_a_result_that_a_clean_build_would_not_make_is_stale(project: Path, tmp_path: Path) -> None:
    build = BUILD.replace('"lineage"', '"salted"')  # which does not look at the code, or at what is in the file
    (project / "build.py").write_text(build)
    commit(project, "trust the inputs")
    (project / "helper.py").write_text(HELPER.replace("sum(", "max("))
    commit(project, "the largest")
    done = walk(project, tmp_path)
    assert done.returncode == 1
    assert "of 3 commits, stale 1" in done.stdout


def test_what_is_not_committed_is_not_built_and_said(project: Path, tmp_path: Path) -> None:
    (project / "helper.py").write_text("not Python")
    done = walk(project, tmp_path)
    assert (done.returncode, "of 1 commits, stale 0" in done.stdout) == (0, True)
    assert done.stderr == f"{project}: changes that are not committed are not built\n"
    assert (project / "helper.py").read_text() == "not Python"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--build", "make {store}x", "--last", "0"], "Invalid value for '--last'"),
        (["--build", "make"], "--build make: it has no {store}, which stands for the folder of the artifacts"),
        (["--build", "no-such-program {store}"], "--build no-such-program {store}: no-such-program cannot be run"),
    ],
)
def test_bad_options_are_one_line(project: Path, tmp_path: Path, options: list[str], complaint: str) -> None:
    done = walk(project, tmp_path, *options)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert complaint in done.stderr


def test_a_path_that_is_no_repository_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    (tmp_path / "folder").mkdir()
    for name, complaint in {
        "none": "no such folder",
        "folder": "no Git repository, and no folder of patches",
        "empty": "a repository without commits",
    }.items():
        done = walk(tmp_path / name, tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert complaint in done.stderr


def test_the_last_commits_of_a_history_of_patches_are_not_stale(tmp_path: Path) -> None:
    done = walk(HISTORIES / "search", tmp_path, "--last", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "search: of 3 commits, stale 0" in done.stdout


@pytest.mark.parametrize("name", [path.name for path in sorted(HISTORIES.iterdir())])
def test_the_histories_are_long_enough_to_say_something(name: str) -> None:
    assert len([*(HISTORIES / name).glob("*.patch")]) >= 30
