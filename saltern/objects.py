"""Objects as parameters: what ``copy`` and ``pickle`` go by to make one again, in JSON. Nothing of it is made."""

from __future__ import annotations

import copyreg
import hashlib
import sys
from collections.abc import Callable
from types import BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import Any

from saltern.errors import BadInput

_LONG = 1024  # bytes of an array: more are told by their hash


def described(value: Any, where: str, exact: Callable[[Any, str], Any]) -> Any:
    """An object by its class and its state, a class or a function by its name.

    ``exact`` tells what is in it. Raises BadInput for what has no name, and for what cannot be copied: an open file, a
    generator, a lambda.
    """
    if isinstance(value, MethodType | BuiltinMethodType) and not isinstance(value.__self__, ModuleType | None):
        return {"method": [exact(value.__self__, where), value.__name__]}
    if isinstance(value, type | FunctionType | BuiltinMethodType):
        return {"global": _global(value, where)}
    if hasattr(value, "get_secret_value"):  # pydantic's, which nobody is to read in a manifest
        told = repr(exact(value.get_secret_value(), where))
        return {"secret": hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()}
    made = _reduced(value, where)
    if isinstance(made, str):
        return {"global": f"{getattr(value, '__module__', None) or type(value).__module__}:{made}"}
    function, arguments, *state = made
    if len(state) > 1:  # items, which are iterators
        state[1:] = [None if items is None else [*items] for items in state[1:3]]
    parts = [function, list(arguments), *state]
    return {"object": name_of(type(value)), "state": exact(_short(parts), where)}


def name_of(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _reduced(value: Any, where: str) -> Any:
    reduce = copyreg.dispatch_table.get(type(value))
    try:
        return reduce(value) if reduce else value.__reduce_ex__(4)
    except Exception:  # it may be of any code
        raise BadInput(f"{where}: a value of type {type(value).__name__} cannot be part of a salt") from None


def _short(value: Any) -> Any:
    """State with long bytes as their hash."""
    if type(value) is bytes and len(value) > _LONG:
        return ("sha256", hashlib.sha256(value).hexdigest())
    if type(value) in (list, tuple):
        return type(value)(map(_short, value))
    return value


def _global(value: Any, where: str) -> str:
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    found: Any = sys.modules.get(module or "")
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not value:
        raise BadInput(f"{where}: '{name}' has no name in a module, so it cannot be part of a salt")
    return f"{module}:{name}"
