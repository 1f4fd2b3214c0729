"""What this process has read and may keep in memory: files that a module read while it was imported, or that a function
read which remembers them (``functools.cache``, a global name, an attribute). And the environment of each import, and by
whom they were told what no file holds: over the network, or by a program.

A step that reaches such a module or function depends on the file as it was then, whoever read it. Where the file has
changed since, what is in memory is of no file, and nothing that is made of it may be stored.
"""

from __future__ import annotations

import dis
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, MutableSequence, MutableSet
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from types import CodeType, FrameType
from typing import Any

from saltern import whose
from saltern.changes import MAKERS
from saltern.files import SMALL, digest
from saltern.filling import MUTATORS, fills

Owner = tuple[str, str]  # the file of a module, and a name in it; "" for what the module does while it is imported

_PYTHONS = ("<", str(Path(os.__file__).parent))
_CONTAINERS = (MutableMapping, MutableSequence, MutableSet)
LIBRARY = "<library>"  # in the place of a file: the owner is a library, by the name of its top-level module
# Those that keep the settings or texts that they have read for whoever asks next; ``gettext`` is Python's own.
_REMEMBER = {
    "babel", "config", "confuse", "decouple", "django", "dynaconf", "environ", "everett", "flask", "gettext", "i18n",
    "luigi", "mako", "prettyconf", "starlette", "tornado",
}  # fmt: skip
_ENGINES = {"airflow", "distributed", "luigi", "prefect"}  # whose connections are for themselves
_CONNECT = {"ftplib", "http", "imaplib", "poplib", "smtplib", "urllib", "xmlrpc"}  # Python's own
_CACHES = ("cache", "cache_clear", "cache_info", "memory")  # attributes of what functools, cachetools, joblib make

_read: dict[Owner, dict[str, str | None]] = {}  # path -> what it was; None where it is looked at again each time
_told: dict[Owner, dict[str, None]] = {}  # what they were told by others: over the network, by programs
_keeps: dict[CodeType, list[str]] = {}
_environments: dict[str, Mapping[Any, Any]] = {}  # the file of a module -> the environment when it was imported last
_last: Mapping[Any, Any] = {}


def owners(frame: FrameType | None) -> Iterator[Owner]:
    """Who may keep what is read in a frame: functions and libraries that remember, and the module that is imported.

    What this library reads, such as a store, nobody keeps.
    """
    reader = frame
    while reader and reader.f_code.co_filename.startswith(_PYTHONS):
        reader = reader.f_back
    if reader and whose.is_ours(reader.f_code.co_filename):
        return
    yield from ((LIBRARY, one) for one in sorted({*_libraries(frame)[0]} & _REMEMBER))
    while frame:
        code, file = frame.f_code, frame.f_code.co_filename
        is_users = not (_is_librarys(file) or whose.is_ours(file))
        if code.co_name == "<module>":
            if is_users and frame.f_globals.get("__name__") != "__main__":
                yield file, ""
            return
        if is_users:
            yield from ((file, name) for name in _keepers(code, frame.f_globals))
        frame = frame.f_back


def connectors(frame: FrameType | None) -> list[Owner]:
    """The libraries that connect in a frame: they may keep the connection for whoever asks next.

    Not where this library has them connect, or an engine has.
    """
    names, asks = _libraries(frame)
    if not _ENGINES.isdisjoint(names) or (asks and whose.is_ours(asks.f_code.co_filename)):
        return []
    return [(LIBRARY, one) for one in names if one in _CONNECT or one not in sys.stdlib_module_names]


def _libraries(frame: FrameType | None) -> tuple[list[str], FrameType | None]:
    """The libraries by which code has something read, by their top-level modules, and the frame of that code."""
    names = []
    while frame and _is_librarys(file := frame.f_code.co_filename) and not whose.is_ours(file):
        names.append(str(frame.f_globals.get("__name__")).partition(".")[0])
        frame = frame.f_back
    return names, frame


def _is_librarys(file: str) -> bool:
    return file.startswith(_PYTHONS) or "site-packages" in file


def keep(several: Iterable[Owner], path: str, *, live: bool) -> None:
    """Note that owners have read a file or listed a folder. ``live``: they look at it again each time (a database)."""
    found = None if live else _state(path)
    for owner in several:
        _read.setdefault(owner, {})[path] = found


def tell(several: Iterable[Owner], by: Iterable[str]) -> None:
    """Note by whom owners were told something, which no file holds."""
    for owner in several:
        _told.setdefault(owner, {}).update(dict.fromkeys(by))


def told() -> list[tuple[Owner, list[str]]]:
    """Who was told something, and by whom."""
    return [(owner, [*by]) for owner, by in [*_told.items()]]


def readers() -> list[Owner]:
    """Who has read something."""
    return [*_read]


def files(owner: Owner) -> list[str]:
    """What an owner has read."""
    return [*_read.get(owner, ())]


