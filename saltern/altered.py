"""What a program has changed of the values that a step reaches: constants, attributes of classes, tables, settings.

What a program has set counts as it is in memory. What cannot be told is refused: an object where the source has a
number.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import is_
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

from saltern import loaded, memory, snapshots, sources, watch
from saltern.changes import ANY, OWN, Changes
from saltern.errors import BadInput
from saltern.modules import BODY, SUBCLASSES, WHOLE
from saltern.parsed import located, parsed
from saltern.reach import is_ignored
from saltern.reached import IN_MEMORY, Reached, hashed
from saltern.snapshots import Opaque, Own
from saltern.sources import state_of
from saltern.steps import Step

_Names = dict[str, dict[str, None]]  # module -> names in it
_ABSENT = object()
# Step, how many modules had been executed, places, at import, too -> what the code that it reaches sets by itself.
_OWN: dict[tuple[Step[..., Any], int, int, bool], set[str]] = {}
_ENDED: dict[Step[..., Any], frozenset[str]] = {}


class Noted(NamedTuple):
    """A name whose value the source computes, what it stood for when it was noted, and stands for now."""

    module: str
    path: str
    name: str
    before: snapshots.Leaves
    now: snapshots.Leaves
    literals: Mapping[str, str]  # what the source says of names and of attributes of classes


class Literal(NamedTuple):
    """What the source says that a name of a module is, or an attribute of a class of it."""

    names: Mapping[str, Any]  # all of the module
    module: str
    path: str
    name: str  # ``LIMIT`` or ``Model.rate``
    told: str


class Held(NamedTuple):
    """Objects by their names, and what is in those that may be changed."""

    where: Mapping[str, Any]
    names: Sequence[str]
    objects: Sequence[Any]
    contents: Sequence[str | None] = ()
    leaves: tuple[str, snapshots.Leaves, set[str]] | None = None  # of the one name, but for what the code sets itself


def _held_names(found: Reached, reached: _Names, literals: Sequence[Literal]) -> Iterator[Held]:
    """The objects that this process has under the names that are reached."""
    for module, several in reached.items():
        yield _held(vars(sys.modules[module]), several)
    yield _held(vars(builtins), [place.removeprefix("builtins:") for place in found.code if place[:9] == "builtins:"])
    for names, _, _, one, literal in literals:
        is_changeable = literal.startswith(memory.CHANGEABLE)
        if "." in one or is_changeable:
            inside, attribute = _where(names, one)
            there = _held(inside, [attribute])
            yield there._replace(contents=[*map(memory.told, there.objects)]) if is_changeable else there


def _held(names: Mapping[str, Any], several: Iterable[str]) -> Held:
    there = [name for name in several if name in names]
    return Held(names, there, [names[name] for name in there])


def _held_code(
    declared: Step[..., Any], found: Reached, reached: _Names, own: Callable[[], set[str]]
) -> Iterator[Held]:
    """The functions that this process has in the classes that are reached.

    Raises BadInput where a program has put something else there than the module had at its end, or under the name of
    what a library has, or code in the place of what another name stood for. Functions of the user's under names of
    modules are compared with the source.
    """
    for module, names in reached.items():
        noted = snapshots.of(module)
        if noted is None:
            continue
        every, imported = vars(sys.modules[module]), found.imports.get(module, {})
        for name in _replaced(every, noted.bound, names):
            value = every[name]
            is_compared = type(value) is FunctionType and not sources.is_library(value.__code__.co_filename)
            if name in imported or (snapshots.is_code(value) and not is_compared):
                _check_same(declared, own, module, name, value, noted.bound[name])
        for name in [one for one in names if noted.methods.get(one) and every.get(one) is noted.bound[one]]:
            inside, before = vars(every[name]), noted.methods[name]
            yield _held(inside, before)
            for one in _replaced(inside, before, before):
                _check_same(declared, own, module, f"{name}.{one}", inside[one], before[one])


def _replaced(now: Mapping[str, Any], before: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The names that stand for another object than before."""
    return [one for one in names if one in before and one in now and now[one] is not before[one]]


