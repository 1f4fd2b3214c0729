"""Fingerprints of data: the BLAKE3 digest of a file's content, remembered while the file stays as it was.

A file is taken for unchanged when its path, size, modification time, change time (both ns) and inode are. That leaves
one gap: a file changed twice within the resolution of the clock. As git does for its index ('racily clean' entries,
see git's
Documentation/technical/racy-git.txt), a digest is only believed when the file was already old when it was read.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

CLOCK_RESOLUTION = 2_000_000_000  # ns: FAT's, the coarsest of any file system in use
_SCHEMA = """create table if not exists states
  (path text primary key, size integer, mtime_ns integer, ctime_ns integer, inode integer, read_ns integer, digest text)
  without rowid"""


def file_digest(path: str | os.PathLike[str]) -> str:
    """The BLAKE3 digest of a file's content, in hexadecimal (64 digits). Reads the file only if it must.

    ``path`` may be a local path or any fsspec path object; only local files are remembered.
    """
    if getattr(path, "protocol", "") not in ("", "file", "local"):
        return digest(cast(Path, path).read_bytes())
    file = Path(path).absolute()
    stat, now = file.stat(), time.time_ns()
    name = os.fsencode(file).decode("utf-8", "backslashreplace")  # SQLite's text is UTF-8, a path need not be
    state = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    with _memory() as memory:
        known = memory and memory.execute("select * from states where path = ?", [name]).fetchone()
    if known and known[1:5] == state and _was_old(stat, known[5]):
        return str(known[6])
    found = _read(str(file))
    if _was_old(stat, now):
        with _memory() as memory:
            if memory:
                memory.execute("replace into states values (?, ?, ?, ?, ?, ?, ?)", [name, *state, now, found])
    return found


def digest(data: bytes) -> str:
    """The BLAKE3 digest of some bytes, in hexadecimal (64 digits)."""
    from blake3 import blake3

    return blake3(data).hexdigest()


def _was_old(stat: os.stat_result, read_ns: int) -> bool:
    return max(stat.st_mtime_ns, stat.st_ctime_ns) + CLOCK_RESOLUTION < read_ns


def _read(path: str) -> str:
    from blake3 import blake3

    return blake3(max_threads=blake3.AUTO).update_mmap(path).hexdigest()


@contextlib.contextmanager
def _memory() -> Iterator[sqlite3.Connection | None]:
    """The remembered digests; None where they cannot be kept, which costs time and nothing else.

    A connection is opened for each use: SQLite's must not cross a fork, and engines fork.
    """
    try:
        folder = memory_folder()
        folder.mkdir(parents=True, exist_ok=True)
        connection: Any = sqlite3.connect(folder / "digests.sqlite", timeout=10, isolation_level=None)
        connection.execute(_SCHEMA)
    except (OSError, sqlite3.Error):
        yield None
        return
    try:
        yield connection
    except sqlite3.Error:
        pass  # a full disk, or a lock held too long: remember nothing
    finally:
        connection.close()


def memory_folder() -> Path:
    """Where digests are remembered: $SALTWORKS_CACHE_DIR, or the user's cache folder."""
    if given := os.environ.get("SALTWORKS_CACHE_DIR"):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("saltworks")
