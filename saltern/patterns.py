"""Texts in code that may name files: those that stand there, those that are put together, and those in quotes.

What the source does not say of a text becomes ``*``, as in the patterns of ``glob``.
"""

from __future__ import annotations

import ast
import re

from saltern.trees import text_of

_LONGEST = 255
_OPEN = "\0"  # what the source does not say
_HOLES = re.compile(r"%[-#0 +.\d]*[a-zA-Z]|%\(\w+\)[a-zA-Z]|\{[^{}]*\}")
_STARS = re.compile(rf"(?<![^/])\*\*(?=/)|[*{_OPEN}]+")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}$")
_QUOTED = re.compile(r"""(['"`])([^'"`\n]{1,250}\.[A-Za-z0-9]{1,10})\1""")
_FILE_NAME = re.compile(r"[\w*][\w .+@/*?-]*\.[A-Za-z0-9]{1,10}")


def is_file_name(text: str) -> bool:
    """Whether a text may name a file by itself."""
    return len(text) <= _LONGEST and bool(_FILE_NAME.fullmatch(text))


def may_end(node: ast.expr) -> bool:
    """Whether a file's name may end with an expression."""
    return type(node) is ast.Constant and type(node.value) is str and bool(_SUFFIX.search(node.value))


def said(node: ast.expr, met: set[ast.AST] | None = None) -> str:
    """A text that is put together, as far as the source says it. ``met`` gets the parts that are texts themselves."""
    found, todo = [], [node]
    while todo:
        one = todo.pop()
        if met is not None and one is not node:
            met.add(one)
        if isinstance(one, ast.JoinedStr):
            todo += reversed(one.values)
        elif isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add):
            todo += [one.right, one.left]
        elif isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mod):
            todo.append(one.left)
        else:
            text = text_of(one)
            found.append(_OPEN if text is None else _HOLES.sub(_OPEN, text))
    return "".join(found)


def parts(node: ast.expr) -> list[ast.expr]:
    """What a path is put together of by ``/``, from left to right."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        found.insert(0, node.right)
        node = node.left
    return [node, *found]


def quoted(text: str) -> list[str]:
    """The names of files that stand in quotes in a text: in SQL ``FROM 'days/*.parquet'``."""
    return [name for _, name in _QUOTED.findall(text)] if "." in text else []


def pattern(text: str) -> str:
    """The pattern of what is said of a file's name; empty where it is none: too long, or the format of a number."""
    found = _STARS.sub(lambda stars: "**" if stars[0] == "**" else "*", text)
    return found if len(found) <= _LONGEST and not found.startswith(".") else ""
