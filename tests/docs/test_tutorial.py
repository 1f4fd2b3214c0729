"""The tutorial: its files are written and its commands are run as they are printed, in one session in an empty folder.

Only the installation is left to test_lift.py, which runs the same line and takes a minute for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.test_chapters import agrees
from tests.docs.test_lift import CHAPTER, ROOT, beginning, environment, libraries

__all__ = ["libraries"]  # a fixture
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
INSTALLING = "pip install --quiet './saltworks[luigi,cli]'"
NOT_RUN = re.compile(r"<!-- not run: .+? -->\n```console\n.*?```\n", re.DOTALL)
BLOCK = re.compile(r"(?:`(?P<file>\w+\.\w+)`:\n\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)


def test_who_follows_it_sees_what_it_shows(libraries: Path, tmp_path: Path) -> None:
    pytest.importorskip("luigi", reason="the tutorial's project runs on Luigi")
    installed = environment(tmp_path / "environment", libraries, "--without-pip")
    (site,) = installed.glob("lib/python*/site-packages")
    (site / "saltern").symlink_to(ROOT / "saltern")
    command = installed / "bin" / "saltern"
    command.write_text('#!/bin/sh\nexec python -m saltern "$@"\n')
    command.chmod(0o755)
    shell = beginning(tmp_path / "work", installed)
    done = list(lines())
    for (line, shown), said in zip(done, shell.session(*(line for line, _ in done)), strict=True):
        assert agrees(said, shown), f"$ {line}\nis shown to say\n\n{shown}\nand says\n\n{said}"


def test_it_has_files_and_commands() -> None:
    written = [found["file"] for found in BLOCK.finditer(TUTORIAL) if found["file"]]
    assert written == ["orders.csv", "prices.py", "steps.py", "pipeline.py"]
    assert len(list(lines())) > 15
    assert f"\n$ {INSTALLING}\n" in TUTORIAL
    assert f"\n$ {INSTALLING}\n" in CHAPTER


def lines() -> Iterator[tuple[str, str]]:
    """What is typed, in the page's order, and what it prints: a file is written, a command is run."""
    for block in BLOCK.finditer(NOT_RUN.sub("", TUTORIAL)):
        if block["file"]:
            yield f"cat > {block['file']} <<'END OF FILE'\n{block['text']}END OF FILE", ""
        elif block["kind"] == "console":
            for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                line, _, shown = part.partition("\n")
                if line != INSTALLING:
                    yield line, shown
