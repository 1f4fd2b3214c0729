"""Fingerprints of libraries: the versions of the distributions that a step's code imports, and of what those require.

A version says what is in a distribution where it came from an index. Where it came from a repository or a folder
(its ``direct_url.json`` says so), and where a module belongs to no distribution, the content of the files counts.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, version
from pathlib import Path

from saltern.code import reached
from saltern.errors import BadInput
from saltern.sources import locate
from saltern.steps import Step

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OPTIONAL = re.compile(r";.*\bextra\s*==")


def library_fingerprint(step: Step[..., object]) -> dict[str, str]:
    """``{"scikit-learn": "1.9.1", ...}``, and Python's minor version unless the code is the same on each.

    Raises BadInput for a distribution that the step declares and that is not installed.
    """
    found = reached(step)
    return _versions(step.name, frozenset(step.libraries), frozenset(found.libraries), found.steady)


@cache
def _versions(step: str, declared: frozenset[str], modules: frozenset[str], steady: bool) -> dict[str, str]:
    versions = {name: _declared(name, step) for name in declared}
    todo: list[str] = [_normal(name) for name in declared]
    foreign = modules - sys.stdlib_module_names
    owners = _owners() if foreign else {}
    for module in foreign:
        if names := owners.get(module):
            todo += names
        elif content := _content_of(module):
            versions[module] = content
    installed, seen = _installed() if todo else {}, set()
    while todo:
        name = todo.pop()
        if name not in seen and name in installed:
            seen.add(name)
            one = installed[name]
            versions.setdefault(one.name, one.version)
            todo += one.requires
    if not steady:
        versions["python"] = f"{sys.version_info.major}.{sys.version_info.minor}"
    return dict(sorted(versions.items()))


def forget() -> None:
    """Look anew: for programs that install while they run."""
    for remembered in (_versions, _declared, _installed, _owners):
        remembered.cache_clear()


@cache
def _declared(distribution: str, step: str) -> str:
    try:
        plain = version(distribution)
    except PackageNotFoundError:
        raise BadInput(f"step '{step}' declares the library '{distribution}', which is not installed") from None
    known = _installed().get(_normal(distribution))
    return known.version if known else plain


@dataclass(frozen=True)
class _Installed:
    name: str
    version: str  # with the hash of its content where the version says nothing of it
    requires: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)


@cache
def _installed() -> dict[str, _Installed]:
    """The distributions on the path, by normalised name; the first of a name is the one that is imported."""
    found: dict[str, _Installed] = {}
    for entry in sys.path:
        for distribution in _distributions(entry):
            one = _read(distribution)
            if one:
                found.setdefault(_normal(one.name), one)
    return found


def _distributions(entry: str) -> Iterator[Distribution]:
    return iter(Distribution.discover(path=[entry or "."]))


def _read(distribution: Distribution) -> _Installed | None:
    name = distribution.metadata["Name"]
    if not name:
        return None
    requires = [_normal(_NAME.match(line)[0]) for line in distribution.requires or () if not _OPTIONAL.search(line)]  # type: ignore[index]
    modules = _modules(distribution) or [name]
    return _Installed(name, _version(distribution, modules), requires, modules)


def _modules(distribution: Distribution) -> list[str]:
    """The top-level modules of a distribution."""
    declared = (distribution.read_text("top_level.txt") or "").split()
    tops = {
        Path(file.parts[0]).name.partition(".")[0] for file in distribution.files or () if file.suffix != ".dist-info"
    }
    return declared or sorted(top for top in tops if top.isidentifier())


def _version(distribution: Distribution, modules: list[str]) -> str:
    """The version; with the hash of the content where it was not installed from an index."""
    plain = distribution.version
    direct = distribution.read_text("direct_url.json")
    if direct is None:
        return plain
    contents = [direct, *(_content(Path(str(distribution.locate_file(module)))) for module in modules)]
    return f"{plain}+{hashlib.sha256(json.dumps(contents).encode()).hexdigest()[:16]}"


@cache
def _owners() -> dict[str, list[str]]:
    """Top-level module -> the normalised names of the distributions that have it."""
    found: dict[str, list[str]] = {}
    for name, one in _installed().items():
        for module in one.modules:
            found.setdefault(module, []).append(name)
    return found


def _content_of(module: str) -> str:
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


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
