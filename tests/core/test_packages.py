"""Every function of other people's packages has a fingerprint, whatever its code looks like."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sortedcontainers

from benchmarks.packages import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = Path(sortedcontainers.__file__).parents[1]
BUDGET = "1"  # seconds of computing for each package


@pytest.mark.parametrize("package", ["click", "dateutil", "docutils", "jinja2", "requests"])
def test_functions_of_packages_have_fingerprints(package: str) -> None:
    if not all(any(INSTALLED.glob(f"{name}*")) for name in PACKAGES[package]):
        pytest.skip(f"{package} is not installed here")
    command = [sys.executable, str(ROOT / "benchmarks" / "fingerprints.py"), package]
    ran = subprocess.run(
        [*command, "--installed", str(INSTALLED), "--budget", BUDGET], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
