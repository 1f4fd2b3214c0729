"""A folder, of one machine or shared by several."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from saltern.files import file_digest
from saltern.places.place import State


class Folder:
    """A file is written beside its place and moved there. Who dies meanwhile leaves ``.<name>.<8 hex>.tmp``."""

    def __init__(self, path: str) -> None:
        self.root = Path(path).absolute()

    def address(self, name: str) -> str:
        return str(self.root / name)

    def check(self) -> None:
        probe = f".probe-{uuid.uuid4().hex[:8]}"
        self.write(probe, b"", sync=False)
        self.delete(probe)

    def is_there(self, folder: str = "") -> bool:
        return (self.root / folder).is_dir()

    def state(self, name: str) -> State | None:
        path = self.root / name
        return State(path.stat().st_size) if path.is_file() else None

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def digest(self, name: str) -> str:
        return file_digest(self.root / name)

    def write(self, name: str, data: bytes, *, sync: bool = True) -> str | None:
        """Without ``sync`` it does not wait for the disk: a power cut may leave the file empty."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
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
        return None

    def delete(self, name: str) -> None:
        path = self.root / name
        if path.is_dir():
            with contextlib.suppress(OSError):  # not empty
                path.rmdir()
        else:
            path.unlink(missing_ok=True)

    def names(self, folder: str = "", prefix: str = "") -> list[str]:
        try:
            return [name for name in os.listdir(self.root / folder) if name.startswith(prefix)]  # noqa: PTH208 - fast
        except (FileNotFoundError, NotADirectoryError):
            return []

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """The kernel lets go of it when its holder dies."""
        from filelock import FileLock

        path = self.root / f".{name}.lock"
        with FileLock(path):
            try:
                yield
            finally:
                path.unlink(missing_ok=True)  # who waits for this very file, or makes it anew, looks again first

    def locked(self) -> list[str]:
        from filelock import FileLock, Timeout

        found = []
        for file in self.names(prefix="."):
            if file.endswith(".lock"):
                try:
                    with FileLock(self.root / file, timeout=0):
                        continue  # its holder died
                except Timeout:
                    found.append(file[1 : -len(".lock")])
        return found
