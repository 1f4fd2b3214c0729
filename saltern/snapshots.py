"""What names of the user's modules stood for when a module had been executed, to tell what a program has changed since.

A module that was executed before this one was imported is looked at when a step is defined. Where the source says what
a name is, ``memory.literals`` tells without. This is for what the source computes: numbers, texts, lists, dictionaries,
attributes of classes, and attributes of objects of the user's own classes. Nothing is asked of the objects themselves:
no property runs, and no ``__getattr__``.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, takewhile
from operator import is_
from types import FunctionType, MemberDescriptorType, ModuleType
from typing import Any

from saltern.executed import at_end, is_users, names_of

Leaves = dict[tuple[str, ...], Any]  # where something is in a value, such as (".train", "['rate']"), and what it is

_ATOMS = {*map(id, (bool, bytes, complex, float, int, str, type(None)))}  # a class may have no hash
_SHOWN = {"datetime", "decimal", "fractions", "pathlib", "re", "uuid", "zoneinfo"}  # modules whose objects repr tells
# Modules whose objects do something, or cannot be changed.
_NO_DATA = {
    "_contextvars", "_io", "_operator", "_thread", "abc", "builtins", "contextvars", "functools", "itertools",
    "logging", "operator", "re", "threading", "types", "typing", "weakref",
}  # fmt: skip
_CHANGEABLE = {"__dict__", "__setitem__"}  # by its attributes, or its items
_NAMESPACES = {"argparse.Namespace", "types.SimpleNamespace"}
MOST = 100  # leaves of one value: they are looked at again and again
_DIGITS = 10_000  # in bits, of a whole number: Python shows none of more than 4,300 decimal ones
_SIZED: tuple[Any, ...] = (dict, frozenset, list, set, tuple)
_NOTHING = object()


@dataclass
class Opaque:
    """An object that is not looked into: only its kind is told, and whether it is the same one."""

    kind: str
    value: Any = field(repr=False)


@dataclass
class Snapshot:
    """What the names of a module stood for; ``is_whole`` where the module had been imported to its end."""

    spec: object  # another one after it was loaded again
    is_whole: bool
    values: dict[str, Leaves] = field(default_factory=dict)


_known: dict[str, Snapshot] = {}  # of the user's modules
_seen: list[str] = []  # the names of all modules when they were last looked at
_odd: list[str] = []  # those of them that are no plain modules, as one that is loaded when it is first used


def look(importing: str | None = None) -> None:
    """Note what names of modules stand for which were not noted yet. ``importing``: a module that is not complete."""
    global _seen, _odd
    names = [*sys.modules]
    new = names[len(_seen) :] if names[: len(_seen)] == _seen else names  # they come last
    for name in dict.fromkeys([*_known, *_odd, *new]):
        module = sys.modules.get(name)
        if type(module) is ModuleType:
            _note(name, vars(module), importing)
    _seen, _odd = names, [name for name in (*_odd, *new) if type(sys.modules.get(name)) not in (ModuleType, type(None))]


def of(module: str) -> Snapshot | None:
    """What was noted of a module, unless it was loaded again since."""
    known = _known.get(module)
    return known if known and known.spec is getattr(sys.modules.get(module), "__spec__", None) else None


def _note(name: str, names: dict[str, Any], importing: str | None, *, is_ended: bool = False) -> None:
    spec, known = names.get("__spec__"), _known.get(name)
    if (known and known.is_whole and known.spec is spec) or not is_users(names.get("__file__")):
        return
    if known and known.spec is not spec and name == importing:
        return  # it is loaded again, and most of its names are as they were before
    if is_ended or known is None or known.spec is not spec:
        known = _known[name] = Snapshot(spec, is_whole=False)
    for one in [*takewhile(lambda one: one not in known.values, reversed(names))]:  # the last are new
        known.values[one] = leaves(names[one]) if one[:2] != "__" else {}
    is_running = name in (importing, "__main__") or getattr(spec, "_initializing", False)
    known.is_whole = is_ended or not is_running


def _ended(name: str) -> None:
    if names := names_of(sys.modules.get(name)):
        _note(name, names, None, is_ended=True)


def is_atom(value: Any) -> bool:
    """Whether there is nothing in a value."""
    return id(type(value)) in _ATOMS


def leaves(value: Any) -> Leaves:
    """What is in a value, by its place; empty for functions, for classes of libraries, and for what holds too much."""
    kind = type(value)
    if kind is FunctionType or kind is ModuleType:
        return {}
    if is_atom(value):
        return {(): _atom(value)}
    if _module(kind).startswith(__package__):
        return {}
    if issubclass(kind, type) and not _is_own(value):
        return {}
    found: Leaves = {}
    todo: list[tuple[tuple[str, ...], Any]] = [((), value)]
    seen: set[int] = set()
    try:
        while todo and len(found) + len(todo) <= MOST:
            path, one = todo.pop()
            if id(one) not in seen:
                found[path], inside = _one(one)
                if inside:
                    seen.add(id(one))
                    todo += [((*path, place), inner) for place, inner in inside]
    except (RuntimeError, _TooMany):  # another thread changes it
        return {}
    return {} if todo else found


def _atom(value: Any) -> Any:
    return hex(value) if type(value) is int and value.bit_length() > _DIGITS else value


class _TooMany(Exception):
    """A value holds more than is looked at."""


def _one(value: Any) -> tuple[Any, list[tuple[str, Any]]]:
    """What tells a value that nothing else is in, or its kind; and what else is in it, by its place."""
    kind = type(value)
    if is_atom(value):
        return _atom(value), []
    name = f"{_module(kind)}.{kind.__qualname__}"
    if is_large(value):
        raise _TooMany
    if sized := _sized(kind):
        several = tuple(sized.__iter__(value))
        inner = tuple(dict.values(value)) if sized is dict else several
        own = _attributes(value) if _is_own(kind) else []
        if sized in (set, frozenset):  # in an order that is another one in each process
            return (name, *sorted(repr(_atom(one)) for one in several if is_atom(one)), len(several)), own
        if _ATOMS.issuperset(map(id, map(type, (*several, *inner)))):
            return (name, *map(_atom, several), *map(_atom, inner)), own
        keys = [_atom(key) if is_atom(key) else None for key in several] if sized is dict else range(len(several))
        return (name, *keys), [*((f"[{key!r}]", one) for key, one in zip(keys, inner, strict=True)), *own]
    if _module(kind).partition(".")[0] in _SHOWN:
        return repr(value), []
    if issubclass(kind, type):
        return (name, value.__qualname__), [*_of_class(value)] if _is_own(value) else []
    if kind is FunctionType:
        return (name, value.__module__, value.__qualname__), []
    if issubclass(kind, enum.Enum):
        return (name, vars(value).get("_name_")), []
    if _is_own(kind) or name in _NAMESPACES:
        return name, _attributes(value)
    return Opaque(name, value), []


def is_large(value: Any) -> bool:
    """Whether a list, set, tuple or dictionary holds more than is looked at."""
    sized = _sized(type(value))
    return sized is not None and sized.__len__(value) > MOST


def _sized(kind: type) -> Any:
    """The kind of list, set, tuple or dictionary that a class is of; None where it is of none."""
    return next((base for base in _SIZED if issubclass(kind, base)), None)


def may_change(value: Any) -> bool:
    """Whether there may be data in an object of a library that a program can change."""
    kind = type(value)
    if _module(kind).partition(".")[0] in _NO_DATA:
        return kind is bytearray
    return any(not _CHANGEABLE.isdisjoint(vars(one)) for one in type.__dict__["__mro__"].__get__(kind))


def _module(kind: type) -> str:
    """The module of a class, without asking its metaclass."""
    found = type.__dict__["__module__"].__get__(kind)
    return found if isinstance(found, str) else ""


def _is_own(kind: type) -> bool:
    """Whether a class is of the user's modules."""
    return is_users((names_of(sys.modules.get(_module(kind))) or {}).get("__file__"))


