"""Classes that others hear of, and what hears of them: metaclasses, ``__init_subclass__``, enums, descriptors."""

from __future__ import annotations

import ast
import re

from saltern.trees import bound, first_parameter, last_name, walk

SEES_CLASSES = re.compile(rb"type|Meta|Enum|Flag|__init_subclass__|__set_name__|__subclasses__")
_ENUMS = {"Enum", "Flag", "IntEnum", "IntFlag", "ReprEnum", "StrEnum"}


def sees_classes(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        bases = {last_name(base) for base in node.bases}
        return not bases.isdisjoint(("type", "ABCMeta", "EnumMeta", "EnumType")) or (
            not bases.isdisjoint(_ENUMS) and any(map(_makes_members, node.body))
        )
    if isinstance(node, ast.FunctionDef):
        return node.name in ("__init_subclass__", "__set_name__")
    return isinstance(node, ast.Attribute) and node.attr == "__subclasses__"


def may_be_seen(node: ast.AST) -> bool:
    """Whether others hear of a class: by its bases, or by an object that it takes in, as a descriptor is."""
    if not isinstance(node, ast.ClassDef):
        return False
    values = (one.value for one in node.body if isinstance(one, ast.Assign | ast.AnnAssign))
    return bool(node.bases or node.keywords) or any(isinstance(one, ast.Name | ast.Attribute) for one in values)


def _makes_members(node: ast.AST) -> bool:
    """Whether a method of an enum runs when its members are made, and does more than to set their attributes."""
    if not isinstance(node, ast.FunctionDef) or node.name not in ("__init__", "__new__", "_generate_next_value_"):
        return False
    first = first_parameter(node)
    return any(
        (isinstance(one, ast.Call) and last_name(one.func) not in ("__new__", "super"))
        or (isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store | ast.Del))
        or (isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) and not _is_local(one.value, first, node))
        or isinstance(one, ast.Global)
        for one in walk(node)
    )


def _is_local(value: ast.expr, first: str, function: ast.FunctionDef) -> bool:
    """Whether a value is the method's own object, or one that it has made."""
    if not isinstance(value, ast.Name):
        return False
    return value.id == first or any(value.id in bound(one) for one in function.body)
