"""What this process executes, opens and starts, by Python's own audit events (PEP 578).

The code of modules as it is run: Python keeps none of it, and times tell little about which text it came from, as
bytecode may be stale, and a file may be saved again with what it said before. And what a step reads while it runs,
beside its inputs: ``saltern.notes`` says what counts of each event. What a C library opens by itself raises none: of
that, the paths tell that the step puts together, see ``saltern.asked``.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, ParamSpec, TypeVar

from saltern import asked, kept, whose
from saltern.files import is_within
from saltern.notes import ASKED, KEPT, NOTES, OF_OTHERS, OF_POOLS, READERS_OF_SOURCE, is_for_source, told_by
from saltern.seen import NOBODY, TOLD, Seen, listening, pool_of, report, reporting, unheard

P = ParamSpec("P")
R = TypeVar("R")

_PYTHON = str(Path(os.__file__).parent)
_POOL = f"{_PYTHON}/concurrent/futures/thread.py"
_executed: dict[str, tuple[CodeType, int]] = {}  # file name -> the code of the module, the last that was run, and when
_BEGUN = time.time_ns()
_count = 0
_watching: dict[int, Seen] = {}  # the thread that runs a step -> what it does
_outer: list[Seen] = []  # what this process does, if a step of another one started it
_aside: set[int] = set()  # threads that are at work for the cache itself
_elders: frozenset[int | None] | None = None  # processes that were there before the first step: they tell nothing


@contextmanager
def watching(inputs: Iterable[str | Path] = (), own: str = "") -> Iterator[Seen]:
    """Note what is opened, listed, started and connected to in this thread, and in those that are started meanwhile.

    ``inputs``: the files and folders that the step was given, which nobody is taken to remember. ``own``: its package.
    """
    global _elders
    if _elders is None:
        _elders = frozenset(_workers())
    thread = threading.get_ident()
    seen = Seen(inputs=tuple(os.path.abspath(path) for path in inputs), own=own)  # noqa: PTH100
    outer = _watching.get(thread)
    _watching[thread] = seen
    try:
        with listening(seen), asked.noting(_ask):
            yield seen
    finally:
        if outer:
            _watching[thread] = outer
        else:
            del _watching[thread]


def elders() -> list[str]:
    """The names of the processes of ``multiprocessing`` that were started before the first step, and that live."""
    return [name for process, name in _workers().items() if process in (_elders or ())]


def _workers() -> dict[int | None, str]:
    started = [*getattr(sys.modules.get("multiprocessing.process"), "_children", ())]
    return {one.pid: one.name for one in started if _is_alive(one)}


def _is_alive(process: Any) -> bool:
    """Whether a process lives. To ask for its exit code would take that from a thread which waits for it."""
    from multiprocessing.connection import wait

    try:
        return not wait([process.sentinel], timeout=0)
    except (OSError, ValueError):  # it is closed
        return False


def aside(method: Callable[P, R]) -> Callable[P, R]:
    """A method whose own reading counts for no step that another thread of the same pool runs: an engine's pool."""

    @wraps(method)
    def unseen(*args: P.args, **kwargs: P.kwargs) -> R:
        thread = threading.get_ident()
        outer = thread in _aside
        _aside.add(thread)
        try:
            return method(*args, **kwargs)
        finally:
            if not outer:
                _aside.discard(thread)

    return unseen


def executions() -> int:
    """How many modules this process has executed since this one was loaded, libraries' apart."""
    return _count


def executed(path: str) -> CodeType | None:
    """The code of the module that this process executed last from a file, where that is known."""
    return _executed[path][0] if path in _executed else None