def _attributes(value: Any) -> list[tuple[str, Any]]:
    """The attributes that an object holds, in its dictionary and in slots."""
    try:
        held: Mapping[str, Any] = object.__getattribute__(value, "__dict__")
    except AttributeError:
        held = {}
    slots = chain.from_iterable(vars(one).items() for one in type(value).__mro__)
    found = [*dict.items(held)] if type(held) is dict else []
    for name, slot in slots:
        if isinstance(slot, MemberDescriptorType):
            try:
                found.append((name, slot.__get__(value)))
            except AttributeError:  # it is empty
                continue
    return [(f".{name}", one) for name, one in found if isinstance(name, str) and name[:2] != "__"]


def _of_class(value: type) -> Iterator[tuple[str, Any]]:
    """What a class holds beside functions, descriptors and classes."""
    if issubclass(value, enum.Enum):
        return
    for name, one in vars(value).items():
        is_data = is_atom(one) or issubclass(type(one), dict | list | tuple | set) or _is_own(type(one))
        if is_data and not name.startswith(("__", "_abc_")) and not hasattr(type(one), "__get__"):
            yield f".{name}", one


def differing(before: Leaves, now: Leaves) -> Iterator[tuple[str, ...]]:
    """The places of what is not as it was."""
    for path in dict.fromkeys((*before, *now)):
        one, other = before.get(path, _NOTHING), now.get(path, _NOTHING)
        if one is not other and not (type(one) is type(other) and _is_same(one, other)):
            yield path


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, Opaque):
        return one.value is other.value
    is_tuple = isinstance(one, tuple) and len(one) == len(other)
    return (is_tuple and all(map(is_, one, other))) or repr(one) == repr(other)


at_end(_ended)
