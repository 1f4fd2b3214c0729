"""What several of the core's test files use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared.pipelines import PROJECT


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that was empty, in which ``pip install .`` has run."""
    folder = tmp_path_factory.mktemp("environment")
    commands = (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin/pip"), "install", "--quiet", str(PROJECT)],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
    return folder / "bin"
