"""Whether a top-level statement may do more than bind names when its module is imported.

A call may fill a registry, and so may an operator: ``app / "route"``, ``first >> second``. Using up an iterator changes
it for whoever reads it next. Where it is not known what an object is, the answer is yes, which costs a rerun and no
wrong result.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from saltern.own import only_makes, only_wraps
from saltern.trees import (
    COMPREHENSIONS,
    FUNCTIONS,
    annotations_of,
    as_skipped,
    bound,
    called,
    children,
    dotted,
    last_name,
    own_scope,
    root,
)

if TYPE_CHECKING:
    from saltern.modules import Module

# What does nothing when a module is imported but make an object, by its last name: ``functools.cache`` and ``cache``.
# A decorator may put its function into a registry, and a base its subclasses, so what is not here counts as an effect.
HARMLESS = {
    "Decimal", "Enum", "Fraction", "NamedTuple", "NewType", "ParamSpec", "Path", "TypeVar", "TypeVarTuple", "TypedDict",
    "abstractmethod", "auto", "bool", "bytes", "cache", "cached_property", "classmethod", "compile", "contextmanager",
    "dataclass", "date", "datetime", "deprecated", "dict", "enumerate", "field", "final", "float", "frozenset",
    "getLogger", "int", "len", "list", "lru_cache", "max", "min", "namedtuple", "overload", "override", "partial",
    "property", "range", "runtime_checkable", "set", "singledispatch", "sorted", "staticmethod", "step", "str", "sum",
    "timedelta", "total_ordering", "tuple", "update_wrapper", "wraps", "zip",
}  # fmt: skip
# Those that look into what they are given, or change it: they iterate over it, compare it, ask it for a text.
_LOOKING = {
    "Counter", "Decimal", "Fraction", "OrderedDict", "bool", "bytes", "defaultdict", "deque", "dict", "enumerate",
    "float", "frozenset", "int", "len", "list", "max", "min", "namedtuple", "set", "sorted", "str", "sum", "tuple",
    "update_wrapper", "zip",
}  # fmt: skip
# Functions of these modules only compute; and so do these of numpy and polars.
_COMPUTING = {"cmath", "itertools", "math", "operator", "os.path", "posixpath", "statistics", "textwrap"}
_COMPUTED = {
    "arange", "array", "asarray", "col", "default_rng", "element", "empty", "eye", "full", "geomspace", "linspace",
    "lit", "logspace", "ones", "zeros",
}  # fmt: skip
# Classes of these modules only make an object, but for those that open a file or change how a library works.
_OF_CLASSES = {
    *("argparse", "collections", "datetime", "decimal", "fractions", "numpy", "pandas", "pathlib", "polars", "pyarrow"),
    *("pydantic", "random", "scipy", "sklearn", "string", "threading", "types", "uuid", "zoneinfo"),
}
_NOT_ONLY_MAKING = ("Config", "Context", "File", "Store", "Writer")
# Whose names are what they are everywhere, and whose objects no operator changes.
_KNOWN = {
    *sys.stdlib_module_names,
    *("annotated_types", "attr", "attrs", "fastapi", "numpy", "pandas", "polars", "pyarrow", "pydantic", "scipy"),
    *("sklearn", "torch", "typer", "typing_extensions", __package__),
}
# What makes an object that nothing else has.
_MADE = (
    *(ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.DictComp, ast.SetComp),
    *(ast.BinOp, ast.Compare, ast.UnaryOp, ast.Lambda),
)
# Methods of paths and texts that give another one, and do nothing else; a path's ``replace`` moves a file.
_OF_PATHS_AND_TEXTS = {
    "absolute", "as_posix", "expanduser", "joinpath", "relative_to", "resolve", "with_name", "with_stem", "with_suffix",
    *(name for name in vars(str) if not name.startswith("_") and name != "replace"),
}  # fmt: skip
_CHANGES_CLASSES = {"dataclass", "deprecated", "total_ordering"}  # those that they are called with
_MAKERS = {"Counter", "OrderedDict", "defaultdict", "deque", "dict", "list", "namedtuple", "set", "sorted"}
_SIMPLE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AugAssign, ast.AnnAssign)
_ACCESSORS = {"setter", "getter", "deleter"}  # of a property


def has_effect(statement: ast.stmt, module: Module) -> bool:
    """Whether a statement calls something, operates on what may be anything, or changes what is imported.

    ``module`` holds what the statements before it bind.
    """
    if _only_defines(statement):
        return False
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return True  # nobody calls something for what it makes, and then leaves that
    known = _Known(statement, module)
    annotating: set[int] = set()  # what is called in annotations, which mostly is a library's
    for node in run_at_once(statement):
        for annotation in _annotations(node):
            annotating |= {id(one) for one in ast.walk(annotation) if isinstance(one, ast.Call)}
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not all(map(known.is_harmless, node.decorator_list)):
                return True
            if isinstance(node, ast.ClassDef) and node.keywords:
                return True
        elif isinstance(node, ast.Call):
            if not (known.is_harmless_call(node) or (id(node) in annotating and known.is_of_library(node.func))):
                return True
        # what is the module's own alone, and has no other name, counts with the name of it
        elif (one := _changes(node)) and not (isinstance(one, ast.Name) and _is_alone(one.id, module)):
            return True
    return not all(map(known.is_plain, _operands(statement)))


def _only_defines(statement: ast.stmt) -> bool:
    """Whether it only binds names: a function without decorators, a constant, an import."""
    if isinstance(statement, ast.FunctionDef):
        made = [*_outside(statement), *annotations_of(statement)] if not statement.decorator_list else [statement]
    elif isinstance(statement, ast.Assign):
        made = [*statement.targets, statement.value]
    else:
        return isinstance(statement, ast.Import | ast.ImportFrom)
    return all(type(one) in (ast.Name, ast.Constant) for one in made)


def run_at_once(statement: ast.stmt) -> Iterator[ast.AST]:
    """What of a statement runs when the module is imported: all but the insides of functions."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, FUNCTIONS):
            stack += [*_outside(node), *annotations_of(node)]
        else:
            stack += skipped.orelse if (skipped := as_skipped(node)) else children(node)


