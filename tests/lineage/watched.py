"""What a step really does while it runs, held against what its recipe and its manifest name.

Functions of the project that run, and files of the project that are opened, must all be among what is named. Python's
own tracing sees the functions (``sys.monitoring``; ``sys.setprofile`` before Python 3.12), an audit hook the files.
"""

from __future__ import annotations

import ast
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import stat  # itself: the library has another in its place while a step runs
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import saltern
from saltern import strategies
from saltern.code import reached
from saltern.external import places
from saltern.modules import BODY, SUBCLASSES, WHOLE, Module
from saltern.parsed import parsed
from saltern.reach import is_ignored, project_of
from saltern.reached import FILE, PROJECT, Reached
from saltern.recipe import Call, Source, each
from saltern.sources import state_of

OPTIMIZED = 1  # of a code object's flags: a function's, not that of a module or of a class's body
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
TOOL = 4  # of sys.monitoring
_PYTHON, _OURS = str(Path(os.__file__).parent), str(Path(saltern.__file__).parent)
_OPENED: list[tuple[int, list[str]]] = []  # of what is watched now: since when (ns), and the files


@contextmanager
def watched() -> Iterator[tuple[set[CodeType], list[str]]]:
    """The functions that run, and the files that are opened, as they come; not those that are made meanwhile."""
    ran: set[CodeType] = set()
    opened: list[str] = []
    _OPENED.append((time.time_ns(), opened))
    stop = _trace(ran)
    try:
        yield ran, opened
    finally:
        stop()
        _OPENED.pop()


def _trace(ran: set[CodeType]) -> Callable[[], None]:
    if sys.version_info >= (3, 12):
        monitoring = sys.monitoring
        monitoring.use_tool_id(TOOL, "watched")
        monitoring.register_callback(TOOL, monitoring.events.PY_START, lambda code, _: ran.add(code))
        monitoring.set_events(TOOL, monitoring.events.PY_START)

        def stop() -> None:
            monitoring.set_events(TOOL, 0)
            monitoring.free_tool_id(TOOL)

        return stop

    def profile(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call":
            ran.add(frame.f_code)

    before = sys.getprofile()
    threading.setprofile(profile)
    sys.setprofile(profile)

    def stop_profile() -> None:
        sys.setprofile(before)
        threading.setprofile(before)

    return stop_profile


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _OPENED and isinstance(arguments[0], str | bytes | os.PathLike):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR) or _is_ours(sys._getframe(1)):
            return
        for since, opened in _OPENED:
            if _was_there(arguments[0], since):
                opened.append(os.path.abspath(os.fsdecode(arguments[0])))  # noqa: PTH100 - nothing is opened here


def _was_there(path: Any, since_ns: int) -> bool:
    try:
        return stat(path).st_ctime_ns < since_ns  # noqa: PTH116
    except OSError:
        return False


def _is_ours(frame: FrameType | None) -> bool:
    """Whether the library reads, which looks into source."""
    while frame and frame.f_code.co_filename.startswith(("<", _PYTHON)):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_OURS)


sys.addaudithook(_heard)


def unnamed_functions(call: Call, ran: set[CodeType]) -> list[str]:
    """The functions of the project that ran in a call, and that its recipe does not name."""
    found, project = reached(strategies.whole(call)), project_of(call.step)
    if project is None or _counts_whole(found):
        return []
    places = [(module, name, path) for (module, path, _), names in found.places.items() for name in names]
    named = {(path, name) for _, name, path in places}
    for module, name, path in places:
        if name in (BODY, SUBCLASSES):  # what registers itself counts with what its module does when it is imported
            named |= {(path, inner) for inner in _defined(parsed(module, Path(path), state_of(path)), name)}
    whole = [path for _, name, path in places if name == WHOLE]
    without_source = {place.removesuffix(f":{FILE}") for place in found.code if place.endswith(f":{FILE}")}
    whole += [str(project / file).removesuffix("c") for file in without_source]  # bytecode says what it was made of
    modules = {path: module for module, _, path in places}
    told = []
    for code in ran:
        path, (top, _, inner) = code.co_filename, code.co_qualname.partition(".")
        if not code.co_flags & OPTIMIZED or not _is_in(project, path) or path.startswith(tuple(whole)):
            continue
        if Path(path).stem in without_source or path == __file__:
            continue  # of an archive, or of what watches
        is_there = path in modules if top.startswith("<") else (path, top) in named
        if (method := inner.partition(".")[0]) and (only := _methods(found, f"{modules.get(path)}:{top}")):
            is_there &= method in only
        if not is_there and not is_ignored(call.step, f"{modules.get(path, Path(path).stem)}:{top}"):
            told.append(f"{Path(path).relative_to(project)}:{code.co_qualname}")
    return sorted(told)


def _methods(found: Reached, place: str) -> set[str]:
    """The methods of a class that count; none where all do."""
    several = [key.removeprefix(f"{place}[").rstrip("]") for key in found.code if key.startswith(f"{place}[")]
    return set() if place in found.code else {name for one in several for name in one.split(",")}


def _counts_whole(found: Reached) -> bool:
    """Whether all source of the project counts."""
    return any(place.endswith(f":{PROJECT}") or place == PROJECT for place in found.code)


def _defined(module: Module, name: str) -> set[str]:
    """The functions and classes that a piece of a module holds."""
    statements = module.body if name == BODY else [one for one in module.tree.body if getattr(one, "bases", ())]
    return {inner.name for one in statements for inner in ast.walk(one) if isinstance(inner, DEFINITIONS)}


def unnamed_files(call: Call, opened: list[str], read: dict[str, str]) -> list[str]:
    """The files of the project that a call opened to read, and that neither recipe nor manifest names."""
    found, project = reached(strategies.whole(call)), project_of(call.step)
    if project is None:
        return []
    sources = [Path(place) for one in each(call.inputs) if isinstance(one, Source) for place in places(one)]
    named = {project / name for name in read} | set(found.texts.values()) | {Path(file) for file in found.files}
    told = []
    for path in map(Path, dict.fromkeys(opened)):
        is_input = any(path == source or path.is_relative_to(source) for source in sources)
        if not _is_in(project, str(path)) or not path.is_file() or path.suffix == ".pyc" or is_input:
            continue
        name = path.relative_to(project).as_posix()
        if _counts_whole(found) and path.suffix == ".py":
            continue  # all of them count, and are read again to see whether they changed meanwhile
        if path not in named and not is_ignored(call.step, name):
            told.append(name)
    return sorted(told)


def _is_in(project: Path, path: str) -> bool:
    parts = Path(path).parts
    apart = {"site-packages", "store", "saltern"}
    return Path(path).is_relative_to(project) and apart.isdisjoint(parts[len(project.parts) :])
