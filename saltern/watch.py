"""What this process executes, opens and starts, by Python's own audit events (PEP 578).

The code of modules as it is run: Python keeps none of it, and times tell little about which text it came from, as
bytecode may be stale, and a file may be saved again with what it said before. And what a step reads while it runs,
beside its inputs. What a C library opens by itself raises no event, so it is not seen.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

_PYTHON = str(Path(os.__file__).parent)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
# Those who look for modules, and for their source to show it.
_READERS_OF_SOURCE = (
    "<frozen ",
    *(f"{_PYTHON}/{name}" for name in ("importlib/metadata/", "linecache.py", "tokenize.py")),
)

_executed: dict[str, CodeType] = {}  # file name -> the code of the module, the last that was run
_count = 0
_opened_by: dict[str, dict[str, None]] = {}  # file name of a module -> what was opened while it was imported


@dataclass
class Seen:
    """What one thread, and those that it started, opened for reading, imported, listed, started and connected to."""

    since_ns: int = field(default_factory=time.time_ns)
    before: frozenset[int] = field(default_factory=lambda: frozenset(t.ident or 0 for t in threading.enumerate()))
    opened: dict[str, None] = field(default_factory=dict)
    imported: dict[str, None] = field(default_factory=dict)
    listed: dict[str, None] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    started: dict[str, None] = field(default_factory=dict)
    connected: dict[str, None] = field(default_factory=dict)


_watching: dict[int, Seen] = {}  # the thread that runs a step -> what it does


@contextmanager
def watching() -> Iterator[Seen]:
    """Note what is opened, listed, started and connected to in this thread, and in those that are started meanwhile."""
    thread, seen = threading.get_ident(), Seen()
    outer = _watching.get(thread)
    _watching[thread] = seen
    try:
        yield seen
    finally:
        if outer:
            _watching[thread] = outer
        else:
            del _watching[thread]


def executions() -> int:
    """How many modules this process has executed since this one was loaded, libraries' apart."""
    return _count


def executed(path: str) -> CodeType | None:
    """The code of the module that this process executed last from a file, where that is known."""
    return _executed.get(path)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "exec":
        global _count
        code = arguments[0]
        if isinstance(code, CodeType) and code.co_name == "<module>":
            file = code.co_filename
            if not file.startswith(("<", _PYTHON)) and "site-packages" not in file:
                _executed[file] = code
                _count += 1
    elif event in _NOTES and (_watching or event == "open"):
        try:
            if not _watching:
                _open_at_import(*arguments)
            for seen in _whose():
                _NOTES[event](seen, *arguments)
        except Exception:  # an error here would be one in the program that is watched
            return


def opened_by(module: str) -> list[Path]:
    """The files that a module of the project opened for reading while it was imported."""
    return [*map(Path, _opened_by.get(module, ()))]


def _open_at_import(path: Any, mode: str | None, flags: int) -> None:
    frame = sys._getframe(2)
    if frame.f_code.co_filename.startswith(_READERS_OF_SOURCE):
        return
    while frame and frame.f_code.co_name != "<module>":
        frame = frame.f_back  # type: ignore[assignment]
    file = frame.f_code.co_filename if frame else "<"
    if file.startswith(("<", _PYTHON)) or "site-packages" in file or frame.f_globals.get("__name__") == "__main__":
        return
    seen = Seen(0, frozenset())
    _open(seen, path, mode, flags)
    _opened_by.setdefault(file, {}).update(seen.opened)


def _whose() -> list[Seen]:
    thread = threading.get_ident()
    if thread in _watching:
        return [_watching[thread]]
    return [seen for seen in [*_watching.values()] if thread not in seen.before]


def _open(seen: Seen, path: Any, mode: str | None, flags: int) -> None:
    if isinstance(path, int) or path is None:
        return
    name = os.fspath(path)
    name = os.fsdecode(name) if isinstance(name, bytes) else name
    if (mode and set(mode) & set("wax+")) or (not mode and flags & _WRITES):
        seen.written.add(os.path.abspath(name))  # noqa: PTH100 - a Path is slow, and this is asked often
        return
    reader = sys._getframe(2).f_code.co_filename
    if name in sys.path and _is_asked_by_library(sys._getframe(2)):
        return  # it looks for what is installed
    if not reader.startswith(_READERS_OF_SOURCE):
        seen.opened[os.path.abspath(name)] = None  # noqa: PTH100
    elif reader.startswith("<"):
        seen.imported[os.path.abspath(name)] = None  # noqa: PTH100


def _list(seen: Seen, path: Any = None) -> None:
    if isinstance(path, int) or sys._getframe(2).f_code.co_filename.startswith(_READERS_OF_SOURCE):
        return
    folder = os.fsdecode(path or ".")
    if not (folder in sys.path and _is_asked_by_library(sys._getframe(2))):  # which looks for what is installed
        seen.listed[os.path.abspath(folder)] = None  # noqa: PTH100


def _is_asked_by_library(frame: FrameType | None) -> bool:
    while frame:
        file = frame.f_code.co_filename
        if "site-packages" in file or not file.startswith(("<frozen ", _PYTHON)):
            return "site-packages" in file
        frame = frame.f_back
    return True


def _start(seen: Seen, program: Any, arguments: Any = (), cwd: Any = None, *_: Any) -> None:
    words = [program, *(shlex.split(arguments) if isinstance(arguments, str) else arguments or ())]
    folder = os.fsdecode(cwd) if cwd else "."
    for word in (os.fsdecode(word) for word in words if word is not None):
        seen.started[os.path.abspath(os.path.join(folder, word))] = None  # noqa: PTH100, PTH118


def _connect(seen: Seen, socket: Any, address: Any) -> None:
    where = address if isinstance(address, str | bytes) else ":".join(map(str, address[:2]))
    seen.connected[os.fsdecode(where)] = None


_NOTES: dict[str, Any] = {
    "open": _open,
    "sqlite3.connect": lambda seen, path: _open(seen, path, "r", 0),
    "os.listdir": _list,
    "os.scandir": _list,
    "subprocess.Popen": _start,
    "os.system": lambda seen, command: _start(seen, None, os.fsdecode(command)),
    "os.exec": lambda seen, path, arguments, _: _start(seen, path, arguments),
    "os.posix_spawn": lambda seen, path, arguments, _: _start(seen, path, arguments),
    "socket.connect": _connect,
}


def source_of(path: str) -> str:
    """The source of what was imported, where it was bytecode beside it."""
    try:
        return importlib.util.source_from_cache(path) if "__pycache__" in path else path
    except ValueError:
        return path


sys.addaudithook(_hook)  # a process cannot take it back: while no step runs it does nothing but look at ``exec``
