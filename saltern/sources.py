"""Where modules lie, and whether they are the project's or a library's. Nothing is imported to find out.

A library is what lies among Python's own modules or in a folder that pip installs into. What cannot be found is no
library: it may be found later, when the program has extended ``sys.path``.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Literal, NamedTuple

from saltern.files import State

# ``source``: Python text. ``file``: bytecode, an extension, an archive. ``folder``: a package without ``__init__.py``.
Kind = Literal["source", "file", "folder", "library", "unknown"]

_PYTHON = tuple({os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")})
_SKIPPED = {"__pycache__", "node_modules", "site-packages", "dist-packages"}


class Location(NamedTuple):
    kind: Kind
    paths: tuple[Path, ...] = ()

    @property
    def path(self) -> Path:
        return self.paths[0]


_path: ContextVar[tuple[str, ...] | None] = ContextVar("path", default=None)


@contextmanager
def as_of(path: tuple[str, ...]) -> Iterator[None]:
    """Let modules be where they were found when ``sys.path`` was so: a program may extend it while it runs."""
    token = _path.set(path)
    try:
        yield
    finally:
        _path.reset(token)


def locate(module: str, home: str) -> Location:
    """Where Python would find a module, as seen from the top-level package ``home``, which is never a library.

    The library that this is a part of counts as one, but for its codecs, which people add to.
    """
    return _located(module, home, _path.get() or tuple(sys.path))


@lru_cache(maxsize=65536)
def _located(module: str, home: str, path: tuple[str, ...]) -> Location:
    top = module.partition(".")[0]
    if top == __package__ and module != f"{__package__}.codecs":
        return Location("library")
    if module == "__main__":
        file = getattr(sys.modules[module], "__file__", None)
        return Location("source", (Path(file).resolve(),)) if file and file.endswith(".py") else Location("unknown")
    if "." in module and top != __package__ and (above := locate(top, home)).kind == "library":
        return above
    spec = _spec(module, path)
    if spec is None:
        return Location("unknown")
    found = _files(spec)
    if not found:
        return Location("library" if spec.origin in ("built-in", "frozen") else "unknown")
    if top not in (home, __package__) and all(map(is_library, found)):
        return Location("library", tuple(map(Path, found)))
    paths = tuple(Path(path).resolve() for path in found)
    if not spec.origin:
        return Location("folder", paths)
    if paths[0].suffix == ".py" and paths[0].is_file():
        return Location("source", paths)
    return Location("file", tuple(filter(None, map(_file, paths))))


_packages: dict[tuple[str, tuple[str, ...]], ModuleSpec] = {}  # those that were found, under a path


def _spec(module: str, path: tuple[str, ...]) -> ModuleSpec | None:
    """Unlike ``importlib.util.find_spec`` it runs nothing: no package is imported."""
    package, _, _ = module.rpartition(".")
    above = _packages.get((package, path)) or (_spec(package, path) if package else None)
    try:
        if not package:
            found = _top(module)
        elif above and above.submodule_search_locations is not None:
            found = PathFinder.find_spec(module, list(above.submodule_search_locations))
        else:
            return None
    except (ImportError, ValueError):
        return None
    if found:
        _packages[module, path] = found
    return found


def _top(module: str) -> ModuleSpec | None:
    """The specification of a module that is in no package. What a program has put in its place may have none."""
    try:
        found: object = importlib.util.find_spec(module)
    except ValueError:
        found = None
    return found if type(found) is ModuleSpec else PathFinder.find_spec(module)


def _files(spec: ModuleSpec) -> list[str]:
    if spec.origin in ("built-in", "frozen"):
        return []
    return [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())


def _file(path: Path) -> Path | None:
    """The file that a path lies in: itself, or the archive that it is a member of."""
    return next((one for one in (path, *path.parents) if one.is_file()), None)


@cache
def is_library(path: str) -> bool:
    """Judged by where it is found, not by what a symbolic link there points to."""
    place = Path(path).absolute()
    if {"site-packages", "dist-packages"} & set(place.parts):
        return True
    if any(place.is_relative_to(folder) or place.resolve().is_relative_to(folder) for folder in _PYTHON):
        return True
    return any(map(_is_installed_into, list(place.parents)[:3]))


@cache
def _is_installed_into(folder: Path) -> bool:
    """Whether pip has installed into a folder: ``pip install --target``."""
    return str(folder) in sys.path and any(folder.glob("*.dist-info/METADATA"))


def state_of(path: str | os.PathLike[str]) -> State:
    """Raises OSError where there is no such file."""
    return State.of(os.stat(path))  # noqa: PTH116 - asked of each file of a project, and a Path takes longer to make


def project_files(root: Path) -> tuple[Path, ...]:
    """All that could be imported of what lies below a folder, but for environments and hidden folders; sorted."""
    return tuple(sorted(_importable(root)))


def _importable(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        kept = (name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        folders[:] = [name for name in kept if not Path(folder, name, "pyvenv.cfg").exists()]
        yield from (Path(folder, name) for name in files if name.endswith((".py", ".pyc", ".so", ".pyd")))


def is_made(module: str) -> bool:
    """Whether a program has made a module, which has no file."""
    loaded = sys.modules.get(module)
    return loaded is not None and not getattr(loaded, "__file__", None)


def forget() -> None:
    """Look anew: for programs that change their source while they run."""
    for remembered in (_located, is_library, _is_installed_into):
        remembered.cache_clear()
    _packages.clear()
    PathFinder.invalidate_caches()
