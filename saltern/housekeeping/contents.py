"""What lies in a store: its artifacts, and what is left of those that were cut short or are half gone."""

from __future__ import annotations

import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from saltern.errors import BadInput
from saltern.ledger import verifications
from saltern.recipe import flat
from saltern.store import MANIFEST, Damaged, Store

ABANDONED = 3600  # seconds: a temporary file that is older has lost its writer
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")  # as Store.write names them

Manifest = Mapping[str, Any]
State = Literal["whole", "damaged", "missing", "no manifest"]


@dataclass(frozen=True)
class Contents:
    """The visible files of a store at one moment. Manifests have been read, artifacts have not."""

    store: Store
    artifacts: Mapping[str, Manifest]
    """Name -> manifest, of every artifact that has one that can be read."""

    orphans: tuple[str, ...]
    """Names of artifacts that are gone, of which the manifest is still there."""

    bare: tuple[str, ...]
    """Names of files that have no manifest that can be read."""

    @classmethod
    def of(cls, store: Store) -> Contents:
        """List a store once, and read its manifests. Raises BadInput when there is no such store."""
        if not store.root.is_dir():
            raise BadInput(f"{store.url}: no such store")
        visible = store.names()
        documented = {name.removesuffix(MANIFEST) for name in visible if name.endswith(MANIFEST)}
        files = [name for name in visible if not name.endswith(MANIFEST)]
        manifests = {name: store.manifest(name) for name in files if name in documented}
        artifacts = {name: manifest for name, manifest in manifests.items() if manifest}
        bare = tuple(name for name in files if name not in artifacts and store.exists(name))
        return cls(store, artifacts, tuple(sorted(documented.difference(files))), bare)

    def named(self, ingredient: str, strategy: str) -> list[str]:
        """The artifacts that a recipe of a strategy means by ``salt:<hex>`` or ``digest:<hex>``."""
        return self._ingredients.get((strategy, ingredient), [])

    @cached_property
    def _ingredients(self) -> Mapping[tuple[str, str], list[str]]:
        names: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name, manifest in self.artifacts.items():
            for ingredient in ingredients(manifest):
                names[ingredient].append(name)
        return names


def ingredients(manifest: Manifest) -> set[tuple[str, str]]:
    """What other recipes may call an artifact: its strategy, with ``salt:<hex>`` and with ``digest:<hex>``."""
    strategy = str(manifest.get("strategy"))
    return {(strategy, f"salt:{manifest.get('salt')}"), (strategy, f"digest:{manifest['digest']}")}


def upstream(recipe: Manifest) -> dict[str, str]:
    """The inputs of a recipe that are artifacts: ``{"dataset": "salt:1f..."}``."""
    return {
        name: item for name, item in flat(recipe.get("inputs", {})).items() if item.startswith(("salt:", "digest:"))
    }


def verified(contents: Contents) -> dict[str, tuple[int, int]]:
    """How often artifacts, as they lie in the store, were run again as hits, and how often that made something else.

    Of each that ever was (saltern.verification).
    """
    found: dict[str, list[bool]] = defaultdict(list)
    for name, path in verifications(contents.store):
        try:
            event = json.loads(path.read_bytes())
            if event["digest"] == contents.artifacts[name]["digest"]:
                found[name].append(event["same"])
        except (FileNotFoundError, ValueError, LookupError, TypeError):
            continue  # pruned meanwhile, or not ours, or of an artifact that is gone
    return {name: (len(same), same.count(False)) for name, same in found.items()}


def made_at(manifest: Manifest) -> datetime | None:
    """When an artifact was made, in local time; None where its manifest does not say."""
    try:
        return datetime.fromisoformat(manifest["made"]).astimezone()
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def check(store: Store, name: str) -> State | None:
    """The state of an artifact, all of which is read; None when it has been deleted meanwhile."""
    manifest = store.manifest(name)
    try:
        store.read(name, manifest["digest"] if manifest else None)
    except Damaged:
        return "damaged"
    except FileNotFoundError:
        return "missing" if store.exists(name + MANIFEST) else None
    return "whole" if manifest else "no manifest"


def temporaries(store: Store) -> Iterator[tuple[Path, bool]]:
    """Files that a writer has begun, and whether they are abandoned. Only folders have them: see ``Store.write``."""
    if not store.is_local:
        return
    found = [Path(folder) / file for folder, _, files in os.walk(store.root) for file in files]
    for path in sorted(found):
        if _TEMPORARY.fullmatch(path.name):
            try:
                age = time.time() - path.stat().st_mtime
            except FileNotFoundError:
                continue  # written, and in its place
            yield path, age > ABANDONED