def _names(found: Reached) -> _Names:
    """The names that are reached of each module that is loaded."""
    names: _Names = {}
    for module, several in (*((origin[0], names) for origin, names in found.places.items()), *found.imports.items()):
        if module in sys.modules:
            names.setdefault(module, {}).update(several)
    return names


def _check_same(
    declared: Step[..., Any], own: Callable[[], set[str]], module: str, name: str, now: Any, before: Any
) -> None:
    where, _, attribute = name.partition(".")
    is_step = type(now) is Step and now.function is before
    if is_step or snapshots.wraps(now, before) or is_ignored(declared, f"{module}:{name}"):
        return
    if not _is_set(own(), where, (f".{attribute}",) if attribute else ()):
        raise BadInput(
            f"{module}: '{name}' in memory is not what the file says, but an object of type "
            f"'{type(now).__qualname__}'; give what is set to the step as a parameter"
        )


def is_held(several: Iterable[Held]) -> bool:
    """Whether all names stand for the objects that they stood for, and these hold what they held."""
    return all(
        all(map(is_, map(one.where.get, one.names), one.objects))
        and all(memory.told(value) == told for value, told in zip(one.objects, one.contents, strict=False))
        and not (one.leaves and _is_unlike(*one.leaves, snapshots.leaves(one.objects[0])))
        for one in several
    )


def _is_unlike(name: str, before: snapshots.Leaves, own: set[str], now: snapshots.Leaves) -> bool:
    """Whether a name holds something else, but for what code that is reached sets."""
    return not all(_is_set(own, name, place) for place in snapshots.differing(before, now))


class Memory(NamedTuple):
    """What this process holds of what a step reaches."""

    told: dict[str, str]  # place -> the hash of what a program has set there, or put in
    held: list[Held]
    opaque: tuple[str, ...]  # objects that nobody looks into


def changed(declared: Step[..., Any], found: Reached, noted: Sequence[Noted]) -> Memory:
    """What was set on a module or class that the source says otherwise, and was put into a list, set or dictionary.

    What the code that is reached sets itself is left out: that code counts. Raises BadInput for what cannot be told.
    """
    _ended(declared)
    literals, own = [*_literals(found)], partial(_set_by, declared, found)
    by_any, reached = partial(own, at_import=True), _names(found)
    names = [*_held_names(found, reached, literals), *_held_code(declared, found, reached, by_any)]
    told = dict(_changed_literals(declared, found, literals, own, by_any))
    told |= dict(_changed_values(declared, noted, own, by_any))
    held = [*names, *_held_values(noted, _OWN.get(_key(declared, found, False), set()))]
    return Memory(told, held, tuple(sorted(set(_opaque(noted)))))


def _opaque(several: Iterable[Noted]) -> Iterator[str]:
    for one in several:
        if snapshots.is_large(vars(sys.modules[one.module])[one.name]):
            yield f"{one.module}:{one.name} (more than {snapshots.MOST} values)"
        for place, leaf in one.now.items():
            if isinstance(leaf, Opaque) and snapshots.may_change(leaf.value):
                yield f"{one.module}:{one.name}{''.join(place)} ({leaf.kind})"


def _held_values(several: Iterable[Noted], own: set[str]) -> Iterator[Held]:
    for one in several:
        held = _held(vars(sys.modules[one.module]), [one.name])
        if one.now and not snapshots.is_atom(held.objects[0]):  # else it is what the name stands for
            told = {path: leaf for path, leaf in one.now.items() if not _is_set(own, one.name, path)}
            yield held._replace(leaves=(one.name, told, own))


def _changed_literals(
    declared: Step[..., Any],
    found: Reached,
    literals: Sequence[Literal],
    own: Callable[[], set[str]],
    by_any: Callable[[], set[str]],
) -> Iterator[tuple[str, str]]:
    for every, module, path, one, literal in literals:
        names, name = _where(every, one)
        value = names.get(name, _ABSENT)
        now = memory.told(value, path)
        if value is _ABSENT or now == literal:
            continue
        is_changed = literal.startswith(memory.CHANGEABLE) and memory.is_container(value)
        if now is None and is_changed:
            continue  # it holds what no literal can, as a registry does
        if now is None and ("." in one or literal.startswith("def ")):  # of a decorator or a base, maybe
            loaded.check_maker(declared, found, f"{module}:{one}", value)
        elif is_changed or not _is_set(own(), name, place := (f".{name}",) if "." in one else ()):
            if now is None or now.startswith("def "):
                if not is_changed and _is_set(by_any(), name, place):
                    continue
                raise BadInput(
                    f"{path}: '{one}' in memory is not what the file says; give what is set to the step as a parameter"
                )
            yield f"{module}:{one}{IN_MEMORY if is_changed else ''}", hashed([literal, now])


