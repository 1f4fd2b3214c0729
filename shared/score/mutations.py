"""Small edits of Python source, as programmers make them by mistake or on purpose.

An edit replaces some bytes of a file by others, so all else in it stays as it is. What is inside of f-strings is left
alone: before Python 3.12 nobody knows where it stands.
"""

from __future__ import annotations

import ast
import random
import warnings
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn)
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.BitOr, ast.BitAnd, ast.Pow)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Written = Callable[[random.Random], str | None]  # the new text; None where there is none


class Edit(NamedTuple):
    kind: str
    start: int
    end: int
    written: Written
    function: int | None  # the first line of the function that it is in; None where it is run by an import


@dataclass
class Text:
    """A file's source and its edits."""

    source: bytes

    @cached_property
    def edits(self) -> list[Edit]:
        return [*_Edits(self.source).of(ast.parse(self.source), None)]

    def edited(self, edit: Edit, rng: random.Random) -> bytes | None:
        """The source after an edit; None where that is not Python, or the same syntax tree."""
        new = edit.written(rng)
        if new is None:
            return None
        source = self.source[: edit.start] + new.encode() + self.source[edit.end :]
        try:
            warnings.simplefilter("ignore")  # ``is`` with a literal
            same = ast.dump(ast.parse(source)) == self._dump
            compile(source, "<mutant>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return None
        return None if same else source

    @cached_property
    def _dump(self) -> str:
        return ast.dump(ast.parse(self.source))


class _Edits:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.lines = [0, *(at + 1 for at, byte in enumerate(source) if byte == 0x0A)]
        tree = ast.parse(source)
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        defined = {node.name for node in tree.body if isinstance(node, DEFINITIONS)}
        self.scopes: list[list[str]] = [sorted(names & _bound(tree.body) | defined)]
        self.imported = sorted({node.name for node in ast.walk(tree) if isinstance(node, ast.alias)} - {"*"})
        self.attributes = sorted({node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)})

    def of(self, node: ast.AST, function: int | None) -> Iterator[Edit]:
        """The edits of a node and of all that is in it."""
        for kind, start, end, written in self._here(node):
            yield Edit(kind, start, end, written, function)
        if isinstance(node, ast.JoinedStr):
            return
        inside, opened = function, isinstance(node, FUNCTIONS)
        if isinstance(node, FUNCTIONS):
            inside = min(one.lineno for one in (node, *getattr(node, "decorator_list", ())))
            body = node.body if isinstance(node.body, list) else [node.body]
            self.scopes.append(
                sorted({one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)} | _bound(body))
            )
        for name, value in ast.iter_fields(node):
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.AST) and not isinstance(one, ast.expr_context):
                    yield from self.of(one, inside if name == "body" else function)
        if opened:
            self.scopes.pop()

    def _here(self, node: ast.AST) -> Iterator[tuple[str, int, int, Written]]:
        for kind, replaced, new in self._expressions(node):
            yield kind, *self._span(replaced), _always(new)
        for kind, replaced, choices in self._choices(node):
            yield kind, *self._span(replaced), _one_of(choices)
        if isinstance(node, ast.Call) and len(node.args) > 1:
            yield from self._swapped(node)
        yield from self._removed(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and len(block) > 1:
                yield from self._moved(block)

    def _expressions(self, node: ast.AST) -> Iterator[tuple[str, ast.AST, str]]:
        """What an expression is replaced by."""
        if isinstance(node, ast.Constant) and (new := _other(node.value)) is not None:
            yield "constant", node, repr(new)
        elif isinstance(node, ast.BoolOp):
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "and, or", node, _text(ast.BoolOp(other, node.values))
        elif isinstance(node, ast.UnaryOp):
            yield "operator", node, _text(node.operand)
        elif isinstance(node, ast.If | ast.While | ast.IfExp):
            yield "condition", node.test, _text(ast.UnaryOp(ast.Not(), node.test))
        elif isinstance(node, ast.comprehension):
            for test in node.ifs:
                yield "condition", test, _text(ast.UnaryOp(ast.Not(), test))
        elif isinstance(node, ast.Return) and node.value:
            yield "return", node.value, "None"
            yield "return", node.value, f"[{_text(node.value)}]"
        elif isinstance(node, ast.arguments):
            for default in (*node.defaults, *filter(None, node.kw_defaults)):
                other_value = _other(default.value) if isinstance(default, ast.Constant) else None
                yield "default", default, repr(other_value)

    def _choices(self, node: ast.AST) -> Iterator[tuple[str, ast.AST, list[str]]]:
        if isinstance(node, ast.Compare):
            others = [[operator(), *node.ops[1:]] for operator in COMPARISONS if not isinstance(node.ops[0], operator)]
            yield "comparison", node, [_text(ast.Compare(node.left, list(ops), node.comparators)) for ops in others]
        elif isinstance(node, ast.BinOp):
            operators = [operator() for operator in ARITHMETIC if not isinstance(node.op, operator)]
            yield "operator", node, [_text(ast.BinOp(node.left, operator, node.right)) for operator in operators]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield "name", node, [name for name in (*self.scopes[-1], *self.scopes[0]) if name != node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            value = _text(node.value)
            yield "attribute", node, [f"{value}.{name}" for name in self.attributes if name != node.attr]

    def _swapped(self, node: ast.Call) -> Iterator[tuple[str, int, int, Written]]:
        for one, other in zip(node.args, node.args[1:], strict=False):
            start, end = self._span(one)[0], self._span(other)[1]
            new = f"{_text(other)}, {_text(one)}"
            yield "arguments", start, end, _always(new)

    def _removed(self, node: ast.AST) -> Iterator[tuple[str, int, int, Written]]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield "import", *self._span(node), lambda rng: self._imported(node, rng)
        if isinstance(node, ast.stmt) and not isinstance(node, ast.Pass):
            start, end = self._span(node)
            yield "statement deleted", start, end, _always("pass")
        for decorator in getattr(node, "decorator_list", ()):
            start, end = self._span(decorator)
            yield "decorator removed", self.source.rindex(b"@", 0, start), end, _always("")
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                yield "base", *self._span(base), _always("object")
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg:
                    kept = ast.Call(node.func, node.args, [one for one in node.keywords if one is not keyword])
                    yield "keyword removed", *self._span(node), _always(_text(kept))

    def _imported(self, node: ast.Import | ast.ImportFrom, rng: random.Random) -> str:
        """The same names, bound to one another's objects; or one bound to something else that the file imports."""
        names, last = [one.name for one in node.names], len(node.names) - 1
        if last and rng.random() < 0.7:
            first, second = rng.sample(range(last + 1), 2)
            names[first], names[second] = names[second], names[first]
        else:
            names[rng.randint(0, last)] = rng.choice(self.imported or ["os"])
        bound = [one.asname or one.name.partition(".")[0] for one in node.names]
        aliases = [ast.alias(name, asname) for name, asname in zip(names, bound, strict=True)]
        if isinstance(node, ast.ImportFrom):
            return ast.unparse(ast.ImportFrom(node.module, aliases, node.level))
        return ast.unparse(ast.Import(aliases))

    def _moved(self, block: list[Any]) -> Iterator[tuple[str, int, int, Written]]:
        """A statement put below the next ones, or written once more below them."""
        spans = [self._span(one) for one in block]
        for number, (start, end) in enumerate(spans[:-1]):
            here = self.source[self.lines[bisect(self.lines, start) - 1] : start]
            if here.strip():
                continue  # it shares its line
            for name in ("moved", "doubled"):

                def written(rng: random.Random, name: str = name, number: int = number, here: bytes = here) -> str:
                    (start, end), last = spans[number], spans[-1][1]
                    after = spans[min(number + rng.choice([1, 1, 2, 3, 9]), len(spans) - 1)][1]
                    statement = self.source[start:end]
                    first = b"pass" if name == "moved" else statement
                    new = first + self.source[end:after] + b"\n" + here + statement + self.source[after:last]
                    return new.decode()

                yield name, start, spans[-1][1], written

    def _span(self, node: Any) -> tuple[int, int]:
        first = min((node, *getattr(node, "decorator_list", ())), key=lambda one: one.lineno)
        start = self.lines[first.lineno - 1] + first.col_offset
        if first is not node:
            start = self.source.rindex(b"@", 0, start)
        return start, self.lines[node.end_lineno - 1] + node.end_col_offset


def _bound(body: list[Any]) -> set[str]:
    stores = (node for one in body for node in ast.walk(one) if isinstance(node, ast.Name))
    return {node.id for node in stores if isinstance(node.ctx, ast.Store)}


def _other(value: Any) -> Any:
    """Another constant of the same kind; None where there is none."""
    if value is None:
        return 0
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float | complex):
        return value + 1
    if isinstance(value, bytes):
        return value + b"x"
    return f"{value}x" if isinstance(value, str) else None


def _always(new: str) -> Written:
    return lambda rng: new


def _one_of(choices: list[str]) -> Written:
    return lambda rng: rng.choice(choices) if choices else None


def _text(node: ast.AST) -> str:
    return f"({ast.unparse(ast.fix_missing_locations(node))})"
