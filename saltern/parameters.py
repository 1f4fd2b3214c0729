"""Parameters as people have them, written into a recipe exactly: equal text means the same value of the same kind."""

from __future__ import annotations

import dataclasses
import enum
import functools
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any
from uuid import UUID

from saltern.errors import BadInput
from saltern.objects import described, name_of
from saltern.snapshots import attributes

_PLAIN = (bool, int, str, type(None))
_TEXT = (date, Decimal, Fraction, UUID)  # whose text is the value
_DATA = (bytes, dict, float, frozenset, int, list, set, str, tuple)  # what a class may add fields to
# Kinds whose value is the name of a class or function.
_NAMING = ("enum", "dataclass", "model", "global", "namedtuple", "object")

# Slots of a model, of which each is told in its own way.
_PYDANTICS = {"__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__"}

_Exact = Callable[[Any, str], Any]


def exact(value: Any, where: str) -> Any:
    """A value in JSON, from which it can be told from every other value.

    Text, numbers, ``None`` and lists are themselves. Anything else is an object with its kind, so that a tuple is no
    list, and a dictionary keeps its order. Raises BadInput, naming the parameter, for what cannot be held exactly.
    """
    return _whole(value, where, _data)


def parameter(value: Any, where: str) -> Any:
    """The same of a parameter, which may also be an object, a class or a function.

    An object is told by what ``copy`` and ``pickle`` go by. See ``definitions`` for the code of what is in it.
    """
    return _whole(value, where, _object)


def parameters(values: Mapping[str, Any], step: str) -> dict[str, Any]:
    """The same of all parameters of a step."""
    return {name: parameter(value, f"{step}.params.{name}") for name, value in values.items()}


def definitions(document: Any) -> Iterator[str]:
    """The classes and functions (``module:name``) that a value is made of, as ``parameter`` wrote it down."""
    todo = [document]
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            yield from (one[kind] for kind in _NAMING if isinstance(one.get(kind), str))
            todo += one.values()


def _whole(value: Any, where: str, told: _Exact) -> Any:
    try:
        return told(value, where)
    except RecursionError:
        raise BadInput(f"{where}: a value that holds itself cannot be part of a salt") from None


def _object(value: Any, where: str) -> Any:
    try:
        return _told(value, where, _object)
    except _Unknown:
        return described(value, where, _object)


def _data(value: Any, where: str) -> Any:
    try:
        return _told(value, where, _data)
    except _Unknown:
        raise BadInput(f"{where}: a value of type {type(value).__name__} cannot be part of a salt") from None


class _Unknown(Exception):
    pass


def _told(value: Any, where: str, exact: _Exact) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if kind is list:
        return [exact(item, f"{where}[{number}]") for number, item in enumerate(value)]
    if isinstance(value, enum.Enum):
        return {"enum": name_of(kind), **_member(value, where)}
    if kind is tuple:
        return {"tuple": [exact(item, f"{where}[{number}]") for number, item in enumerate(value)]}
    if kind is dict:
        return {"dict": [[exact(key, where), exact(item, f"{where}[{key!r}]")] for key, item in value.items()]}
    if kind is MappingProxyType:
        return {"mappingproxy": exact(dict(value), where)}
    if kind in (set, frozenset):
        return {kind.__name__: sorted((exact(item, where) for item in value), key=repr)}
    if kind in (bytes, bytearray):
        return {kind.__name__: value.hex()}
    if kind is timedelta:
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, PurePath) and kind.__module__.startswith("pathlib"):
        return {"path": str(value)} if isinstance(value, Path) else {"path": str(value), "kind": kind.__name__}
    if kind is datetime or (kind is time and (value.tzinfo or value.fold)):
        return {kind.__name__: value.isoformat(), "zone": _zone(value.tzinfo, where), "fold": value.fold}
    if kind in (*_TEXT, time):
        return {kind.__name__.lower(): str(value)}
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return {
            "namedtuple": name_of(kind),
            "fields": [exact(item, where) for item in value],
            **_more(value, where, exact),
        }
    if isinstance(value, (*_DATA, type)):
        raise _Unknown
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return {"dataclass": name_of(kind), **_fields(value, names, where, exact)}
    if isinstance(fields := getattr(kind, "model_fields", None), Mapping):
        return {"model": name_of(kind), **_fields(value, list(fields), where, exact), **_unset(value, list(fields))}
    raise _Unknown


