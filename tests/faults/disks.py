"""A disk that is full, a store that cannot be written, no file handles, a clock that was set: what is around a run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shared.rerun.fresh import Finished
from tests.faults.site import Lost, Site, digests, said_in_one_line
from tests.faults.trial import Trial

PAGE = 4096  # bytes: tmpfs hands out no less
MOST = 400  # files that a disk has room for, before it is no small one
DAY = 86400


def trials(site: Site) -> Iterator[Trial]:
    for pipeline in ("ml", "artists"):
        yield from _clock(site, pipeline)
        yield from _handles(site, pipeline)
        if _can_mount(site):
            yield from _full(site, pipeline, "nr_inodes")
            yield from _full(site, pipeline, "size")
            yield from _read_only(site, pipeline)


def _full(site: Site, pipeline: str, limit: str) -> Iterator[Trial]:
    """A disk that is full at the first write, at the second, and so on until a run fits."""
    kind = "disk full, at each file" if limit == "nr_inodes" else "disk full, at each page"
    room, unit = 2, 1 if limit == "nr_inodes" else PAGE
    while room < MOST:
        folder = site.new()
        with _mounted(folder, f"{limit}={room * unit}"):
            problem = ""
            try:
                finished = site.run(folder / "store", ["run", pipeline, "--json"])
                if finished.status:
                    _no_traceback(finished)
                site.check_nothing_partial(folder / "store")
                _remount(folder, "size=256m,nr_inodes=100000")
                site.check_mended(folder / "store", pipeline)
            except Lost as lost:
                problem = str(lost)
        yield Trial(kind, f"{pipeline}, {limit}={room * unit}", problem)
        if finished.status == 0:
            return
        room += 1 if limit == "nr_inodes" else max(1, room // 8)


def _read_only(site: Site, pipeline: str) -> Iterator[Trial]:
    """A store that holds all, and cannot be written: what is there is served or refused in a line, and stays."""
    for filled in (True, False):
        folder, problem = site.new(), ""
        with _mounted(folder, "size=256m"):
            try:
                if filled:
                    site.check_mended(folder / "store", pipeline)
                _remount(folder, "ro")
                said_in_one_line(site.run(folder / "store", ["run", pipeline, "--json"]), "--store")
                site.check_nothing_partial(folder / "store")
                _remount(folder, "rw")
                site.check_mended(folder / "store", pipeline)
            except Lost as lost:
                problem = str(lost)
        yield Trial("store read-only", f"{pipeline}, {'filled' if filled else 'empty'}", problem)


def _handles(site: Site, pipeline: str) -> Iterator[Trial]:
    """Fewer and fewer file handles, down to none."""
    for files in (64, 32, 20, 16, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3):
        folder, problem = site.new(), ""
        try:
            finished = site.run(folder / "store", ["run", pipeline, "--json"], files=files)
            if finished.hung:
                raise Lost("hangs")
            site.check_nothing_partial(folder / "store")
            site.check_mended(folder / "store", pipeline)
        except Lost as lost:
            problem = str(lost)
        yield Trial("no file handles", f"{pipeline}, {files} of them", problem)
        site.clear(folder)


def _clock(site: Site, pipeline: str) -> Iterator[Trial]:
    """The clock was set back since the store was filled, or its files are from a time that has not come."""
    for days in (-1, -365, -9000, 1, 365):
        folder, problem = site.new(), ""
        try:
            finished = site.run(folder / "store", ["run", pipeline, "--json"], clock=days * DAY)
            if finished.status:
                raise Lost(f"with the clock set: {finished.complaint}")
            site.check_nothing_partial(folder / "store")
            site.check_mended(folder / "store", pipeline)
            moment = time.time() - days * DAY
            for path in [*(folder / "store").rglob("*")]:
                os.utime(path, (max(moment, 0), max(moment, 0)))
            again = site.run(folder / "store", ["run", pipeline, "--json"]).outcome
            if again is None or again.executed:
                raise Lost(f"files of another time are not found: {again and again.executed}")
            victim = next(iter(site.right[pipeline]))
            state = (folder / "store" / victim).stat()
            with (folder / "store" / victim).open("r+b") as file:  # in place, and with the times it had
                file.write(b"\0")
            os.utime(folder / "store" / victim, ns=(state.st_atime_ns, state.st_mtime_ns))
            if victim in digests(folder / "store"):
                raise Lost(f"{victim}: served, though it was changed in place")
        except Lost as lost:
            problem = str(lost)
        yield Trial("clock set", f"{pipeline}, by {days} days", problem)
        site.clear(folder)


def _no_traceback(finished: Finished) -> None:
    if finished.hung:
        raise Lost("hangs")
    lines = finished.stderr.splitlines()
    if "Traceback" in finished.stderr and not lines[-1].startswith("error: "):
        raise Lost(f"a traceback: {lines[-1]}")


def _can_mount(site: Site) -> bool:
    if not sys.platform.startswith("linux") or os.geteuid():
        return False
    folder = site.new()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "saltworks", str(folder)], capture_output=True)
    subprocess.run(["umount", str(folder)], capture_output=True)
    return mounted.returncode == 0


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "saltworks", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        with suppress(OSError):
            folder.rmdir()


def _remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)
