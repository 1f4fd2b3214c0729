"""What it costs to know what is in a big file: read whole, and remembered."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lesson.tour.words import Surprise
from saltern.errors import BadInput
from saltern.files import CLOCK_RESOLUTION, file_digest

MB = 10**6
AGE = 10 * CLOCK_RESOLUTION  # ns; so old that what is read of it is remembered


@dataclass(frozen=True)
class Measured:
    """Seconds, but for the size in MB."""

    size: int
    read: float
    remembered: float
    changed: float


def affordable(folder: Path, wanted: int) -> int:
    """As many of the wanted MB as leave half of the disk's free space free. Raises BadInput where that is none."""
    size = min(wanted, shutil.disk_usage(folder).free // 2 // MB)
    if not size:
        raise BadInput(f"{folder}: the disk is full; TMPDIR names another place for scratch files")
    return size


def measure(folder: Path, size: int) -> Measured:
    """Make a file of ``size`` MB in the folder, take its fingerprint three times, and remove it.

    The third time one byte of it is another, so its fingerprint must be too.
    """
    path = folder / "big.bin"
    try:
        _write(path, size)
        with _memory_in(folder):
            first, read = _timed(path)
            again, remembered = _timed(path)
            with path.open("r+b") as file:
                byte = file.read(1)[0]
                file.seek(0)
                file.write(bytes([byte ^ 0xFF]))
            other, changed = _timed(path)
    finally:
        path.unlink(missing_ok=True)
    if first != again or first == other:
        raise Surprise("a fingerprint has to be the same for the same content, and another for other content")
    return Measured(size, read, remembered, changed)


def _write(path: Path, size: int) -> None:
    block = os.urandom(MB)
    with path.open("wb") as file:
        for _ in range(size):
            file.write(block)
    then = time.time_ns() - AGE  # what changed a moment ago is not remembered: it could change again unnoticed
    os.utime(path, ns=(then, then))


def _timed(path: Path) -> tuple[str, float]:
    started = time.perf_counter()
    digest = file_digest(path)
    return digest, time.perf_counter() - started


@contextmanager
def _memory_in(folder: Path) -> Iterator[None]:
    """The reader's own cache folder stays as it is."""
    name = "SALTWORKS_CACHE_DIR"
    before = os.environ.get(name)
    os.environ[name] = str(folder / "digests-of-the-tour")
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
