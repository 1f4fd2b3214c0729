"""What the command line of an engine says of itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

import saltern
from shared.pipelines import PROJECT
from shared.rerun.scenarios import SCENARIOS


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


def test_a_scheduler_is_refused_where_an_engine_has_no_such_option() -> None:
    command = [sys.executable, "-m", "shared.reference", "run", "ml", "--scheduler", "tcp://here:1"]
    finished = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert finished.returncode == 2
    assert finished.stderr == "error: --scheduler tcp://here:1: reference has no such option\n"
    assert "--scheduler" not in said("shared.reference", "run", "--help")
