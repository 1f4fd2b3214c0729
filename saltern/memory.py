"""Whether what is in memory is what the source says: loaded code, held against what the source compiles to.

Times alone do not tell. A module may have been loaded before an edit, been loaded from bytecode that looked current
(python/cpython#75953), or have had a function replaced.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import marshal
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CellType, CodeType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

from saltern.forks import cached_property
from saltern.snapshots import is_atom
from saltern.trees import bound

Written = Mapping[str, Sequence[str]]  # qualified name of a function -> the digests of its code, of each of that name

MODULE = "<module>"
_PLAIN = {*map(id, (int, float, str, bytes, list, dict, set, tuple, type(None), ModuleType))}  # what holds no code
# Classes by their identity: one of the user's may have no hash, or say that it equals another.
_SIZED = {*map(id, (dict, frozenset, list, set, tuple))}
_CONTAINERS = {*_SIZED, id(Namespace), id(SimpleNamespace)}
CHANGEABLE = ("{", "list ", "set ")  # how what is told begins of what may be changed in its place
_MOST = 1_000  # values in one that is told: they are looked at again and again


def compiled(source: ast.Module, path: str) -> CodeType:
    return compile(source, path, "exec", dont_inherit=True)


def written(code: CodeType) -> Written:
    """The digests of the code of a module: of itself, and of each function by its qualified name."""
    found: dict[str, list[str]] = {}
    _digest(code, found)
    return found


def whole(code: CodeType) -> str:
    """The digest of a module's code with all that is in it, and where it stands in its file: fast."""
    return hashlib.blake2b(marshal.dumps(code, 2), digest_size=8).hexdigest()


class Known:
    """The code of a module, and all code in it, by identity; none where there is no such ``code``.

    ``is_rewritten``: what was executed is not what the file compiles to, and is the file's all the same.
    """

    def __init__(self, code: CodeType | None, *, is_rewritten: bool = False) -> None:
        self.code, self.is_rewritten = code, is_rewritten
        self._here = {*map(id, code.co_consts)} if code else set()  # the functions and classes of its top level

    @cached_property
    def inside(self) -> set[int]:
        found, todo = set[int](), [self.code] if self.code else []
        while todo:
            one = todo.pop()
            found.add(id(one))
            todo += [inner for inner in one.co_consts if type(inner) is CodeType]
        return found

    def unlike(self, held: Mapping[str, Any], names: Iterable[str]) -> list[str]:
        """The names that stand for something else than a plain function of this code, and may hold code. Fast."""
        here = self._here  # no code of it has anything of a function around it
        several = [
            name
            for name in names
            if not (type(value := held.get(name)) is FunctionType and id(value.__code__) in here) or value.__dict__
        ]
        return [name for name in several if not (is_plain(value := held.get(name)) or self._has(value))]

    def _has(self, value: Any) -> bool:
        if type(value) is not FunctionType or value.__closure__ or value.__dict__:
            return False
        return id(value.__code__) in self.inside


def is_a(value: object, kinds: type | tuple[type, ...]) -> bool:
    """``isinstance``, without asking the value: its ``__class__`` may be code, as of objects that are made later."""
    return issubclass(type(value), kinds)


def is_plain(value: object) -> bool:
    """Whether a value holds no code."""
    return id(type(value)) in _PLAIN


def is_container(value: object) -> bool:
    """Whether a value is of those that ``told`` looks into."""
    return id(type(value)) in _CONTAINERS


def others(value: Any, path: str, home: str, known: Known) -> list[CodeType]:
    """The code of a function or class in memory that was made from a file, but for what is ``known``.

    ``home`` is the module of the file.
    """
    return [code for code in _codes(value, home) if id(code) not in known.inside and code.co_filename == path]


def differs(codes: Sequence[CodeType], source: Written) -> bool:
    """Whether code in memory is other code than a source file says. What no compiler has made from it does not."""
    return any(mine and digest(code) not in mine for code in codes for mine in [source.get(code.co_qualname)])


def literals(name: str, statements: Sequence[ast.stmt]) -> dict[str, str]:
    """What the statements of a name say it is, where that can be told; of a class also its attributes, ``K.limit``."""
    statement = statements[0] if len(statements) == 1 else None
    if not isinstance(statement, ast.ClassDef):
        found = _literal(statement, name)
        return {name: found} if found else {}
    if statement.decorator_list or statement.keywords:
        return {}
    inside: dict[str, list[ast.stmt]] = {}
    for inner in statement.body:
        for attribute in bound(inner):
            inside.setdefault(attribute, []).append(inner)
    several = {f"{name}.{one}": _literal(inner[0], f"{name}.{one}") for one, inner in inside.items() if len(inner) == 1}
    return {place: found for place, found in several.items() if found}


