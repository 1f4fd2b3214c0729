"""What a step read beside its inputs while it ran: files, folders, programs, variables. Held in the manifest.

A recipe is known before a step runs; what its code opens by a path of its own is known afterwards. So it is written
down with its digest when the artifact is stored, and the artifact counts as missing once it is no longer so.
"""

from __future__ import annotations

import contextlib
import glob
import logging
import os
import re
import shutil
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from stat import S_ISDIR
from typing import Any

from saltern import kept, watch, whose
from saltern.files import digest, file_digest, inside, is_within, listing_digest, memory_folder
from saltern.installed import MISSING, named, normal, version_of
from saltern.reached import FOLDER, Reached, hashed
from saltern.recipe import SALT_IN_NAME
from saltern.scripts import named_by
from saltern.seen import TOLD, Seen, state_of
from saltern.store import MANIFEST

ASKED, CHANGED, INSIDE = "asked", "changed while it ran", "inside"
PYTHON = "python"
_OF_A_STORE = re.compile(  # beside artifacts under names without a salt, which have a manifest
    r"\.(ledger|newest)(/|$)|\.probe-"
    rf"|\.[^/]+\.(lock|[0-9a-f]{{8}}\.tmp)$|[^/]+({re.escape(MANIFEST)}|-[0-9a-f]{{{SALT_IN_NAME}}}\.\w+)$"
)
# Python's own modules, but for those whose C code opens files by itself.
_IN_SIGHT = sys.stdlib_module_names - {"ctypes", "dbm", "sqlite3", "ssl"}
_CODE = (".py", ".pyc", ".pyi", ".so", ".pyd")  # which the recipe holds, or ``imported``
# What names in manifests begin with that are of no file.
LIBRARY, PROGRAM, VARIABLE = "<library>/", "<program>/", "<variable>/"


def held(seen: Seen, root: Path, store: Path | None, code: Reached) -> dict[str, str]:
    """The files that were read and their digests, by their names in the project; folders by what they list.

    The inputs and what is in the ``store`` are held otherwise, as is the source in the recipe of the ``code``. Where
    the code looks at "sizes" or "times" of files, those in the folders are held. A file that was not there is
    ``missing``. What the step itself wrote, or what was made meanwhile, is not what it depends on. What somebody else
    changed after the step had read it is held as that, and so is a reason to run again.
    """
    looks = code.looks
    imported = {watch.source_of(path) for path in seen.imported} - code.files
    handed = {path for path in (*seen.handed, *seen.expanded) if not path.endswith(_CODE)}
    own = {path for path in seen.written if not seen.has_written_back(path)}
    read = {*seen.opened, *seen.started, *imported, *handed} - own
    asked = {*seen.opened, *seen.listed, *seen.asked}
    found: dict[str, str] = {}
    for name in sorted(_users(read | asked, seen, store)):
        path = Path(name)
        if name in asked and not _is_own(name, seen):
            if not os.path.lexists(name):
                found[name] = MISSING
            elif name in seen.asked and not any(here.is_relative_to(path) for here in (root, Path.cwd())):
                found[name] = state(path, looks if path.exists() and _is_older(path, seen) else "")
        is_listed = name in seen.listed and path.is_dir()
        if (is_listed or (name in read and path.is_file())) and (fate := _fate(name, seen)):
            held = looks if is_listed or name in seen.asked else ""
            found[name] = content(path, held) if fate != CHANGED else CHANGED
    unseen = dict.fromkeys(
        [
            *seen.expanded,
            *seen.started,
            *named_by(seen.started, str(root)),
            *_unseen(seen, root, code, read | seen.written),
        ]
    )
    for path in map(Path, _users(unseen, seen, store)):
        files = [*_matched(path)] if _is_data(path, root) else []
        older = [one for one in files if _is_older(one, seen) and not _is_stored(str(one), store)]
        if files != [path] and len(older) == len(files) > 0:  # else the step made some, or the store lies there
            found[str(path)] = contents(path, files)
        else:
            found |= {str(one): content(one) for one in older if str(one) not in found}
    return {_name(Path(name), root, name in seen.relative): held for name, held in found.items()}


def _unseen(seen: Seen, root: Path, code: Reached, used: set[str]) -> Iterator[str]:
    """Patterns of files that a library may have opened out of sight, as not one that matches was opened in sight.

    Of files whose names the user's code has looked up, and of those whose names it may put together as text.
    """
    if code.libraries <= _IN_SIGHT:
        return
    starts = {str(root), str(Path.cwd()), *map(os.path.dirname, code.files), *filter(os.path.isdir, seen.handed)}
    of_code = [_patterns(one, starts) for one in code.patterns]
    every = [*([one] for one in seen.matched if "/." not in one), *of_code]
    used = used | _logs() if every else used
    for patterns in every:
        matched = {one: glob.glob(one, recursive=True) for one in patterns}  # noqa: PTH207 - a whole path
        if not any(used.intersection(files) for files in matched.values()):
            yield from (one for one, files in matched.items() if files)


