"""How much of an input's name a step may look at, read from its source.

``path.read_text()`` and ``open(path)`` do not look at the name, a library's ``read_csv(path)`` may look at the suffix,
and whatever is not known may look at all of it. So a call counts as a library's only where its name stands for one.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Literal

from saltern import watch
from saltern.code import definition
from saltern.forks import cached_property
from saltern.reached import Reached
from saltern.sources import locate
from saltern.steps import Step
from saltern.trees import arguments_of, bound, imports, last_name, root_name, walk

Look = Literal["no", "suffix", "name", "path"]
_LOOKS: tuple[Look, ...] = ("path", "name", "suffix", "no")  # the farthest first
_Use = Look | Literal["open"] | tuple[str, int | str]  # the last: a function's name, and which argument

_CONTENT = {"exists", "is_dir", "is_file", "lstat", "open", "read_bytes", "read_text", "stat"}  # nothing of the name
_LISTING = {"glob", "iterdir", "joinpath", "rglob", "walk"}  # what gives paths of what lies in a folder
_OWN = {"name", "stem", "suffix", "suffixes"}  # what such a path says of itself, which is in the folder's digest
_FOLDERS = {"parent", "parents", "parts", "relative_to"}  # what tells of the folders that a path lies in
_WHOLE = {"absolute", "as_posix", "as_uri", "resolve"}  # and of all of these
_READERS = ("read_", "scan_", "load")  # of libraries: they may tell a format by the suffix
_LOGGERS = {"logging", "loguru", "structlog"}
# Functions of Python: which give back what they are given, which do not look at it, which find a variable by a text.
_SEVERAL = {"enumerate", "filter", "iter", "list", "max", "min", "next", "reversed", "set", "sorted", "tuple", "zip"}
_BLIND = {"all", "any", "bool", "isinstance", "len", "type"}
_BY_TEXT = {"dir", "eval", "exec", "locals", "vars"}
_LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)


def looks(step: Step[..., Any], argument: str, code: Reached) -> Look:
    """How much of an input's name a step that reaches ``code`` may look at. Who opens a file may ask that for it."""
    return _looks(step, argument, "names" in code.by_name, watch.executions())


@lru_cache(maxsize=4096)
def _looks(step: Step[..., Any], argument: str, asks: bool, executions: int) -> Look:
    functions = definition(step)
    if functions is None:
        return "name"
    found: set[Any] = {"no"}
    seen = set[tuple[str, str]]()
    todo = [(step.function.__name__, argument)]
    while todo:
        name, parameter = todo.pop()
        if (name, parameter) in seen:
            continue
        seen.add((name, parameter))
        for function in functions[name]:
            reading = _Reading(function, parameter, step)
            if reading.catches():
                found.add("name")
            for use in reading.uses():
                if not isinstance(use, tuple):
                    found.add(use)
                elif use[0] in functions and (given := _parameter(functions[use[0]], use[1])):
                    todo += [(use[0], one) for one in given]
                else:
                    found.add("name")
    if asks and "open" in found:
        found.add("name")
    return next(look for look in _LOOKS if look in found)


def _parameter(functions: list[ast.FunctionDef], position: int | str) -> list[str]:
    """The parameter of each function of a name that receives an argument; none where one has no such parameter."""
    if isinstance(position, str):
        return [position]
    names = [[*function.args.posonlyargs, *function.args.args] for function in functions]
    return [one[position].arg for one in names] if all(position < len(one) for one in names) else []


