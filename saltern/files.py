"""Fingerprints of data: the BLAKE3 digest of a file's content, remembered while the file stays as it was.

A file is taken for unchanged when its path, size, modification time, change time (both ns) and inode are. That leaves
one gap: a file changed twice within the resolution of the clock. As git does for its index ('racily clean' entries,
see git's
Documentation/technical/racy-git.txt), a digest is only believed when the file was already old when it was read.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISBLK, S_ISCHR, S_ISDIR, S_ISFIFO, S_ISREG, S_ISSOCK
from typing import Any, NamedTuple, cast

SMALL = 64 * 1024  # bytes: reading so few takes less time than to recall their digest
LARGE = 8 * 1024 * 1024  # bytes: to start threads for fewer takes longer than to do without
CLOCK_RESOLUTION = 2_000_000_000  # ns: FAT's, the coarsest of any file system in use
_SCHEMA = (
    """create table if not exists states
  (path text primary key, size integer, mtime_ns integer, ctime_ns integer, inode integer, read_ns integer, digest text)
  without rowid""",
    "create table if not exists notes (key text primary key, value text) without rowid",
)


class State(NamedTuple):
    """What tells whether a file is still the same, unless it was changed twice within a tick of the clock."""

    size: int  # bytes
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, stat: os.stat_result) -> State:
        return cls(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def file_digest(path: str | os.PathLike[str]) -> str:
    """The BLAKE3 digest of a file's content, in hexadecimal (64 digits). Reads the file only if it must.

    ``path`` may be a local path or any fsspec path object; only local files are remembered.
    """
    if getattr(path, "protocol", "") not in ("", "file", "local"):
        return digest(cast(Path, path).read_bytes())
    stat, now = os.stat(path), time.time_ns()  # noqa: PTH116 - asked of each input of each step
    if not S_ISREG(stat.st_mode):
        check_is_file(path, stat.st_mode)
    if stat.st_size <= SMALL:
        return _read(os.fspath(path), stat.st_size)
    file = Path(path).absolute()
    name = _text(file)
    state = State.of(stat)
    with _memory() as memory:
        known = memory and memory.execute("select * from states where path = ?", [name]).fetchone()
    if known and known[1:5] == state and _was_old(stat, known[5]):
        return str(known[6])
    found = _read(str(file), stat.st_size)
    if _was_old(stat, now):
        with _memory() as memory:
            if memory:
                memory.execute("replace into states values (?, ?, ?, ?, ?, ?, ?)", [name, *state, now, found])
    return found


def check_is_file(path: str | os.PathLike[str], mode: int) -> None:
    """Raise OSError for what is neither a file nor a folder: who reads a pipe may wait for ever."""
    if not (S_ISREG(mode) or S_ISDIR(mode)):
        kinds = {S_ISFIFO: "a pipe", S_ISSOCK: "a socket", S_ISCHR: "a device", S_ISBLK: "a device"}
        kind = next((name for is_one, name in kinds.items() if is_one(mode)), "special")
        raise OSError(errno.EINVAL, f"it is {kind}, no file; write what it gives to a file", os.fspath(path))


def recall(key: str) -> str | None:
    """What was remembered under a key; None where nothing was, or it cannot be kept."""
    with _memory() as memory:
        known = memory and memory.execute("select value from notes where key = ?", [_text(key)]).fetchone()
    return str(known[0]) if known else None


def remember(key: str, value: str) -> None:
    """Remember a text under a key, in the place of what was remembered under it."""
    with _memory() as memory:
        if memory:
            memory.execute("replace into notes values (?, ?)", [_text(key), value])


def _text(path: str | os.PathLike[str]) -> str:
    """A path for SQLite, whose text is UTF-8, which a path need not be."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def digest(data: bytes) -> str:
    """The BLAKE3 digest of some bytes, in hexadecimal (64 digits)."""
    from blake3 import blake3

    return blake3(data).hexdigest()


def listing_digest(files: Iterable[tuple[str, str]]) -> str:
    """The digest of several files, from their names and the digests of their content."""
    return digest("".join(f"{name}\0{found}\n" for name, found in files).encode("utf-8", "surrogateescape"))


def inside(folder: Path) -> Iterator[Path]:
    """All that is in a folder, also by way of links to folders, but for those that lead back to where they lie."""
    todo = [(folder, {os.path.realpath(folder)})]
    while todo:
        one, above = todo.pop()
        for path in one.iterdir():
            yield path
            if path.is_dir() and (real := os.path.realpath(path)) not in above:
                todo.append((path, {*above, real}))


def _was_old(stat: os.stat_result, read_ns: int) -> bool:
    return max(stat.st_mtime_ns, stat.st_ctime_ns) + CLOCK_RESOLUTION < read_ns


def _read(path: str, size: int) -> str:
    """The digest of a file of so many bytes, by all cores where it is large, on threads of its own.

    ``blake3.AUTO`` would share the process's threads, which a fork of it does not have: it would wait for ever.
    """
    from blake3 import blake3

    threads = (os.cpu_count() or 1) if size > LARGE else 1
    return blake3(max_threads=threads).update_mmap(path).hexdigest()


@contextlib.contextmanager
def _memory() -> Iterator[sqlite3.Connection | None]:
    """The remembered digests; None where they cannot be kept, which costs time and nothing else.

    A connection is opened for each use: SQLite's must not cross a fork, and engines fork.
    """
    with contextlib.ExitStack() as stack:
        try:
            folder = memory_folder()
            folder.mkdir(parents=True, exist_ok=True)
            connection: Any = sqlite3.connect(folder / "digests.sqlite", timeout=10, isolation_level=None)
            stack.callback(connection.close)
            for table in _SCHEMA:
                connection.execute(table)
        except (OSError, sqlite3.Error):
            connection = None
        with contextlib.suppress(sqlite3.Error):  # a full disk, or a lock held too long: remember nothing
            yield connection


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder's, or of something that lies in it, by their names."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def memory_folder() -> Path:
    """Where digests are remembered: $SALTWORKS_CACHE_DIR, or the user's cache folder."""
    if given := os.environ.get("SALTWORKS_CACHE_DIR"):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("saltworks")
