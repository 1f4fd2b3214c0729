"""What this process has loaded of what a step reaches, held against the source: code, constants, attributes of classes.

A constant that a program has set counts as it is in memory. What cannot be told is refused: a function that was
replaced, an object where the source has a number.
"""

from __future__ import annotations

import builtins
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from saltern import memory, sources, watch
from saltern.errors import BadInput
from saltern.parsed import compiled, parsed, written
from saltern.reached import Reached, hashed
from saltern.sources import locate, state_of
from saltern.steps import Step

_ABSENT = object()


def check(declared: Step[..., Any], found: Reached) -> None:
    """Raise BadInput where this process has loaded other code than the source has."""
    current: dict[str, set[int]] = {}  # file -> the identities of the code that was executed, where it is the source's
    for (module, path, home), names in found.places.items():
        if module not in sys.modules:
            continue
        state, executed = state_of(path), watch.executed(path)
        if path not in found.compiled:
            found.compiled[path] = compiled(home, Path(path), state)
        if path not in current:
            is_current = executed is not None and memory.whole(executed) == found.compiled[path]
            current[path] = memory.inside(executed) if executed and is_current else set()
        known = current[path]
        held = vars(sys.modules[module])
        for name in names:
            value = held.get(name)
            if memory.is_of(value, known):
                continue
            codes = memory.others(value, path, home, known)
            if codes and memory.differs(codes, written(home, Path(path), state)):
                raise BadInput(
                    f"{path}: '{name}' in memory is not what the file says; start the process anew, or reload "
                    f"'{module}' and what imports it"
                )
            _check_maker(declared, found.files, f"{module}:{name}", value)
        # a time that is later is of a clock that is ahead
        is_new = not known and declared.loaded_ns < state[1] <= time.time_ns()
        if is_new and not (executed and memory.digest(executed) in written(home, Path(path), state)[memory.MODULE]):
            raise BadInput(f"{path}: edited after '{declared.name}' was loaded; start the process anew")


def _check_maker(declared: Step[..., Any], files: set[str], place: str, value: object) -> None:
    file = value.__code__.co_filename if isinstance(value, FunctionType) else ""
    if not file.endswith(".py") or file in files or sources.is_library(file):
        return
    if os.path.realpath(file) not in map(os.path.realpath, files):  # one of them may be by way of a link
        raise BadInput(f"{place} in memory is a function of {file}, which '{declared.name}' does not import")


def held(found: Reached) -> Iterator[tuple[Mapping[str, Any], str, Any]]:
    """The objects that this process has under the names that are reached: where, the name, and the object."""
    for (module, _, _), several in found.places.items():
        names = vars(sys.modules[module]) if module in sys.modules else {}
        yield from ((names, name, names[name]) for name in several if name in names)
    added = [place.removeprefix("builtins:") for place in found.code if place.startswith("builtins:")]
    yield from ((vars(builtins), name, vars(builtins)[name]) for name in added)
    for module, _, one, _ in _literals(found):
        if "." in one:
            inside, attribute = _where(vars(sys.modules[module]), one)
            if attribute in inside:
                yield inside, attribute, inside[attribute]


def changed(declared: Step[..., Any], found: Reached) -> dict[str, str]:
    """Hashes of what was set on a module or class that the source says otherwise, by place.

    What the code that is reached sets itself is left out: that code counts. Raises BadInput for what cannot be told.
    """
    told = {}
    for module, path, one, literal in _literals(found):
        names, name = _where(vars(sys.modules[module]), one)
        value = names.get(name, _ABSENT)
        now = memory.told(value, path)
        if value is _ABSENT or now == literal:
            continue
        if now is None and ("." in one or literal.startswith("def ")):  # of a decorator or a base, maybe
            _check_maker(declared, found.files, f"{module}:{one}", value)
        elif not _sets(declared, found, name):
            if now is None or now.startswith("def "):
                raise BadInput(
                    f"{path}: '{one}' in memory is not what the file says; give what is set to the step as a parameter"
                )
            told[f"{module}:{one}"] = hashed([literal, now])
    return told


def _literals(found: Reached) -> Iterator[tuple[str, str, str, str]]:
    """Of the modules that are loaded: the module, the file, the name, and what the source says that it is."""
    for module, files in found.literals.items():
        for path, literals in files.items() if module in sys.modules else ():
            for one, literal in literals.items():
                yield module, path, one, literal


def _where(names: Mapping[str, Any], place: str) -> tuple[Mapping[str, Any], str]:
    """Where a name of a module is bound, or an attribute of a class, and by which name."""
    name, _, attribute = place.partition(".")
    if not attribute:
        return names, name
    return vars(names[name]) if isinstance(names.get(name), type) else {}, attribute


def _sets(declared: Step[..., Any], found: Reached, name: str) -> bool:
    """Whether code that is reached, or what it imports while it runs, sets an attribute or a global of a name."""
    home = declared.module.partition(".")[0]
    todo, seen = [module for _, _, module in found.places], set()
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
