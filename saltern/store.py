"""The store: where artifacts and their manifests live. A folder, or any fsspec URL.

An artifact becomes visible whole or not at all, and before its manifest: an artifact without a manifest, or one whose
content is not what its manifest says, counts as missing.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import Any

from saltern.errors import BadInput
from saltern.files import digest, file_digest

log = logging.getLogger("saltworks.store")

MANIFEST = ".manifest.json"
NEWEST = ".newest"  # a folder of files that name the artifact which a step has made last


class Store:
    """Artifacts by name. Cheap to make: nothing is read or created before it is asked for."""

    def __init__(self, url: str | os.PathLike[str]) -> None:
        self.url = os.fspath(url)
        self.is_local = "://" not in self.url
        self.root: Path = Path(self.url).absolute() if self.is_local else _remote(self.url)

    def __repr__(self) -> str:
        return f"Store({self.url!r})"

    def path(self, name: str) -> Path:
        """Where an artifact of this name lies, or would lie."""
        return self.root / name

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name, whatever is in it. Enough for ``native``; others ask ``digest``."""
        return self.path(name).is_file()

    def digest(self, name: str) -> str | None:
        """The digest of a whole, undamaged artifact; None where it is missing. A damaged one is warned of."""
        manifest = self.whole(name)
        return str(manifest["digest"]) if manifest else None

    def whole(self, name: str) -> dict[str, Any] | None:
        """The manifest of a whole, undamaged artifact; None where it is missing. A damaged one is warned of."""
        manifest = self.manifest(name)
        if manifest is None or not self.exists(name):
            return None
        actual = file_digest(self.path(name))
        if actual != manifest["digest"]:
            log.warning("%s: damaged (its content is not what its manifest says); taken as missing", self.path(name))
            return None
        return manifest

    def manifest(self, name: str) -> dict[str, Any] | None:
        """What was written down when the artifact was made; None where there is nothing of that form."""
        try:
            manifest = json.loads(self.path(name + MANIFEST).read_bytes())
        except (FileNotFoundError, ValueError, RecursionError):
            return None
        return manifest if _is_manifest(manifest) else None

    def names(self, pattern: str = "*", folder: str = "") -> list[str]:
        """What lies in the store, or in a folder of it, by name, sorted. What begins with a dot is left out."""
        root = self.path(folder) if folder else self.root
        found = [path.name for path in root.iterdir()] if root.is_dir() else []
        return sorted(name for name in found if fnmatchcase(name, pattern) and not name.startswith("."))

    def newest(self, key: str, strategy: str) -> dict[str, Any] | None:
        """The manifest of a step, or of one partition of it, that was stored last under a strategy; None: none was.

        A small file says which that is: a store is not listed for each step. It is listed where it has no such file at
        all, or where what the file names is gone.
        """
        try:
            name = self.newest_path(key, strategy).read_bytes().decode()
        except FileNotFoundError:
            if self.path(NEWEST).is_dir():
                return None
            name = ""
        except (OSError, ValueError):
            name = ""
        found = self.manifest(name) if name else None
        if found and found.get("strategy") == strategy:
            return found
        earlier = [one for one in self.manifests(key) if one.get("strategy") == strategy]
        return max(earlier, key=lambda one: str(one.get("made")), default=None)

    def newest_path(self, key: str, strategy: str) -> Path:
        """The file that names the artifact which a step has made last."""
        return self.path(f"{NEWEST}/{strategy}/{key}")

    def note_newest(self, key: str, strategy: str, name: str) -> None:
        """Note which artifact a step has made last. Nothing but a reason in words depends on it."""
        self.write(f"{NEWEST}/{strategy}/{key}", name.encode(), sync=False)

    def manifests(self, key: str) -> Iterator[dict[str, Any]]:
        """All manifests of the artifacts of one step, or of one partition of it, by name."""
        for name in self.names(f"{escape(key)}[-.]*{MANIFEST}"):
            if manifest := self.manifest(name.removesuffix(MANIFEST)):
                yield manifest

    def read(self, name: str, digest_: str | None = None) -> bytes:
        """An artifact's content. With a digest, raises ``Damaged`` when the content has another."""
        data = self.path(name).read_bytes()
        if digest_ is not None and digest(data) != digest_:
            raise Damaged(f"{self.path(name)}: damaged while it was read")
        return data

    def commit(self, name: str, data: bytes, facts: Mapping[str, Any]) -> str:
        """Store an artifact and its manifest, and return the artifact's digest.

        ``facts`` go into the manifest beside the digest and the size. A reader sees the old artifact, or none,
        until the new one is whole.
        """
        found = digest(data)
        manifest = {**facts, "name": name, "digest": found, "size": len(data)}
        self.write(name, data)
        self.write(name + MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n")
        return found

    def write(self, name: str, data: bytes, *, sync: bool = True) -> None:
        """Write one file, all or nothing. Raises BadInput when the store cannot be written.

        Without ``sync`` it does not wait for the disk: a power cut may leave the file empty.
        """
        path = self.path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not self.is_local:
                path.write_bytes(data)  # object stores show an object when it is whole
                return
            temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
            try:
                with temporary.open("xb") as file:
                    file.write(data)
                    if sync:
                        file.flush()
                        os.fsync(file.fileno())
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise BadInput(f"--store {self.url}: cannot be written ({error.strerror or error})") from error

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Wait until no other process on this machine holds the lock of this name, and hold it.

        The kernel lets go of it when its holder dies. Stores that are no folder have none: there, two runs at a time
        may make the same artifact twice, which costs time and nothing else.
        """
        if not self.is_local:
            yield
            return
        from filelock import FileLock

        path = self.path(f".{name}.lock")
        with FileLock(path):
            try:
                yield
            finally:
                path.unlink(missing_ok=True)  # who waits for this very file, or makes it anew, looks again first

    def check_writable(self) -> None:
        """Raise BadInput where a local store cannot be written. Leaves nothing but the folder."""
        if self.is_local:
            probe = f".probe-{uuid.uuid4().hex[:8]}"
            self.write(probe, b"", sync=False)
            self.path(probe).unlink()


_OPTIONAL = str | None
# What a manifest may say, and of which type that is. It is read by programs that must not stumble over it.
_MANIFEST: dict[str, Any] = {
    **dict.fromkeys(("name", "step", "version", "strategy", "engine", "run", "made", "function"), str),
    **dict.fromkeys(("partition", "salt"), _OPTIONAL),
    "size": int,
    "params": dict,
    "recipe": dict | None,
}
_RECIPE: dict[str, Any] = {"step": str, "version": str, "strategy": str, "params": dict, "recipe": int}
_TEXTS = ("code", "libraries", "environment", "files", "read")  # each maps texts to texts


def _is_manifest(found: Any) -> bool:
    if not (isinstance(found, dict) and isinstance(found.get("digest"), str) and _fits(found, _MANIFEST)):
        return False
    if not isinstance(found.get("unheld", []), list):
        return False
    recipe = found.get("recipe") or {}
    if not _fits(recipe, _RECIPE) or not isinstance(recipe.get("inputs", {}), dict):
        return False
    inputs = recipe.get("inputs", {}).values()
    return all(isinstance(one, str) or _is_texts(one) for one in inputs)


def _fits(found: Mapping[str, Any], types: Mapping[str, Any]) -> bool:
    typed = all(isinstance(found[name], type_) for name, type_ in types.items() if name in found)
    return typed and all(_is_texts(found[name]) for name in _TEXTS if name in found)


def _is_texts(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(value, str) for value in found.values())


class Damaged(RuntimeError):
    """An artifact changed between the moment it was found whole and the moment it was read."""


def _remote(url: str) -> Path:
    from upath import UPath

    try:
        root = UPath(url)
        if not root.protocol:  # it would be a folder of that name, here
            raise ValueError("no such kind of store; write it as s3://BUCKET/FOLDER, for example")
        root.exists()
    except (ValueError, ImportError, OSError) as error:
        raise BadInput(f"--store {url}: {error}") from None
    return root  # type: ignore[return-value]