def _logs() -> set[str]:
    """The files that this process writes its log to."""
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = [one for logger in loggers for one in getattr(logger, "handlers", ())]
    return {one.baseFilename for one in handlers if isinstance(one, logging.FileHandler)}


def _patterns(text: str, starts: Iterable[str]) -> list[str]:
    """Where the files may be whose names a text in the code may be, with ``*`` for what the code does not say."""
    rest = text.removeprefix("*/")
    return [rest] if os.path.isabs(rest) else [f"{glob.escape(start)}/{rest}" for start in starts]  # noqa: PTH117


def _is_data(path: Path, root: Path) -> bool:
    """Whether a folder or pattern may be of data: no folder that the project lies in, nor a library's own at home."""
    home, places = Path.home(), (root, Path.cwd())
    is_above = any(one.is_relative_to(path) for one in (*places, home))
    return not is_above and (not path.is_relative_to(home) or any(path.is_relative_to(one) for one in places))


def held_beside(seen: Seen, recipe: Mapping[str, Any]) -> dict[str, str]:
    """The programs that a step started, and variables and libraries by names of its data, by such names, and digests.

    Without those that its recipe holds. What the step itself sets is of no interest.
    """
    programs = {name: found for name in seen.programs if (found := _program(name)) != PYTHON}
    known = {*recipe.get("environment", {}), TOLD}
    variables = {name: _variable(name, seen.environment) for name in seen.variables if name not in known}
    held = {normal(name) for name in recipe.get("libraries", {})}
    sought = [name for name in seen.modules if not (held >= {*named(name)} != set())]
    libraries = {name: found for name in sought if (found := version_of(name))}
    kinds = ((PROGRAM, programs), (VARIABLE, variables), (LIBRARY, libraries))
    return {kind + name: one for kind, several in kinds for name, one in several.items()}


def _program(name: str) -> str:
    """The digest of a program; of Python no more than that it is Python."""
    path = shutil.which(name)
    if path is None:
        return MISSING
    real = os.path.realpath(path)
    return PYTHON if real == os.path.realpath(sys.executable) else file_digest(Path(real))


def _variable(name: str, environment: Mapping[Any, Any]) -> str:
    value = kept.value(name, environment)
    return "unset" if value is None else hashed(value)


def _is_own(name: str, seen: Seen) -> bool:
    """Whether the step wrote a file, or made a folder that it lies in."""
    return bool(seen.written) and not seen.written.isdisjoint((name, *map(str, Path(name).parents)))


def _is_older(path: Path, seen: Seen) -> bool:
    return path.stat().st_ctime_ns < seen.since_ns


def _fate(name: str, seen: Seen) -> str:
    """What became of a file or folder that was read: "same", ``CHANGED``, or nothing where the step has made it."""
    if _is_older(Path(name), seen):
        return "same"
    then, now = seen.state_before(name), state_of(name)
    if not (then and now):
        return ""
    if name in seen.written:
        return "same" if seen.has_written_back(name) else ""
    if name in seen.names:
        other = _listed(seen.names[name]) ^ _listed(os.listdir(name))  # noqa: PTH208
        return "same" if {f"{name.rstrip('/')}/{one}" for one in other} <= seen.written else CHANGED
    has_its_time = then.mtime_ns == now.mtime_ns or name in seen.touched
    if has_its_time and (then.size, then.inode) == (now.size, now.inode):
        return "same"
    return "" if name in seen.updated else CHANGED


def unheld(seen: Seen) -> list[str]:
    """What a step depended on that cannot be held: where it connected to, and a copy of the whole environment."""
    copied = (f"what it takes of a copy of the environment: {where}" for where in seen.copied)
    replaced = (f"what it read of a file before it wrote it: {path}" for path in _replaced(seen))
    elders = (f"what a process reads that was started before the first step: {name}" for name in watch.elders())
    return sorted([*(f"network: {where}" for where in seen.connected), *copied, *replaced, *elders])


def _replaced(seen: Seen) -> Iterator[str]:
    """Files that were there before the step, and that it has read and written, where that does not count."""
    changed = seen.updated | {path for path in seen.written if not seen.has_written_back(path)}
    for path in _users(changed & seen.opened.keys(), seen, None):
        if (then := seen.state_before(path)) and state_of(path) != then:
            yield path


def changed(recorded: Mapping[str, str], root: Path) -> list[str]:
    """The names of what is no longer as it was recorded."""
    return [name for name, found in recorded.items() if _is(name, root, found) != found]


def reasons(names: Iterable[str]) -> list[str]:
    """Why a step is to run, where what goes by these names has changed: see ``saltern.reasons``."""
    found: dict[str, list[str]] = {}
    for name in names:
        kinds = {VARIABLE: "environment changed", LIBRARY: "library changed"}
        why = next((words for kind, words in kinds.items() if name.startswith(kind)), "file it read changed")
        found.setdefault(why, []).append(plain(name))
    return [f"{why}: {', '.join(several)}" for why, several in found.items()]


def plain(name: str) -> str:
    """What a name of a manifest stands for."""
    return name.removeprefix(PROGRAM).removeprefix(VARIABLE).removeprefix(LIBRARY)


