"""Which methods of an object a program calls, where its source shows all that it does with the object.

``Model(3).fit(x)`` makes an object and calls a method. Nobody else gets the object, so no other method of it can be
called. The same holds for ``model = Model(3)`` in a function that does nothing with ``model`` but to call methods and
to look at fields. A class that only such objects are made of counts without its other methods.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from saltern.trees import DEFINED, annotations_of, bound_by, children, defaults, imports, last_name, text_of, walk

# Methods that take names of variables in a text: of pandas, polars, DuckDB, DB-API.
QUERIES = {"query", "eval", "sql", "execute", "read_sql", "read_sql_query", "sql_expr"}
# What leads to objects without a name that stands there.
_LEAD_TO_ANY = {"__class__", "dir", "exec", "globals", "locals", "super", "vars"} | QUERIES
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_LITERALS = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.BinOp)
PROPERTIES = {"property", "cached_property"}


@dataclass
class Uses:
    """What code does with its names: the attributes that it takes, ``name()`` where it calls them."""

    taken: dict[str, set[str]] = field(default_factory=dict)
    otherwise: set[str] = field(default_factory=set)  # the names that it uses in another way than that
    bound: Counter[str] = field(default_factory=Counter)  # how often it binds each

    def of(self, name: str, bound: int) -> frozenset[str] | None:
        """The attributes taken of a name. None if that is not all, or if it is bound more often than said."""
        if name in self.otherwise or self.bound[name] != bound or not _LEAD_TO_ANY.isdisjoint(self.otherwise):
            return None
        return frozenset(self.taken.get(name, ()))


def uses(body: Iterable[ast.AST]) -> Uses:
    """What the body of a function does with its names, with all functions that lie in it."""
    found, todo = Uses(), [*body]
    while todo:
        node = todo.pop()
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        attribute = node.func if called else node  # type: ignore[attr-defined]
        if isinstance(attribute, ast.Attribute):
            found.otherwise |= {attribute.attr} & _LEAD_TO_ANY
            if isinstance(attribute.value, ast.Name):
                found.taken.setdefault(attribute.value.id, set()).add(attribute.attr + "()" * called)
                todo += children(node)[1:]
                continue
        if isinstance(node, ast.Global | ast.Nonlocal):
            found.otherwise |= {*node.names}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.bound.update(name for name, _ in imports(node, "."))
        elif isinstance(node, ast.arg):
            found.bound[node.arg] += 1
        elif name_bound := bound_by(node):
            found.bound[name_bound] += 1
        elif isinstance(node, ast.Name):
            found.otherwise.add(node.id)
        elif said := text_of(node):  # some libraries look for a name of a text among the caller's
            found.otherwise.update(IDENTIFIER.findall(said))
        todo += children(node)
    return found


def makes(node: ast.AST) -> bool:
    """Whether a call may make an object, by its name: classes begin with a capital letter."""
    return isinstance(node, ast.Call) and last_name(node).lstrip("_")[:1].isupper()


def given_name(node: ast.Assign | ast.AnnAssign) -> str | None:
    """The name that a statement gives to an object which it makes."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    is_made = len(targets) == 1 and node.value and makes(node.value)
    return targets[0].id if is_made and isinstance(targets[0], ast.Name) else None


def needed(node: ast.ClassDef, taken: frozenset[str], is_pythons: Callable[[ast.expr], bool]) -> list[str] | None:
    """The methods of a class that count where such attributes of its objects are taken, ``name()`` for those called.

    With each method count those that it calls itself, and all that have special names. None where all may count: a
    method hands its object on, or somebody hears of the class.
    """
    if node.bases or node.keywords or node.decorator_list or getattr(node, "type_params", None):
        return None
    if not all(map(_is_plain, node.body)):
        return None
    methods = _methods(node)
    if not methods.keys().isdisjoint(_read_at_once(node)):
        return None
    todo = [*taken, *(f"{name}()" for name in methods if name.startswith("__"))]
    seen: set[str] = set()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        name = one.removesuffix("()")
        if name not in methods:
            if name.startswith("__") and name.endswith("__"):
                return None  # it leads to the class, or to all attributes
            continue
        for method in methods[name]:
            inner = _own(method, is_called=one != name, is_pythons=is_pythons)
            if inner is None:
                return None
            todo += inner
    found = {one.removesuffix("()") for one in seen} & methods.keys()
    return sorted(found) if len(found) < len(methods) else None


def only(node: ast.ClassDef, kept: Sequence[str]) -> ast.ClassDef:
    """A class without its other methods. What Python computes when it defines those stays."""
    body: list[ast.stmt] = []
    for statement in node.body:
        if not isinstance(statement, DEFINED) or statement.name in kept:
            body.append(statement)
        elif not all(isinstance(one, ast.Constant) for one in defaults(statement.args)):
            bare = copy.copy(statement)
            bare.body = [ast.Pass()]
            body.append(bare)
    found = copy.copy(node)
    found.body = body or [ast.Pass()]
    return found


def _is_plain(statement: ast.stmt) -> bool:
    """Whether a statement of a class defines a method, or gives a name to data."""
    if isinstance(statement, ast.Assign) and not all(isinstance(one, ast.Name) for one in statement.targets):
        return False
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr):
        return not statement.value or all(isinstance(one, _LITERALS) for one in walk(statement.value))
    return isinstance(statement, (*DEFINED, ast.Pass))


def _methods(node: ast.ClassDef) -> dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]]:
    found: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for statement in node.body:
        if isinstance(statement, DEFINED):
            found.setdefault(statement.name, []).append(statement)
    return found


def _read_at_once(node: ast.ClassDef) -> set[str]:
    """The names that Python reads when it defines a class, but for those of decorators of a property's other parts."""
    read: list[ast.AST] = [one.annotation for one in node.body if isinstance(one, ast.AnnAssign)]
    for name, several in _methods(node).items():
        for one in several:
            read += [*defaults(one.args), *annotations_of(one)]
            read += [decorator for decorator in one.decorator_list if not _is_part_of(name, decorator)]
    return {inner.id for one in read for inner in walk(one) if isinstance(inner, ast.Name)}


def _is_part_of(name: str, decorator: ast.expr) -> bool:
    """Whether it is the decorator of a property's setter, getter or deleter."""
    if not isinstance(decorator, ast.Attribute) or decorator.attr not in ("setter", "getter", "deleter"):
        return False
    return isinstance(decorator.value, ast.Name) and decorator.value.id == name


def _own(
    method: ast.FunctionDef | ast.AsyncFunctionDef, *, is_called: bool, is_pythons: Callable[[ast.expr], bool]
) -> frozenset[str] | None:
    """The attributes that a method takes of its own object. None if it does more with it."""
    decorators = method.decorator_list
    known = [last_name(one) for one in decorators if not isinstance(one, ast.Call) and is_pythons(one)]
    if decorators and known == ["staticmethod"]:
        return frozenset()
    is_property = all(
        _is_part_of(method.name, one) or (last_name(one) in PROPERTIES and is_pythons(one)) for one in decorators
    )
    positional = [*method.args.posonlyargs, *method.args.args]
    if not is_property or not positional or not (decorators or is_called):
        return None
    return uses(method.body).of(positional[0].arg, bound=0)
