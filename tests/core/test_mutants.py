"""No small edit of other people's code, or of our own steps, changes a result and not the fingerprint."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sortedcontainers

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = Path(sortedcontainers.__file__).parents[1]
PACKAGES = ["packaging", "sortedcontainers", "steps"]


def test_no_mutant_changes_a_result_and_not_the_fingerprint(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "mutants.py"), "--count", "12", "--seed", "1"]
    options = ["--installed", str(INSTALLED), "--work", str(tmp_path), "--packages", *PACKAGES]
    ran = subprocess.run([*command, *options], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "| all | 12 |" in ran.stdout
