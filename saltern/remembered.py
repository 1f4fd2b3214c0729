"""What steps reach, remembered on disk while no file that it was read from has changed.

What was found is believed when all files are as they were (size, times, inode), when no folder in which something was
looked for has a new entry, be it by Python, and when this process looks in the same folders. It is kept only where all
of that was old when it was read, as in ``files.py``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from saltern import sources, watch
from saltern.files import CLOCK_RESOLUTION, recall, remember
from saltern.parsed import importable, states
from saltern.reach import codecs_of
from saltern.reached import Reached, hashed
from saltern.sources import state_of
from saltern.steps import Step

_SETS = tuple(one.name for one in fields(Reached) if one.default_factory is set)


def remembered(declared: Step[..., Any]) -> Reached | None:
    """What a step reaches, as it was found before; None where it has to be looked for."""
    known = recall(_key(declared))
    if known is None:
        return None
    document = json.loads(known)
    if document["under"] != _under(declared) or any(
        _state(path) != state for path, state in document["states"].items()
    ):
        return None
    found = document["found"]
    if document["beside"] != _beside(found["trees"], found["listed"], found["absent"]):
        return None
    return Reached(
        **found
        | {name: {*found[name]} for name in _SETS}
        | {
            "texts": {name: Path(path) for name, path in found["texts"].items()},
            "places": {tuple(origin): dict.fromkeys(names) for origin, names in found["places"]},
        }
    )


def keep(declared: Step[..., Any], found: Reached, since_ns: int) -> None:
    """Remember what a step reaches, for which files were read from a moment on.

    Not where what was read may not be what lies there now, or may change and no file tells it.
    """
    if found.is_volatile:
        return
    alone = {path: _state(path) for path in (*found.files, *map(str, _folders(found.files)), *found.matched)}
    beside = _beside(found.trees, found.listed, found.absent)
    times = [time_ns for state in alone.values() if state for time_ns in state[1:3]]
    newest = max([*times, *(time_ns for _, time_ns in beside["trees"].values())], default=0)
    if newest + CLOCK_RESOLUTION > since_ns:
        return
    document = {"under": _under(declared), "states": alone, "beside": beside, "found": _plain(found)}
    remember(_key(declared), json.dumps(document))


def _beside(trees: Iterable[str], listed: Iterable[str], absent: Iterable[str]) -> dict[str, Any]:
    """What else is to be the same: all that could be imported of folders, or its names, and modules without files."""
    now = watch.executions()
    return {
        "trees": {folder: [*states(Path(folder), now)] for folder in sorted(trees)},
        "listed": {folder: hashed([*map(str, importable(Path(folder), now))]) for folder in sorted(listed)},
        "made": sorted(filter(sources.is_made, absent)),
    }


def _plain(found: Reached) -> dict[str, Any]:
    sets = {name: sorted(map(str, getattr(found, name))) for name in _SETS}
    texts = {name: str(path) for name, path in found.texts.items()}
    return {**vars(found), **sets, "texts": texts, "places": [[*item] for item in found.places.items()]}


def _key(declared: Step[..., Any]) -> str:
    file = getattr(sys.modules.get(declared.module), "__file__", None)
    python = f"{sys.version_info[:2]} {sys.flags.optimize}"
    return f"reached {python} {file} {declared.place} {declared.name} {sorted(declared.given)}"


def _under(declared: Step[..., Any]) -> list[Any]:
    """What is to be the same for what was found to be found again."""
    own = [_state(path) for path in _own_sources()]
    finders = [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path]
    options = [declared.writes, declared.code, declared.ignore]
    here = [sys.path, str(Path.cwd()), finders, options, [list(place) for place in codecs_of(declared)]]
    under: list[Any] = json.loads(json.dumps([own, here]))
    return under


@cache
def _own_sources() -> tuple[Path, ...]:
    return tuple(sorted(Path(__file__).parent.glob("*.py")))


def _folders(files: Iterable[str]) -> set[Path]:
    """The folders that Python looks for modules in, down to those of the files."""
    entries = {Path(entry or ".").absolute() for entry in sys.path}
    found = set(entries)
    for path in files:
        for folder in Path(path).parents[:6]:
            found.add(folder)
            if folder in entries:
                break
    return found


def _state(path: str | os.PathLike[str]) -> list[int] | None:
    try:
        return [*state_of(path)]
    except OSError:
        return None
