"""Which global names a piece of source reads, and what each module of the project binds.

Scopes are Python's: a name that a function binds is its own, unless it says ``global``; a class body's names are not
seen by its methods; a comprehension's are its own.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import TypeGuard

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Reference:
    """A global name that is read, and the attributes then taken of it: ``pages.render`` is ``("pages", ("render",))``.

    ``imported`` is what a local import binds the name to, where there is one.
    """

    name: str
    attributes: tuple[str, ...]
    line: int
    imported: Import | None = None


@dataclass(frozen=True)
class Import:
    """``import module`` (no name), or ``from module import name``."""

    module: str
    name: str | None = None


@dataclass
class Bindings:
    """What the top level of a module binds."""

    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)  # name -> what defines or changes it
    imports: dict[str, list[Import]] = field(default_factory=dict)  # of every branch: any of them may win
    body: list[ast.stmt] = field(default_factory=list)  # what else happens when it is imported
    stars: list[str] = field(default_factory=list)  # modules of ``from module import *``
    modules: list[str] = field(default_factory=list)  # all that importing it may import, where there are such modules


def bindings(tree: ast.Module, package: str) -> Bindings:
    """What a module binds. ``package`` is what its relative imports start from.

    A compound statement (``if``, ``try``, ``for``, ``with``) counts whole for each name it binds; blocks for type
    checkers and ``if __name__ == "__main__"`` do not count.
    """
    found = Bindings()
    for statement in _that_run(tree.body):
        if is_docstring(statement):
            continue
        for node in _own_scope(statement):
            if isinstance(node, ast.Import):
                found.modules += [alias.name for alias in node.names]
            for name, target in imports(node, package):
                if isinstance(node, ast.ImportFrom):
                    found.modules += [target.module, f"{target.module}.{target.name}"]
                if name == "*":
                    found.stars.append(target.module)
                else:
                    found.imports.setdefault(name, []).append(target)
        bound = {*_bound(statement), *_changed(statement)}
        for name in bound:
            found.statements.setdefault(name, []).append(statement)
        if has_effect(statement, found) or not (bound or isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass)):
            found.body.append(statement)
    return found


def imports(node: ast.AST, package: str) -> Iterator[tuple[str, Import]]:
    """The names that an import statement binds, and to what."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            package = alias.name.partition(".")[0]  # all that ``import a.b`` binds is ``a``
            yield (alias.asname, Import(alias.name)) if alias.asname else (package, Import(package))
    elif isinstance(node, ast.ImportFrom):
        module = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
        for alias in node.names:
            yield alias.asname or alias.name, Import(module, alias.name)


def references(statements: Iterable[ast.AST], package: str) -> list[Reference]:
    """The global names that statements of a module's top level read, in the order of the source."""
    collector = _Collector(package)
    for statement in statements:
        collector.visit(statement)
    return collector.found


def is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


class _Collector(ast.NodeVisitor):
    """Collects references with the scopes of functions and comprehensions on a stack."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.found: list[Reference] = []
        self.scopes: list[dict[str, list[Import]]] = []  # name -> what local imports bind it to

    def visit_Name(self, node: ast.Name) -> None:
        self._read(node, ())

    def visit_Attribute(self, node: ast.Attribute) -> None:
        attributes: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            attributes.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self._read(inner, tuple(reversed(attributes)))
        else:
            self.visit(inner)

    def _read(self, node: ast.Name, attributes: tuple[str, ...]) -> None:
        for scope in reversed(self.scopes):
            if node.id in scope:
                self.found += [Reference(node.id, attributes, node.lineno, imported) for imported in scope[node.id]]
                return
        if not isinstance(node.ctx, ast.Store | ast.Del):
            self.found.append(Reference(node.id, attributes, node.lineno))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scopes.append({parameter.name: [] for parameter in getattr(node, "type_params", [])})
        outside = [*node.decorator_list, *_annotations(node), *node.args.defaults, *node.args.kw_defaults]
        for part in outside:
            if part is not None:
                self.visit(part)
        self._function(node, node.body)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name is ast's

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in (*node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self.visit(part)
        self._function(node, [node.body])

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, body: Iterable[ast.AST]) -> None:
        scope: dict[str, list[Import]] = {argument.arg: [] for argument in _arguments(node.args)}
        shared: set[str] = set()
        for statement in body:
            for inner in _own_scope(statement):
                if isinstance(inner, ast.Global):
                    shared |= set(inner.names)
                for name, target in imports(inner, self.package):
                    scope.setdefault(name, []).append(target)
            for name in _bound(statement):
                scope.setdefault(name, [])
        self.scopes.append({name: target for name, target in scope.items() if name not in shared})
        for statement in body:
            self.visit(statement)
        self.scopes.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        # A class body's names may hide global ones within the body only; taking them for global errs on the safe side.
        self.scopes.append({parameter.name: [] for parameter in getattr(node, "type_params", [])})
        self.generic_visit(node)
        self.scopes.pop()

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        bound: dict[str, list[Import]] = {
            name.id: []
            for generator in node.generators
            for name in ast.walk(generator.target)
            if isinstance(name, ast.Name)
        }
        self.visit(node.generators[0].iter)
        self.scopes.append(bound)
        self.generic_visit(node)
        self.scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return (argument for argument in every if argument)


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    yield from (argument.annotation for argument in _arguments(node.args) if argument.annotation)
    if node.returns:
        yield node.returns


def _own_scope(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what lies in it, but for the insides of functions, classes and comprehensions."""
    stack = [node]
    while stack:
        inner = stack.pop()
        yield inner
        if not isinstance(inner, (*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)):
            stack += inner.orelse if _is_skipped(inner) else ast.iter_child_nodes(inner)