def _operands(statement: ast.stmt) -> Iterator[ast.expr]:
    """What a statement operates on when it runs: with an operator, a subscript, a loop or a format."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.FormattedValue | ast.Starred):
            yield from (one for one in children(node) if isinstance(one, ast.expr))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            yield from (node.value, node.slice)
        elif isinstance(node, ast.For):
            yield node.iter
        elif isinstance(node, ast.comprehension):
            yield from (node.iter, *node.ifs)
        elif isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
            yield from () if as_skipped(node) else (node.test,)
        elif isinstance(node, ast.BoolOp):
            yield from node.values
        elif isinstance(node, ast.Match):
            yield node.subject
        elif isinstance(node, ast.withitem):
            yield node.context_expr
        elif isinstance(node, ast.Assign) and any(isinstance(one, ast.Tuple | ast.List) for one in node.targets):
            yield node.value
        if isinstance(node, FUNCTIONS):
            stack += _outside(node)
        elif isinstance(node, ast.ClassDef):
            stack += [*node.decorator_list, *node.keywords, *node.body]
        elif isinstance(node, ast.AnnAssign):
            if node.value and last_name(node.annotation) != "TypeAlias":
                stack.append(node.value)
        else:
            stack += skipped.orelse if (skipped := as_skipped(node)) else children(node)


def _outside(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.expr]:
    """What runs when a function is defined, but for its annotations."""
    return [*getattr(node, "decorator_list", []), *node.args.defaults, *filter(None, node.args.kw_defaults)]


def _annotations(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, FUNCTIONS):
        return [*annotations_of(node)]
    return [node.annotation] if isinstance(node, ast.AnnAssign) else []


class _Known:
    """What is known of the names that a statement goes by."""

    def __init__(self, statement: ast.stmt, module: Module) -> None:
        self.statement, self.module = statement, module
        self._inner: dict[str, list[ast.AST]] | None = None
        self.hides = any(not is_known(star) for star in module.stars)  # a star may hide a builtin

    def is_harmless(self, function: ast.expr) -> bool:
        """Whether a function or decorator only makes an object."""
        name = last_name(function)
        if self._is_own(called(function)):
            known = self.module.statements, self.is_of_library
            return only_wraps(function, *known) or only_makes(function, *known)
        if isinstance(function, ast.Call):
            return self.is_harmless(function.func)
        if isinstance(function, ast.Attribute) and name in _ACCESSORS:
            return isinstance(function.value, ast.Name) and function.value.id not in self.module.imports
        return (name in HARMLESS | _MAKERS or self._computes(function)) and self.is_of_library(function)

    def _is_own(self, function: ast.expr) -> bool:
        """Whether a function goes by a name that the module gives it by no import, and that no class hides."""
        if not isinstance(function, ast.Name) or self.module.stars or function.id in self.module.imports:
            return False
        return function.id in self.module.statements and function.id not in self._local()

    def _computes(self, function: ast.expr) -> bool:
        """Whether it is a function of a library that only computes, or a class of one that only makes an object."""
        start, *attributes = dotted(function) or [""]
        targets = self.module.imports.get(start, [])
        paths = [[*target.module.split("."), *filter(None, [target.name]), *attributes] for target in targets]
        return bool(paths) and all(map(_only_computes, paths))

    def is_harmless_call(self, node: ast.Call) -> bool:
        """Whether a call only makes an object, of what it may look into without an effect."""
        looked_at = self._looked_at(node)
        return looked_at is not None and all(map(self.is_plain, looked_at))

    def _looked_at(self, node: ast.Call) -> list[ast.expr] | None:
        """The arguments that a call looks into, which have to be plain; None where the call itself may do anything."""
        if isinstance(node.func, ast.Attribute):
            is_literal = isinstance(node.func.value, ast.Constant | ast.JoinedStr)
            is_made = node.func.attr in _OF_PATHS_AND_TEXTS and self._is_text_or_path(node.func.value)
            if is_literal or is_made or self._is_variable(node):
                return _arguments(node)
        if not self.is_harmless(node.func):
            return None
        maker = called(node.func)
        if last_name(maker) in _CHANGES_CLASSES and node.args:
            return None
        if last_name(node.func) not in _LOOKING and not self._computes(maker):
            return []
        key = next((one.value for one in node.keywords if one.arg == "key"), None)  # it is called
        return _arguments(node) if key is None or self._is_builtin(key) else None

    def _is_text_or_path(self, node: ast.AST) -> bool:
        """Whether an expression is a text, such as an environment variable, or a path that is made here."""
        while isinstance(node, ast.Attribute | ast.Subscript):  # ``Path(__file__).parents[1]``
            node = node.value
        if isinstance(node, ast.Constant | ast.JoinedStr):
            return True
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Attribute) and node.func.attr in _OF_PATHS_AND_TEXTS:
            return self._is_text_or_path(node.func.value)
        return self._is_variable(node) or (last_name(node.func) == "Path" and self.is_of_library(node.func))

    def _is_variable(self, node: ast.Call) -> bool:
        """Whether a call reads a variable of the environment."""
        return dotted(node.func) in (["os", "environ", "get"], ["os", "getenv"]) and self.is_of_library(node.func)

    def is_of_library(self, function: ast.expr) -> bool:
        """Whether a function is a builtin or of a library that is known, whatever it does."""
        start = root(function)
        return isinstance(start, ast.Name) and self._is_foreign(start.id)

    def is_plain(self, value: ast.expr) -> bool:
        """Whether operating on a value changes nothing: a literal, a function, and what is made of these."""
        todo: list[ast.AST] = [value]
        seen: set[str] = set()
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Name):
                if node.id in seen:
                    continue
                seen.add(node.id)
                made = self._made_of(node.id)
                if made is None:
                    return False
                todo += made
            elif isinstance(node, ast.Call):
                looked_at = self._looked_at(node)  # and not whether they are plain: a name may be made of itself
                if looked_at is None:
                    return False
                todo += looked_at
            elif isinstance(node, ast.Attribute | ast.Subscript):
                todo.append(node.value)
            elif isinstance(node, COMPREHENSIONS):
                todo += [one.iter for one in node.generators]
                todo += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            elif isinstance(node, ast.Await | ast.Yield | ast.YieldFrom):
                return False
            elif not isinstance(node, ast.Lambda):
                todo += [one for one in children(node) if isinstance(one, ast.expr)]
        return True

    def _made_of(self, name: str) -> list[ast.expr] | None:
        """The expressions that the object of a name is made of; None where that is not known."""
        statements = [*self._local().get(name, []), *self.module.statements.get(name, [])]
        if not statements:
            return [] if self._is_foreign(name) else None
        if not all(is_known(target.module) for target in self.module.imports.get(name, ())):
            return None
        found: list[ast.expr] = []
        for statement in statements:
            made = _made_of(statement, name)
            if made is None:
                return None
            found += made
        return found

    def _local(self) -> dict[str, list[ast.AST]]:
        """What binds names within the statement that are not its module's: in classes and comprehensions."""
        if self._inner is None:
            self._inner = {}
            for node in run_at_once(self.statement):
                if isinstance(node, ast.ClassDef):
                    for inner in node.body:
                        for name in bound(inner):
                            self._inner.setdefault(name, []).append(inner)
                elif isinstance(node, ast.comprehension | ast.For):
                    for one in ast.walk(node.target):
                        if isinstance(one, ast.Name):
                            self._inner.setdefault(one.id, []).append(node)
        return self._inner

    def _is_foreign(self, name: str) -> bool:
        """Whether a name is a builtin, or of a module that is known."""
        if name in self.module.imports:
            targets = self.module.imports[name]
            return name not in self.module.statements and all(is_known(target.module) for target in targets)
        if name in self.module.statements or self.hides:
            return False
        return hasattr(builtins, name) or name.startswith("__") or bool(self.module.stars)

    def _is_builtin(self, node: ast.expr) -> bool:
        start = root(node)
        return isinstance(start, ast.Name) and start.id not in self.module.imports and self._is_foreign(start.id)


