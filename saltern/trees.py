"""Syntax trees: what lies in a node and in its scope, and which names a statement binds."""

from __future__ import annotations

import ast
import copy
import importlib.util
from collections.abc import Iterable, Iterator
from typing import NamedTuple

DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef)  # functions that have a name
FUNCTIONS = (*DEFINED, ast.Lambda)
_SCOPES = (*FUNCTIONS, ast.ClassDef)
_NAMED = (*DEFINED, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Import(NamedTuple):
    """``import module`` (no name), or ``from module import name``."""

    module: str
    name: str | None = None


def imports(node: ast.AST, package: str) -> Iterator[tuple[str, Import]]:
    """The names that an import statement binds, and to what."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]  # all that ``import a.b`` binds is ``a``
            yield (alias.asname, Import(alias.name)) if alias.asname else (top, Import(top))
    elif isinstance(node, ast.ImportFrom):
        try:
            module = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
        except ImportError:  # a relative import in what is no package: it would fail
            return
        for alias in node.names:
            yield alias.asname or alias.name, Import(module, alias.name)


# Fields that hold no expression and no statement: names, operators, how a name is used.
_LEAVES = {
    *("ctx", "op", "ops", "id", "attr", "arg", "asname", "module", "level", "kind", "type_comment", "simple"),
    *("is_async", "conversion", "rest", "kwd_attrs"),
}


class Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each kind of node, but for some."""

    def __init__(self, without: Iterable[str], childless: tuple[type[ast.AST], ...] = ()) -> None:
        self.without, self.childless = frozenset(without), childless

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        kept = () if issubclass(kind, self.childless) else kind._fields
        self[kind] = found = tuple(name for name in kept if name not in self.without)
        return found


_CHILDREN = Fields(_LEAVES, childless=(ast.Constant, ast.Global, ast.MatchSingleton, ast.Nonlocal))


def children(node: ast.AST) -> list[ast.AST]:
    """What lies directly in a node, as ``ast.iter_child_nodes`` has it and faster; operators are left out."""
    found: list[ast.AST] = []
    for name in _CHILDREN[type(node)]:
        value = getattr(node, name, None)
        if type(value) is list:
            found += filter(None, value)  # a dictionary has no key for ``**rest``
        elif value is not None and type(value) is not str:
            found.append(value)
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all that lies in it."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        todo += children(one)


def lines_of(node: ast.AST) -> range:
    """The lines that a statement stands in; of one that was made of expressions, theirs."""
    lines = [line for one in walk(node) for line in (getattr(one, "lineno", 0), getattr(one, "end_lineno", 0)) if line]
    return range(min(lines, default=0), max(lines, default=0) + 1)


def text_of(node: ast.AST) -> str | None:
    """The text that an expression is, where it is a literal one."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and text_of(statement.value) is not None


def is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def root(node: ast.AST | None) -> ast.AST | None:
    """What attributes and subscripts are taken of: ``a`` of ``a.b[0].c``."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


def root_name(node: ast.AST) -> str:
    """The name that attributes and subscripts are taken of; empty where it is none."""
    found = root(node)
    return found.id if isinstance(found, ast.Name) else ""


def called(node: ast.expr) -> ast.expr:
    """The function of a call; what is no call itself."""
    return node.func if isinstance(node, ast.Call) else node


def last_name(node: ast.expr) -> str:
    """``b`` for ``b``, ``a.b`` and ``a.b(...)``; empty for what has no name."""
    node = called(node)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.expr) -> list[str]:
    """``["a", "b"]`` for ``a.b``, ``a.b[c]`` and ``a.b(c)``; empty for what has no name."""
    node = node.value if isinstance(node, ast.Subscript) else called(node)
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return [node.id, *parts] if isinstance(node, ast.Name) else []