def _changed_values(
    declared: Step[..., Any], several: Iterable[Noted], own: Callable[[], set[str]], by_any: Callable[[], set[str]]
) -> Iterator[tuple[str, str]]:
    for module, path, name, before, now, literals in several:
        value = vars(sys.modules[module])[name]
        places = [
            at for at in snapshots.differing(before, now) if not (at and _is_compared(value, name, at[0], literals))
        ]
        if not places or _is_bound_again(module, path, name):
            continue
        for place in places:
            if _is_set(own(), name, place) or (place not in before and _is_kept_by_library(value, place)):
                continue
            where, leaf = f"{name}{''.join(place)}", now.get(place)
            is_told = not isinstance(leaf, Opaque) or (place and before.get(place) is None)  # made when it is needed
            if not is_told and not is_ignored(declared, f"{module}:{where}"):
                if _is_set(by_any(), name, place):
                    continue
                raise BadInput(
                    f"{path}: '{where}' was another object when '{declared.name}' was defined; give what is set to the "
                    "step as a parameter"
                )
            yield f"{module}:{where}{IN_MEMORY}", hashed(leaf)


def _is_kept_by_library(value: Any, place: tuple[str, ...]) -> bool:
    """Whether a private attribute of a class is one that a base of a library may have put there for itself."""
    if not (memory.is_a(value, type) and place and place[0].startswith("._")):
        return False
    return not all(map(snapshots.is_own, value.__mro__[1:-1]))


def _literals(found: Reached) -> Iterator[Literal]:
    """What the source says of names in the modules that are loaded, but for functions that are what it says."""
    for module, files in found.literals.items():
        for path, literals in files.items() if module in sys.modules else ():
            names = vars(sys.modules[module])
            same = memory.functions(names, literals, path)
            for one in [one for one in literals if one not in same]:
                yield Literal(names, module, path, one, literals[one])


def _where(names: Mapping[str, Any], place: str) -> tuple[Mapping[str, Any], str]:
    """Where a name of a module, or an attribute of a class of it, is bound, and by which name."""
    name, _, attribute = place.partition(".")
    if not attribute:
        return names, name
    return vars(names[name]) if memory.is_a(names.get(name), type) else {}, attribute


def noted_of(found: Reached) -> Iterator[Noted]:
    """The names that are reached whose values the source computes."""
    for (module, path, _), names in found.places.items():
        noted = snapshots.of(module)
        if noted is None:
            continue
        held, literals = vars(sys.modules[module]), found.literals.get(module, {}).get(path, {})
        same = memory.functions(held, literals, path)
        for name in [name for name in ({*held} if WHOLE in names else names) if name not in same]:
            before = noted.values.get(name, {} if noted.is_whole else None)
            if (
                before is None
                or name not in held
                or name[:2] == "__"
                or _is_literal(held[name], literals.get(name), path)
            ):
                continue
            value = held[name]
            now = snapshots.leaves(value)
            if before or now or snapshots.is_large(value):
                yield Noted(module, path, name, before, now, literals)


def unreached(found: Reached, noted: Sequence[Noted]) -> set[str]:
    """The modules of functions and classes that are found under names that a step reaches, and whose code it does not.

    A program may have put them there: a plug-in that it imports, a function in a table, another model.
    """
    several = [one.now.get(place) for one in noted for place in snapshots.differing(one.before, one.now)]
    if any(place.endswith(f":{SUBCLASSES}") for place in found.coarse):
        classes = [leaf for one in noted for leaf in one.now.values() if isinstance(leaf, Own) and leaf.kind == "class"]
        several += [inner for one in classes for inner in snapshots.subclasses(one.value)]
    own = {(one.module, one.name): one for one in several if isinstance(one, Own)}
    return {one.module for one in own.values() if one.module in sys.modules and not loaded.is_reached(found, one)}


