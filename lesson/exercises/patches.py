"""Unified diffs, applied without a program for it. Pieces are found by what they say, so lines may have moved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saltern.errors import BadInput
from shared.engines import ENGINES
from shared.pipelines import PROJECT

ROOMS = ("saltern", "shared", "data", "lesson", *(engine.package for engine in ENGINES.values()))


@dataclass(frozen=True)
class Hunk:
    """A piece of a file, and what comes in its place. ``old`` is empty where the file is new."""

    file: str
    old: str
    new: str


def copied(folder: Path) -> Path:
    """Copy the project's code and data to a folder that is not there yet, and return it. Raises BadInput if it is."""
    if folder.exists():
        raise BadInput(f"{folder}: is there already")
    for room in ROOMS:
        shutil.copytree(PROJECT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", folder)  # by which a folder is known for a project
    return folder


def apply(patch: Path, root: Path) -> None:
    """Apply a patch to the project at ``root``: each hunk where its old text stands, which must be in one place.

    Raises BadInput, naming patch and file, for a hunk that does not fit; the hunks before it are applied by then.
    """
    for hunk in hunks(patch.read_text()):
        path = root / hunk.file
        text = path.read_text() if path.exists() else ""
        if not hunk.old and not text:
            path.write_text(hunk.new)
        elif hunk.old and text.count(hunk.old) == 1:
            path.write_text(text.replace(hunk.old, hunk.new))
        else:
            raise BadInput(f"{patch.name}: does not fit {hunk.file}, which is not as it was; see what is new there")


def hunks(patch: str) -> Iterator[Hunk]:
    """The hunks of a git-style diff that edits and adds text files."""
    file = ""
    old: list[str] = []
    new: list[str] = []
    for line in [*patch.splitlines(keepends=True), "@@"]:
        if line.startswith(("@@", "diff ")):
            if old or new:
                yield Hunk(file, "".join(old), "".join(new))
            old, new = [], []
        elif line.startswith("+++ "):
            file = line.removeprefix("+++ ").strip().removeprefix("b/")
        elif file and line.startswith((" ", "-")) and not line.startswith("--- "):
            old.append(line[1:])
        if file and line.startswith((" ", "+")) and not line.startswith("+++ "):
            new.append(line[1:])
