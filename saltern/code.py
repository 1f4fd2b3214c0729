"""Fingerprints of code: all of the project's own code that a step reaches, by what it does and not by how it looks.

From the step's definition the walk follows each global name that is read: to functions, classes and constants of the
same module and, through imports, of the project's other modules. A definition counts with its syntax tree, so comments,
docstrings that nobody reads, formatting and the order of definitions do not count. What a module does when it is
imported counts wherever importing the step's module imports it. Libraries are not followed: see ``libraries.py``.

Source is read; nothing is run to find out. Where a name leads cannot always be read from source: then a coarser piece
counts that holds it in any case, a whole module or the whole project. ``Reached.coarse`` says where, and why.
"""

from __future__ import annotations

import ast
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from saltern import memory, reach, sources, watch
from saltern.errors import BadInput
from saltern.files import file_digest
from saltern.reach import Reached, hashed, is_ignored, named, parsed, project_of, walk, written
from saltern.recipe import differing
from saltern.remembered import keep, remembered
from saltern.sources import locate, state_of
from saltern.steps import Step

# Where this process looked for modules when a step was last fingerprinted.
_PATHS: dict[Step[..., Any], tuple[str, ...]] = {}
# What it held then under the names that the step reaches, and how often that was found to be replaced.
_HELD: dict[Step[..., Any], list[tuple[Mapping[str, Any], str, Any]]] = {}
_REPLACED: Counter[Step[..., Any]] = Counter()


def code_fingerprint(declared: Step[..., Any]) -> dict[str, str]:
    """``{"shared.steps.ml:train": "5f0c...", ...}``: each definition that a step reaches, and its hash.

    Raises BadInput, naming the place, where what is in memory is not what the source says.
    """
    return reached(declared).code


def reached(declared: Step[..., Any]) -> Reached:
    """All that a step reaches. Remembered until this process executes another module of the project, or sets a name."""
    path = _PATHS[declared] = tuple(sys.path)
    return _now_reached(declared, path)


def _now_reached(declared: Step[..., Any], path: tuple[str, ...]) -> Reached:
    if any(names.get(name) is not value for names, name, value in _HELD.get(declared, ())):
        _REPLACED[declared] += 1
    return _reached(declared, watch.executions(), path, _REPLACED[declared])


@lru_cache(maxsize=4096)
def _reached(declared: Step[..., Any], executions: int, path: tuple[str, ...], replaced: int) -> Reached:
    found = remembered(declared)
    if found:
        known = len(found.written)
    else:
        known, found = -1, walk(declared)
    _check_loaded(declared, found)
    for opened in (opened for file in found.files for opened in watch.opened_by(file)):
        found.texts.setdefault(named(opened, project_of(declared)), opened)
    if len(found.written) > known:
        keep(declared, found)
    _HELD[declared] = [*_held(found)]
    return replace(found, code=found.code | _set_in_memory(declared, found))


def _held(found: Reached) -> Iterator[tuple[Mapping[str, Any], str, Any]]:
    """The objects that this process has under the names that are reached, and where."""
    for module, name, _, _ in found.places:
        names = vars(sys.modules[module]) if module in sys.modules else {}
        if name in names:
            yield names, name, names[name]
    for module, literals in found.literals.items():
        for name, attribute in (one.split(".") for one in literals if "." in one):
            holder = getattr(sys.modules.get(module), name, None)
            if isinstance(holder, type) and attribute in vars(holder):
                yield vars(holder), attribute, vars(holder)[attribute]


def _set_in_memory(declared: Step[..., Any], found: Reached) -> dict[str, str]:
    """What was set on a module or class that says otherwise, and not by the code that is reached itself.

    Raises BadInput where that cannot be told.
    """
    changed = {}
    for module, literals in found.literals.items():
        names = vars(sys.modules[module]) if module in sys.modules else {}
        for one, (literal, path) in literals.items():
            name, _, attribute = one.partition(".")
            inside = vars(names[name]) if isinstance(names.get(name), type) else {}
            holder = inside if attribute else names
            if (attribute or name) not in holder:
                continue
            now = memory.told(holder[attribute or name], path)
            is_function = literal.startswith("def ")
            if (
                now == literal
                or (now is None and (attribute or is_function))
                or _sets(declared, found, attribute or name)
            ):
                continue
            if now is None or (is_function and now.startswith("def ")):
                raise BadInput(
                    f"{path}: '{one}' in memory is not what the file says; give what is set to the step as a parameter"
                )
            changed[f"{module}:{one}"] = hashed([literal, now])
    return changed


