"""Whether a file is there, how large it is, where a link leads, what a variable is set to: what a step asks, and no
audit event tells. And the paths that it puts together.

While a step runs, the functions of ``os`` that ask are replaced by ones that note the path first. ``os.path`` and
``pathlib`` call them by their names in ``os``. So are the methods of ``os.environ``. What a C library asks is not seen,
nor what a module asks that has taken the function itself (``from os import stat``). The functions that import and
find modules by names in data are replaced too.

A library of C opens a file by itself, and is given its path before. So the functions that make paths into text, or
put them together, are replaced by ones that note what they give.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import PurePath
from typing import Any

from saltern import forks, whose

PATH, VARIABLE, MODULE = "asked", "variable", "module"  # what is asked about
HANDED, EXPANDED = "handed", "expanded"  # a path that is put together, and one that a library makes ready to open
MATCHED = "matched"  # a pattern of files, whose paths are given as texts
_PATHS = ("access", "lstat", "readlink", "stat")
_ENVIRON: Any = type(os.environ)
# What ``importlib.import_module`` and ``importlib.util.find_spec`` call, however they were imported.
_FINDERS: tuple[tuple[Any, str], ...] = ((importlib._bootstrap, "_gcd_import"), (importlib.util, "_find_spec"))  # type: ignore[attr-defined]
_GIVERS: tuple[tuple[Any, str], ...] = (
    (os.path, "expanduser"), (os.path, "join"), (PurePath, "__fspath__"), (PurePath, "__str__"),
)  # fmt: skip
_SETS = (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks)

_lock = forks.lock()
_notes: list[Callable[..., None]] = []  # one for each step that runs; all are the same


@contextmanager
def noting(note: Callable[..., None]) -> Iterator[None]:
    """Call ``note`` before something is asked about, in any thread, until all such blocks have ended.

    It is given ``PATH``, the function's name and the path; ``VARIABLE`` and a name, which is None for all variables;
    ``MODULE`` and a name; ``HANDED`` or ``EXPANDED`` and a path that was put together; or ``MATCHED`` and a pattern.
    """
    begin(note)
    try:
        yield
    finally:
        with _lock:
            _notes.pop()
            if not _notes:
                _exchange(_REPLACED, _ORIGINALS)


def begin(note: Callable[..., None]) -> None:
    """Call ``note`` as long as this process lives."""
    with _lock:
        _notes.append(note)
        if len(_notes) == 1:
            _exchange(_ORIGINALS, _REPLACED)


def _exchange(old: dict[tuple[Any, str], Any], new: dict[tuple[Any, str], Any]) -> None:
    """Put the new functions in the place of the old ones, where nobody has put others."""
    for (owner, name), function in old.items():
        if getattr(owner, name) is function:
            setattr(owner, name, new[owner, name])


def _note(*asked: Any) -> None:
    for note in _notes[-1:]:  # another thread may end the last
        note(*asked)


def _noted(owner: Any, name: str) -> Callable[..., Any]:
    original = getattr(owner, name)

    @wraps(original)
    def ask(*args: Any, **kwargs: Any) -> Any:
        path = args[0] if args else kwargs.get("path")
        if kwargs.get("dir_fd") is None and not isinstance(path, int):
            _note(PATH, name, path)
        return original(*args, **kwargs)

    ask.__module__ = "os"  # where pickle finds it
    for several in _SETS:
        if original in several:
            several.add(ask)  # who asks there what ``os.stat`` can do is told the same
    return ask


def _variable(owner: Any, name: str) -> Callable[..., Any]:
    original = getattr(owner, name)

    @wraps(original)
    def read(self: Any, *variable: Any) -> Any:
        _note(VARIABLE, *(variable or (None,)))
        return original(self, *variable)

    return read


def _sought(owner: Any, name: str) -> Callable[..., Any]:
    original = getattr(owner, name)

    @wraps(original)
    def seek(module: str, package: Any = None, *level: int) -> Any:
        if not any(level):  # else it is one of the package that asks
            _note(MODULE, module)
        return original(module, package, *level)

    return seek


def _handed(owner: Any, name: str) -> Callable[..., Any]:
    original, kind = getattr(owner, name), EXPANDED if name == "expanduser" else HANDED

    @wraps(original)
    def give(*args: Any, **kwargs: Any) -> Any:
        path = original(*args, **kwargs)
        file = sys._getframe(1).f_code.co_filename
        if not (whose.is_pythons(file) or whose.is_ours(file)):  # they open files in sight
            _note(kind, path)
        return path

    return give


def _matched(owner: Any, name: str) -> Callable[..., Any]:
    original = getattr(owner, name)

    @wraps(original)
    def match(pathname: Any, *, root_dir: Any = None, **kwargs: Any) -> Any:
        _note(MATCHED, os.path.join(root_dir, pathname) if root_dir else pathname)  # noqa: PTH118
        return original(pathname, root_dir=root_dir, **kwargs)

    return match


_REPLACED: dict[tuple[Any, str], Any] = {
    **{(os, name): _noted(os, name) for name in _PATHS},
    **{(_ENVIRON, name): _variable(_ENVIRON, name) for name in ("__getitem__", "__iter__")},
    **{(owner, name): _sought(owner, name) for owner, name in _FINDERS},
    **{(owner, name): _handed(owner, name) for owner, name in _GIVERS},
    (glob, "iglob"): _matched(glob, "iglob"),  # ``glob.glob`` calls it, too
}
_ORIGINALS = {(owner, name): getattr(owner, name) for owner, name in _REPLACED}
