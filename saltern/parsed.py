"""Files of a project as they are read: parsed, compiled or digested once, while they stay as they are."""

from __future__ import annotations

import hashlib
import re
import sys
from functools import lru_cache
from pathlib import Path

from saltern import memory, sources, watch
from saltern.errors import BadInput
from saltern.files import State, file_digest
from saltern.memory import Written
from saltern.modules import Module
from saltern.parsing import parse
from saltern.reached import hashed
from saltern.sources import Location
from saltern.text import DIGITS

_VARIABLE = re.compile(rb"(?:environ(?:\.get\(|\[)|getenv\()\s*['\"]([A-Za-z_]\w*)")


@lru_cache(maxsize=4096)
def parsed(name: str, path: Path, state: State) -> Module:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    if name == "__main__":
        package = getattr(sys.modules[name], "__package__", None) or ""
    try:
        return parse(path.read_bytes(), str(path), package)
    except (SyntaxError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read as Python ({error})") from None


def located(module: str, home: str) -> Location:
    """Where Python would find a module; one that it cannot read is a file like others, if nothing has loaded it.

    Such a one may be for a newer Python, or not finished, and its import is taken back where it fails.
    """
    found = sources.locate(module, home)
    if found.kind == "source" and module not in sys.modules:
        try:
            parsed(module, found.path, sources.state_of(found.path))
        except BadInput:
            return Location("file", found.paths)
    return found


@lru_cache(maxsize=4096)
def written(name: str, path: Path, state: State) -> Written:
    """What a module compiles to."""
    return memory.written(memory.compiled(parsed(name, path, state).tree, str(path)))


@lru_cache(maxsize=4096)
def compiled(name: str, path: Path, state: State) -> str:
    """The digest of all code that a module compiles to."""
    return memory.whole(memory.compiled(parsed(name, path, state).tree, str(path)))


def content(path: Path) -> str:
    """The digest of a file, or of all that could be imported of a folder."""
    return project(path, watch.executions()) if path.is_dir() else file_digest(path)[:DIGITS]


@lru_cache(maxsize=64)
def importable(root: Path, executions: int) -> tuple[Path, ...]:
    """All that could be imported of a folder, as it was after so many ``executions`` of modules; sorted."""
    return sources.project_files(root)


@lru_cache(maxsize=64)
def states(root: Path, executions: int) -> tuple[str, int]:
    """The digest of the states of all that could be imported of a folder, and the newest of their times."""
    found = [(str(path), sources.state_of(path)) for path in importable(root, executions)]
    return hashed(found), max((max(state.mtime_ns, state.ctime_ns) for _, state in found), default=0)


@lru_cache(maxsize=64)
def project(root: Path, executions: int) -> str:
    """The digest of all that could be imported of a folder."""
    files = importable(root, executions)
    return hashed(
        [(path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    )


@lru_cache(maxsize=64)
def variables(root: Path, executions: int) -> frozenset[str]:
    """The environment variables that source of a folder names, wherever."""
    files = (path for path in importable(root, executions) if path.suffix == ".py")
    found = {name for path in files for name in _VARIABLE.findall(path.read_bytes())}
    return frozenset(name.decode() for name in found)


def forget() -> None:
    """Read all source anew."""
    for remembered in (parsed, written, compiled, importable, states, project, variables):
        remembered.cache_clear()
    sources.forget()
