"""Whether a file is there, how large it is, where a link leads, what a variable is set to: what a step asks, and no
audit event tells.

While a step runs, the functions of ``os`` that ask are replaced by ones that note the path first. ``os.path`` and
``pathlib`` call them by their names in ``os``. So are the methods of ``os.environ``. What a C library asks is not seen,
nor what a module asks that has taken the function itself (``from os import stat``). The functions that import and
find modules by names in data are replaced too.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

_NAMES = ("access", "lstat", "readlink", "stat")
_ORIGINALS = {name: getattr(os, name) for name in _NAMES}
_ENVIRON: Any = type(os.environ)
_METHODS = {name: vars(_ENVIRON)[name] for name in ("__getitem__", "__iter__")}
# What ``importlib.import_module`` and ``importlib.util.find_spec`` call, however they were imported.
_IMPORTS: tuple[tuple[Any, str], ...] = ((importlib._bootstrap, "_gcd_import"), (importlib.util, "_find_spec"))  # type: ignore[attr-defined]
_FINDERS = {name: getattr(owner, name) for owner, name in _IMPORTS}
VARIABLE, MODULE = "variable", "module"  # in place of the function's name; of all variables the path is None
_SETS = (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks)

_lock = threading.Lock()
_notes: list[Callable[[str, Any], None]] = []  # one for each step that runs; all are the same


@contextmanager
def noting(note: Callable[[str, Any], None]) -> Iterator[None]:
    """Call ``note(function, path)`` before a path is asked about, in any thread, until all such blocks have ended."""
    begin(note)
    try:
        yield
    finally:
        with _lock:
            _notes.pop()
            if not _notes:
                _exchange(_REPLACED, _ORIGINALS, os)
                _exchange(_WATCHED, _METHODS, _ENVIRON)
                for owner, name in _IMPORTS:
                    _exchange({name: _SOUGHT[name]}, _FINDERS, owner)


def begin(note: Callable[[str, Any], None]) -> None:
    """Call ``note`` as long as this process lives."""
    with _lock:
        _notes.append(note)
        if len(_notes) == 1:
            _exchange(_ORIGINALS, _REPLACED, os)
            _exchange(_METHODS, _WATCHED, _ENVIRON)
            for owner, name in _IMPORTS:
                _exchange({name: _FINDERS[name]}, _SOUGHT, owner)


def _exchange(old: dict[str, Any], new: dict[str, Any], owner: Any) -> None:
    """Put the new functions in the place of the old ones, where nobody has put others."""
    for name, function in old.items():
        if getattr(owner, name) is function:
            setattr(owner, name, new[name])


def _noted(name: str) -> Callable[..., Any]:
    original = _ORIGINALS[name]

    @wraps(original)
    def ask(*args: Any, **kwargs: Any) -> Any:
        path = args[0] if args else kwargs.get("path")
        if kwargs.get("dir_fd") is None and not isinstance(path, int):
            for note in _notes[-1:]:  # another thread may end the last
                note(name, path)
        return original(*args, **kwargs)

    ask.__module__ = "os"  # where pickle finds it
    for several in _SETS:
        if original in several:
            several.add(ask)  # who asks there what ``os.stat`` can do is told the same
    return ask


def _read(self: Any, name: Any) -> Any:
    for note in _notes[-1:]:
        note(VARIABLE, name)
    return _METHODS["__getitem__"](self, name)


def _go_through(self: Any) -> Any:
    for note in _notes[-1:]:
        note(VARIABLE, None)
    return _METHODS["__iter__"](self)


def _sought(name: str) -> Callable[..., Any]:
    original = _FINDERS[name]

    @wraps(original)
    def seek(module: str, package: Any = None, *level: int) -> Any:
        is_relative = any(level)  # of the package that asks
        for note in () if is_relative else _notes[-1:]:
            note(MODULE, module)
        return original(module, package, *level)

    return seek


_REPLACED = {name: _noted(name) for name in _NAMES}
_SOUGHT = {name: _sought(name) for name in _FINDERS}
_WATCHED = {"__getitem__": _read, "__iter__": _go_through}