def executed_ns(path: str) -> int:
    """When that was, in nanoseconds of the clock; where it is not known, when this module was executed or before."""
    return _executed[path][1] if path in _executed else _BEGUN


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "exec":
        global _count
        code = arguments[0]
        if isinstance(code, CodeType) and code.co_name == "<module>":
            file = code.co_filename
            if not file.startswith(("<", _PYTHON)) and "site-packages" not in file:
                _executed[file] = code.replace(), time.time_ns()  # its own is for ``executed.py`` to wait for
                kept.imported(file)
                _count += 1
        return
    try:
        if event in NOTES and (_watching or _outer or event in KEPT) and threading.get_ident() not in reporting:
            if event in KEPT:
                _note_kept(event, *arguments)
            for seen in _whose(event):
                NOTES[event](seen, *arguments)
                if seen.process != os.getpid():
                    report(seen)
    except Exception:  # an error here would be one in the program that is watched, which may be at its end
        return


def _ask(event: str, *arguments: Any) -> None:
    _hook(event, arguments)


def _note_kept(event: str, *arguments: Any) -> None:
    frame = sys._getframe(2)
    reader, path = frame.f_code.co_filename, arguments[0] if arguments else ""
    if reader.startswith(READERS_OF_SOURCE) and (not isinstance(path, str) or is_for_source(reader, path)):
        return
    seen, thread = Seen(0, frozenset()), threading.get_ident()
    with unheard():
        owners = [*kept.owners(frame)]
        if event in OF_OTHERS:
            owners += kept.connectors(frame) if event.startswith("socket.") else []
            kept.tell(owners, told_by(event, frame, *arguments) if owners else [])
            return
        if not owners:
            return
        by_user = whose.is_by_user(frame)
        NOTES[event](seen, *arguments)
        inputs = _watching[thread].inputs if thread in _watching else ()
        for path in seen.opened | seen.listed:
            counts = whose.counts(os.path.dirname(path), by_user=by_user)  # noqa: PTH120
            if counts and not any(is_within(path, one) for one in inputs):
                kept.keep(owners, path, live=event == "sqlite3.connect")


def _whose(event: str) -> list[Seen]:
    thread = threading.get_ident()
    if thread in _watching:
        return [_watching[thread]]
    if not _watching:
        return _outer
    name = next((one.name for one in threading.enumerate() if one.ident == thread), "")
    # this, _hook, and of what is asked _ask, asked's, the function
    frame = sys._getframe(5 if event in ASKED else 2)
    is_of_pool = _works_for_steps(event, thread, name, frame)
    apart = pool_of(name) if thread in _aside else ""
    return [
        seen
        for seen in [*_watching.values()]
        if (is_of_pool or thread not in seen.before) and not (apart and apart == seen.pool)
    ]


def _works_for_steps(event: str, thread: int, name: str, frame: FrameType) -> bool:
    """Whether a thread that is older than a step may work for it: one of a pool, or one that runs the user's code.

    What the program's first thread does by a library is the engine's, which runs the steps, unless it reads a file.
    """
    if event in OF_POOLS:
        return whose.is_for_user(frame) or _is_worker(name, frame)
    if thread == threading.main_thread().ident:
        return whose.is_by_user(frame)
    # Python's own code alone: a function of it that somebody has given to a pool
    return whose.is_for_user(frame) or (_is_worker(name, frame) and not whose.asker(frame))


def _is_worker(name: str, frame: FrameType | None) -> bool:
    """Whether a thread is one of a pool, by its name; or by what it runs, as a pool may give names of its own."""
    if name.startswith("ThreadPoolExecutor-") or name.endswith("(worker)"):
        return True
    while frame and not (frame.f_code.co_name == "_worker" and frame.f_code.co_filename == _POOL):
        frame = frame.f_back
    return frame is not None


def source_of(path: str) -> str:
    """The source of what was imported, where it was bytecode beside it."""
    try:
        return importlib.util.source_from_cache(path) if "__pycache__" in path else path
    except ValueError:
        return path


if TOLD in os.environ:
    _outer.append(Seen(0, frozenset(), process=NOBODY))
    asked.begin(_ask)

sys.addaudithook(_hook)  # a process cannot take it back: while no step runs it does nothing but look at ``exec``
