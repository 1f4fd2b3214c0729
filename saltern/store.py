"""The store: where artifacts and their manifests live. A folder, an S3 bucket, or any fsspec URL.

An artifact becomes visible as a whole or not at all, and before its manifest. An artifact without a manifest counts as
missing, and so does one whose content is not what its manifest says. Some places know the version of a file (an ETag).
There the manifest has the version of the artifact: as long as it is the same, the artifact need not be read again.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import Any

from saltern.errors import StoreFailed
from saltern.files import digest
from saltern.places import place_of
from saltern.places.place import State
from saltern.recipe import flat

log = logging.getLogger("saltworks.store")

MANIFEST = ".manifest.json"
NEWEST = ".newest"  # a folder of files that name the artifact which a step has made last


class Store:
    """Artifacts by name. It costs nothing to make one: nothing is read or created before a method is called.

    Every method raises StoreFailed, which names the store, if the disk or the server refuses.
    """

    def __init__(self, url: str | os.PathLike[str]) -> None:
        self.url = os.fspath(url)
        self.place = place_of(self.url)
        self.is_local = self.place.root is not None

    def __repr__(self) -> str:
        return f"Store({self.url!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Store, (self.url,)  # in another process, it is what the URL says there

    @property
    def root(self) -> Path:
        """The folder that it is. Only a local store is one."""
        assert self.place.root is not None, f"{self.url} is no folder"
        return self.place.root

    def path(self, name: str) -> Path:
        """Where an artifact of this name lies, or would lie, in a local store."""
        return self.root / name

    def address(self, name: str) -> str:
        """The path or the URL of an artifact of this name."""
        return self.place.address(name)

    def is_there(self, folder: str = "") -> bool:
        """Whether there is such a store, or such a folder of it."""
        with self._said("looked at", folder):
            return self.place.is_there(folder)

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name, whatever is in it. Enough for ``native``; others ask ``digest``."""
        return self._state(name) is not None

    def size(self, name: str) -> int:
        """Of a file, in bytes; 0 where there is none."""
        state = self._state(name)
        return state.size if state else 0

    def _state(self, name: str) -> State | None:
        with self._said("looked at", name):
            return self.place.state(name)

    def digest(self, name: str) -> str | None:
        """The digest of a whole, undamaged artifact; None where it is missing. A damaged one is warned of."""
        manifest = self.whole(name)
        return str(manifest["digest"]) if manifest else None

    def whole(self, name: str) -> dict[str, Any] | None:
        """The manifest of a whole, undamaged artifact; None where it is missing. A damaged one is warned of."""
        manifest = self.manifest(name)
        if manifest is None:
            return None
        state = self._state(name)
        if state and state.version and (state.version, state.size) == (manifest.get("etag"), manifest.get("size")):
            return manifest
        actual = self.content_digest(name) if state else None
        if actual is None:
            return None
        if actual != manifest["digest"]:
            log.warning("%s: damaged (its content is not what its manifest says); taken as missing", self.address(name))
            return None
        return manifest

    def content_digest(self, name: str) -> str | None:
        """The digest of a file as it lies there, whatever its manifest says; None where there is none."""
        try:
            with self._said("read", name):
                return self.place.digest(name)
        except FileNotFoundError:
            return None

    def manifest(self, name: str) -> dict[str, Any] | None:
        """What was written down when the artifact was made; None where there is nothing of that form."""
        try:
            data = self.read(name + MANIFEST)
        except FileNotFoundError:
            return None
        try:
            manifest = json.loads(data)
        except (ValueError, RecursionError):
            return None
        return manifest if _is_manifest(manifest) else None

    def names(self, pattern: str = "*", folder: str = "") -> list[str]:
        """What lies in the store, or in a folder of it, by name, sorted. What begins with a dot is left out."""
        with self._said("listed", folder):
            found = self.place.names(folder, _start(pattern))
        return sorted(name for name in found if fnmatchcase(name, pattern) and not name.startswith("."))

    def newest(self, key: str, strategy: str) -> dict[str, Any] | None:
        """The manifest of a step, or of one partition of it, that was stored last under a strategy; None: none was.

        A small file says which that is: a store is not listed for each step. It is listed where it has no such file at
        all, or where what the file names is gone.
        """
        try:
            name = self.read(newest_name(key, strategy)).decode()
        except FileNotFoundError:
            if self.is_there(NEWEST):
                return None
            name = ""
        except UnicodeDecodeError:
            name = ""
        found = self.manifest(name) if name else None
        if found and found.get("strategy") == strategy:
            return found
        earlier = [one for one in self.manifests(key) if one.get("strategy") == strategy]
        return max(earlier, key=lambda one: str(one.get("made")), default=None)

    def note_newest(self, key: str, strategy: str, name: str) -> None:
        """Note which artifact a step has made last. Nothing but a reason in words depends on it."""
        self.write(newest_name(key, strategy), name.encode(), sync=False)

    def manifests(self, key: str) -> Iterator[dict[str, Any]]:
        """All manifests of the artifacts of one step, or of one partition of it, by name."""
        for name in self.names(f"{escape(key)}[-.]*{MANIFEST}"):
            if manifest := self.manifest(name.removesuffix(MANIFEST)):
                yield manifest

    def read(self, name: str, digest_: str | None = None) -> bytes:
        """An artifact's content. With a digest, raises ``Damaged`` when the content has another."""
        with self._said("read", name):
            data = self.place.read(name)
        if digest_ is not None and digest(data) != digest_:
            raise Damaged(f"{self.address(name)}: damaged while it was read")
        return data

    def commit(self, name: str, data: bytes, facts: Mapping[str, Any]) -> str:
        """Store an artifact and its manifest, and return the artifact's digest.

        ``facts`` go into the manifest beside the digest and the size. A reader sees the old artifact, or none,
        until the new one is whole.
        """
        found = digest(data)
        manifest = {**facts, "name": name, "digest": found, "size": len(data)}
        if version := self.write(name, data):
            manifest["etag"] = version
        self.write(name + MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n")
        return found

    def write(self, name: str, data: bytes, *, sync: bool = True) -> str | None:
        """Write one file, all or nothing. Returns its version, where the place knows versions.

        Without ``sync`` it does not wait for the disk: a power cut may leave the file empty.
        """
        with self._said("written"):
            return self.place.write(name, data, sync=sync)

    def delete(self, name: str) -> None:
        """Delete a file, or an empty folder. What is not there, or not empty, is no error."""
        with self._said("deleted", name):
            self.place.delete(name)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Wait until nobody else holds the lock of this name, and hold it.

        In a folder the kernel lets go of it when its holder dies; on S3 it is a lease, which ends by itself
        (``saltern.places.leases``). Other places have none: there, two runs at a time may make the same artifact twice,
        which costs time and nothing else.
        """
        with ExitStack() as stack:
            with self._said("locked", name):
                stack.enter_context(self.place.lock(name))
            yield

    def locked(self) -> list[str]:
        """The artifacts that are being made now."""
        with self._said("listed"):
            return self.place.locked()

    def check_writable(self) -> None:
        """Raise StoreFailed where the store cannot be used, as far as that can be told. Leaves no file."""
        with self._said("written"):
            self.place.check()

    @contextmanager
    def _said(self, what: str, name: str = "") -> Iterator[None]:
        """Have an error name the store. What is not there is the caller's to say."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            reason = error.strerror or error
            raise StoreFailed(f"--store {self.url}: {f'{name} ' if name else ''}cannot be {what} ({reason})") from error


def newest_name(key: str, strategy: str) -> str:
    """The file that names the artifact which a step has made last."""
    return f"{NEWEST}/{strategy}/{key}"


def _start(pattern: str) -> str:
    """What every name begins with that a pattern matches, so that no others are listed."""
    return re.split(r"[][*?]", pattern, maxsplit=1)[0]


_OPTIONAL = str | None
# What a manifest may say, and of which type that is. It is read by programs that must not stumble over it.
_MANIFEST: dict[str, Any] = {
    **dict.fromkeys(("name", "step", "version", "strategy", "engine", "run", "made", "function"), str),
    **dict.fromkeys(("partition", "salt"), _OPTIONAL),
    "size": int,
    "etag": str,
    "params": dict,
    "recipe": dict | None,
}
_RECIPE: dict[str, Any] = {"step": str, "version": str, "strategy": str, "params": dict, "recipe": int}
_TEXTS = ("code", "libraries", "environment", "files", "order", "read")  # each maps texts to texts


def _is_manifest(found: Any) -> bool:
    if not (isinstance(found, dict) and isinstance(found.get("digest"), str) and _fits(found, _MANIFEST)):
        return False
    if not isinstance(found.get("unheld", []), list):
        return False
    recipe = found.get("recipe") or {}
    if not _fits(recipe, _RECIPE) or not isinstance(recipe.get("inputs", {}), dict):
        return False
    return all(isinstance(one, str) for one in flat(recipe.get("inputs", {})).values())


def _fits(found: Mapping[str, Any], types: Mapping[str, Any]) -> bool:
    typed = all(isinstance(found[name], type_) for name, type_ in types.items() if name in found)
    return typed and all(_is_texts(found[name]) for name in _TEXTS if name in found)


def _is_texts(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(value, str) for value in found.values())


class Damaged(RuntimeError):
    """An artifact changed between the moment it was found whole and the moment it was read."""
