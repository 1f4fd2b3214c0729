"""What steps reach, remembered on disk while no file that it was read from has changed.

What was found is believed when all files are as they were (size, times, inode), when no folder that Python looks for
modules in has a new entry, and when this process looks in the same folders. It is kept only where all of that was old
when it was read, as in ``files.py``, and where nothing was looked for that was not there.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from saltern.files import CLOCK_RESOLUTION, recall, remember
from saltern.reach import codecs_of
from saltern.reached import Reached
from saltern.sources import state_of
from saltern.steps import Step


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
    return Reached(
        **found
        | {
            "libraries": {*found["libraries"]},
            "environment": {*found["environment"]},
            "words": {*found["words"]},
            "fields": {*found["fields"]},
            "by_name": {*found["by_name"]},
            "patterns": {*found["patterns"]},
            "texts": {name: Path(path) for name, path in found["texts"].items()},
            "files": {*found["files"]},
            "places": {tuple(origin): dict.fromkeys(names) for origin, names in found["places"]},
        }
    )


def keep(declared: Step[..., Any], found: Reached) -> None:
    """Remember what a step reaches, where that can be known to be unchanged later."""
    if found.is_volatile:
        return
    states = {path: _state(path) for path in (*found.files, *map(str, _folders(found.files)))}
    newest = max((time_ns for state in states.values() if state for time_ns in state[1:3]), default=0)
    if newest + CLOCK_RESOLUTION > time.time_ns():
        return
    document = {"under": _under(declared), "states": states, "found": _plain(found)}
    remember(_key(declared), json.dumps(document))


def _plain(found: Reached) -> dict[str, Any]:
    sets = {name: sorted(map(str, value)) for name, value in vars(found).items() if isinstance(value, set)}
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
