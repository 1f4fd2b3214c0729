"""Objects as parameters: what ``copy`` and ``pickle`` go by to make one again, in JSON. Nothing of it is made."""

from __future__ import annotations

import copyreg
import hashlib
import sys
from collections.abc import Callable
from types import BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import Any

from saltern.errors import BadInput
from saltern.snapshots import attributes

# What a class may have whose objects are told apart by their identity alone.
_NOTHING = {
    "__bool__", "__dict__", "__doc__", "__firstlineno__", "__module__", "__repr__", "__slotnames__", "__slots__",
    "__static_attributes__", "__str__", "__weakref__",
}  # fmt: skip
_COPIED = {"__getnewargs__", "__getnewargs_ex__", "__getstate__", "__reduce__", "__reduce_ex__"}
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
        secret = repr(exact(value.get_secret_value(), where))
        return {"secret": hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()}
    made = _reduced(value, where)
    if isinstance(made, str):
        return {"global": f"{getattr(value, '__module__', None) or type(value).__module__}:{made}"}
    function, arguments, *state = made
    if len(state) > 1:  # items, which are iterators
        state[1:] = [None if items is None else [*items] for items in state[1:3]]
    parts = [function, list(arguments), *state]
    told: dict[str, Any] = {"object": name_of(type(value)), "state": exact(_short(parts), where)}
    if not any(state) and arguments == (type(value),) and (name := _sentinel(value)):
        told["is"] = name
    if (more := _held(value)) and not any(state) and not _says_its_state(type(value)):
        told["others"] = exact(more, where)
    return told


def _held(value: Any) -> dict[Any, Any]:
    """The attributes of an object; of Python's own classes without those that their arguments say."""
    return (getattr(value, "__dict__", None) or {}) if _is_pythons(type(value)) else dict(attributes(value))


def _sentinel(value: Any) -> str | None:
    """The name of an object that has nothing but its identity: no state, no methods. None for any other."""
    if {name for one in type(value).__mro__[:-1] for name in vars(one)} - _NOTHING:
        return None
    for module, names in sorted((name, vars(one)) for name, one in [*sys.modules.items()] if type(one) is ModuleType):
        if name := next((name for name, one in [*names.items()] if one is value), None):
            return f"{module}:{name}"
    return None


def _says_its_state(kind: type) -> bool:
    """Whether a class says by itself what is copied of it. What a subclass adds to ``Decimal`` is not copied at all."""
    return any(not (_is_pythons(one) or _COPIED.isdisjoint(vars(one))) for one in kind.__mro__)


def _is_pythons(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in sys.stdlib_module_names


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
