"""What code changes by itself: the names of attributes and globals that it sets or fills, read from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from saltern.trees import as_skipped, children, is_self, last_name, text_of

ANY = "*"
OWN = "self."  # how the names of attributes begin that a method sets on its own object
# The methods that change what is in a list, set or dictionary.
_CHANGERS = {
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "insert",
    "intersection_update", "move_to_end", "pop", "popitem", "popleft", "remove", "reverse", "setdefault", "sort",
    "symmetric_difference_update", "update",
}  # fmt: skip
MAKERS = {"__init__", "__new__", "__post_init__", "__setstate__"}  # these set attributes of an object that is new
_SETTERS = ("setattr", "delattr", "__setattr__")


@dataclass
class Changes:
    """The names that code sets or fills, ``ANY`` for computed ones; and what its methods do to their own objects."""

    names: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)  # the names that it reads, outside of methods
    methods: list[tuple[str, Changes]] = field(default_factory=list)

    def add(self, other: Changes) -> None:
        self.names |= other.names
        self.uses |= other.uses
        self.methods += other.methods

    def all(self) -> set[str]:
        """With what those methods set that are used, by whatever name: ``self.count``."""
        found, used, waiting = {*self.names}, {*self.uses}, self.methods
        while True:
            ready, left = list[Changes](), list[tuple[str, Changes]]()
            for name, one in waiting:
                is_run = name in used or (name[:2] == "__" and name not in MAKERS)
                ready.append(one) if is_run else left.append((name, one))
            if not ready:
                return found
            found.update(*(one.names for one in ready))
            used.update(*(one.uses for one in ready))
            waiting = left


def changes(statements: Iterable[ast.stmt]) -> Changes:
    """What statements change if they run, with all functions that they define."""
    found = Changes()
    todo: list[tuple[ast.AST, Changes]] = [(statement, found) for statement in statements]
    while todo:
        node, within = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_method(node):
            found.methods.append((node.name, within := Changes()))
        skipped = as_skipped(node)
        todo += [(inner, within) for inner in (skipped.orelse if skipped else children(node))]
        if isinstance(node, ast.Attribute | ast.Name):
            within.uses.add(last_name(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            within.uses.add(node.value)  # for getattr
        for name in _changed(node):
            (within if name.startswith(OWN) else found).names.add(name)
    return found


def _is_method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return bool(node.args.args) and node.args.args[0].arg == "self"


def _changed(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Global):
        yield from node.names
    elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        yield OWN + node.attr if is_self(node.value) else node.attr
    elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        yield from _filled(node.value)
    elif isinstance(node, ast.Call):
        called = last_name(node.func)
        if called in _SETTERS:
            own = OWN if node.args and is_self(node.args[0]) else ""
            name = text_of(node.args[1]) if len(node.args) > 1 else ""
            yield own + (ANY if name is None else name)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGERS:
            yield from _filled(node.func.value)


def _filled(node: ast.AST) -> Iterator[str]:
    """The last name that an expression goes by which is changed: ``rows`` of ``table.rows["a"]``."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call):
        if last_name(node) in ("globals", "vars"):
            yield ANY
    elif isinstance(node, ast.Name | ast.Attribute):
        name = last_name(node)
        yield OWN + ANY if name == "__dict__" else name
