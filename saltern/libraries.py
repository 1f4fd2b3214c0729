"""Fingerprints of libraries: the versions of the distributions that a step's code imports, and what those require."""

from __future__ import annotations

import sys
from functools import cache

from saltern.code import reached
from saltern.errors import BadInput
from saltern.installed import content_of, every_version, installed, named, normal, version
from saltern.steps import Step

EVERY = "<all that is installed>"


def library_fingerprint(step: Step[..., object]) -> dict[str, str]:
    """``{"scikit-learn": "1.9.1", ...}``, and Python's minor version unless the code is the same on each.

    Also ``python -O``, where Python leaves out what ``assert`` does.

    Raises BadInput for a distribution that the step declares and that is not installed.
    """
    found = reached(step)
    versions = _versions(step.name, frozenset(step.libraries), frozenset(found.libraries), found.steady)
    return versions | {EVERY: every_version()} if "distributions" in found.by_name else versions


@cache
def _versions(step: str, declared: frozenset[str], modules: frozenset[str], steady: bool) -> dict[str, str]:
    foreign = modules - sys.stdlib_module_names
    known = installed() if foreign or declared else {}
    if missing := [name for name in declared if normal(name) not in known]:
        raise BadInput(f"step '{step}' declares the library '{missing[0]}', which is not installed")
    versions = {name: version(normal(name)) for name in declared}
    todo: list[str] = [normal(name) for name in declared]
    for module in foreign:
        if names := named(module):
            todo += names
        elif content := content_of(module):
            versions[module] = content
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen and name in known:
            seen.add(name)
            one = known[name]
            versions.setdefault(one.name, version(name))
            todo += one.requires
    if not steady:
        versions["python"] = f"{sys.version_info.major}.{sys.version_info.minor}"
    if sys.flags.optimize:
        versions["python -O"] = str(sys.flags.optimize)
    return dict(sorted(versions.items()))
