"""What a step read beside its inputs while it ran: files, folders, scripts that it started. Held in the manifest.

A recipe is known before a step runs; what its code opens by a path of its own is known afterwards. So it is written
down with its digest when the artifact is stored, and the artifact counts as missing once it is no longer so.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from saltern import sources
from saltern.files import digest, file_digest, memory_folder
from saltern.watch import Seen, source_of

MISSING = "missing"
_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/lib64", "/bin", "/sbin", "/run", "/var", "/opt")


def held(seen: Seen, root: Path, apart: Iterable[Path], known: set[str]) -> dict[str, str]:
    """The files that were read and their digests, by their names in the project; folders by what they list.

    ``apart``: the inputs and the store, which are held otherwise. ``known``: source that the recipe holds
    where it is imported. What the step itself wrote, or what was made meanwhile, is not what it depends on.
    """
    imported = {source_of(path) for path in seen.imported} - known
    kept = _users({*seen.opened, *seen.started, *imported} - seen.written, apart)
    found = {path: content(path) for path in kept if path.is_file() and path.stat().st_ctime_ns < seen.since_ns}
    listed = {path: content(path) for path in _users(seen.listed, apart) if path.is_dir()}
    old = {path: listing for path, listing in listed.items() if path.stat().st_ctime_ns < seen.since_ns}
    return {_name(path, root): found for path, found in sorted((found | old).items())}


def unheld(seen: Seen) -> list[str]:
    """What a step depended on that cannot be held: where it connected to."""
    return sorted(f"network: {where}" for where in seen.connected)


def changed(recorded: Mapping[str, str], root: Path) -> list[str]:
    """The names of files and folders that are no longer what was recorded."""
    return [name for name, found in recorded.items() if content(root / name) != found]


def content(path: Path) -> str:
    """The digest of a file; of a folder that of the names in it; ``missing`` where there is neither."""
    try:
        if path.is_dir():
            return digest("\0".join(sorted(one.name for one in path.iterdir())).encode("utf-8", "surrogateescape"))
        return file_digest(path)
    except OSError:
        return MISSING


def _users(paths: Iterable[str], apart: Iterable[Path]) -> Iterator[Path]:
    """Of paths those of the user: neither the system's, nor a library's, nor this library's own."""
    aside = [str(path) for path in (*apart, memory_folder(), Path(__file__).parent)]
    for path in paths:
        if not _is_aside(os.path.dirname(path)) and not any(_within(path, folder) for folder in aside):  # noqa: PTH120
            yield Path(path)


@cache
def _is_aside(folder: str) -> bool:
    if folder.startswith(_SYSTEM) and not folder.startswith(tempfile.gettempdir()):
        return True
    if any(_within(folder, prefix) for prefix in {sys.prefix, sys.base_prefix}):
        return True
    home = str(Path.home())
    hidden = _within(folder, home) and folder[len(home) :].lstrip("/").startswith(".")
    return hidden or sources.is_library(folder)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _name(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
