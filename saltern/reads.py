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
from saltern.reached import FOLDER
from saltern.watch import Seen, source_of

MISSING = "missing"
_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/lib64", "/bin", "/sbin", "/run", "/var", "/opt")


def held(
    seen: Seen, root: Path, apart: Iterable[Path], known: set[str], *, sizes: bool = False, times: bool = False
) -> dict[str, str]:
    """The files that were read and their digests, by their names in the project; folders by what they list.

    ``apart``: the inputs and the store, which are held otherwise. ``known``: source that the recipe holds
    where it is imported. Where the code looks at ``sizes`` or ``times`` of files, those in the folders are held. A
    file that was not there is ``missing``. What the step itself wrote, or what was made meanwhile, is not what it
    depends on.
    """
    imported = {source_of(path) for path in seen.imported} - known
    kept = _users({*seen.opened, *seen.started, *imported} - seen.written, apart)
    found = {path: content(path) for path in kept if path.is_file() and _is_older(path, seen)}
    missing = {path: MISSING for path in _users({*seen.opened, *seen.listed} - seen.written, apart) if _is_not(path)}
    listed = [path for path in _users(seen.listed, apart) if path.is_dir() and _is_older(path, seen)]
    folders = {path: content(path, sizes=sizes, times=times) for path in listed}
    told = sorted((missing | found | folders).items())
    return {_name(path, root, str(path) in seen.relative): found for path, found in told}


def _is_older(path: Path, seen: Seen) -> bool:
    return path.stat().st_ctime_ns < seen.since_ns


def _is_not(path: Path) -> bool:
    return not os.path.lexists(path)


def unheld(seen: Seen) -> list[str]:
    """What a step depended on that cannot be held: where it connected to."""
    return sorted(f"network: {where}" for where in seen.connected)


def changed(recorded: Mapping[str, str], root: Path) -> list[str]:
    """The names of files and folders that are no longer what was recorded."""
    return [
        name
        for name, found in recorded.items()
        if content(_place(name, root), sizes=found.startswith("sizes"), times=found.startswith("times")) != found
    ]


def content(path: Path, *, sizes: bool = False, times: bool = False) -> str:
    """The digest of a file; of a folder that of the names in it; ``missing`` where there is neither.

    Of a folder also the sizes, or the sizes, times and rights of what is in it.
    """
    try:
        if not path.is_dir():
            return file_digest(path)
        kind = "times " if times else "sizes " if sizes else ""
        told = "\0".join(sorted(_told(one, sizes, times) for one in path.iterdir()))
        return kind + digest(told.encode("utf-8", "surrogateescape"))
    except OSError:
        return MISSING


def _told(path: Path, sizes: bool, times: bool) -> str:
    if not (sizes or times):
        return path.name
    stat = path.lstat()
    return f"{path.name}/{stat.st_size}" + (f"/{stat.st_mtime_ns}/{stat.st_mode}" if times else "")


def is_users(path: Path) -> bool:
    """Whether a folder is the user's: neither the system's, nor a library's."""
    return not _is_aside(str(path))


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


def _name(path: Path, root: Path, relative: bool) -> str:
    """A file's name in the project, or in the current folder where the step named it from there: another may count."""
    here = Path.cwd()
    if relative and here != root and path.is_relative_to(here):
        return f"{FOLDER}/{path.relative_to(here).as_posix()}"
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _place(name: str, root: Path) -> Path:
    return Path.cwd() / name[len(FOLDER) + 1 :] if name.startswith(f"{FOLDER}/") else root / name