def _literal(statement: ast.stmt | None, name: str) -> str | None:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return None if statement.decorator_list else f"def {name}"
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if len(targets) == 1 and isinstance(targets[0], ast.Name):
            with contextlib.suppress(ValueError, TypeError, MemoryError, RecursionError):
                return told(ast.literal_eval(statement.value))
    return None


def functions(held: Mapping[str, Any], literals: Mapping[str, str], path: str) -> set[str]:
    """The names that stand for the functions that the source says, of a file, and for nothing else. Fast."""
    return {
        name
        for name, literal in literals.items()
        if type(value := held.get(name)) is FunctionType
        and (code := value.__code__).co_filename == path
        and literal == f"def {code.co_qualname}"
        and not value.__dict__
    }


def told(value: Any, path: str = "") -> str | None:
    """What a value in memory is, as ``literals`` tells it; None where that cannot be told: it may be anything.

    A function is told by the name that it has in the file ``path``.
    """
    if is_a(value, FunctionType):
        is_own = value.__code__.co_filename == path and "__wrapped__" not in vars(value)
        return f"def {value.__code__.co_qualname}" if is_own else None
    try:
        return _told(value, [_MOST])
    except (RuntimeError, _Unknown):  # it holds itself, or another thread changes it
        return None


class _Unknown(Exception):
    """A value cannot be told."""


def _told(value: Any, left: list[int]) -> str:
    """A value as text. ``left``: how many more values may be in it."""
    left[0] -= 1
    kind = type(value)
    if is_atom(value) and left[0] >= 0:
        return repr(value)
    if not is_container(value) or left[0] < len(value if id(kind) in _SIZED else vars(value)):
        raise _Unknown
    if kind is dict:
        return f"{{{', '.join(f'{_told(key, left)}: {_told(one, left)}' for key, one in value.items())}}}"
    if id(kind) not in _SIZED:
        return f"{kind.__name__} {_told(vars(value), left)}"
    several = [_told(one, left) for one in value]
    return f"{kind.__name__} ({', '.join(several if kind in (list, tuple) else sorted(several))})"


def digest(code: CodeType) -> str:
    """What code does, wherever it stands in its file."""
    return _digest(code, {})


def _digest(code: CodeType, found: dict[str, list[str]]) -> str:
    constants = tuple(_digest(one, found) if isinstance(one, CodeType) else one for one in code.co_consts)
    plain = code.replace(co_consts=constants, co_filename="", co_firstlineno=1, co_linetable=b"")
    # the second version has no references between objects, which are not the same in each process
    made = hashlib.blake2b(marshal.dumps(plain, 2), digest_size=8).hexdigest()
    found.setdefault(code.co_qualname, []).append(made)
    return made


def _codes(value: Any, module: str) -> Iterator[CodeType]:
    """The code of a function, of what it wraps, and of a class's methods."""
    todo, seen = [value], set()
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if is_a(one, FunctionType):
            yield one.__code__
            todo += [cell.cell_contents for cell in one.__closure__ or () if _is_full(cell)]  # what a decorator wraps
            if "__wrapped__" in one.__dict__:
                todo.append(one.__dict__["__wrapped__"])
        elif is_a(one, type) and one.__module__ == module:
            todo += vars(one).values()
        elif is_a(one, property):
            todo += [one.fget, one.fset, one.fdel]
        elif is_a(one, (staticmethod, classmethod, MethodType)):
            todo.append(one.__func__)
        elif not (is_a(one, type) or is_plain(one)):
            todo += [_attribute(one, inner) for inner in ("function", "__wrapped__")]


def _attribute(value: Any, name: str) -> FunctionType | None:
    """Without asking the object, whose own code might do anything then."""
    try:
        found = object.__getattribute__(value, "__dict__").get(name)
    except (AttributeError, TypeError):
        return None
    return found if is_a(found, FunctionType) else None


def _is_full(cell: CellType) -> bool:
    try:
        return is_a(cell.cell_contents, FunctionType)
    except ValueError:  # it is empty
        return False
