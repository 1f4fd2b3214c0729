"""What every place can do."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol


class State(NamedTuple):
    """What is known of a file that has not been read."""

    size: int  # bytes
    version: str | None = None  # another whenever the file is written: an ETag. None where the place has none


class Place(Protocol):
    """Files by name. A name may have folders, with slashes."""

    @property
    def root(self) -> Path | None:
        """The folder that it is; None where it is no folder."""

    def address(self, name: str) -> str:
        """A file's name for people, from anywhere."""

    def check(self) -> None:
        """Raise OSError where nothing can be written, as far as that can be told. Leaves no file."""

    def is_there(self, folder: str = "") -> bool:
        """Whether there is such a place, or such a folder of it."""

    def state(self, name: str) -> State | None:
        """What is known of a file; None where there is none."""

    def read(self, name: str) -> bytes:
        """What is in a file."""

    def digest(self, name: str) -> str:
        """The digest of what is in a file."""

    def write(self, name: str, data: bytes, *, sync: bool = True) -> str | None:
        """Write a file, all or nothing. Its version, as in ``State``."""

    def delete(self, name: str) -> None:
        """Delete a file, or an empty folder. What is not there, or not empty, is no error."""

    def names(self, folder: str = "", prefix: str = "") -> list[str]:
        """The names in a folder that begin so, of files and folders. In no order."""

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Wait until nobody holds the lock of this name, and hold it."""

    def locked(self) -> list[str]:
        """The names whose locks are held now."""
