"""What can be deleted from a store, and deleting it."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from saltern.housekeeping.contents import Contents, Manifest, made_at, temporaries
from saltern.housekeeping.currency import outdated
from saltern.ledger import Ledger, runs, verifications
from saltern.places.leases import FOLDER as LEASES
from saltern.recipe import key
from saltern.store import MANIFEST, Store, newest_name

YOUNG = 86400  # seconds: what is younger stays while a build is under way, which may be about to read it


@dataclass(frozen=True)
class Removal:
    """Something that can go: what it is, why, and the files that go with it, in the order of their deletion.

    An artifact goes before its manifest. A reader then misses it at once, also one that asks for the file alone (as
    ``native`` does); and when we are killed in between, the manifest that is left tells the next prune of itself, where
    an artifact without one could be anybody's file.
    """

    name: str
    why: str
    files: tuple[str, ...]
    size: int  # bytes
    store: Store
    guard: Callable[[], contextlib.AbstractContextManager[bool]]  # yields whether it is still so

    def delete(self) -> bool:
        """Delete it, unless it has changed since it was looked at. What is gone already is no error."""
        with self.guard() as still:
            if still:
                for file in self.files:
                    self.store.delete(file)
        return still


def removals(contents: Contents, before: datetime | None) -> Iterator[Removal]:
    """All that no current recipe names or that was made before a moment, and the leftovers of what went wrong.

    One after the other, as a store may have very many. While something is being made in it, by whomever, what is young
    is left out.
    """
    old = f"made before {before:%Y-%m-%d}" if before else ""
    reasons = outdated(contents)
    store = contents.store
    under_way = UnderWay(store)
    noted: dict[str, list[str]] = defaultdict(list)
    for name, event in verifications(store):
        noted[name] += [event, *_folders(store, event.rpartition("/")[0])]
    for name in contents.documented if before else reasons:
        if (manifest := store.manifest(name)) is None:
            continue  # gone meanwhile
        born = made_at(manifest)
        why = [old] if before and born and born < before else []
        if name in reasons:
            why.append(reasons[name])
        if why and not under_way.needs(name, manifest):
            yield _artifact(store, name, manifest, "; ".join(why), noted.get(name, []), under_way)
    for name in contents.orphans:
        if store.manifest(name):  # else it may be anybody's file
            yield _orphan(store, name, noted.get(name, []))
    for name, abandoned in temporaries(store):
        if abandoned:
            yield _files(store, name, "its writer was killed", name)
    for name in store.names(folder=LEASES):
        if name not in under_way.names():
            yield _files(store, f"{LEASES}/{name}", "its holder was killed", f"{LEASES}/{name}")
    if before:
        for folder, events in _runs_before(store, before):
            yield _files(store, folder, f"ran before {before:%Y-%m-%d}", *events, *_folders(store, folder))


class UnderWay:
    """What is being made in a store, looked at anew when a second has passed."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._names: list[str] = []
        self._looked = float("-inf")

    def names(self) -> list[str]:
        """The artifacts that are being made."""
        if time.monotonic() > self._looked + 1:
            self._names, self._looked = self.store.locked(), time.monotonic()
        return self._names

    def needs(self, name: str, manifest: Manifest) -> bool:
        """Whether an artifact is being made, or a build that is under way may be about to read it."""
        born = made_at(manifest)
        is_young = born is None or born.timestamp() + YOUNG > time.time()
        return name in (names := self.names()) or (is_young and bool(names))


def _artifact(
    store: Store, name: str, manifest: Manifest, why: str, events: Sequence[str], under_way: UnderWay
) -> Removal:
    @contextlib.contextmanager
    def guard() -> Iterator[bool]:
        if under_way.needs(name, manifest):
            yield False
            return
        with store.lock(name):
            yield store.manifest(name) == manifest

    files = (name, name + MANIFEST, *_newest(store, name, manifest), *events)
    return Removal(name, why, files, sum(map(store.size, files)), store, guard)


def _newest(store: Store, name: str, manifest: Manifest) -> list[str]:
    """The file that names an artifact as the last that its step has made."""
    file = newest_name(key(str(manifest.get("step")), manifest.get("partition")), str(manifest.get("strategy")))
    try:
        return [file] if store.read(file) == name.encode() else []
    except FileNotFoundError:
        return []


def _orphan(store: Store, name: str, events: Sequence[str]) -> Removal:
    @contextlib.contextmanager
    def guard() -> Iterator[bool]:
        with store.lock(name):
            yield not store.exists(name)

    file = name + MANIFEST
    return Removal(file, "its artifact is gone", (file, *events), store.size(file), store, guard)


def _files(store: Store, name: str, why: str, *files: str) -> Removal:
    return Removal(name, why, files, sum(map(store.size, files)), store, lambda: contextlib.nullcontext(True))


def _folders(store: Store, name: str) -> list[str]:
    """A folder, where the store has folders."""
    return [name] if store.is_local else []


def _runs_before(store: Store, before: datetime) -> Iterator[tuple[str, list[str]]]:
    """The runs that were over before a moment: each one's folder in the ledger, and the files in it."""
    for name in runs(store):
        run = Ledger(store, name)
        try:
            files = [f"{run.folder}/{file}" for file in store.names(folder=run.folder)]
            events = [event for kind in ("started", "finished", "failed", "verified") for event in run.events(kind)]
        except FileNotFoundError:
            continue  # withdrawn while we read: a run that is under way
        if events and max(event.get("ended_ns", event["started_ns"]) for event in events) < before.timestamp() * 1e9:
            yield run.folder, files
