"""The files that scripts name which a step starts: they are read by another program, out of sight."""

from __future__ import annotations

import glob
import itertools
import os
import re
from collections.abc import Collection, Iterable, Iterator

_SUFFIXES = (
    ".awk", ".bash", ".gp", ".jl", ".js", ".mk", ".pl", ".py", ".r", ".rb", ".sed", ".sh", ".sql", ".zsh", "makefile",
)  # fmt: skip
_LARGEST = 1_000_000  # bytes of a script; a larger file is data
_HOLES = re.compile(r"\$\{?\w+\}?|\$\([^()]*\)|%[a-z]|\{[^{}]*\}")  # what is put in when it runs
_CHOICES = re.compile(r"\$\{?\w+\}?|\{[^{}]*\}")  # the same in a word of a command, but for a command within it
_NAMES = re.compile(r"[\w*./@+-]*[\w*]\.[A-Za-z0-9]{1,10}\b")
_IMPORTS = re.compile(r"^\s*(?:from\s+(\.*[\w.]*)\s+import\s+\(?([\w ,]+)|import\s+([\w., ]+))", re.MULTILINE)
_SOURCED = re.compile(r"(?:^|[\s;&|])(?:source|\.)\s+[\"']?([\w./@+-]+)")  # by a shell, which may have no suffix
_MODULES = re.compile(r"\s-m\s+([\w.]+)")  # that a command runs


def named_by(started: Collection[str], root: str) -> Iterator[str]:
    """The paths of files that scripts among ``started`` name, and patterns of them; of scripts that these name, too.

    Names count from the folders that programs were started in, from the script's own, and from the project's ``root``.
    """
    folders = [*filter(os.path.isdir, started), root]
    todo, known = [*started], {*started}
    while todo:
        script = todo.pop()
        if not _is_script(script):
            continue
        with open(script, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            text = file.read()
        for name in _named(text, is_python=script.endswith(".py")):
            is_pattern = "*" in name
            for folder in (*folders, os.path.dirname(script)):  # noqa: PTH120
                start = glob.escape(folder) if is_pattern else folder
                path = os.path.abspath(os.path.join(start, name))  # noqa: PTH100, PTH118
                if path not in known and (is_pattern or os.path.isfile(path)):  # noqa: PTH113
                    known.add(path)
                    todo.append(path)
                    yield path


def named_in(words: Iterable[str]) -> Iterator[str]:
    """The files that words of a command name within: ``$(cat days.csv)``, ``part-{1,2}.csv`` as a pattern."""
    for word in words:
        yield from _NAMES.findall(_CHOICES.sub("*", word)) if len(word) < _LARGEST else ()


def modules(words: list[str]) -> Iterator[str]:
    """The files that a command may run by ``-m``: of a module or a package."""
    for option, module in itertools.pairwise(words):
        if option == "-m":
            yield from _files(module)


def _files(module: str) -> tuple[str, ...]:
    name = module.lstrip(".")
    path = "../" * (len(module) - len(name) - 1) + name.replace(".", "/")
    return f"{path}.py", f"{path}/__main__.py", f"{path}/__init__.py"


def _imported(text: str) -> Iterator[str]:
    """The modules that a Python file may import, by its text; relative ones from its own folder, with their dots."""
    for module, names, several in _IMPORTS.findall(text):
        yield from _listed(several)
        if module:
            yield module
        start = module if module.endswith(".") else f"{module}."
        yield from (f"{start}{name}" for name in _listed(names))


def _listed(names: str) -> list[str]:
    """``a`` and ``b.c`` of ``a, b.c as d``."""
    return [one.split()[0] for one in names.split(",") if one.strip()]


def _is_script(path: str) -> bool:
    if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:  # noqa: PTH113, PTH202
        return False
    if path.lower().endswith(_SUFFIXES):
        return True
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(2) == b"#!"


def _named(text: str, *, is_python: bool) -> set[str]:
    filled = _HOLES.sub("*", text)
    found = [*_NAMES.findall(filled), *([] if is_python else _SOURCED.findall(filled))]
    names = {name.removeprefix("*/") for name in found}
    modules = {*_MODULES.findall(text), *(_imported(text) if is_python else ())}
    return names | {file for module in modules for file in _files(module)}
