"""Decorators and classes of a module's own whose call does nothing but to define a function, or to make an object."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping, Sequence

from saltern.trees import DEFINED, annotations_of, called, defaults, last_name, text_of

_MAKERS = {"__call__", "__init__", "__new__", "__post_init__", "__set_name__", "__setattr__"}
_PLAIN = {"bool", "dict", "float", "int", "list", "set", "str", "tuple"}  # of what a field's default may be made
Statements = Mapping[str, Sequence[ast.stmt]]  # name -> what binds or changes it
IsOf = Callable[[ast.expr], bool]  # whether a function is of a library that is known


def only_wraps(function: ast.expr, statements: Statements, is_of_library: IsOf) -> bool:
    """Whether a decorator only defines a function, and returns that: ``@timed``, ``@retry(3)``."""
    levels = 1
    while isinstance(function, ast.Call):
        function, levels = function.func, levels + 1
    found: ast.stmt | None = _bound_once(function, statements)
    for _ in range(levels):
        if not isinstance(found, ast.FunctionDef) or found.decorator_list:
            return False
        found = _returned(found, is_of_library)
    return found is not None


def only_makes(function: ast.expr, statements: Statements, is_of_library: IsOf) -> bool:
    """Whether a call makes an object of a dataclass whose fields are constants, and which has no say in that."""
    found = _bound_once(function, statements)
    if not isinstance(found, ast.ClassDef) or found.bases or found.keywords:
        return False
    if not all(last_name(one) == "dataclass" and is_of_library(called(one)) for one in found.decorator_list):
        return False
    return all(map(_is_plain, found.body))


def _bound_once(function: ast.expr, statements: Statements) -> ast.stmt | None:
    several = statements.get(function.id, ()) if isinstance(function, ast.Name) else ()
    return several[0] if len(several) == 1 else None


def _returned(function: ast.FunctionDef, is_of_library: IsOf) -> ast.stmt | None:
    """The function that another one defines and returns, where it does nothing else."""
    inner: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    for statement in function.body:
        if isinstance(statement, ast.Expr) and text_of(statement.value) is not None:
            continue
        if isinstance(statement, DEFINED):
            at_once = [*defaults(statement.args), *annotations_of(statement)]
            if any(isinstance(one, ast.Call) for node in at_once for one in ast.walk(node)):
                return None
            if not all(last_name(one) == "wraps" and is_of_library(called(one)) for one in statement.decorator_list):
                return None
            inner[statement.name] = copy.copy(statement)
            inner[statement.name].decorator_list = []
        elif isinstance(statement, ast.Return) and isinstance(statement.value, ast.Name):
            return inner.get(statement.value.id)
        else:
            return None
    return None


def _is_plain(statement: ast.stmt) -> bool:
    """Whether a statement of a class has no say in how its objects are made."""
    if isinstance(statement, DEFINED):
        return statement.name not in _MAKERS
    if isinstance(statement, ast.Expr):
        return text_of(statement.value) is not None
    if not isinstance(statement, ast.AnnAssign):
        return isinstance(statement, ast.Pass)
    default = statement.value
    if isinstance(default, ast.Call) and last_name(default) == "field":
        values = [one.value for one in default.keywords]
        return not default.args and all(isinstance(one, ast.Constant) or last_name(one) in _PLAIN for one in values)
    return default is None or isinstance(default, ast.Constant)
