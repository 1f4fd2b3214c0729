"""What names of the user's modules stood for when a module had been executed, to tell what a program has changed since.

A module that was executed before this one was imported is looked at when a step is defined. Where the source says what
a name is, ``memory.literals`` tells without. This is for what the source computes: numbers, texts, lists, dictionaries,
attributes of classes, and attributes of objects of the user's own classes. Nothing is asked of the objects themselves:
no property runs, and no ``__getattr__``.
"""

from __future__ import annotations

import enum
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial, partialmethod, singledispatchmethod
from itertools import chain, takewhile
from operator import is_
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MemberDescriptorType, ModuleType
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
# Of Python's own classes those whose objects are looked into like the user's.
_NAMESPACES = {
    "argparse.Namespace", "collections.ChainMap", "collections.UserDict", "collections.UserList",
    "configparser.ConfigParser", "configparser.RawConfigParser", "configparser.SectionProxy", "types.SimpleNamespace",
}  # fmt: skip
# What a class has its functions in. Libraries put descriptors of their own in the place of theirs, as they need.
_METHODS = {
    *map(id, (FunctionType, cached_property, classmethod, partialmethod, property, singledispatchmethod, staticmethod))
}
_UNSAID = {"__dict__", "__objclass__", "__orig_class__", "__weakref__"}  # attributes
MOST = 100  # leaves of one value: they are looked at again and again
_DIGITS = 10_000  # in bits, of a whole number: Python shows none of more than 4,300 decimal ones
_SIZED: tuple[Any, ...] = (deque, dict, frozenset, list, set, tuple)
_PARTIAL = ("func", "args", "keywords")
_NOTHING = object()


@dataclass
class Opaque:
    """An object that is not looked into: only its kind is told, and whether it is the same one."""

    kind: str
    value: Any = field(repr=False)


@dataclass
class Own:
    """A function or class of the user's, or an object of such a class, by where it is defined."""

    kind: str  # "function", "class" or "object"
    module: str
    name: str  # the qualified one
    value: Any = field(repr=False)  # of an object its class


@dataclass
class Snapshot:
    """What the names of a module stood for; ``is_whole`` where the module had been imported to its end."""

    spec: object  # another one after it was loaded again
    is_whole: bool
    values: dict[str, Leaves] = field(default_factory=dict)
    bound: dict[str, Any] = field(default_factory=dict)  # the objects themselves, once it is whole
    methods: dict[str, dict[str, Any]] = field(default_factory=dict)  # class -> its functions and descriptors, then


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
    if known.is_whole:
        known.bound = dict(names)
        known.methods = {one: methods(value) for one, value in known.bound.items() if issubclass(type(value), type)}


def _ended(name: str) -> None:
    if names := names_of(sys.modules.get(name)):
        _note(name, names, None, is_ended=True)


def is_atom(value: Any) -> bool:
    """Whether there is nothing in a value."""
    return id(type(value)) in _ATOMS


def leaves(value: Any) -> Leaves:
    """What is in a value, by its place; empty for libraries' functions and classes, and for what holds too much."""
    kind = type(value)
    if kind is ModuleType:
        return {}
    if is_atom(value):
        return {(): _atom(value)}
    if _module(kind).startswith(__package__):
        return {}
    if (kind is FunctionType and not value.__dict__ and not _is_of_user(value)) or (
        issubclass(kind, type) and not is_own(value)
    ):
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
        return _of_sized(value, sized, name, _attributes(value) if is_own(kind) else [])
    if _module(kind).partition(".")[0] in _SHOWN:
        return repr(value), []
    if issubclass(kind, type):
        if not is_own(value):
            return (name, _module(value), value.__qualname__), []
        return Own("class", _module(value), value.__qualname__, value), [*_of_class(value)]
    if kind is FunctionType:
        return _of_function(value)
    if kind is partial:
        return name, [(f".{one}", getattr(value, one)) for one in _PARTIAL]
    if kind is bytearray:
        return bytes(value), []
    if issubclass(kind, enum.Enum):
        member = vars(value).get("_name_")
        what = Own("object", _module(kind), f"{kind.__qualname__}.{member}", kind) if is_own(kind) else (name, member)
        return what, []
    if is_own(kind):
        args = [(".args", value.args)] if issubclass(kind, BaseException) else []
        return Own("object", _module(kind), kind.__qualname__, kind), [*_attributes(value), *args]
    if name in _NAMESPACES:
        return name, _attributes(value)
    return Opaque(name, value), []


