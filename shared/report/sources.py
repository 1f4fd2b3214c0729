"""Pieces of source code, found by their names in the syntax tree. Nothing is imported, and no line number is known."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Piece:
    """Source code, and where it stands."""

    file: str
    line: int
    code: str


class Sources:
    """The source files under a folder, as they are when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._parsed: dict[str, tuple[list[str], ast.Module]] = {}

    def find(self, file: str, name: str, through: str | None = None) -> Piece:
        """The piece that a dotted name means in a file: ``Train``, ``Train.C``, ``pipeline.model``, ``flow.main()``.

        Each part is a class, a function, a parameter of it, a variable that is assigned there, or (with brackets) a
        bare call; the first that is found. ``through`` names another in the same place, to whose end the piece goes on.
        Raises LookupError, naming the file and the name, when there is none.
        """
        lines, tree = self._read(file)
        scope: ast.AST = tree
        *outer, last = name.split(".")
        for part in outer:
            scope = _inside(scope, part, file, name)
        first = _inside(scope, last, file, name)
        end = _inside(scope, through, file, through) if through else first
        start = min((node.lineno for node in getattr(first, "decorator_list", [])), default=first.lineno)
        return Piece(file, start, textwrap.dedent("\n".join(lines[start - 1 : end.end_lineno])))

    def _read(self, file: str) -> tuple[list[str], ast.Module]:
        if file not in self._parsed:
            try:
                text = (self.root / file).read_text(encoding="utf-8")
                self._parsed[file] = text.splitlines(), ast.parse(text)
            except OSError as error:
                raise LookupError(f"{file}: {error.strerror}") from None
            except SyntaxError as error:
                raise LookupError(f"{file}: line {error.lineno} is not Python ({error.msg})") from None
        return self._parsed[file]


def _inside(scope: ast.AST, part: str, file: str, name: str) -> ast.stmt | ast.arg:
    for node in _within(scope):
        if _is_called(node, part):
            return node
    raise LookupError(f"{file}: there is no '{name}' in it")


def _within(scope: ast.AST) -> Iterator[ast.stmt | ast.arg]:
    """A scope's parameters, and its statements in order; those in blocks too, those in further definitions not."""
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs)
    waiting = [child for child in ast.iter_child_nodes(scope) if isinstance(child, ast.stmt)]
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, Definition):
            waiting[:0] = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]


def _is_called(node: ast.stmt | ast.arg, part: str) -> bool:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            return name == part
        case ast.Assign(targets=targets):
            return any(isinstance(target, ast.Name) and target.id == part for target in targets)
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name == part
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return f"{name}()" == part
    return False