def given(document: Any) -> Any:
    """What a person would have given for a value that ``exact`` wrote down: validation makes the value of it.

    Raises BadInput for what ``exact`` does not write.
    """
    try:
        return _given(document)
    except (ArithmeticError, KeyError, RecursionError, StopIteration, TypeError, ValueError):
        raise BadInput(f"{str(document)[:80]}: not a value as a recipe holds it") from None


def _given(document: Any) -> Any:
    if isinstance(document, list):
        return [_given(item) for item in document]
    if not isinstance(document, dict):
        return document
    kind, written = next(iter(document.items()))
    if kind == "dict":
        return {_given(key): _given(item) for key, item in written}
    if kind in ("dataclass", "model"):
        told = document["fields"] | document.get("others", {})
        return {name: _given(item) for name, item in told.items() if name not in document.get("unset", ())}
    if kind == "namedtuple":
        return [_given(item) for item in document["fields"]]
    if kind == "enum" and "value" in document:
        return _given(document["value"])
    if kind in ("enum", "object", "global", "method", "secret"):
        raise ValueError("an object that only its own code can make")
    if kind == "float":
        return float(written)
    if kind == "timedelta":
        return timedelta(*written)
    if kind in ("bytes", "bytearray"):
        return bytes.fromhex(written)
    return _given(written)


def _zone(value: tzinfo | None, where: str) -> Any:
    """Two zones may have one name: that of ``zoneinfo`` and that of another library, which counts in another way."""
    return str(value) if value is None or type(value) is timezone else _object(value, where)


def _member(value: enum.Enum, where: str) -> dict[str, Any]:
    """The value of a member, where it is data; two objects may be told alike."""
    try:
        return {"value": _data(value.value, where)}
    except BadInput:
        return {"name": value.name}


def _fields(value: Any, names: list[str], where: str, exact: _Exact) -> dict[str, Any]:
    """The fields of an object, and what else it holds: of ``extra="allow"``, or set in ``__post_init__``."""
    found = {"fields": {name: exact(getattr(value, name), f"{where}.{name}") for name in names}}
    others = {name: one for name, one in attributes(value) if name not in names and name not in _PYDANTICS}
    others |= getattr(value, "__pydantic_extra__", None) or {}
    others = {name: one for name, one in others.items() if not _is_derived(type(value), name)}
    if others:
        found["others"] = {str(name): exact(one, f"{where}.{name}") for name, one in others.items()}
    private = getattr(value, "__pydantic_private__", None) or {}
    if private:
        found["private"] = {name: _private(one, where, exact) for name, one in private.items()}
    return found


def _more(value: Any, where: str, exact: _Exact) -> dict[str, Any]:
    """What a subclass of a named tuple holds beside its fields."""
    others = {name: exact(one, f"{where}.{name}") for name, one in attributes(value)}
    return {"others": others} if others else {}


def _unset(value: Any, names: list[str]) -> dict[str, list[str]]:
    """The fields of a model that nobody gave: ``exclude_unset`` leaves them out of a dump."""
    given = getattr(value, "__pydantic_fields_set__", None)
    left = [name for name in names if isinstance(given, set) and name not in given]
    return {"unset": left} if left else {}


def _is_derived(kind: type, name: str) -> bool:
    """Whether an attribute holds what a cached property made of the others."""
    return any(isinstance(vars(one).get(name), functools.cached_property) for one in kind.__mro__)


def _private(value: Any, where: str, exact: _Exact) -> Any:
    try:
        return exact(value, where)
    except BadInput:  # a lock, a client
        return name_of(type(value))