def own_scope(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what lies in its scope: not the insides of functions, classes and comprehensions."""
    stack = [node]
    while stack:
        inner = stack.pop()
        yield inner
        if isinstance(inner, COMPREHENSIONS):
            yield from (one.target for one in walk(inner) if isinstance(one, ast.NamedExpr))
        elif not isinstance(inner, _SCOPES):
            stack += skipped.orelse if (skipped := as_skipped(inner)) else children(inner)


def binding(statements: Iterable[ast.AST], *, walrus: bool) -> Iterator[ast.AST]:
    """What in the scope of statements may bind names: fewer nodes than ``own_scope`` has, unless there is a ``:=``."""
    stack = [*statements]
    while stack:
        node = stack.pop()
        fields = _BINDING.get(type(node))
        if walrus or fields is None:
            yield from own_scope(node)
            continue
        yield node
        if not fields:
            continue
        if skipped := as_skipped(node):
            stack += skipped.orelse
            continue
        for name in fields:
            value = getattr(node, name)
            if type(value) is list:
                stack += value
            elif value is not None:
                stack.append(value)


# What no expression in binds names, but for ``:=``: the fields that may.
_BINDING: dict[type[ast.AST], tuple[str, ...]] = {
    **dict.fromkeys((ast.Expr, ast.Return, ast.Raise, ast.Assert, ast.Pass, ast.Break, ast.Continue), ()),
    **dict.fromkeys((ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Name, *_SCOPES), ()),
    **dict.fromkeys((ast.Assign, ast.Delete), ("targets",)),
    **dict.fromkeys((ast.AugAssign, ast.AnnAssign), ("target",)),
    **dict.fromkeys((ast.For, ast.AsyncFor), ("target", "body", "orelse")),
    **dict.fromkeys((ast.If, ast.While), ("body", "orelse")),
    **dict.fromkeys((ast.Tuple, ast.List), ("elts",)),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.ExceptHandler: ("body",),
    **dict.fromkeys((ast.With, ast.AsyncWith), ("items", "body")),
    ast.withitem: ("optional_vars",),
}


def bound(statement: ast.AST) -> Iterator[str]:
    """The names that a statement binds in its scope."""
    yield from filter(None, map(bound_by, own_scope(statement)))


def bound_by(node: ast.AST) -> str | None:
    """The name that a node itself binds."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, _NAMED):
        return node.name  # type: ignore[attr-defined, no-any-return]
    return node.rest if isinstance(node, ast.MatchMapping) else None


def as_skipped(node: ast.AST) -> ast.If | None:
    """A block that never runs in a pipeline: for type checkers, or for running the module as a program."""
    if not isinstance(node, ast.If):
        return None
    return node if _is_of_main(node.test) or last_name(node.test) == "TYPE_CHECKING" else None


def _is_of_main(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, *test.comparators)
    is_name = any(isinstance(one, ast.Name) and one.id == "__name__" for one in sides)
    return is_name and any(text_of(one) == "__main__" for one in sides)


def arguments_of(given: ast.arguments | None) -> list[ast.arg]:
    if not given:
        return []
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return every + [one for one in (given.vararg, given.kwarg) if one] if given.vararg or given.kwarg else every


def first_parameter(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The name of it, as ``self``; empty where there is none."""
    return node.args.args[0].arg if node.args.args else ""


def annotations_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[ast.expr]:
    yield from (argument.annotation for argument in arguments_of(node.args) if argument.annotation)
    if not isinstance(node, ast.Lambda) and node.returns:
        yield node.returns


def hints(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The type hints in a node, each with the name that it is of."""
    for inner in walk(node):
        if isinstance(inner, ast.arg | ast.AnnAssign) and inner.annotation:
            yield inner.arg if isinstance(inner, ast.arg) else bound_by(inner.target) or "", inner.annotation
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.returns:
            yield inner.name, inner.returns


def without_hints(given: ast.arguments, *, of_parameters: bool = True) -> ast.arguments:
    """The arguments of a function without their type hints; not ``of_parameters``: keyword-only ones keep theirs."""
    kept = () if of_parameters else given.kwonlyargs
    bare = {one: ast.arg(one.arg) for one in arguments_of(given) if one.annotation and one not in kept}
    found = copy.copy(given)
    for name in ("posonlyargs", "args", "kwonlyargs"):
        setattr(found, name, [bare.get(one, one) for one in getattr(given, name)])
    for name in ("vararg", "kwarg"):
        one = getattr(given, name)
        setattr(found, name, bare.get(one, one))
    return found


def without_hint(statement: ast.stmt) -> ast.stmt:
    """An assignment without its type hint; any other statement as it is."""
    if not isinstance(statement, ast.AnnAssign) or not statement.value:
        return statement
    return ast.copy_location(ast.Assign([statement.target], statement.value), statement)


def defaults(given: ast.arguments) -> list[ast.expr]:
    return [default for default in (*given.defaults, *given.kw_defaults) if default]


def that_run(
    statements: Iterable[ast.stmt], types: set[str], of_main: list[ast.stmt] | None = None
) -> Iterator[ast.stmt]:
    """Statements; of a block that is skipped its ``else``.

    What blocks for type checkers bind goes to ``types``, the statements of a program's own block go to ``of_main``.
    """
    for statement in statements:
        if skipped := as_skipped(statement):
            if not _is_of_main(skipped.test):
                for inner in skipped.body:
                    types |= {*bound(inner), *(name for node in ast.walk(inner) for name, _ in imports(node, "."))}
            elif of_main is not None:
                of_main += skipped.body
            yield from that_run(skipped.orelse, types, of_main)
        else:
            yield statement
