"""A workspace: a copy of the project's code and data, and of the world around it, that a scenario may change."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from shared.pipelines import stream_of
from shared.salting.recipe import PROJECT

Row = dict[str, str]


class Workspace:
    """The changes of a scenario are its methods. Each is made for real, on files; one that would change nothing fails.

    It also holds what the user would say on the command line, which a scenario may change too.
    """

    def __init__(self, folder: Path, packages: Iterable[str]) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        for name in {"shared", "data", *(package.partition(".")[0] for package in packages)}:
            shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
        self.folder = folder
        self.store = folder / "store"
        self.built: dict[str, Path] = {}  # step -> the artifact it last made
        self._settings: dict[str, str] = {}
        self._end: str | None = None

    def keep(self) -> None:
        """Remember everything as it is now, for ``put_back``."""
        shutil.copytree(self.folder, self._kept, symlinks=True)
        self._said = dict(self._settings), self._end, dict(self.built)

    def put_back(self) -> None:
        """Make everything as it was when it was kept, at the same place and with the same times of change."""
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder, symlinks=True)
        settings, self._end, built = self._said
        self._settings, self.built = dict(settings), dict(built)

    def remove(self) -> None:
        """Leave nothing behind."""
        for folder in (self.folder, self._kept):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _kept(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.kept")

    @property
    def options(self) -> list[str]:
        """What the user says on the command line beside pipeline, store and strategy."""
        settings = [word for name, value in self._settings.items() for word in ("--set", f"{name}={value}")]
        return settings + (["--end", self._end] if self._end else [])

    def set(self, parameter: str, value: Any) -> None:
        """Say ``--set step.parameter=value`` from now on."""
        self._settings[parameter] = str(value)

    def end_on(self, day: str) -> None:
        """Say ``--end day`` from now on."""
        self._end = day

    def delete(self, step: str) -> None:
        """Delete the artifact that a step made."""
        self.built[step].unlink()

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a piece of source text that stands in the file exactly once."""
        path = self.folder / file
        text = path.read_text()
        if text.count(old) != 1 or old == new:
            raise ValueError(f"{file}: {old!r} stands in it {text.count(old)} times, not once; the scenario needs care")
        path.write_text(text.replace(old, new))

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