def _made_of(statement: ast.AST, name: str) -> list[ast.expr] | None:
    """The expressions that a statement makes the object of a name of, or changes it by."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return None if statement.decorator_list else []
    if isinstance(statement, ast.ClassDef):
        methods = {getattr(inner, "name", "") for inner in statement.body}
        is_plain = not (statement.decorator_list or statement.keywords or "__class_getitem__" in methods)
        return statement.bases if is_plain else None
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
        return [statement.value] if statement.value else []
    if isinstance(statement, ast.comprehension):
        return [statement.iter]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return _arguments(statement.value)
    if isinstance(statement, ast.Delete):
        return []
    return _made_inside(statement, name)


def _made_inside(statement: ast.AST, name: str) -> list[ast.expr] | None:
    found: list[ast.expr] = []
    for inner in own_scope(statement):
        if isinstance(inner, ast.For) and name in bound(inner.target):
            found.append(inner.iter)
        elif isinstance(inner, _SIMPLE) and name in bound(inner):
            made = _made_of(inner, name)
            if made is None:
                return None
            found += made
        elif isinstance(inner, ast.ExceptHandler | ast.withitem | ast.NamedExpr | ast.match_case):
            return None
    return found or None


def _arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def _changes(node: ast.AST) -> ast.expr | None:
    """The object that a statement changes."""
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return node.value
    return node.target if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) else None


def _is_alone(name: str, module: Module) -> bool:
    """Whether all statements so far make the object of a name, or change it; it may be another name's otherwise."""
    return name not in module.imports and all(map(_makes, module.statements.get(name, [])))


def _makes(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if isinstance(targets[0], ast.Attribute | ast.Subscript):
            return True
        made = isinstance(statement.value, _MADE) or last_name(statement.value) in _MAKERS
        return made and len(targets) == 1 and isinstance(targets[0], ast.Name)
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.AugAssign | ast.Expr)


def _only_computes(path: Sequence[str]) -> bool:
    """Whether what goes by a dotted name of a library does no more than to compute, or to make an object."""
    *module, name = path
    if not module:
        return False
    if name[:1].isupper() and module[0] in _OF_CLASSES:
        return not name.endswith(_NOT_ONLY_MAKING)
    return ".".join(module) in _COMPUTING or (module[0] in ("numpy", "polars") and name in _COMPUTED)


def is_known(module: str) -> bool:
    """Whether a module is of a library whose names, operators and base classes have no effect beside."""
    return module.partition(".")[0] in _KNOWN
