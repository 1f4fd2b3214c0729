"""Why a step runs: its call, held against the newest manifest of the same step.

One fixed vocabulary, ``REASONS``, in the tree, the ledger and the results. Details follow after a colon:
``parameter changed: C from 1.0 to 10.0``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from saltern.recipe import Call, Source, differing, flat
from saltern.store import Store

REASONS = (
    "first run",
    "output missing",
    "output damaged",
    "input data changed",
    "parameter changed",
    "version raised",
    "code changed",
    "library changed",
    "upstream changed",
    "environment changed",
    "file it read changed",
    "forced",  # the artifact is there and whole, and the engine runs the step all the same
)


INGREDIENTS = {
    "code": "code changed",
    "libraries": "library changed",
    "environment": "environment changed",
    "files": "file it read changed",
}


def reasons(store: Store, call: Call, strategy: str) -> list[str]:
    """The reasons for making a call's artifact now, at least one."""
    name = call.artifact.name
    if store.exists(name):
        whole = call.recipe is None or store.digest(name)
        return ["forced" if whole else "output damaged"]
    own = store.manifest(name)
    if own and own.get("strategy") == strategy:
        return ["output missing"]
    newest = store.newest(call.key, strategy) if call.recipe is not None else None
    if not newest or call.recipe is None:
        return ["first run"]
    return list(differences(call, call.recipe, newest.get("recipe") or {})) or ["first run"]


def kind(reason: str) -> str:
    """The word of the vocabulary, without its details."""
    return reason.partition(":")[0]


def differences(call: Call, new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[str]:
    """What differs between two recipes of a step, of which a call has the new one."""
    if new.get("version") != old.get("version"):
        yield f"version raised: {old.get('version')} to {new.get('version')}"
    before = old.get("params", {})
    for name, value in new.get("params", {}).items():
        if before.get(name) != value:
            yield f"parameter changed: {name} from {before.get(name)} to {value}"
    for ingredient, changed in INGREDIENTS.items():
        if names := differing(new.get(ingredient, {}), old.get(ingredient, {})):
            yield f"{changed}: {', '.join(names)}"
    changed_inputs = differing(flat(new.get("inputs", {})), flat(old.get("inputs", {})))
    items = flat(call.inputs)
    data = [name for name in changed_inputs if isinstance(items.get(name), Source)]
    if data:
        yield f"input data changed: {', '.join(data)}"
    if upstream := [name for name in changed_inputs if name not in data]:
        yield f"upstream changed: {', '.join(upstream)}"
    if not changed_inputs and (arguments := differing(new.get("order", {}), old.get("order", {}))):
        yield f"upstream changed: the order of {', '.join(arguments)}"