def _of_sized(value: Any, sized: Any, name: str, own: list[tuple[str, Any]]) -> tuple[Any, list[tuple[str, Any]]]:
    several = tuple(sized.__iter__(value))
    inner = tuple(dict.values(value)) if sized is dict else several
    if sized in (set, frozenset):  # in an order that is another one in each process
        return (name, *sorted(repr(_key(one)) for one in several)), own
    if _ATOMS.issuperset(map(id, map(type, (*several, *inner)))):
        return (name, *map(_atom, several), *map(_atom, inner)), own
    keys = [*map(_key, several)] if sized is dict else range(len(several))
    return (name, *keys), [*((f"[{key!r}]", one) for key, one in zip(keys, inner, strict=True)), *own]


def _key(value: Any) -> Any:
    """A member of a set or a key of a dictionary, which cannot change."""
    if type(value) is tuple:
        return (*map(_key, value),)
    if type(value) is frozenset:
        return ("frozenset", *sorted(repr(_key(one)) for one in value))
    found, _ = _one(value)
    return found.kind if isinstance(found, Opaque) else found


def subclasses(value: type) -> Iterator[Own]:
    """The user's classes that have a class among their bases."""
    todo: list[type] = type.__subclasses__(value)
    while todo:
        one = todo.pop()
        todo += type.__subclasses__(one)
        if is_own(one):
            yield Own("class", _module(one), one.__qualname__, one)


def _of_function(value: FunctionType) -> tuple[Any, list[tuple[str, Any]]]:
    """A function, its attributes, and what it holds of the one that made it."""
    if not _is_of_user(value):
        registry = value.__dict__.get("registry")  # of single dispatch
        inside = dict(registry) if type(registry) is MappingProxyType else {}
        return ("function", value.__module__, value.__qualname__), [(".registry", inside)] if inside else []
    held = [*value.__dict__.items()]
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        try:
            held.append((name, cell.cell_contents))
        except ValueError:  # it is empty
            continue
    return own(value), [(f".{name}", one) for name, one in held if isinstance(name, str)]


def own(function: FunctionType) -> Own:
    """A function by where it is defined, whatever a decorator has written on it."""
    return Own("function", function.__globals__.get("__name__", ""), function.__code__.co_qualname, function)


def _is_of_user(function: FunctionType) -> bool:
    return is_users(function.__code__.co_filename)


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


def is_own(kind: type) -> bool:
    """Whether a class is of the user's modules."""
    return is_users((names_of(sys.modules.get(_module(kind))) or {}).get("__file__"))


def _attributes(value: Any) -> list[tuple[str, Any]]:
    found = attributes(value)
    return [(f".{name}", one) for name, one in found if isinstance(name, str) and name not in _UNSAID]


def attributes(value: Any) -> list[tuple[Any, Any]]:
    """The attributes that an object holds, in its dictionary and in slots, by their names."""
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
    return found


def _of_class(value: type) -> Iterator[tuple[str, Any]]:
    """What a class holds beside its functions and descriptors."""
    if issubclass(value, enum.Enum):
        return
    for name, one in vars(value).items():
        if not (name.startswith(("__", "_abc_")) or hasattr(type(one), "__get__")):
            yield f".{name}", one


def methods(value: type) -> dict[str, Any]:
    """The functions of a class of the user's, and what Python makes of functions; none of a library's class."""
    if not is_own(value):
        return {}
    return {name: one for name, one in [*vars(value).items()] if id(type(one)) in _METHODS}


def is_code(value: Any) -> bool:
    """Whether a value is a module, a class, a function, or what gives one of an object: a method, a property."""
    kind = type(value)
    return kind is ModuleType or issubclass(kind, (type, BuiltinFunctionType)) or hasattr(kind, "__get__")


def wraps(value: Any, inner: Any) -> bool:
    """Whether a function is another one again, or says that it calls it, as ``functools.wraps`` makes it say."""
    functions = [one for one in layers(value) if type(one) is FunctionType]
    return any(one is inner or (type(inner) is FunctionType and one.__code__ is inner.__code__) for one in functions)


def layers(value: Any) -> Iterator[Any]:
    """A function, what it says that it wraps, what that wraps, and so on."""
    yield value
    while type(value) is FunctionType and "__wrapped__" in value.__dict__:
        value = value.__dict__["__wrapped__"]
        yield value


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
