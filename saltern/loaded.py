"""What this process has loaded of what a step reaches, held against the source: code, constants, attributes of classes.

A constant that a program has set counts as it is in memory. What cannot be told is refused: a function that was
replaced, an object where the source has a number.
"""

from __future__ import annotations

import builtins
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import is_
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

from saltern import memory, sources, watch
from saltern.errors import BadInput
from saltern.modules import ANY, BODY
from saltern.parsed import compiled, parsed, written
from saltern.reached import IN_MEMORY, Reached, hashed
from saltern.sources import locate, state_of
from saltern.steps import Step

_ABSENT = object()


def check(declared: Step[..., Any], found: Reached) -> None:
    """Raise BadInput where this process has loaded other code than the source has."""
    current: dict[str, memory.Known] = {}  # file -> the code that was executed, where it is the source's
    for (module, path, home), names in found.places.items():
        if module not in sys.modules:
            continue
        executed = watch.executed(path)
        if path not in found.compiled:
            found.compiled[path] = compiled(home, Path(path), state_of(path))
        if path not in current:
            is_current = executed is not None and memory.whole(executed) == found.compiled[path]
            current[path] = memory.Known(executed if is_current else None)
        known = current[path]
        held = vars(sys.modules[module])
        for name in names:
            value = held.get(name)
            if type(value) in memory.PLAIN or known.has(value):
                continue
            codes = memory.others(value, path, home, known)
            if codes and memory.differs(codes, written(home, Path(path), state_of(path))):
                raise BadInput(
                    f"{path}: '{name}' in memory is not what the file says; start the process anew, or reload "
                    f"'{module}' and what imports it"
                )
            _check_maker(declared, found.files, f"{module}:{name}", value)
        if known.code:
            continue
        state = state_of(path)
        is_new = declared.loaded_ns < state[1] <= time.time_ns()  # what is later is of a clock that is ahead
        if is_new and not (executed and memory.digest(executed) in written(home, Path(path), state)[memory.MODULE]):
            raise BadInput(f"{path}: edited after '{declared.name}' was loaded; start the process anew")


def _check_maker(declared: Step[..., Any], files: set[str], place: str, value: object) -> None:
    file = value.__code__.co_filename if isinstance(value, FunctionType) else ""
    if not file.endswith(".py") or file in files or sources.is_library(file):
        return
    if os.path.realpath(file) not in map(os.path.realpath, files):  # one of them may be by way of a link
        raise BadInput(f"{place} in memory is a function of {file}, which '{declared.name}' does not import")


class Held(NamedTuple):
    """Objects by their names, and what is in those that may be changed."""

    where: Mapping[str, Any]
    names: Sequence[str]
    objects: Sequence[Any]
    contents: Sequence[str | None] = ()


def held(found: Reached) -> Iterator[Held]:
    """The objects that this process has under the names that are reached."""
    for (module, _, _), several in found.places.items():
        if module in sys.modules:
            yield _held(vars(sys.modules[module]), several)
    yield _held(vars(builtins), [place.removeprefix("builtins:") for place in found.code if place[:9] == "builtins:"])
    for names, _, _, one, literal in _literals(found):
        is_changeable = literal.startswith(memory.CHANGEABLE)
        if "." in one or is_changeable:
            inside, attribute = _where(names, one)
            there = _held(inside, [attribute])
            yield there._replace(contents=[*map(memory.told, there.objects)]) if is_changeable else there


def _held(names: Mapping[str, Any], several: Iterable[str]) -> Held:
    there = [name for name in several if name in names]
    return Held(names, there, [names[name] for name in there])


def is_held(several: Iterable[Held]) -> bool:
    """Whether all names stand for the objects that they stood for, and these hold what they held."""
    return all(
        all(map(is_, map(one.where.get, one.names), one.objects))
        and all(memory.told(value) == told for value, told in zip(one.objects, one.contents, strict=False))
        for one in several
    )


def changed(declared: Step[..., Any], found: Reached) -> dict[str, str]:
    """Hashes of what was set on a module or class that the source says otherwise, by place.

    And of what was put into a list, set or dictionary. What the code that is reached sets itself is left out: that code
    counts. Raises BadInput for what cannot be told.
    """
    told = {}
    own = cache(lambda: set_by(declared, found))
    for every, module, path, one, literal in _literals(found):
        names, name = _where(every, one)
        value = names.get(name, _ABSENT)
        now = memory.told(value, path)
        if value is _ABSENT or now == literal:
            continue
        is_changed = literal.startswith(memory.CHANGEABLE) and type(value) in memory.CONTAINERS
        if now is None and is_changed:
            continue  # it holds what no literal can, as a registry does
        if now is None and ("." in one or literal.startswith("def ")):  # of a decorator or a base, maybe
            _check_maker(declared, found.files, f"{module}:{one}", value)
        elif is_changed or own().isdisjoint({name, ANY}):
            if now is None or now.startswith("def "):
                raise BadInput(
                    f"{path}: '{one}' in memory is not what the file says; give what is set to the step as a parameter"
                )
            told[f"{module}:{one}{IN_MEMORY if is_changed else ''}"] = hashed([literal, now])
    return told


def _literals(found: Reached) -> Iterator[tuple[Mapping[str, Any], str, str, str, str]]:
    """Of the modules that are loaded: its names, the module, the file, the name, and what the source says it is."""
    for module, files in found.literals.items():
        for path, literals in files.items() if module in sys.modules else ():
            names = vars(sys.modules[module])
            for one, literal in literals.items():
                yield names, module, path, one, literal


def _where(names: Mapping[str, Any], place: str) -> tuple[Mapping[str, Any], str]:
    """Where a name of a module, or an attribute of a class of it, is bound, and by which name."""
    name, _, attribute = place.partition(".")
    if not attribute:
        return names, name
    return vars(names[name]) if isinstance(names.get(name), type) else {}, attribute


def set_by(declared: Step[..., Any], found: Reached) -> set[str]:
    """The names of attributes and globals that code which is reached sets, or fills; ``ANY`` for computed ones.

    And those that a module sets, when it is imported, that such code may import while it runs.
    """
    home = declared.module.partition(".")[0]
    parts: dict[str, list[str]] = {}
    for place in found.code:
        module, _, part = place.partition(":")
        parts.setdefault(module, [BODY]).append(part)
    todo, seen, names = [*parts], set[str](), set[str]()
    while todo:
        module = todo.pop()
        location = locate(module, home)
        if module not in seen and location.kind == "source":
            seen.add(module)
            source = parsed(module, location.path, state_of(location.path))
            names |= source.sets(parts.get(module, [BODY]))
            todo += source.all_modules
    return names


def without_filled(declared: Step[..., Any], found: Reached) -> None:
    """Leave out of the literals the lists and dictionaries that the code which is reached fills: that code counts."""
    several = [one for files in found.literals.values() for one in files.values()]
    changeable = [(one, name) for one in several for name in one if one[name].startswith(memory.CHANGEABLE)]
    own = set_by(declared, found) if changeable else set()
    for literals, name in changeable:
        if not own.isdisjoint({name.rpartition(".")[2], ANY}):
            del literals[name]
