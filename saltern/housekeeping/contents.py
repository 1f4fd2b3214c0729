"""What lies in a store: its artifacts, and what is left of those that were cut short or are half gone."""

from __future__ import annotations

import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from saltern.errors import BadInput
from saltern.ledger import verifications
from saltern.recipe import SALT_IN_NAME, flat
from saltern.store import MANIFEST, Damaged, Store

ABANDONED = 3600  # seconds: a temporary file that is older has lost its writer
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")  # as Store.write names them

_SALT = re.compile(rf"-([0-9a-f]{{{SALT_IN_NAME}}})(?=\.)")

Manifest = Mapping[str, Any]
Watched = Callable[[Sequence[str]], Iterable[str]]  # names that are gone through, one by one: there may be a bar for it
State = Literal["whole", "damaged", "missing", "no manifest"]


@dataclass(frozen=True)
class Contents:
    """The names of the visible files of a store at one moment.

    Manifests are read when they are asked for, and not kept: a store may have very many.
    """

    store: Store
    documented: tuple[str, ...]
    """Names of the files that have a manifest, be it readable or not."""

    orphans: tuple[str, ...]
    """Names of artifacts that are gone, of which the manifest is still there."""

    bare: tuple[str, ...]
    """Names of files that have no manifest."""

    watched: Watched = iter

    @classmethod
    def of(cls, store: Store, watched: Watched = iter) -> Contents:
        """List a store once. Raises BadInput when there is no such store."""
        if not store.is_there():
            raise BadInput(f"{store.url}: no such store")
        visible = store.names()
        manifests = {name.removesuffix(MANIFEST) for name in visible if name.endswith(MANIFEST)}
        files = [name for name in visible if not name.endswith(MANIFEST)]
        documented = tuple(name for name in files if name in manifests)
        bare = tuple(name for name in files if name not in manifests and store.exists(name))
        return cls(store, documented, tuple(sorted(manifests.difference(files))), bare, watched)

    def artifacts(self, names: Sequence[str] | None = None) -> Iterator[tuple[str, Manifest]]:
        """Each artifact with its manifest, by name. Those whose manifest cannot be read are passed over."""
        for name in self.watched(self.documented if names is None else names):
            if manifest := self.store.manifest(name):
                yield name, manifest

    def named(self, wanted: Collection[str], strategy: str) -> Mapping[str, list[str]]:
        """The artifacts that a recipe of a strategy means by each ``salt:<hex>`` or ``digest:<hex>``.

        A salt is in the names of its artifacts. For a digest all manifests are read.
        """
        found: dict[str, list[str]] = {item: [] for item in wanted}
        salts = {item.removeprefix("salt:")[:SALT_IN_NAME] for item in wanted if item.startswith("salt:")}
        names = self.documented if any(item.startswith("digest:") for item in wanted) else self._salted(salts)
        for name, manifest in self.artifacts(names):
            for item in ingredients(manifest) if manifest.get("strategy") == strategy else ():
                if item in found:
                    found[item].append(name)
        return found

    def _salted(self, salts: Collection[str]) -> list[str]:
        """The artifacts that have one of these beginnings of a salt in their names."""
        return [name for name in self.documented if any(salt in salts for salt in _SALT.findall(name))]


def ingredients(manifest: Manifest) -> tuple[str, str]:
    """What other recipes of its strategy may call an artifact: ``salt:<hex>`` and ``digest:<hex>``."""
    return f"salt:{manifest.get('salt')}", f"digest:{manifest['digest']}"


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
    for name, file in verifications(contents.store):
        try:
            event = json.loads(contents.store.read(file))
            if event["digest"] == (contents.store.manifest(name) or {})["digest"]:
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


def temporaries(store: Store) -> Iterator[tuple[str, bool]]:
    """Files that a writer has begun, and whether they are abandoned. Only folders have them: see ``Store.write``."""
    if not store.is_local:
        return
    walk = os.walk(store.root)
    found = [Path(folder) / file for folder, _, files in walk for file in files if _TEMPORARY.fullmatch(file)]
    for path in sorted(found):
        try:
            age = time.time() - path.stat().st_mtime
        except FileNotFoundError:
            continue  # written, and in its place
        yield path.relative_to(store.root).as_posix(), age > ABANDONED
