"""What fsspec knows, and we know no better: memory, Google's and Azure's object stores, and others.

A hit is read here, since each file system has a word of its own for an object's version, and not all have one. Nor is
there a lock: two runs at a time may make the same artifact twice, which costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from saltern.files import digest
from saltern.places.place import State


class Anywhere:
    """The client of a file system is fsspec's own, one for each process and URL."""

    root = None

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        _ = self._files  # raises where fsspec knows no such URL

    @property
    def _files(self) -> Any:
        from fsspec.core import url_to_fs

        with _oserror():
            return url_to_fs(self.url)[0]

    def _of(self, name: str) -> str:
        return str(self._files._strip_protocol(f"{self.url}/{name}")).rstrip("/")

    def address(self, name: str) -> str:
        return f"{self.url}/{name}"

    def check(self) -> None:
        self.is_there()

    def is_there(self, folder: str = "") -> bool:
        with _oserror():
            return bool(self._files.isdir(self._of(folder)))

    def state(self, name: str) -> State | None:
        try:
            with _oserror():
                found = self._files.info(self._of(name))
        except FileNotFoundError:
            return None
        return State(int(found.get("size") or 0)) if found.get("type") == "file" else None

    def read(self, name: str) -> bytes:
        with _oserror():
            return bytes(self._files.cat_file(self._of(name)))

    def digest(self, name: str) -> str:
        return digest(self.read(name))

    def write(self, name: str, data: bytes, *, sync: bool = True) -> str | None:
        with _oserror():
            path = self._of(name)
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(path, data)
        return None

    def delete(self, name: str) -> None:
        """Files alone: what object stores call rmdir may delete what is in it."""
        try:
            with _oserror():
                self._files.rm_file(self._of(name))
        except (FileNotFoundError, IsADirectoryError):
            pass

    def names(self, folder: str = "", prefix: str = "") -> list[str]:
        path = self._of(folder)
        try:
            with _oserror():
                found = self._files.ls(path, detail=False, refresh=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = (one.rstrip("/").rpartition("/")[2] for one in found if one.rstrip("/") != path)
        return [name for name in names if name.startswith(prefix)]

    def lock(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def locked(self) -> list[str]:
        return []


@contextmanager
def _oserror() -> Iterator[None]:
    """Whatever a file system raises, as an OSError."""
    try:
        yield
    except (OSError, ValueError, ImportError):
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
