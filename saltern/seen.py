"""What a step does while it runs, as it is noted in this process, and as other processes tell it.

A process that was forked tells of the step that it was forked in. One that is started anew (multiprocessing's "spawn",
joblib) tells if it loads this library, and does not know of which step: it counts for all that run then.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from saltern import kept
from saltern.files import memory_folder

TOLD = "SALTWORKS_SEEN"  # the variable that names, while a step runs, the file in which processes tell that it starts
NOBODY = 0  # no process: of what this one does for a step of another
_REPORTED = (
    "opened", "imported", "listed", "asked", "handed", "expanded", "matched", "written", "started", "programs",
    "variables", "copied", "modules", "connected", "relative", "users",
)  # fmt: skip
_outer_reports = os.environ.get(TOLD, "")
_listens = threading.Lock()
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

    @property
    def reports(self) -> str:
        """The file in which processes that were forked meanwhile tell what they did; in which this one tells it."""
        return f"{memory_folder()}/{self.process}-{id(self)}.seen" if self.process != NOBODY else _outer_reports


@contextmanager
def listening(seen: Seen) -> Iterator[None]:
    """Also note what processes tell that are started anew: to all steps that run then, as they do not know to which."""
    file = f"{memory_folder()}/{seen.process}.seen"
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


def report(seen: Seen) -> None:
    """Tell the process that runs the step what this one, which it has forked or started, has noted."""
    reporting.add(threading.get_ident())
    try:
        if seen.process == NOBODY:
            seen.imported.clear()  # what it loads to begin with, of which the recipe knows what counts
        file = Path(seen.reports)
        file.parent.mkdir(parents=True, exist_ok=True)
        told = [json.dumps([kind, path]) + "\n" for kind in _REPORTED for path in getattr(seen, kind)]
        with file.open("a", encoding="utf-8", errors="surrogateescape") as reports:
            reports.write("".join(told))  # at once: others write there, too
        for kind in _REPORTED:
            getattr(seen, kind).clear()
    finally:
        reporting.discard(threading.get_ident())


def gather(seen: Seen, reports: str, start: int = 0, *, last: bool) -> None:
    """Note what other processes have told, which may still be at it: a pool's. ``last``: nobody else wants to know."""
    if not os.path.exists(reports):  # noqa: PTH110 - it is in a folder whose files are not noted
        return
    with open(reports, "rb") as file:  # noqa: PTH123
        file.seek(start)
        lines = file.read().decode("utf-8", "surrogateescape").splitlines()
    for kind, path in map(json.loads, lines):
        noted = getattr(seen, kind)
        noted |= {path: None} if isinstance(noted, dict) else {path}
    if last:
        Path(reports).unlink(missing_ok=True)


def pool_of(name: str) -> str:
    """What the names of the threads of one pool begin with: of ``ThreadPoolExecutor-0_1`` all but the last number."""
    return found[1] if (found := re.fullmatch(r"(.*[-_])\d+", name)) else ""
