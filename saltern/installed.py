"""What is installed: the distributions on the path, their versions, and content where a version says nothing of it.

A version says what is in a distribution where it came from an index. Where it came from a repository or a folder
(its ``direct_url.json`` says so), and where a module belongs to no distribution, the content of the files counts.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from saltern.files import recall, remember
from saltern.sources import locate

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OPTIONAL = re.compile(r";.*\bextra\s*==")
MISSING = "missing"


class Installed(NamedTuple):
    name: str
    version: str
    requires: Sequence[str]  # normalised names
    modules: Sequence[str]  # at the top level
    direct: str | None  # where it came from, where that was no index: then its version says nothing of its content
    folder: str


@cache
def installed() -> dict[str, Installed]:
    """The distributions on the path, by normalised name; the first of a name is the one that is imported."""
    found: dict[str, Installed] = {}
    for entry in sys.path:
        for one in _installed_in(entry or "."):
            found.setdefault(normal(one.name), one)
    return found


def _installed_in(entry: str) -> list[Installed]:
    """The distributions of one folder, remembered on disk until one of them is installed, removed or changed."""
    try:
        folders = sorted(name for name in os.listdir(entry) if name.endswith((".dist-info", ".egg-info")))  # noqa: PTH208
    except OSError:
        return []
    if not folders:
        return []
    state = json.dumps([[name, _state(entry, name)] for name in folders])
    key = f"distributions {Installed._fields} {entry}"
    known = json.loads(recall(key) or "{}")
    if known.get("state") != state:
        known = {"state": state, "found": _read_all(entry)}
        remember(key, json.dumps(known))
    return [Installed(*one) for one in known["found"]]


def _state(entry: str, name: str) -> list[list[int]]:
    files = (Path(entry, name, file) for file in ("METADATA", "PKG-INFO", "RECORD", "direct_url.json", "top_level.txt"))
    return [
        [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns] for file in files if file.exists() for stat in [file.stat()]
    ]


def _read_all(entry: str) -> list[Installed]:
    from importlib.metadata import Distribution

    found = []
    for distribution in Distribution.discover(path=[entry]):
        try:
            name = distribution.metadata["Name"]
        except (FileNotFoundError, KeyError):  # of some Pythons, and of importlib_metadata, which other libraries bring
            name = None
        if not name:
            continue  # a folder that was left behind
        lines = (line for line in distribution.requires or () if not _OPTIONAL.search(line))
        requires = [normal(named[0]) for line in lines if (named := _NAME.match(line))]
        tops = {file.parts[0].partition(".")[0] for file in distribution.files or ()}
        modules = (distribution.read_text("top_level.txt") or "").split() or sorted(filter(str.isidentifier, tops))
        direct = distribution.read_text("direct_url.json")
        found.append(Installed(name, distribution.version, requires, modules or [name], direct, entry))
    return found


@cache
def version(name: str) -> str:
    """The version of what is installed under a normalised name, with the hash of its content where that is needed."""
    one = installed()[name]
    if one.direct is None:
        return one.version
    contents = [one.direct, *(_content(Path(one.folder, module)) for module in one.modules)]
    return f"{one.version}+{hashlib.sha256(json.dumps(contents).encode()).hexdigest()[:16]}"


@cache
def every_version() -> str:
    """The hash of the names and versions of all distributions."""
    told = [(name, version(name)) for name in sorted(installed())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


@cache
def owners() -> dict[str, list[str]]:
    """Top-level module -> the normalised names of the distributions that have it."""
    found: dict[str, list[str]] = {}
    for name, one in installed().items():
        for module in one.modules:
            found.setdefault(module, []).append(name)
    return found


def version_of(module: str) -> str:
    """What is known of a top-level module, or of a distribution of that name: ``missing``; nothing of the user's."""
    if names := named(module):
        return ", ".join(f"{name} {version(name)}" for name in names)
    kind = locate(module, "").kind
    return content_of(module) if kind == "library" else MISSING if kind == "unknown" else ""


def named(module: str) -> list[str]:
    """The normalised names of the distributions that have a top-level module, or of the one of that name."""
    return owners().get(module) or [name for name in (normal(module),) if name in installed()]


def content_of(module: str) -> str:
    """The hash of the files of a library that no distribution claims."""
    paths = locate(module, "").paths
    return "".join(_content(path.parent if path.name == "__init__.py" else path) for path in paths)


def _content(path: Path) -> str:
    """The hash of a file or of all files of a folder, bytecode apart; of a module by its path without the suffix."""
    file = next((one for one in (path, path.with_name(f"{path.name}.py")) if one.is_file()), None)
    files = [file] if file else sorted(one for one in path.rglob("*") if one.is_file() and one.suffix != ".pyc")
    hashed = hashlib.sha256()
    for one in files:
        hashed.update(one.relative_to(path.parent).as_posix().encode() + b"\0")
        hashed.update(hashlib.sha256(one.read_bytes()).digest())
    return hashed.hexdigest()[:16]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
