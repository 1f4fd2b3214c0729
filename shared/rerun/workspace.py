"""A workspace: a copy of the project's code and data, and of the world around it, that a scenario may change."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from stat import S_ISDIR
from typing import Any

from shared.pipelines import PROJECT, stream_of

Row = dict[str, str]

LIBRARIES = "site-packages"  # in the workspace: code in a folder of this name is a library's, not the project's


class Workspace:
    """The changes of a scenario are its methods. Each is made for real, on files; one that would change nothing fails.

    It also holds what the user would say on the command line, which a scenario may change too.
    """

    def __init__(self, folder: Path, packages: Iterable[str]) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        for name in {"saltern", "shared", "data", *(package.partition(".")[0] for package in packages)}:
            shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
        shutil.copy(PROJECT / "pyproject.toml", folder)  # by which a folder is known for a project
        self.folder = self._home = folder
        self.built: dict[str, str] = {}  # step -> the name of the artifact that it last made
        self._settings: dict[str, str] = {}
        self._end: str | None = None

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def keep(self) -> None:
        """Remember everything as it is now, for ``put_back``."""
        shutil.copytree(self.folder, self._kept, symlinks=True)
        self._states = {path: _state(self.folder / path) for path in _everything(self.folder)}
        self._said = dict(self._settings), self._end, dict(self.built)

    def put_back(self) -> None:
        """Make everything as it was when it was kept, at the same place and with the same times of change.

        Only what is not as it was is written: a file that anybody wrote to, renamed or gave another time has another
        state, whatever its content is.
        """
        if self.folder != self._home:
            self.folder = self.folder.rename(self._home)
        for path in _everything(self._home):
            if path not in self._states:
                _remove(self._home / path)
        for path, state in self._states.items():
            kept, now = self._kept / path, self._home / path
            if _state(now) == state:
                continue
            if not _is_folder(kept):
                _remove(now)
                shutil.copy2(kept, now, follow_symlinks=False)
                self._states[path] = _state(now)
            elif not _is_folder(now):
                _remove(now)
                now.mkdir()
        for path, state in self._states.items():  # last, as what was written into a folder gave it another time
            if _is_folder(self._home / path) and _state(self._home / path) != state:
                shutil.copystat(self._kept / path, self._home / path)
        settings, self._end, built = self._said
        self._settings, self.built = dict(settings), dict(built)

    def take_back(self) -> None:
        """Make code, data, libraries and what the user says as they were when they were kept; the store stays.

        As a revert does it: only files that differ are written, and their times are new.
        """
        for path in filter(self.is_written, _files(self.folder)):
            if not (self._kept / path).is_file():
                (self.folder / path).unlink()
        for path in filter(self.is_written, _files(self._kept)):
            content = (self._kept / path).read_bytes()
            now = self.folder / path
            if not now.is_file() or now.read_bytes() != content:
                now.parent.mkdir(parents=True, exist_ok=True)
                now.write_bytes(content)
        settings, self._end, _ = self._said
        self._settings = dict(settings)

    def is_written(self, path: Path) -> bool:
        """Whether people write it, and not builds: all but the store and what is hidden."""
        return path.parts[0] != "store" and not path.parts[0].startswith(".")

    def remove(self) -> None:
        """Leave nothing behind."""
        for folder in (self.folder, self._kept):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _kept(self) -> Path:
        return self._home.with_name(f"{self._home.name}.kept")

    @property
    def options(self) -> list[str]:
        """What the user says on the command line beside pipeline, store and strategy."""
        settings = [word for name, value in self._settings.items() for word in ("--set", f"{name}={value}")]
        return settings + (["--end", self._end] if self._end else [])

    def set(self, parameter: str, value: Any) -> None:
        """Say ``--set step.parameter=value`` from now on."""
        self._settings[parameter] = str(value)

    def unset(self, parameter: str) -> None:
        """Say nothing of a parameter any more."""
        del self._settings[parameter]

    def end_on(self, day: str) -> None:
        """Say ``--end day`` from now on."""
        self._end = day

    def move(self) -> None:
        """Move the whole folder elsewhere."""
        self.folder = self.folder.rename(self.folder.with_name(f"{self.folder.name}-moved"))

    def artifact(self, step: str) -> Path:
        """The file that a step last made."""
        return self.store / self.built[step]

    def delete(self, step: str) -> None:
        """Delete the artifact that a step made."""
        self.artifact(step).unlink()

    def truncate(self, step: str) -> None:
        """Cut the artifact that a step made in half."""
        path = self.artifact(step)
        os.truncate(path, path.stat().st_size // 2)

    def flip(self, step: str) -> None:
        """Turn over the bits of one byte in the middle of the artifact that a step made."""
        with self.artifact(step).open("r+b") as file:
            middle = os.fstat(file.fileno()).st_size // 2
            file.seek(middle)
            (byte,) = file.read(1)
            file.seek(middle)
            file.write(bytes([byte ^ 0xFF]))

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a piece of source text that stands in the file exactly once."""
        path = self.folder / file
        text = path.read_text()
        if text.count(old) != 1 or old == new:
            raise ValueError(f"{file}: {old!r} stands in it {text.count(old)} times, not once; the scenario needs care")
        path.write_text(text.replace(old, new))

    def append(self, file: str, text: str) -> None:
        """Add text at a file's end."""
        with (self.folder / file).open("a", newline="") as opened:
            opened.write(text)

    def touch(self, file: str) -> None:
        """Give a file a new time of change and leave its content."""
        now = time.time_ns()
        os.utime(self.folder / file, ns=(now, now))

    def restore(self, file: str) -> None:
        """Write a file anew as it is in the project."""
        shutil.copyfile(PROJECT / file, self.folder / file)

    def rename(self, file: str, other: str) -> None:
        """Give a file another name."""
        (self.folder / file).rename(self.folder / other)

    def exchange(self, file: str, other: str) -> None:
        """Let two files take each other's place."""
        self.rename(file, ".aside")
        self.rename(other, file)
        self.rename(".aside", other)

    def install(self, name: str, version: str, code: str, *, origin: str | None = None) -> None:
        """Install a distribution of one module, with the metadata by which Python knows its version.

        Another version of it is removed first, as pip would. ``origin`` is the address of the file that it is installed
        from, which pip notes where that is not a package index.
        """
        libraries = self.folder / LIBRARIES
        for installed in libraries.glob(f"{name}-*.dist-info"):
            shutil.rmtree(installed)
        info = f"{name}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        files = {f"{name}/__init__.py": code, f"{info}/METADATA": metadata}
        if origin:
            direct = {"archive_info": {"hash": f"sha256={hashlib.sha256(code.encode()).hexdigest()}"}, "url": origin}
            files[f"{info}/direct_url.json"] = json.dumps(direct)
        record = "".join(f"{file},{_hash(text)},{len(text.encode())}\n" for file, text in files.items())
        for file, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            path = libraries / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def rewrite_csv(self, change: Callable[[int, Row], Row]) -> None:
        """Rewrite every row of the bundled CSV; ``change`` gets the row's number and the row."""
        path = self.folder / "data" / "digits.csv"
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(change(number, row) for number, row in enumerate(rows))

    def stream(self, day: str) -> Path:
        """The stream file of one day."""
        return stream_of(self.folder / "data" / "streams", day)

    def add_plays(self, day: str, artist: str, plays: int) -> None:
        """Append plays of one artist to a day's stream."""
        with self.stream(day).open("a") as file:
            file.writelines(f"user_000\t{day}T23:59:59.999Z\t{artist}\tTrack 1\n" for _ in range(plays))


def _everything(folder: Path) -> list[Path]:
    """All files and folders, each before what is in it."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


def _state(path: Path) -> tuple[int, ...] | None:
    """What is another after any change: for a folder its mode and its time, for a file also its place on the disk."""
    try:
        stat = path.lstat()
    except OSError:
        return None
    if S_ISDIR(stat.st_mode):
        return stat.st_mode, stat.st_mtime_ns
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return [path for path in _everything(folder) if (folder / path).is_file()]


def _hash(text: str) -> str:
    """As a RECORD has it: PEP 376, the urlsafe base64 of the sha256, without padding."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
