"""What the adapters' tests have in common."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two inputs."""
    monkeypatch.chdir(tmp_path)
    Path("one.txt").write_text("1 2 3")
    Path("two.txt").write_text("4 5")
    return tmp_path
