"""A syntax tree as text, and the hash of such texts: what code does, without comments, formatting and positions."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from saltern.effects import HARMLESS
from saltern.trees import Fields, is_docstring, last_name, text_of, without_hints

if TYPE_CHECKING:
    from saltern.modules import Module

DIGITS = 16  # hex digits of the hash of each definition

# Bases that read nothing of their subclasses' docstrings.
_PLAIN_BASES = {
    "ABC", "BaseException", "Enum", "Exception", "Flag", "Generic", "IntEnum", "IntFlag", "NamedTuple", "Protocol",
    "StrEnum", "TypedDict", "dict", "float", "int", "list", "object", "set", "str", "tuple",
    "KeyError", "LookupError", "OSError", "RuntimeError", "TypeError", "ValueError",
}  # fmt: skip
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


NOTHING = digest([])


def text(tree: ast.AST, module: Module, *, docstrings: bool = False) -> str:
    """A syntax tree as text: the same for every version of Python. Docstrings count where somebody may read them.

    Empty and absent fields are left out, so that a field that a later Python adds changes nothing where it is not used.
    """
    parts: list[str] = []
    todo: list[Any] = [tree]  # a text in it is to be written as it is
    reader = None if docstrings else module
    while todo:
        node = todo.pop()
        if type(node) is str:
            parts.append(node)
        else:
            found: list[Any] = []
            if _write(node, found, reader, _LEVELS):
                todo += reversed(found)
            else:
                parts += found
    return "".join(parts)


_LEVELS = 40  # of nodes in nodes that are written at once: a call is quick, but an expression may be deep


def _write(node: ast.AST, found: list[Any], module: Module | None, levels: int) -> bool:
    """Add the text of a node to ``found``, and below so many levels the nodes themselves. Whether there are such."""
    if not levels:
        found.append(node)
        return True
    if type(node) is ast.AnnAssign and module:
        node = module.unhinted(node)
    head, labels, values = _SHAPES[type(node)]
    write, is_deep = found.append, False
    write(head)
    for label, value in zip(labels, _said(node, module) if type(node) in _UNLIKE else values(node), strict=True):
        if value is None:
            continue
        kind = type(value)
        if kind is list:
            if value:
                write(label + "[")
                for one in value:
                    if short := _SHORT.get(type(one)):
                        write(short(one))
                    elif isinstance(one, ast.AST):
                        is_deep |= _write(one, found, module, levels - 1)
                    else:
                        write(_leaf(one))
                write(")")
        elif short := _SHORT.get(kind):
            write(label + short(value))
        elif isinstance(value, ast.AST):
            write(label)
            is_deep |= _write(value, found, module, levels - 1)
        else:
            write(label + _leaf(value))
    write(")")
    return is_deep


def _leaf(value: object) -> str:
    return f"{type(value).__name__}:{value!r}"


def _name(node: ast.Name) -> str:
    return f"Name(id=str:{node.id!r})"


def _constant(node: ast.Constant) -> str:
    """Without its kind, which says that there is a ``u`` before the text."""
    return "Constant()" if node.value is None else f"Constant(value={_leaf(node.value)})"


# Nodes whose text takes no look at others: they are most of a tree.
_SHORT: dict[type, Callable[[Any], str]] = {ast.Name: _name, ast.Constant: _constant}
_SHORT |= {
    kind: lambda node: f"{type(node).__name__}()"
    for base in (ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
    for kind in base.__subclasses__()
}
_SAYING = Fields(["ctx"])  # how a name is used follows from where it stands


class _Shapes(dict[type[ast.AST], tuple[str, list[str], Callable[[ast.AST], Iterable[Any]]]]):
    """What the text of each kind of node begins with, the labels of its fields, and what gets the fields."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, list[str], Callable[[ast.AST], Iterable[Any]]]:
        names = _SAYING[kind]
        values = attrgetter(*names) if names else lambda _: ()
        get = values if len(names) != 1 else lambda node: (values(node),)
        self[kind] = found = (f"{kind.__name__}(", [f"{name}=" for name in names], get)
        return found


_SHAPES = _Shapes()
_UNLIKE = {*_DOCUMENTED, ast.JoinedStr}


def _said(node: ast.AST, module: Module | None) -> list[Any]:
    """What is in the fields that say what a node does. Without the ``module``, with all docstrings."""
    names = _SAYING[type(node)]
    values = [getattr(node, name) for name in names]
    if isinstance(node, _DOCUMENTED):
        if module and is_docstring(node.body[0]) and not may_be_read(node, module):
            values[names.index("body")] = node.body[1:] or [ast.Pass()]
        if not isinstance(node, ast.ClassDef) and module and module.is_bare(node):
            values[names.index("args")] = without_hints(node.args)
            values[names.index("returns")] = None
    elif isinstance(node, ast.JoinedStr):  # Python 3.12 leaves out the empty parts of an f-string
        return [[value for value in node.values if text_of(value) != ""]]
    return values


def may_be_read(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, module: Module) -> bool:
    """Whether a decorator or a base may read docstrings and type hints: pydantic's, DSPy's, an agent's tools."""
    if not all(last_name(one) in HARMLESS and module.is_pythons(one) for one in node.decorator_list):
        return True
    if not isinstance(node, ast.ClassDef):
        return False
    bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return bool(node.keywords) or not all(last_name(base) in _PLAIN_BASES and module.is_pythons(base) for base in bases)