def _sets(declared: Step[..., Any], found: Reached, name: str) -> bool:
    """Whether code that is reached, or what it imports while it runs, sets an attribute or a global of a name."""
    home = declared.function.__module__.partition(".")[0]
    todo, seen = [module for _, _, _, module in found.places], set()
    while todo:
        module = todo.pop()
        location = locate(module, home)
        if module in seen or location.kind != "source":
            continue
        seen.add(module)
        source = parsed(module, location.path, state_of(location.path))
        if source.sets(name):
            return True
        todo += source.all_modules
    return False


def _check_loaded(declared: Step[..., Any], found: Reached) -> None:
    """Raise BadInput where this process has loaded other code than the source has."""
    files = {*map(str, found.files)}
    checked: set[str] = set()
    for module, name, path, home in found.places:
        if module not in sys.modules:
            continue
        if path not in found.written:
            found.written[path] = written(home, Path(path), state_of(Path(path)))
        if memory.differs(module, name, path, found.written[path], home):
            raise BadInput(
                f"{path}: '{name}' in memory is not what the file says; start the process anew, or reload '{module}' "
                f"and what imports it"
            )
        made_in = memory.maker(module, name)
        if made_in and made_in not in files and made_in.endswith(".py") and not sources.is_library(made_in):
            raise BadInput(
                f"{module}:{name} in memory is a function of {made_in}, which '{declared.name}' does not import"
            )
        if path not in checked:
            checked.add(path)
            # a time that is later is of a clock that is ahead
            is_new = declared.loaded_ns < Path(path).stat().st_mtime_ns <= time.time_ns()
            if is_new and not watch.is_as_executed(path, found.written[path]):
                raise BadInput(f"{path}: edited after '{declared.name}' was loaded; start the process anew")


def named_files(declared: Step[..., Any]) -> dict[str, str]:
    """The files of the project that a step declares or its code names, and the digests of their content.

    Raises BadInput for a declared one that is not there.
    """
    paths = dict(reached(declared).texts)
    if not (paths or declared.files):
        return {}
    root = project_of(declared)
    for pattern in declared.files:
        found = [path for path in sorted(root.glob(pattern)) if path.is_file()]
        if not found:
            raise BadInput(f"step '{declared.name}' declares the file '{pattern}', and there is none in {root}")
        paths |= {path.relative_to(root).as_posix(): path for path in found}
    kept = {name: path for name, path in sorted(paths.items()) if path.is_file() and not is_ignored(declared, name)}
    return {name: file_digest(path) for name, path in kept.items()}


def definition(declared: Step[..., Any]) -> dict[str, list[ast.FunctionDef]] | None:
    """The functions of the module that a step is defined in; None where the step's own is not among them."""
    module = declared.function.__module__
    location = locate(module, module.partition(".")[0])
    if location.kind != "source":
        return None
    statements = parsed(module, location.path, state_of(location.path)).statements
    kept = {name: [one for one in several if isinstance(one, ast.FunctionDef)] for name, several in statements.items()}
    functions = {name: several for name, several in kept.items() if len(several) == len(statements[name])}
    return functions if declared.function.__name__ in functions else None


def environment(declared: Step[..., Any]) -> dict[str, str]:
    """The environment variables that a step declares or its code names, and hashes of their values."""
    found = reached(declared)
    in_texts = found.words & {*os.environ} if "variables" in found.by_name else set()
    names = {*found.environment, *in_texts, *declared.env}
    read = {name: os.environ.get(name) for name in sorted(names) if not is_ignored(declared, name)}
    return {name: hashed(value) if value is not None else "unset" for name, value in read.items()}


def check_unchanged(declared: Step[..., Any], recorded: Mapping[str, str]) -> None:
    """Raise BadInput when the code that a step reaches is not what was recorded before it ran: it may be what ran."""
    path = _PATHS.get(declared) or tuple(sys.path)
    with sources.as_of(path):
        now = _now_reached(declared, path)
    if changed := differing(now.code, recorded):
        raise BadInput(
            f"{', '.join(changed)}: changed while '{declared.name}' ran, so nothing was stored; run it again"
        )


def forget() -> None:
    """Read all source anew: for programs that change it while they run."""
    _reached.cache_clear()
    _HELD.clear()
    reach.forget()