def _is(name: str, root: Path, found: str) -> str:
    """What is recorded under a name, as it is now."""
    if name.startswith(PROGRAM):
        return _program(plain(name))
    if name.startswith(LIBRARY):
        return version_of(plain(name))
    if name.startswith(VARIABLE):
        return _variable(plain(name), kept.environment())
    return _now(_place(name, root), found)


def _now(path: Path, found: str) -> str:
    """What is held of a path as it is now, in the way in which ``found`` was."""
    kind, _, rest = found.partition(" ")
    if kind == INSIDE:
        return contents(path, _matched(path))
    looks = rest.partition(" ")[0] if kind == ASKED else kind
    return (state if kind == ASKED else content)(path, looks if looks in ("sizes", "times") else "")


def content(path: Path, looks: str = "") -> str:
    """The digest of a file; of a folder that of the names in it; ``missing`` where there is neither.

    Of a folder also the sizes, or the sizes, times and rights of what is in it; of a file also its time and rights.
    """
    try:
        if not path.is_dir():
            found = file_digest(path)
            return f"times {digest(f'{found} {_told(path, looks)}'.encode())}" if looks == "times" else found
        with os.scandir(path) as entries:
            every = {one.name: one for one in entries}
        several = (every[name] for name in _listed(every))
        told = "\0".join(sorted(_told(one, looks) + "/" * one.is_dir() for one in several))
        return (f"{looks} " if looks else "") + digest(told.encode("utf-8", "surrogateescape"))
    except OSError:
        return MISSING


def contents(path: Path, files: Iterable[Path]) -> str:
    """The digest of all ``files`` of a folder or pattern, and of their names in it; ``missing`` without any."""
    start = next(one for one in (path, *path.parents) if not glob.has_magic(str(one)))
    try:
        found = sorted((one.relative_to(start).as_posix(), file_digest(one)) for one in files)
    except OSError:
        return MISSING
    return f"{INSIDE} {listing_digest(found)}" if found else MISSING


def _matched(path: Path) -> Iterator[Path]:
    """All files in a folder, or that a pattern matches, as far as they can be listed; a file itself.

    Code among them is left out, but for a file of source that is named: a program that was started may run it.
    """
    with contextlib.suppress(PermissionError):
        if path.is_file():
            yield from [path] if path.suffix not in _CODE or path.suffix == ".py" else ()
            return
        every = inside(path) if path.is_dir() else map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207
        yield from (one for one in every if one.suffix not in _CODE and one.is_file())


def state(path: Path, looks: str = "") -> str:
    """Whether there is a file or folder, or where a link leads; with its size, or its size, time and rights."""
    link = f" link {path.readlink()}" if path.is_symlink() else ""
    try:
        stat = path.stat()
    except OSError:
        return f"{ASKED}{link}" if link else MISSING
    kind = "folder" if S_ISDIR(stat.st_mode) else "file"
    facts = {"": (), "sizes": (stat.st_size,), "times": (stat.st_size, stat.st_mtime_ns, stat.st_mode)}[looks]
    return " ".join(map(str, (ASKED, *([looks] if looks else ()), kind, *facts))) + link


def _told(path: Path | os.DirEntry[str], looks: str) -> str:
    if not looks:
        return path.name
    stat = os.lstat(path)
    return f"{path.name}/{stat.st_size}" + (f"/{stat.st_mtime_ns}/{stat.st_mode}" if looks == "times" else "")


def _users(paths: Collection[str], seen: Seen, store: Path | None) -> Iterator[str]:
    """Of paths those that count: neither inputs nor of a ``store``."""
    if not paths:
        return
    aside = [*map(os.fspath, seen.inputs), str(memory_folder()), str(Path(__file__).parent)]
    for path in paths:
        folder = os.path.dirname(path)  # noqa: PTH120
        is_own = bool(seen.own) and is_within(path, seen.own)
        counts = is_own or whose.counts(folder, by_user=path in seen.users)
        if counts and not any(is_within(path, one) for one in aside) and not _is_stored(path, store):
            yield path


def _is_stored(path: str, store: Path | None) -> bool:
    """Whether a file is an artifact of a store, or one that goes with it. Others may lie there, too."""
    if not store or not is_within(path, str(store)):
        return False
    place = os.path.relpath(path, store)
    return _OF_A_STORE.match(place) is not None or os.path.exists(path + MANIFEST)  # noqa: PTH110


def _listed(names: Collection[str]) -> set[str]:
    """Names in a folder, without those of a store that may be there, which has more after each run."""
    manifests = {name for name in names if name.endswith(MANIFEST)}
    return {name for name in names if not (_OF_A_STORE.match(name) or name + MANIFEST in manifests)}


def _name(path: Path, root: Path, relative: bool) -> str:
    """A file's name in the project, or in the current folder where the step named it from there: another may count."""
    here = Path.cwd()
    if relative and here != root and path.is_relative_to(here):
        return f"{FOLDER}/{path.relative_to(here).as_posix()}"
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _place(name: str, root: Path) -> Path:
    return Path.cwd() / name[len(FOLDER) + 1 :] if name.startswith(f"{FOLDER}/") else root / name
