"""The code that this process has loaded of what a step reaches, held against the source.

What cannot be told is refused: a function that was replaced, a module that was edited after it was loaded.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from saltern import memory, snapshots, sources, watch
from saltern.errors import BadInput
from saltern.executed import is_users, names_of
from saltern.files import is_within
from saltern.modules import WHOLE, item_of
from saltern.parsed import compiled, located, parsed, written
from saltern.reached import FILE, PROJECT, Reached
from saltern.snapshots import Own
from saltern.sources import state_of
from saltern.steps import Step

_TICK = 100_000_000  # ns: more than any clock that files of source get their times from


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
            is_rewritten = not is_current and _is_rewritten(module, path)
            current[path] = memory.Known(executed if is_current or is_rewritten else None, is_rewritten=is_rewritten)
        known = current[path]
        held = vars(sys.modules[module])
        for name in known.unlike(held, names):
            value = held.get(name)
            codes = memory.others(value, path, home, known)
            if codes and not known.is_rewritten and memory.differs(codes, written(home, Path(path), state_of(path))):
                raise BadInput(
                    f"{path}: '{name}' in memory is not what the file says; start the process anew, or reload "
                    f"'{module}' and what imports it"
                )
            check_maker(declared, found, f"{module}:{name}", value)
        if known.code or known.is_rewritten:
            continue
        state = state_of(path)
        is_new = declared.loaded_ns < state[1] <= time.time_ns()  # what is later is of a clock that is ahead
        if is_new and not (executed and memory.digest(executed) in written(home, Path(path), state)[memory.MODULE]):
            raise BadInput(f"{path}: edited after '{declared.name}' was loaded; start the process anew")
    _check_own(declared, current)


def _is_rewritten(module: str, path: str) -> bool:
    """Whether a loader changed the code before it ran, as pytest does with ``assert``, and not the file since."""
    loader = (names_of(sys.modules[module]) or {}).get("__loader__")
    if type(loader).__module__.startswith(("_frozen_importlib", "builtins", "importlib", "zipimport")):
        return False
    state = state_of(path)
    return max(state.mtime_ns, state.ctime_ns) + _TICK < watch.executed_ns(path)


def _check_own(declared: Step[..., Any], current: Mapping[str, memory.Known]) -> None:
    """Raise BadInput where a step's function is not of the module that is loaded under its name, or not of its file."""
    *_, function = snapshots.layers(declared.function)
    names = names_of(sys.modules.get(declared.module))
    if type(function) is not FunctionType or function.__globals__.get("__name__") != declared.module or names is None:
        return
    way = "put it into a module of its own" if declared.module == "__main__" else "start the process anew"
    if function.__globals__ is not names:
        raise BadInput(
            f"step '{declared.name}' is of another module '{declared.module}' than the one that is loaded now; {way}"
        )
    path, code = function.__code__.co_filename, function.__code__
    known = current.get(path)
    if known and not known.is_rewritten and id(code) not in known.inside:
        mine = written(declared.module, Path(path), state_of(path)).get(code.co_qualname, ())
        if memory.digest(code) not in mine:
            raise BadInput(f"{path}: step '{declared.name}' in memory is not what the file says; {way}")


def check_maker(declared: Step[..., Any], found: Reached, place: str, value: object) -> None:
    """Raise BadInput where a program has put a function of another file, or one that no code reaches, in a place."""
    if type(value) is not FunctionType:
        return
    file = value.__code__.co_filename
    if not file.endswith(".py") or sources.is_library(file):
        return
    real = os.path.realpath(file)  # one of them may be by way of a link
    is_one = real in map(os.path.realpath, found.files)
    if not (is_one or any(is_within(real, os.path.realpath(tree)) for tree in found.trees)):
        raise BadInput(f"{place} in memory is a function of {file}, which '{declared.name}' does not import")
    if not is_reached(found, snapshots.own(value)):
        raise BadInput(
            f"{place} in memory is '{value.__qualname__}' of {file}, which a program has put there; give what is set "
            f"to '{declared.name}' as a parameter"
        )


def is_reached(found: Reached, own: Own) -> bool:
    """Whether the source of a function or class is among what a step reaches."""
    top = own.name.partition(".")[0]
    if any(f"{own.module}:{part}" in found.code for part in (top, WHOLE, FILE)):
        return True
    parts = [place[len(own.module) + 1 :] for place in found.code if place.startswith(f"{own.module}:")]
    if any(item_of(part)[0] == top for part in parts) or any(place.endswith(f":{PROJECT}") for place in found.code):
        return True
    location = located(own.module, own.module.partition(".")[0])
    if not parts or location.kind != "source":
        return False
    if own.kind == "class" and top not in parsed(own.module, location.path, state_of(location.path)).statements:
        # a call has made it: what is code in it are functions
        inside = [one for one in vars(own.value).values() if type(one) is FunctionType]
        return all(is_reached(found, snapshots.own(one)) for one in inside if is_users(one.__code__.co_filename))
    line = own.value.__code__.co_firstlineno if own.kind == "function" else None
    return parsed(own.module, location.path, state_of(location.path)).holds(parts, own.name, line)
