"""What several of the core's test files use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from shared.pipelines import PROJECT


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that was empty, in which ``pip install .`` has run; one for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "environment"
    commands = (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin/pip"), "install", "--quiet", str(PROJECT)],
    )
    with FileLock(f"{folder}.lock"):
        for command in commands if not (folder / "bin/saltern").exists() else ():
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, done.stderr
    return folder / "bin"
