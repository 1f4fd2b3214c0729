"""What can be deleted from a store, and deleting it."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from saltern.housekeeping.contents import Contents, Manifest, made_at, temporaries
from saltern.housekeeping.currency import outdated
from saltern.ledger import FOLDER, Ledger, runs, verifications
from saltern.recipe import key
from saltern.store import MANIFEST, Store


@dataclass(frozen=True)
class Removal:
    """Something that can go: what it is, why, and the files that go with it, in the order of their deletion.

    An artifact goes before its manifest. A reader then misses it at once, also one that asks for the file alone (as
    ``native`` does); and when we are killed in between, the manifest that is left tells the next prune of itself, where
    an artifact without one could be anybody's file.
    """

    name: str
    why: str
    paths: tuple[Path, ...]
    size: int  # bytes
    guard: Callable[[], contextlib.AbstractContextManager[bool]]  # yields whether it is still so

    def delete(self) -> bool:
        """Delete it, unless it has changed since it was looked at. What is gone already is no error."""
        with self.guard() as still:
            if still:
                for path in self.paths:
                    _delete(path)
        return still


def removals(contents: Contents, before: datetime | None) -> Iterator[Removal]:
    """All that no current recipe names or that was made before a moment, and the leftovers of what went wrong.

    One after the other, as a store may have very many.
    """
    old = f"made before {before:%Y-%m-%d}" if before else ""
    reasons = outdated(contents)
    noted: dict[str, list[Path]] = defaultdict(list)
    for name, event in verifications(contents.store):
        noted[name] += [event, event.parent]
    for name in contents.documented if before else reasons:
        if (manifest := contents.store.manifest(name)) is None:
            continue  # gone meanwhile
        born = made_at(manifest)
        why = [old] if before and born and born < before else []
        if name in reasons:
            why.append(reasons[name])
        if why:
            yield _artifact(contents.store, name, manifest, "; ".join(why), noted.get(name, []))
    for name in contents.orphans:
        if contents.store.manifest(name):  # else it may be anybody's file
            yield _orphan(contents.store, name, noted.get(name, []))
    for path, abandoned in temporaries(contents.store):
        if abandoned:
            yield _files(str(path.relative_to(contents.store.root)), "its writer was killed", path)
    if before:
        for folder, events in _runs_before(contents.store, before):
            yield _files(f"{FOLDER}/{folder.name}", f"ran before {before:%Y-%m-%d}", *events, folder)


def _artifact(store: Store, name: str, manifest: Manifest, why: str, events: Sequence[Path]) -> Removal:
    @contextlib.contextmanager
    def guard() -> Iterator[bool]:
        with store.lock(name):
            yield store.manifest(name) == manifest

    paths = (store.path(name), store.path(name + MANIFEST), *_newest(store, name, manifest), *events)
    return Removal(name, why, paths, sum(map(_size, paths)), guard)


def _newest(store: Store, name: str, manifest: Manifest) -> list[Path]:
    """The file that names an artifact as the last that its step has made."""
    path = store.newest_path(key(str(manifest.get("step")), manifest.get("partition")), str(manifest.get("strategy")))
    try:
        return [path] if path.read_bytes() == name.encode() else []
    except OSError:
        return []


def _orphan(store: Store, name: str, events: Sequence[Path]) -> Removal:
    @contextlib.contextmanager
    def guard() -> Iterator[bool]:
        with store.lock(name):
            yield not store.exists(name)

    path = store.path(name + MANIFEST)
    return Removal(path.name, "its artifact is gone", (path, *events), _size(path), guard)


def _files(name: str, why: str, *paths: Path) -> Removal:
    return Removal(name, why, paths, sum(map(_size, paths)), lambda: contextlib.nullcontext(True))


def _runs_before(store: Store, before: datetime) -> Iterator[tuple[Path, list[Path]]]:
    """The runs that were over before a moment: each one's folder in the ledger, and the files in it."""
    for name in runs(store):
        run = Ledger(store, name)
        folder = store.path(run.folder)
        try:
            files = [folder / file for file in store.names(folder=run.folder)]
            events = [event for kind in ("started", "finished", "failed", "verified") for event in run.events(kind)]
        except FileNotFoundError:
            continue  # withdrawn while we read: a run that is under way
        if events and max(event.get("ended_ns", event["started_ns"]) for event in events) < before.timestamp() * 1e9:
            yield folder, files


def _size(path: Path) -> int:
    """In bytes; 0 for a folder, and for what has vanished."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _delete(path: Path) -> None:
    if path.is_dir():
        with contextlib.suppress(OSError):  # not empty after all: then it is not over
            path.rmdir()
    elif files := getattr(path, "fs", None):  # any store but a plain folder
        with contextlib.suppress(FileNotFoundError):
            files.rm_file(path.path)  # type: ignore[attr-defined]  # unlink() takes the [ ] of a name for a pattern
    else:
        path.unlink(missing_ok=True)
