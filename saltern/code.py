"""Fingerprints of code: all of the project's own code that a step reaches, by what it does and not by how it looks.

From the step's definition the walk follows each global name that is read: to functions, classes and constants of the
same module and, through imports, of the project's other modules. A definition counts with its syntax tree, so comments,
docstrings that nobody reads, formatting and the order of definitions do not count. What a module does when it is
imported counts wherever importing the step's module imports it. Libraries are not followed: see ``libraries.py``.

Source is read; nothing is run to find out. Where a name leads cannot always be read from source: then a coarser piece
counts that holds it in any case, a whole module or the whole project. ``Reached.coarse`` says where, and why.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import glob
import locale
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from saltern import altered, kept, loaded, parsed, reads, snapshots, sources, watch
from saltern.errors import BadInput
from saltern.files import file_digest
from saltern.modules import WHOLE
from saltern.names import SHELL
from saltern.reach import is_ignored, named, project_of, walk
from saltern.reached import ARGUMENTS, ENCODING, FOLDER, IN_MEMORY, PLATFORM, PROJECT, Reached, hashed
from saltern.recipe import differing
from saltern.remembered import keep, remembered
from saltern.sources import locate, state_of
from saltern.steps import Step

_MANY = 200_000  # young objects, which take the collector some 10 ms to look at
# Where this process looked for modules when a step was last fingerprinted.
_PATHS: dict[Step[..., Any], tuple[str, ...]] = {}
# What it held then under the names that the step reaches, and how often that was found to be replaced.
_HELD: dict[Step[..., Any], list[altered.Held]] = {}
_REPLACED: Counter[Step[..., Any]] = Counter()


def code_fingerprint(declared: Step[..., Any]) -> dict[str, str]:
    """``{"shared.steps.ml:train": "5f0c...", ...}``: each definition that a step reaches, and its hash.

    Raises BadInput, naming the place, where what is in memory is not what the source says.
    """
    return reached(declared).code


def reached(declared: Step[..., Any]) -> Reached:
    """All that a step reaches. Remembered until this process executes another module of the project, or sets a name."""
    path = _PATHS[declared] = tuple(sys.path)
    return _now_reached(declared, path)


def _now_reached(declared: Step[..., Any], path: tuple[str, ...]) -> Reached:
    if not altered.is_held(_HELD.get(declared, ())):
        _REPLACED[declared] += 1
    return _reached(declared, watch.executions(), path, _REPLACED[declared])


@contextlib.contextmanager
def _without_gc() -> Iterator[None]:
    """Syntax trees are many objects and no garbage: to look at them all again and again takes half of the time.

    Where they are many they count as old afterwards, so that the next collection of young objects does not look at
    them either. Objects that the program has frozen are to stay so; to count them takes as long as they are many.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if gc.get_count()[0] > _MANY and not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


@lru_cache(maxsize=4096)
@_without_gc()
def _reached(declared: Step[..., Any], executions: int, path: tuple[str, ...], replaced: int) -> Reached:
    snapshots.look()
    since_ns = time.time_ns()
    found = remembered(declared)
    known = len(found.compiled) if found else -1
    found = _checked(declared, found or _walked(declared))
    if len(found.compiled) > known:
        keep(declared, found, since_ns)
    also, noted = set[str](), [*altered.noted_of(found)]
    while more := altered.unreached(found, noted) - also:
        also |= more
        found = _checked(declared, _walked(declared, also))
        noted = [*altered.noted_of(found)]
    told, _HELD[declared], opaque = altered.changed(declared, found, noted)
    return replace(found, code=found.code | told, opaque=opaque)


def _walked(declared: Step[..., Any], also: Iterable[str] = ()) -> Reached:
    found = walk(declared, sorted(also))
    altered.without_filled(declared, found)
    return found


def _checked(declared: Step[..., Any], found: Reached) -> Reached:
    """With the files that were opened when its modules were imported."""
    loaded.check(declared, found)
    for opened in (Path(path) for file in found.files for path in kept.files((file, ""))):
        found.texts.setdefault(named(opened, project_of(declared)) + "/" * opened.is_dir(), opened)
    return found