def _bound(statement: ast.AST) -> Iterator[str]:
    """The names that a statement binds in its scope."""
    for node in _own_scope(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def _changed(statement: ast.stmt) -> Iterator[str]:
    """The names whose objects a top-level statement changes: ``x.a = 1``, ``x[0] = 1``, ``x.append(1)``."""
    for node in _own_scope(statement):
        target: ast.AST | None = None
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            target = node
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            target = node.value.func if isinstance(node.value.func, ast.Attribute) else None
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
        if isinstance(target, ast.Name):
            yield target.id


def has_effect(statement: ast.stmt, module: Bindings) -> bool:
    """Whether a top-level statement may do more than bind names: it calls something, or changes what is imported.

    A decorator may put its function into a registry, and a base may do so with its subclasses. What is known to do
    nothing of the kind is in ``_HARMLESS``; for all else the answer is yes, which costs a rerun and no wrong result.
    """
    for node in _own_scope(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if any(_last_name(decorator) not in _HARMLESS for decorator in node.decorator_list):
                return True
            if isinstance(node, ast.ClassDef) and (
                node.keywords or any(has_effect(inner, module) for inner in node.body)
            ):
                return True
        elif isinstance(node, ast.Call):
            if _last_name(node.func) not in _HARMLESS:
                return True
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            # what is the module's own alone counts with the name of it
            if not isinstance(root, ast.Name) or root.id in module.imports or root.id not in module.statements:
                return True
    return False


# By their last names: ``functools.cache`` and ``cache``. ``register`` of a singledispatch function is not among them.
_HARMLESS = {
    "Decimal", "Enum", "Fraction", "NamedTuple", "NewType", "ParamSpec", "Path", "TypeVar", "TypeVarTuple", "TypedDict",
    "abstractmethod", "bool", "bytes", "cache", "cached_property", "classmethod", "compile", "contextmanager",
    "dataclass", "date", "datetime", "deprecated", "dict", "enumerate", "field", "final", "float", "frozenset",
    "getLogger", "int", "len", "list", "lru_cache", "max", "min", "namedtuple", "overload", "override", "partial",
    "property", "range", "set", "setter", "singledispatch", "sorted", "staticmethod", "step", "str", "sum", "timedelta",
    "total_ordering", "tuple", "update_wrapper", "wraps", "zip",
}  # fmt: skip


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _that_run(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, with the ``else`` of a block that never runs in the place of the block."""
    for statement in statements:
        if _is_skipped(statement):
            yield from _that_run(statement.orelse)
        else:
            yield statement


def _is_skipped(node: ast.AST) -> TypeGuard[ast.If]:
    """Blocks that never run in a pipeline: for type checkers, and for running the module as a program."""
    if not isinstance(node, ast.If):
        return False
    test = ast.unparse(node.test)
    return test in {"TYPE_CHECKING", "typing.TYPE_CHECKING"} or test.startswith("__name__ ==")


def source_of(module: str) -> Path | None:
    """The source file of a module, or None where it has none. Nothing is imported to find out."""
    main = module == "__main__"
    origin = getattr(sys.modules[module], "__file__", None) if main else getattr(_spec(module), "origin", None)
    return Path(origin).resolve() if origin and origin.endswith(".py") else None


def folders_of(package: str) -> list[Path]:
    """Where the parts of a package without ``__init__.py`` lie; empty for any other module."""
    spec = _spec(package)
    return [Path(part).resolve() for part in spec.submodule_search_locations or ()] if spec and not spec.origin else []


def _spec(module: str) -> ModuleSpec | None:
    """Where Python would find a module. Unlike ``importlib.util.find_spec`` it runs nothing: no package is imported."""
    top, *parts = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
        for part in parts:
            if spec is None or spec.submodule_search_locations is None:
                return None
            spec = PathFinder.find_spec(f"{spec.name}.{part}", list(spec.submodule_search_locations))
    except (ImportError, ValueError):
        return None
    return spec
