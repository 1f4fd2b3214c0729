"""External inputs: a file, a folder, all files that a pattern matches, or a URL. What is in one, and what a step sees.

A step that may look at the name of its input has the name in its recipe: see ``looks``.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saltern.code import reached
from saltern.errors import BadInput, MissingInput
from saltern.files import check_is_file, digest, file_digest, inside, listing_digest, recall, remember
from saltern.looks import Look, looks
from saltern.places import keys, place_of
from saltern.recipe import Source
from saltern.steps import Step


def content(source: Source) -> str:
    """The digest of an external input. Raises MissingInput where there is none, BadInput for an unreadable one."""
    with reading(source):
        files = matched(source)
        if files is None:
            return _content(_path(source))
        return listing_digest((_name(path, source), _content(path)) for path in files)


@contextmanager
def reading(source: Source) -> Iterator[None]:
    """While an external input is read: what goes wrong is a MissingInput or a BadInput, in one line that names it."""
    try:
        yield
    except BadInput:
        raise
    except FileNotFoundError:
        raise MissingInput(f"{source.path}: no such file") from None
    except Exception as error:
        if not (source.is_url or isinstance(error, OSError | ValueError | ImportError)):
            raise  # it is our own; what an object store's client raises is anything
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        if isinstance(error, ImportError) and source.path.startswith("s3://"):
            reason += ': pip install "saltern[s3]"'
        raise BadInput(f"{source.path!r}: cannot be read ({reason})") from None


def value(source: Source) -> Any:
    """What a step receives: the path of a file or folder, the sorted paths that a pattern matches, a URL's path.

    Raises BadInput for what would have the step wait: a pipe, a socket, a device.
    """
    check(source)
    files = matched(source)
    return _path(source) if files is None else files


def check(source: Source) -> None:
    """Raise BadInput for an input that is there, and is neither a file nor a folder. Nothing of it is read."""
    if source.is_url or not os.path.lexists(source.path):  # a pattern, or nothing: who reads it says so
        return
    try:
        check_is_file(source.path, os.stat(source.path).st_mode)  # noqa: PTH116 - of each input of each step
    except OSError as error:
        raise BadInput(f"{source.path}: cannot be read ({error.strerror})") from None


def is_there(source: Source) -> bool:
    """Whether there is an object at a URL, or a folder of them. Raises BadInput where its server does not say."""
    folder, _, name = source.path.rstrip("/").rpartition("/")
    with reading(source):
        place = place_of(folder, "--input")
        return place.state(name) is not None or place.is_there(name)


def places(source: Source) -> list[Path]:
    """The files or folders that an input is."""
    return [] if source.is_url else matched(source) or [Path(source.path)]


def matched(source: Source) -> list[Path] | None:
    """The files that a pattern matches, sorted. None where the input is no pattern, or is a file of that very name.

    Raises MissingInput where nothing matches.
    """
    if source.is_url or not glob.has_magic(source.path) or Path(source.path).exists():
        return None
    matching = glob.glob(source.path, recursive=True)  # noqa: PTH207 - the pattern is a whole path
    found = sorted(path for path in map(Path, matching) if path.is_file())
    if not found:
        raise MissingInput(f"{source.path}: no file matches")
    return found


def named(source: Source, step: Step[..., Any], argument: str) -> str:
    """What a step may see of an input's name: ``" name:2018-03-05.csv"``, ``" suffix:.csv"``, or nothing."""
    code = reached(step)
    return _name_of(source, looks(step, argument, code)) + (_times(source) if code.looks == "times" else "")


def _times(source: Source) -> str:
    """The times and rights of an input, of a folder those of all that is in it."""
    found = [
        (os.path.relpath(path, source.path), stat.st_mtime_ns, stat.st_mode)
        for place in places(source)
        for path in sorted([place, *(inside(place) if place.is_dir() else ())])
        for stat in [path.lstat()]
    ]
    return f" times:{digest(repr(found).encode('utf-8', 'surrogateescape'))}" if found else ""


def _name_of(source: Source, look: Look) -> str:
    name = source.path.rstrip("/").rpartition("/")[2]
    if look == "path":
        return f" path:{source.path}"
    if look == "name":
        return f" name:{name}"
    suffix = "".join(Path(name).suffixes)
    return f" suffix:{suffix}" if look == "suffix" and suffix else ""


def _path(source: Source) -> Any:
    if not source.is_url:
        return Path(source.path)
    from upath import UPath

    scheme, _, rest = source.path.partition("://")
    name, at, place = rest.rpartition("@") if scheme == "s3" else ("", "", "")
    path = UPath(f"{scheme}://{place}", **keys.options_of(name)) if at else UPath(source.path)
    path.fs.invalidate_cache()  # what was listed before may be old
    return path


def _content(path: Any) -> str:
    if not path.is_dir():
        return _digest(path)
    every = sorted(inside(path) if isinstance(path, Path) else path.rglob("*"))
    files = [(one.relative_to(path).as_posix(), _digest(one)) for one in every if one.is_file()]
    empty = [(one.relative_to(path).as_posix(), "") for one in every if one.is_dir() and not any(one.iterdir())]
    return listing_digest(files + empty)


def _digest(path: Any) -> str:
    """The digest of a file. That of an object is remembered by its ETag, where it has one."""
    before = None if isinstance(path, Path) else _version(path)
    if not before:
        return file_digest(path)
    if known := recall(before):
        return known
    found = file_digest(path)
    if _version(path) == before:  # it is of what was read
        remember(before, found)
    return found


def _version(path: Any) -> str | None:
    info = path.fs.info(path.path, refresh=True) if path.protocol == "s3" else {}
    return f"object {path} {info['size']} {info['ETag']}" if info.get("ETag") else None


def _name(path: Path, source: Source) -> str:
    """A matched file's name from the first folder that has no pattern, so that the data can be moved."""
    fixed = Path(source.path).parts
    start = next((number for number, part in enumerate(fixed) if glob.has_magic(part)), len(fixed) - 1)
    return Path(*path.parts[start:]).as_posix()