def named_files(declared: Step[..., Any]) -> dict[str, str]:
    """The files of the project that a step declares or its code names, and the digests of their content.

    Raises BadInput for a declared one that is not there.
    """
    code = reached(declared)
    paths, looks = dict(code.texts), code.looks
    if not (paths or declared.files):
        return {}
    root = project_of(declared)
    for pattern in declared.files:
        matched = glob.glob(pattern, root_dir=root, recursive=True, include_hidden=True)  # noqa: PTH207 - or a whole path
        found = sorted(path for path in (root / name for name in matched) if path.is_file())
        if not found:
            raise BadInput(f"step '{declared.name}' declares the file '{pattern}', and there is none in {root}")
        paths |= {named(path, root): path for path in found}
    kept = {name: path for name, path in sorted(paths.items()) if not is_ignored(declared, name)}
    folders = {name: reads.content(path, looks) for name, path in kept.items() if name.endswith("/") and path.is_dir()}
    files = {name: path for name, path in kept.items() if path.is_file()}
    when = {name: f" {path.stat().st_mtime_ns}" if looks == "times" else "" for name, path in files.items()}
    return {name: file_digest(path) + when[name] for name, path in files.items()} | folders


def definition(declared: Step[..., Any]) -> dict[str, list[ast.FunctionDef]] | None:
    """The functions of the module that a step is defined in; None where the step's own is not among them."""
    module = declared.module
    location = locate(module, module.partition(".")[0])
    if location.kind != "source":
        return None
    statements = parsed.parsed(module, location.path, state_of(location.path)).statements
    kept = {name: [one for one in several if isinstance(one, ast.FunctionDef)] for name, several in statements.items()}
    functions = {name: several for name, several in kept.items() if len(several) == len(statements[name])}
    return functions if getattr(declared.function, "__name__", "") in functions else None


def environment(declared: Step[..., Any]) -> dict[str, str]:
    """The environment variables that a step declares or its code names, and hashes of their values."""
    found = reached(declared)
    by_data = {*_made_of(found.words | found.fields)} if "variables" in found.by_name else set()
    if "programs" in found.by_name:
        by_data |= found.words & os.environ.keys()  # printenv LIMIT
    names = {*found.environment, *by_data, *declared.env, *_of_scripts(declared, found), *_unusual()}
    read = {name: _value(name, declared) for name in sorted(names) if not is_ignored(declared, name)}
    environments = kept.environments(found.files) if read else []
    return {name: _said(value, kept.values(name, environments)) for name, value in read.items()}


def _said(value: str | None, at_import: set[str | None]) -> str:
    """The hash of a variable's value; of all its values, where it had another one when a module was imported."""
    if at_import <= {value}:
        return hashed(value) if value is not None else "unset"
    return hashed((value, sorted(map(str, at_import))))


def _value(name: str, declared: Step[..., Any]) -> str | None:
    """The value of a variable, or of what else a process is started with."""
    if name == FOLDER:
        return named(Path.cwd(), project_of(declared))
    if name == ENCODING:
        return locale.getencoding()
    if name == PLATFORM:
        machine = os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE")
        return f"{sys.platform} {machine}"
    if name == "TZ":
        return f"{os.environ.get(name)} {_zone(os.environ.get(name), time.tzname, time.timezone)}"
    return repr(sys.argv[1:]) if name == ARGUMENTS else os.environ.get(name)


def _unusual() -> list[str]:
    """What every step depends on, where it is not as it is almost everywhere: the encoding of text files."""
    is_usual = sys.flags.utf8_mode or locale.getencoding().lower().replace("-", "") == "utf8"
    return [] if is_usual else [ENCODING]


@lru_cache
def _zone(*_known_by: Any) -> str:
    """What tells the time zone of this process, wherever it is set: its clock, week by week."""
    clocks = map(time.localtime, range(0, 2**31, 7 * 24 * 3600))
    return hashed([(clock.tm_gmtoff, clock.tm_zone) for clock in clocks])


