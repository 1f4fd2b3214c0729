"""The ingredients of a measurement: with the same ones it need not be made again."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from importlib.metadata import distributions
from pathlib import Path

from shared.engine.protocol import Engine
from shared.pipelines import PROJECT

SHOWN = ("shared/report", "shared/conformance")  # no measurement depends on these,
ASIDE = (*SHOWN, "shared/score")  # no cell on these,
TOLD = ("expectations.toml", "side_by_side.toml")  # nor on files of these names: they are read when it is shown


def ingredients(engine: Engine, aside: Collection[str] = ASIDE) -> str:
    """A digest of all that a measurement on an engine depends on; what lies ``aside`` of it does not count.

    These are the project's code and data as a workspace has them, what is installed, by version, Python, and the kind
    of machine. Of the engine's package it is the package alone, where a workspace has all that is beside it.
    """
    hashed = blake2b(repr((engine.name, platform.python_version(), host())).encode(), digest_size=16)
    hashed.update(repr(sorted({f"{found.name} {found.version}" for found in distributions()})).encode())
    names = ("saltern", "shared", "data", "pyproject.toml", engine.package.replace(".", "/"))
    hashed.update(content(PROJECT, names, aside).encode())
    return hashed.hexdigest()


def host() -> str:
    """The kind of machine, never its name."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def commit() -> str:
    """The project's commit, with a ``+`` where files differ from it; nothing where Git does not know it."""
    words = ["git", "-C", str(PROJECT), "describe", "--always", "--dirty=+", "--abbrev=10", "--exclude=*"]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:  # there is no Git
        return ""


def content(folder: Path, names: Iterable[str], aside: Collection[str] = ()) -> str:
    """A digest of files and folders of a folder, by their names in it: the same for equal ones, wherever it lies.

    What is not there counts as empty. Bytecode does not count, nor what lies in the folders ``aside``.
    """
    hashed = blake2b(digest_size=16)
    for path in sorted({path for name in names for path in _files(folder / name)}):
        place = path.relative_to(folder)
        if not any(place.is_relative_to(other) for other in aside):
            data = path.read_bytes()
            hashed.update(f"\n{place} {len(data)}\n".encode())
            hashed.update(data)
    return hashed.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    found = [path] if path.is_file() else path.rglob("*")
    return (file for file in found if file.is_file() and "__pycache__" not in file.parts and file.name not in TOLD)
