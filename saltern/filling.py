"""Whether a function fills something that outlives its call, by its source: ``self.rows[day] = read(day)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import CodeType

from saltern.trees import FUNCTIONS, arguments_of, root_name, walk

MUTATORS = {"add", "append", "extend", "insert", "setdefault", "update"}  # of lists, sets and dictionaries
_FILLERS = MUTATORS | {"set"}  # and of context variables
_SETTERS = {"setattr", "__setattr__"}
_MADE = (ast.Dict, ast.List, ast.Set, ast.Call)  # what a default is that all calls have in common


def fills(code: CodeType) -> bool:
    """Whether a function fills or sets its own object or class, a default, or what is not its own.

    An ``__init__`` may set its object, which is new. No where its source is not there.
    """
    try:
        functions = _functions(code.co_filename, Path(code.co_filename).stat().st_mtime_ns)
    except OSError:
        return False
    node = functions.get((code.co_firstlineno, code.co_name))
    if node is None:
        return False
    given = arguments_of(node.args)
    defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    if any(isinstance(one, _MADE) for one in defaults):
        kept = {one.arg for one in given}
    else:
        kept = {one.arg for one in given[:1] if "." in code.co_qualname and code.co_name != "__init__"}
    own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars} - kept  # of what encloses it ``kept`` knows
    return any(root not in own for inner in walk(node) for root in _filled(inner))


def _filled(node: ast.AST) -> Iterator[str]:
    """The names that what is filled or set is taken of; of none where a call gives it."""
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        yield root_name(node.value)
    elif isinstance(node, ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in _SETTERS and node.args:
            yield root_name(node.args[0])
        elif isinstance(function, ast.Attribute) and name in _FILLERS and (node.args or node.keywords):
            yield root_name(function.value)


@lru_cache(maxsize=64)
def _functions(file: str, mtime_ns: int) -> dict[tuple[int, str], ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    found = {}
    for node in walk(tree):
        if isinstance(node, FUNCTIONS):
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
            found[first, getattr(node, "name", "<lambda>")] = node
    return found