def _of_scripts(declared: Step[..., Any], found: Reached) -> set[str]:
    """The variables that shell scripts name which the code names, and Python's where all of the project counts."""
    scripts = [path for path in found.texts.values() if path.suffix in (".sh", ".bash") and path.is_file()]
    names = {name for path in scripts for name in SHELL.findall(path.read_text(errors="replace"))}
    if any(place.endswith(f":{PROJECT}") for place in found.code):
        names |= parsed.variables(project_of(declared), watch.executions())
    return names


def _made_of(words: set[str]) -> Iterator[str]:
    """The environment variables whose names code may make of words, in whatever case: ``APP_`` and ``limit``."""
    capitals = tuple(word.casefold() for word in words if len(word) > 2 and word.isupper())
    words = {word.casefold() for word in words}
    parts = {part for word in words for part in word.split("_")}
    starts = tuple(word for word in words if len(word) > 2 and word.endswith("_")) + capitals
    ends = tuple(word for word in words if len(word) > 2 and word.startswith("_"))
    for name in os.environ:
        lower = name.casefold()
        if lower in words or parts.issuperset(lower.split("_")) or lower.startswith(starts) or lower.endswith(ends):
            yield name


def check_unchanged(declared: Step[..., Any], recorded: Mapping[str, str]) -> None:
    """Raise BadInput when the code that a step reaches is not what was recorded before it ran: it may be what ran."""
    path = _PATHS.get(declared) or tuple(sys.path)
    with sources.as_of(path):
        now = _now_reached(declared, path)
    # what is in lists and dictionaries the step itself may change, by some other name
    if changed := [name for name in differing(now.code, recorded) if not name.endswith(IN_MEMORY)]:
        raise BadInput(
            f"{', '.join(changed)}: changed while '{declared.name}' ran, so nothing was stored; run it again"
        )
    for owner in owners(now):
        for file in map(Path, kept.changed(owner)):
            name = named(file, project_of(declared))
            if not is_ignored(declared, name):
                by = ":".join(filter(None, (Path(owner[0]).stem, owner[1])))
                raise BadInput(
                    f"{name}: changed after this process read it, and {by} may keep what it read, so nothing was "
                    f"stored for '{declared.name}'; start the process again"
                )


def check_values(declared: Step[..., Any], recorded: Mapping[str, str]) -> None:
    """Raise BadInput where lists and dictionaries hold other values than in the process that wrote a recipe."""
    code = reached(declared).code
    if changed := [name for name in differing(code, recorded) if name.endswith(IN_MEMORY)]:
        raise BadInput(
            f"{', '.join(changed)}: not what it was in the process that planned the run, so '{declared.name}' was not "
            "run; give what is set to the step as a parameter"
        )


def owners(found: Reached) -> list[kept.Owner]:
    """The modules and functions that a step reaches by name, and that have read what they may keep in memory."""
    return [owner for owner in kept.readers() if _reaches(found, *owner)]


def _reaches(found: Reached, file: str, name: str) -> bool:
    if file == kept.LIBRARY:
        return name in found.libraries
    if not name:
        return file in found.files
    return any(
        place == file and not names.keys().isdisjoint((name, WHOLE)) for (_, place, _), names in found.places.items()
    )


def kept_files(found: Reached) -> set[str]:
    """The files that functions have read, in whatever step, and may keep in memory where a step gets at it."""
    return {path for owner in owners(found) if owner[1] for path in kept.files(owner)}


def kept_answers(found: Reached) -> set[str]:
    """By whom modules and functions that a step reaches were told what they may keep in memory, and no file holds."""
    return {one for owner, by in kept.told() if _reaches(found, *owner) for one in by}


def forget() -> None:
    """Read all source anew: for programs that change it while they run."""
    _reached.cache_clear()
    _HELD.clear()
    altered.forget()
    parsed.forget()