class _Reading:
    """What a function does with a parameter that is a path, and with the paths of what lies in it."""

    def __init__(self, function: ast.FunctionDef, parameter: str, step: Step[..., Any]) -> None:
        self.function, self.parameter = function, parameter
        self.home = step.module.partition(".")[0]
        self.globals: Mapping[str, Any] = vars(sys.modules[step.module])

    def uses(self) -> Iterator[_Use]:
        """How much it looks at, or whom the path is handed to, and as which argument."""
        if not all(map(self._is_library, self.function.decorator_list)):
            yield "name"  # who wraps it is handed the path, too
        todo: list[ast.AST] = [*self.function.body]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Raise):
                continue  # what is said of an input is no result: who catches it is looked at
            if self._is_it(node):
                yield "name"
            elif self._is_inside(node):
                yield "name"
                todo += self._rest(node)
            elif isinstance(node, ast.Attribute):
                yield from self._of_attribute(node)
                todo += self._rest(node.value)
            elif isinstance(node, ast.Call):
                if not self._is_log(node):
                    yield from self._of_call(node)
                    todo += [node.func, *(part for one in _given(node).values() for part in self._rest(one))]
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
                todo += self._followed(node.value)
                todo += [one for one in _targets(node) if not isinstance(one, ast.Name)]
            elif isinstance(node, _LOOPS):
                todo += self._followed(node.iter)
                todo += node.ifs if isinstance(node, ast.comprehension) else [*node.body, *node.orelse]
            else:
                todo += ast.iter_child_nodes(node)

    def catches(self) -> bool:
        """Whether what an error says, which may be a name, is more than raised again or told a person."""
        return any(
            (isinstance(node, ast.ExceptHandler) and bool(node.name) and self._is_kept(node))
            or (isinstance(node, ast.withitem) and not self._is_quiet(node.context_expr))
            for node in walk(self.function)
        )

    def _is_kept(self, handler: ast.ExceptHandler) -> bool:
        todo: list[ast.AST] = [*handler.body]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Name) and node.id == handler.name:
                return True
            if not (isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and self._is_log(node))):
                todo += ast.iter_child_nodes(node)
        return False

    def _is_quiet(self, node: ast.expr) -> bool:
        """Whether a context does not look at errors."""
        return last_name(node) == "open" or (self._is_library(node) and last_name(node) != "redirect_stdout")

    def _of_attribute(self, node: ast.Attribute) -> Iterator[_Use]:
        """What an attribute says of the name."""
        above = node.value
        if self._is_it(above):
            look: Look = "no" if node.attr in _CONTENT | _LISTING else "path" if node.attr in _FOLDERS else "name"
            yield "open" if node.attr == "open" else look
        elif self._is_inside(above):
            if node.attr == "open":
                yield "open"
            elif node.attr in _FOLDERS | _WHOLE:
                yield "path"
            elif node.attr not in _CONTENT | _LISTING | _OWN:
                yield "name"

    def _of_call(self, node: ast.Call) -> Iterator[_Use]:
        """Whom the path is handed to by a call, or how much that looks at."""
        if self._is_builtin(node.func, _BY_TEXT):
            yield "path"
        if self._is_builtin(node.func, _BLIND):
            return
        given = _given(node)
        if self._is_builtin(node.func, _SEVERAL):
            if any(map(self._is_it, given.values())):
                yield "name"
            return
        is_reader = last_name(node.func).startswith(_READERS) and self._is_library(node.func)
        tells = is_reader and any(_tells(one) for one in given if isinstance(one, str))
        for position, argument in given.items():
            within = self._is_inside(argument)
            if not within and not self._is_it(argument):
                continue
            if self._is_builtin(node.func, {"open"}):
                yield "open"
            elif is_reader and not tells:
                yield "no" if within else "suffix"  # the names in a folder are in its digest
            elif isinstance(node.func, ast.Name):
                yield node.func.id, position
            else:
                yield "name"

    # --- paths of what lies in it

    @cached_property
    def inside(self) -> set[str]:
        """The names of such paths."""
        found = set[str]()
        while True:
            before = len(found)
            for node in walk(self.function):
                if isinstance(node, _LOOPS) and self._is_inside(node.iter, found):
                    target = node.target
                    counted = isinstance(node.iter, ast.Call) and last_name(node.iter) == "enumerate"
                    found |= {*bound(target.elts[-1] if counted and isinstance(target, ast.Tuple) else target)}
                elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
                    if node.value is not None and self._is_inside(node.value, found):
                        found |= {name for target in _targets(node) for name in bound(target)}
                elif isinstance(node, ast.Call) and any(self._is_inside(one, found) for one in node.args):
                    functions = [one for one in _given(node).values() if isinstance(one, ast.Lambda)]
                    found |= {one.arg for function in functions for one in function.args.args}
            if len(found) == before:
                return found

    def _is_inside(self, node: ast.AST, names: set[str] | None = None) -> bool:
        """Whether an expression is such a path, or several of them."""
        names = self.inside if names is None else names
        if isinstance(node, ast.Name):
            return node.id in names and isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return self._is_it(node.left) or self._is_inside(node.left, names)
        if isinstance(node, ast.Subscript | ast.Starred):
            return self._is_inside(node.value, names)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return self._is_inside(node.elt, names)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LISTING:
            return self._is_it(node.func.value) or self._is_inside(node.func.value, names)
        if isinstance(node, ast.Call) and self._is_builtin(node.func, _SEVERAL):
            return any(self._is_inside(one, names) for one in node.args)
        return False

    def _followed(self, node: ast.expr | None) -> list[ast.AST]:
        """What there is to look at of what is given a name: a path that lies inside is followed by that."""
        return [] if node is None else self._rest(node) if self._is_inside(node) else [node]

    def _rest(self, node: ast.AST) -> list[ast.AST]:
        """What else there is to look at in an expression whose own use is known; all, where it is no such path."""
        if self._is_it(node):
            return []
        if not self._is_inside(node):
            return [node]
        if isinstance(node, ast.BinOp):
            return [*self._rest(node.left), node.right]
        if isinstance(node, ast.Subscript):
            return [*self._rest(node.value), node.slice]
        if isinstance(node, ast.Starred):
            return self._rest(node.value)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return [*self._rest(node.elt), *node.generators]
        if isinstance(node, ast.Call):
            above = self._rest(node.func.value) if isinstance(node.func, ast.Attribute) else []
            return [*above, *(part for one in _given(node).values() for part in self._rest(one))]
        return []

    def _is_it(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == self.parameter

    # --- what names mean

    def _is_log(self, node: ast.Call) -> bool:
        """Whether a call only tells a person something."""
        name = root_name(node.func)
        if isinstance(node.func, ast.Name):
            return self._is_builtin(node.func, {"print"}) and "file" not in _given(node)
        if name in self._imported and name not in self._assigned:
            return all(module.partition(".")[0] in _LOGGERS for module in self._imported[name])
        value = self._meant(name)
        if type(value) is ModuleType:
            return value.__name__.partition(".")[0] in _LOGGERS
        return type(type(value)) is type and type(value).__module__.partition(".")[0] in _LOGGERS

    def _is_library(self, node: ast.expr) -> bool:
        """Whether a name, with or without attributes, or what a call of it gives, is a library's or Python's own."""
        name = root_name(node.func if isinstance(node, ast.Call) else node)
        if name in self._assigned:
            return False
        if name in self._imported:
            return all(map(self._is_of_library, self._imported[name]))
        value = self._meant(name)
        if type(value) is ModuleType:
            return self._is_of_library(value.__name__)
        return type(value) in (FunctionType, BuiltinFunctionType, type) and self._is_of_library(str(value.__module__))

    def _is_of_library(self, module: str) -> bool:
        return locate(module, self.home).kind == "library"

    def _is_builtin(self, node: ast.expr, names: Collection[str]) -> bool:
        return isinstance(node, ast.Name) and node.id in names and self._meant(node.id) is vars(builtins)[node.id]

    def _meant(self, name: str) -> Any:
        """What a name stands for that the function does not bind."""
        if name in self._assigned or name in self._imported:
            return None
        return self.globals.get(name, vars(builtins).get(name))

    @cached_property
    def _assigned(self) -> set[str]:
        """The names that the function binds, but for those that it imports."""
        return {one.arg for one in arguments_of(self.function.args)}.union(*map(bound, self.function.body))

    @cached_property
    def _imported(self) -> dict[str, list[str]]:
        """The names that the function imports -> the modules that they may be of."""
        found: dict[str, list[str]] = {}
        for node in walk(self.function):
            for name, target in imports(node, self.globals.get("__package__") or ""):
                found.setdefault(name, []).append(target.module)
        return found


def _given(node: ast.Call) -> dict[int | str, ast.expr]:
    """The arguments of a call, by position or by name; what ``**`` hands over has names that no argument has."""
    found: dict[int | str, ast.expr] = {**dict(enumerate(node.args))}
    return found | {one.arg or f"**{number}": one.value for number, one in enumerate(node.keywords)}


def _targets(node: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _tells(keyword: str | None) -> bool:
    """Whether an argument of a library's reader asks for the names of files, as polars' ``include_file_paths``."""
    return bool(keyword) and any(word in str(keyword) for word in ("file_path", "filename", "path_col", "path_column"))
