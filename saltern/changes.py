"""What code changes by itself: the names of attributes and globals that it sets or fills, read from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from saltern.trees import DEFINED, FUNCTIONS, as_skipped, children, first_parameter, last_name, root_name, text_of

ANY = "*"
ANYTIME = ""  # makes functions run of which nobody knows when they do
OWN = "self."  # how the names of attributes begin that a method sets on its own object, or class
# The methods that change what is in a list, set or dictionary.
_CHANGERS = {
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "insert",
    "intersection_update", "move_to_end", "pop", "popitem", "popleft", "remove", "reverse", "setdefault", "sort",
    "symmetric_difference_update", "update",
}  # fmt: skip
MAKERS = {"__init__", "__new__", "__post_init__", "__setstate__"}  # these set attributes of an object that is new
_SETTERS = ("setattr", "delattr", "__setattr__")
_ATTRIBUTE, _ITEM, _WITH = "=", "[]=", "with"  # what code does, beside the names that it reads
# Methods that run where code does so, by whatever name.
_RUN_BY = {
    **dict.fromkeys(("__setattr__", "__delattr__", "__set__", "__delete__"), _ATTRIBUTE),
    **dict.fromkeys(("__setitem__", "__delitem__"), _ITEM),
    **dict.fromkeys(("__enter__", "__exit__", "__aenter__", "__aexit__"), _WITH),
}
# Decorators of functions that run when somebody uses their names; of others it is not known when they run.
_KINDS = {
    "abstractmethod", "asynccontextmanager", "cached_property", "classmethod", "contextmanager", "final", "override",
    "property", "staticmethod",
}  # fmt: skip


@dataclass
class Changes:
    """The names that code sets or fills, ``ANY`` for computed ones; and what the functions in it do, if they run."""

    names: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)  # the names that it reads, and what it does
    functions: list[tuple[str, Changes]] = field(default_factory=list)  # by the use that makes them run

    def add(self, other: Changes) -> None:
        self.names |= other.names
        self.uses |= other.uses
        self.functions += other.functions

    def all(self) -> set[str]:
        """With what those functions set that are used, by whatever name: ``self.count``."""
        found, used, waiting = {*self.names}, {*self.uses, ANYTIME}, self.functions
        while True:
            ready, left = list[Changes](), list[tuple[str, Changes]]()
            for name, one in waiting:
                is_run = name in used or (name.endswith(_ATTRIBUTE) and ANY + _ATTRIBUTE in used)
                ready.append(one) if is_run else left.append((name, one))
            if not ready:
                return found
            found.update(*(one.names for one in ready))
            used.update(*(one.uses for one in ready))
            waiting = [*left, *(inner for one in ready for inner in one.functions)]


def changes(statements: Iterable[ast.stmt], made_here: Collection[str] = ()) -> Changes:
    """What statements change if they run, with all functions that they define.

    What the top level does to objects that it has ``made_here`` it has done when they are first looked at.
    """
    found = Changes()
    makers: list[Changes] = []
    todo: list[tuple[ast.AST, Changes, str]] = [(statement, found, "") for statement in statements]
    while todo:
        node, within, first = todo.pop()
        if isinstance(node, FUNCTIONS):
            outer, within = within, Changes()
            outer.functions.append((_run_by(node), within))
            if getattr(node, "name", "") in MAKERS:
                makers.append(within)
        skipped, is_class = as_skipped(node), isinstance(node, ast.ClassDef)
        for inner in skipped.orelse if skipped else children(node):
            todo.append((inner, within, first_parameter(inner) if is_class and isinstance(inner, DEFINED) else first))
        within.uses.update(_uses(node))
        if within is not found or _changed_name(node) not in made_here:
            within.names.update(_changed(node, first))
    for one in makers:  # what these set is their own object's, which is new, but for what they name otherwise
        one.names = {name for name in one.names if name != ANY and not name.startswith(OWN)}
        one.uses = {use for use in one.uses if not use.endswith((_ATTRIBUTE, _ITEM))}
    return found


def _changed_name(node: ast.AST) -> str:
    """The name whose object a node changes: ``C`` of ``C.n = 1`` and of ``C.rows.append(1)``."""
    if isinstance(node, ast.Call):
        node = node.args[0] if last_name(node.func) in _SETTERS and node.args else node.func
    return root_name(node)


def _run_by(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> str:
    """What a function waits for to be run: the use of its name; nothing where that is not known."""
    if isinstance(node, ast.Lambda):
        return ANYTIME
    decorators = [*map(last_name, node.decorator_list)]
    if not {"setter", "deleter"}.isdisjoint(decorators):
        return node.name + _ATTRIBUTE
    if not _KINDS.issuperset(decorators) or (node.name[:2] == "__" and node.name not in _RUN_BY):
        return ANYTIME
    return _RUN_BY.get(node.name, node.name)


def _uses(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute | ast.Name):
        yield last_name(node)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield from (_ATTRIBUTE, node.attr + _ATTRIBUTE)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
        yield node.value  # for getattr
    elif isinstance(node, ast.Call) and last_name(node.func) in _SETTERS:
        name = text_of(node.args[1]) if len(node.args) > 1 else None
        yield from (_ATTRIBUTE, (ANY if name is None else name) + _ATTRIBUTE)
    elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        yield _ITEM
    elif isinstance(node, ast.With | ast.AsyncWith):
        yield _WITH


def _changed(node: ast.AST, first: str) -> Iterator[str]:
    """The names that a node sets or fills; ``first`` is the first parameter of the method that it is in."""
    if isinstance(node, ast.Global):
        yield from node.names
    elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        yield OWN + node.attr if _is(node.value, first) else node.attr
    elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        yield from _filled(node.value)
    elif isinstance(node, ast.Call):
        called = last_name(node.func)
        if called in _SETTERS:
            own = OWN if node.args and _is(node.args[0], first) else ""
            name = text_of(node.args[1]) if len(node.args) > 1 else ""
            yield own + (ANY if name is None else name)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGERS:
            yield from _filled(node.func.value)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


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
