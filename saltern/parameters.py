"""Parameters as people have them, written into a recipe exactly: equal text means the same value of the same kind."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any
from uuid import UUID

from saltern.errors import BadInput

_PLAIN = (bool, int, str, type(None))
_TEXT = (date, time, Decimal, Fraction, UUID, PurePath)  # whose text is the value


def exact(value: Any, where: str) -> Any:
    """A value in JSON, from which it can be told from every other value.

    Text, numbers, ``None`` and lists are themselves. Anything else is an object with its kind, so that a tuple is no
    list, and a dictionary keeps its order. Raises BadInput, naming the parameter, for what cannot be held exactly.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if kind is list:
        return [exact(item, f"{where}[{number}]") for number, item in enumerate(value)]
    if isinstance(value, enum.Enum):
        return {"enum": _name(kind), "value": exact(value.value, where)}
    if kind is tuple:
        return {"tuple": [exact(item, f"{where}[{number}]") for number, item in enumerate(value)]}
    if kind is dict:
        return {"dict": [[exact(key, where), exact(item, f"{where}[{key!r}]")] for key, item in value.items()]}
    if kind in (set, frozenset):
        return {kind.__name__: sorted((exact(item, where) for item in value), key=repr)}
    if kind in (bytes, bytearray):
        return {kind.__name__: value.hex()}
    if kind is timedelta:
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, PurePath):
        return {"path": str(value)}
    if isinstance(value, datetime) and kind is datetime:
        return {"datetime": value.isoformat(), "zone": str(value.tzinfo), "fold": value.fold}
    if kind in _TEXT:
        return {kind.__name__.lower(): str(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return {"dataclass": _name(kind), "fields": _fields(value, names, where)}
    if isinstance(fields := getattr(kind, "model_fields", None), Mapping):
        return {"model": _name(kind), "fields": _fields(value, list(fields), where)}
    raise BadInput(f"{where}: a value of type {kind.__name__} cannot be part of a salt")


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
        return {name: _given(item) for name, item in document["fields"].items()}
    if kind == "enum":
        return _given(document["value"])
    if kind == "float":
        return float(written)
    if kind == "timedelta":
        return timedelta(*written)
    if kind in ("bytes", "bytearray"):
        return bytes.fromhex(written)
    return _given(written)


def _fields(value: Any, names: list[str], where: str) -> dict[str, Any]:
    return {name: exact(getattr(value, name), f"{where}.{name}") for name in names}


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"
