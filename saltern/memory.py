"""Whether what is in memory is what the source says: loaded code, held against what the source compiles to.

Times alone do not tell. A module may have been loaded before an edit, been loaded from bytecode that looked current
(python/cpython#75953), or have had a function replaced.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import CellType, CodeType, FunctionType
from typing import Any


def differs(module: str, name: str, path: Path, source: bytes) -> bool:
    """Whether a function or class that a loaded module has under a name is other code than its source says.

    A module that is not loaded differs in nothing, and so does what no compiler has made from this file.
    """
    loaded = sys.modules.get(module)
    if loaded is None or name not in vars(loaded):
        return False
    written = _written(source, str(path))
    for code in _codes(vars(loaded)[name], module):
        mine = written.get(code.co_qualname) if Path(code.co_filename) == path else None
        if mine and not any(same(code, other) for other in mine):
            return True
    return False


@lru_cache(maxsize=512)
def compiled(source: bytes, path: str) -> CodeType:
    """The code of a module, as its source has it."""
    return compile(source, path, "exec", dont_inherit=True)


@lru_cache(maxsize=512)
def _written(source: bytes, path: str) -> dict[str, list[CodeType]]:
    """The code of every function of a source file by its qualified name, of which a file may have several."""
    found: dict[str, list[CodeType]] = {}
    todo = [compiled(source, path)]
    while todo:
        code = todo.pop()
        found.setdefault(code.co_qualname, []).append(code)
        todo += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return found


def _codes(value: Any, module: str) -> Iterator[CodeType]:
    """The code of a function, of what it wraps, and of a class's methods."""
    todo, seen = [value], set()
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, FunctionType):
            yield one.__code__
            todo += [cell.cell_contents for cell in one.__closure__ or () if _is_full(cell)]  # what a decorator wraps
        elif isinstance(one, type) and one.__module__ == module:
            todo += vars(one).values()
        elif isinstance(one, property):
            todo += [one.fget, one.fset, one.fdel]
        if not isinstance(one, type):
            todo += [_attribute(one, inner) for inner in ("function", "__wrapped__", "__func__")]


def _attribute(value: Any, name: str) -> FunctionType | None:
    try:
        found = getattr(value, name, None)
    except Exception:  # the project's own code runs here, and may do anything: six's modules import others
        return None
    return found if isinstance(found, FunctionType) else None


def _is_full(cell: CellType) -> bool:
    try:
        return isinstance(cell.cell_contents, FunctionType)
    except ValueError:  # it is empty
        return False


def same(one: CodeType, other: CodeType) -> bool:
    """Whether two pieces of code do the same, wherever they stand in their files."""
    todo = [(one, other)]
    while todo:
        one, other = todo.pop()
        if any(getattr(one, fact) != getattr(other, fact) for fact in _FACTS):
            return False
        if len(one.co_consts) != len(other.co_consts):
            return False
        for mine, theirs in zip(one.co_consts, other.co_consts, strict=True):
            if isinstance(mine, CodeType) and isinstance(theirs, CodeType):
                todo.append((mine, theirs))
            elif _told(mine) != _told(theirs):
                return False
    return True


_FACTS = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount", "co_kwonlyargcount")


def _told(constant: Any) -> Any:
    """A constant such that equal ones are the same: 1 is not 1.0, and a set has no order."""
    return sorted(map(repr, constant)) if isinstance(constant, frozenset) else repr(constant)