def changed(owner: Owner) -> list[str]:
    """The files and folders that are no longer what an owner has read."""
    read = [*_read.get(owner, {}).items()]  # another thread may add to it
    return [path for path, found in read if found is not None and _state(path) != found]


def imported(file: str) -> None:
    """Note the environment in which a module is imported."""
    global _last
    now = environment()
    if now != _last:
        _last = dict(now)
    _environments[file] = _last


def environments(modules: Iterable[str]) -> list[Mapping[Any, Any]]:
    """The environments in which modules were imported, each once."""
    known = {id(one): one for one in map(_environments.get, modules) if one is not None}
    return [*known.values()]


def values(variable: str, several: Iterable[Mapping[Any, Any]]) -> set[str | None]:
    """The values of a variable in environments."""
    return {value(variable, one) for one in several}


def environment() -> Mapping[Any, Any]:
    """The environment as Python holds it, on most systems in bytes, which nobody has to decode. It changes with it."""
    found: Mapping[Any, Any] = getattr(os.environ, "_data", os.environ)
    return found


def value(variable: str, environment: Mapping[Any, Any]) -> str | None:
    """The value of a variable in such an environment; None where it is not set."""
    found = environment.get(os.fsencode(variable) if isinstance(next(iter(environment), b""), bytes) else variable)
    return None if found is None else os.fsdecode(found)


def _state(path: str) -> str:
    """What tells whether a file or folder has changed: the content of a small one, else what its state says."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - this is done whenever a module of the user's opens a file
        if S_ISDIR(stat.st_mode):
            return "\0".join(sorted(os.listdir(path)))  # noqa: PTH208
        if S_ISREG(stat.st_mode) and 0 < stat.st_size <= SMALL:  # who reads a pipe or a device may wait for ever
            return digest(Path(path).read_bytes())
        return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
    except OSError:
        return "missing"


def _keepers(code: CodeType, names: Mapping[str, Any]) -> list[str]:
    """The names of a module under which a function of it may keep what it reads."""
    known = _keeps.get(code)
    if known is None:
        found = _in_its_place(code, names)
        is_kept = _is_cache(found) or _holds_containers(found) or _stores(code, names) or fills(code)
        known = _keeps[code] = [code.co_qualname.partition(".")[0]] if is_kept else []
        # as in ``get = cache(read)``
        known += [
            name
            for name, one in [*names.items()]
            if _is_cache(one) and getattr(getattr(one, "__wrapped__", None), "__code__", None) is code
        ]
    return known


def _is_cache(value: Any) -> bool:
    return isinstance(value, cached_property) or any(hasattr(value, name) for name in _CACHES)


def _in_its_place(code: CodeType, names: Mapping[str, Any]) -> Any:
    """What a decorator has put in the place of a function; None where it is the function itself, or a step."""
    top, _, rest = code.co_qualname.partition(".")
    found = names.get(top)
    if rest:
        found = vars(found).get(rest) if isinstance(found, type) else None
    is_itself = getattr(found, "__code__", None) is code or type(found).__module__.startswith("saltern.")
    return None if is_itself else found


def _holds_containers(found: Any) -> bool:
    cells = [cell.cell_contents for cell in getattr(found, "__closure__", None) or () if cell != type(cell)()]
    held = [*cells, *vars(found).values()] if hasattr(found, "__dict__") else cells
    return any(isinstance(one, _CONTAINERS) for one in held)


def _stores(code: CodeType, names: Mapping[str, Any]) -> bool:
    """Whether a function puts something where it outlives the call."""
    said = [*dis.get_instructions(code)]
    operations = {one.opname for one in said}
    is_closure = bool(code.co_freevars) and _is_bound(code)
    outside = is_closure or any(isinstance(names.get(name), _CONTAINERS) for name in code.co_names)
    mutates = "STORE_SUBSCR" in operations or not MUTATORS.isdisjoint(code.co_names)
    if "STORE_GLOBAL" in operations or (outside and mutates) or (is_closure and "STORE_DEREF" in operations):
        return True
    return code.co_name not in MAKERS and any(
        one.opname == "STORE_ATTR" and _is_outside(before, code) for before, one in pairwise(said)
    )


def _is_bound(code: CodeType) -> bool:
    """Whether a module of the user's has a name for a function of this code, which another function made."""
    modules = [one for one in [*sys.modules.values()] if getattr(one, "__file__", None) in _environments]
    return any(getattr(value, "__code__", None) is code for one in modules for value in [*vars(one).values()])


def _is_outside(loads: dis.Instruction, code: CodeType) -> bool:
    """Whether an instruction loads what outlives the call: a global, or the object that a method is of."""
    if loads.opname in ("LOAD_DEREF", "LOAD_GLOBAL", "LOAD_NAME"):
        return True
    loaded = loads.argval if isinstance(loads.argval, tuple) else (loads.argval,)
    return "LOAD_FAST" in loads.opname and loaded[-1] in ("self", "cls") and loaded[-1] in code.co_varnames[:1]
