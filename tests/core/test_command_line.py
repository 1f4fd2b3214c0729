"""What the command line of an engine says of itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import saltern
from shared.pipelines import PROJECT
from shared.rerun.scenarios import SCENARIOS
from shared.rerun.workspace import Workspace


def said(*words: str) -> str:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("words", [("shared.reference",), ("shared.reference", "compare"), ("saltern",)])
def test_help_names_what_an_option_takes_and_cuts_no_line(words: tuple[str, ...]) -> None:
    shown = said(*words, "--help")
    assert "--help" in shown
    assert "<" not in shown, "no Python type stands for what a person types"
    assert "..." not in shown.replace("[ARGS]...", "")


def test_the_version_is_ours_and_the_engines() -> None:
    assert said("shared.reference", "--version").startswith(f"Saltworks {saltern.__version__}, ")


def test_the_scenarios_can_be_listed() -> None:
    listed = {line.split()[0].rstrip("*") for line in said("shared.reference", "compare", "--list").splitlines()}
    assert {scenario.name for scenario in SCENARIOS} <= listed


def test_a_step_that_fails_is_one_line_with_its_place_in_the_users_code(tmp_path: Path) -> None:
    world = Workspace(tmp_path, ["shared"])
    world.edit("shared/steps/models.py", "SVC(C=C", "SVC(c=C")
    command = [sys.executable, "-m", "shared.reference", "run", "ml", "--store", "made"]
    done = subprocess.run(command, cwd=world.folder, capture_output=True, text=True, check=False)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert re.fullmatch(r"error: train: TypeError: .*'c' \(shared/steps/models\.py:\d+\)", line), line


def test_where_there_is_no_terminal_progress_is_a_line_for_each_tenth(tmp_path: Path) -> None:
    chosen = (
        "--pipeline",
        "artists",
        "--strategy",
        "native",
        "--scenario",
        "unchanged",
        "--scenario",
        "change-parameter",
    )
    command = [sys.executable, "-m", "shared.reference", "compare", *chosen, "--results", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("reference: ")]
    assert [line.partition(" after ")[0] for line in lines] == ["reference: 1 of 2", "reference: 2 of 2"]


def test_a_scheduler_is_refused_where_an_engine_has_no_such_option() -> None:
    command = [sys.executable, "-m", "shared.reference", "run", "ml", "--scheduler", "tcp://here:1"]
    finished = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert finished.returncode == 2
    assert finished.stderr == "error: --scheduler tcp://here:1: reference has no such option\n"
    assert "--scheduler" not in said("shared.reference", "run", "--help")
