"""What a step does while it runs, as it is noted in this process, and as other processes tell it.

A process that was forked while a step ran tells what it does, and so does one that is started anew (multiprocessing's
"spawn", joblib) if it loads this library. It may be of a pool that several steps share, one after the other, so it
counts for all that run then.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import lstat, stat  # themselves: others may be in their place while a step runs, which note what is asked
from pathlib import Path
from typing import Any

from saltern import forks, kept
from saltern.files import State, memory_folder

TOLD = "SALTWORKS_SEEN"  # the variable that names, while a step runs, the file in which processes tell that it starts
NOBODY = 0  # no process: of what this one does for a step of another
_REPORTED = (
    "opened", "imported", "listed", "asked", "handed", "expanded", "matched", "written", "started", "programs",
    "variables", "copied", "modules", "connected", "relative", "users", "states", "names", "updated", "touched",
)  # fmt: skip
_outer_reports = os.environ.get(TOLD, "")
_listens = forks.lock()
_listeners: list[Seen] = []
reporting: set[int] = set()  # threads whose own opening is not to be noted


@dataclass
class Seen:
    """What one thread, and those that it started, opened for reading, imported, listed, started and connected to."""

    since_ns: int = field(default_factory=time.time_ns)
    before: frozenset[int] = field(default_factory=lambda: frozenset(t.ident or 0 for t in threading.enumerate()))
    opened: dict[str, None] = field(default_factory=dict)
    imported: dict[str, None] = field(default_factory=dict)
    listed: dict[str, None] = field(default_factory=dict)
    asked: dict[str, None] = field(default_factory=dict)  # whether they are there, or more
    handed: dict[str, None] = field(default_factory=dict)  # put together: a library of C may open them, out of sight
    expanded: dict[str, None] = field(default_factory=dict)  # those that a library makes ready to open
    matched: dict[str, None] = field(default_factory=dict)  # patterns of those whose names the user's code has as texts
    written: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)  # opened to read and to write
    touched: set[str] = field(default_factory=set)  # whose times the step set
    states: dict[str, Sequence[int] | None] = field(default_factory=dict)  # before the step did something with them
    names: dict[str, list[str]] = field(default_factory=dict)  # in folders, when they were listed first
    started: dict[str, None] = field(default_factory=dict)
    programs: dict[str, None] = field(default_factory=dict)  # that were started, by the words that name them
    variables: dict[str, None] = field(default_factory=dict)  # of the environment
    copied: dict[str, None] = field(default_factory=dict)  # functions that took all variables at once
    modules: dict[str, None] = field(default_factory=dict)  # at the top level, and distributions, that data names
    environment: dict[Any, Any] = field(default_factory=lambda: {**kept.environment()})
    connected: dict[str, None] = field(default_factory=dict)
    relative: set[str] = field(default_factory=set)  # those of them that were named from the current folder
    users: set[str] = field(default_factory=set)  # those of them that the user's own code asked for
    own: str = ""  # the package of the step
    inputs: tuple[str, ...] = ()  # files and folders that the step was given
    process: int = field(default_factory=os.getpid)
    pool: str = field(default_factory=lambda: pool_of(threading.current_thread().name))

    def know(self, path: str) -> bool:
        """Note what a file or folder is before the step does something with it. Whether there is one."""
        if path not in self.states:
            self.states[path] = state_of(path)
        return self.states[path] is not None

    def state_before(self, path: str) -> State | None:
        """What a file or folder was before the step; None where it is younger, or that is not known."""
        found = self.states.get(path)
        then = State(*found) if found else None  # another process tells it as a list
        return then if then and then.ctime_ns < self.since_ns else None

    def has_written_back(self, path: str) -> bool:
        """Whether the user's own code has read a file and then written it."""
        return path in self.written and path in self.opened and path in self.users

    @property
    def reports(self) -> str:
        """The file in which other processes tell what they did; in which this one tells it."""
        return f"{memory_folder()}/{self.process}.seen" if self.process != NOBODY else _outer_reports


@contextmanager
def listening(seen: Seen) -> Iterator[None]:
    """Also note what other processes tell: to all steps that run then, as they do not know to which."""
    file = seen.reports
    with _listens:
        start = os.stat(file).st_size if os.path.exists(file) else 0  # noqa: PTH110, PTH116 - this is done for each step
        os.environ[TOLD] = file
        _listeners.append(seen)
    try:
        yield
    finally:
        if seen.process == os.getpid():
            with _listens:
                _listeners.remove(seen)
                gather(seen, file, start, last=not _listeners)
                if not _listeners:
                    os.environ.pop(TOLD, None)


@contextmanager
def unheard() -> Iterator[None]:
    """Note nothing of what this thread does."""
    thread = threading.get_ident()
    outer = thread in reporting
    reporting.add(thread)
    try:
        yield
    finally:
        if not outer:
            reporting.discard(thread)


def report(seen: Seen) -> None:
    """Tell the process that runs the step what this one, which it has forked or started, has noted."""
    with unheard():
        if seen.process == NOBODY:
            seen.imported.clear()  # what it loads to begin with, of which the recipe knows what counts
        file = Path(seen.reports)
        file.parent.mkdir(parents=True, exist_ok=True)
        told = [json.dumps([kind, *one]) + "\n" for kind in _REPORTED for one in _told(getattr(seen, kind))]
        with file.open("a", encoding="utf-8", errors="surrogateescape") as reports:
            reports.write("".join(told))  # at once: others write there, too
        for kind in _REPORTED:
            getattr(seen, kind).clear()


def gather(seen: Seen, reports: str, start: int = 0, *, last: bool) -> None:
    """Note what other processes have told, which may still be at it: a pool's. ``last``: nobody else wants to know."""
    if not os.path.exists(reports):  # noqa: PTH110 - it is in a folder whose files are not noted
        return
    with open(reports, "rb") as file:  # noqa: PTH123
        file.seek(start)
        lines = file.read().decode("utf-8", "surrogateescape").splitlines()
    for kind, path, *value in map(json.loads, lines):
        noted = getattr(seen, kind)
        noted.setdefault(path, *value) if isinstance(noted, dict) else noted.add(path)
    if last:
        Path(reports).unlink(missing_ok=True)


def state_of(path: str) -> State | None:
    """What a file or folder is now; None where there is none."""
    try:
        return State.of(stat(path))  # noqa: PTH116
    except (OSError, ValueError):
        return None


def is_there(path: str) -> bool:
    try:
        lstat(path)
    except (OSError, ValueError):
        return False
    return True


def _told(noted: dict[str, Any] | set[str]) -> Iterator[tuple[Any, ...]]:
    return ((path, noted[path]) if isinstance(noted, dict) else (path,) for path in noted)


def pool_of(name: str) -> str:
    """What the names of the threads of one pool begin with: of ``ThreadPoolExecutor-0_1`` all but the last number."""
    return found[1] if (found := re.fullmatch(r"(.*[-_])\d+", name)) else ""