def _is_compared(value: object, name: str, place: str, literals: Mapping[str, str]) -> bool:
    """Whether an attribute of a class is compared with the source, which has a literal there, as it still is one."""
    inside = vars(value) if memory.is_a(value, type) else {}
    return f"{name}{place}" in literals and memory.told(inside.get(place[1:])) is not None


def _is_literal(value: object, literal: str | None, path: str) -> bool:
    """Whether a value is compared with the source. A list or dictionary of functions is not: no literal tells these."""
    if literal is None:
        return False
    if type(value) is FunctionType or literal.startswith("def "):
        return type(value) is Step or (type(value) is FunctionType and not value.__dict__)
    return not (
        literal.startswith(memory.CHANGEABLE) and memory.is_container(value) and memory.told(value, path) is None
    )


def _is_set(own: set[str], name: str, place: tuple[str, ...]) -> bool:
    names = [part[1:] for part in place if part[0] == "."]
    return not own.isdisjoint([ANY, name, *names, *(OWN + one for one in (*names, ANY) if names)])


def _is_bound_again(module: str, path: str, name: str) -> bool:
    """Whether a module may have bound a name after it was noted, by itself."""
    noted = snapshots.of(module)
    source = parsed(module, Path(path), state_of(path))
    return bool(noted and not noted.is_whole and len(source.statements.get(name, ())) > 1)


def _set_by(declared: Step[..., Any], found: Reached, *, at_import: bool = False) -> set[str]:
    """The names of attributes and globals that code which is reached sets, or fills; ``ANY`` for computed ones.

    Also those that a module sets, when it is imported, that such code may import while it runs. And ``at_import``:
    those that modules set that have been imported; what lies there now may be the program's, which set it later.
    """
    key = _key(declared, found, at_import)
    if key not in _OWN:
        _OWN[key] = _changes(declared, found, at_import).all()
    return _OWN[key]


def _key(declared: Step[..., Any], found: Reached, at_import: bool) -> tuple[Step[..., Any], int, int, bool]:
    return declared, watch.executions(), len(found.code), at_import


def _changes(declared: Step[..., Any], found: Reached, at_import: bool) -> Changes:
    home, ended = declared.module.partition(".")[0], _ended(declared)
    parts: dict[str, list[str]] = {}
    for place in found.code:
        module, _, part = place.partition(":")
        parts.setdefault(module, [BODY]).append(part)
    todo, seen, changes = [*parts], set[str](), Changes(uses={*declared.names})
    while todo:
        module = todo.pop()
        location = located(module, home)
        if module not in seen and location.kind == "source":
            seen.add(module)
            source = parsed(module, location.path, state_of(location.path))
            several = parts.get(module, [BODY])
            is_over = module in ended and not at_import
            changes.add(source.changes_later(several) if is_over else source.changes(several))
            todo += source.all_modules
    return changes


def _ended(declared: Step[..., Any]) -> frozenset[str]:
    """The modules that had been imported when a step was first looked at: what their top level sets, it has set.

    The main script is none of them, as it runs to the end of the program.
    """
    if declared not in _ENDED:
        several = [*sys.modules.items()]
        running = {name for name, one in several if getattr(getattr(one, "__spec__", None), "_initializing", False)}
        _ENDED[declared] = frozenset(name for name, _ in several) - running - {"__main__"}
    return _ENDED[declared]


def without_filled(declared: Step[..., Any], found: Reached) -> None:
    """Leave out of the literals the lists and dictionaries that the code which is reached fills: that code counts."""
    several = [one for files in found.literals.values() for one in files.values()]
    changeable = [(one, name) for one in several for name in one if one[name].startswith(memory.CHANGEABLE)]
    own = _set_by(declared, found) if changeable else set()
    for literals, name in changeable:
        if not own.isdisjoint({name.rpartition(".")[2], ANY}):
            del literals[name]


def forget() -> None:
    """Look anew at what code sets."""
    _OWN.clear()
    _ENDED.clear()
