"""The record of a score: its file, which is written as edits are measured and taken up again."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from saltern.errors import BadInput
from shared.score.results import Score, Trial, read

PAUSE = 10.0  # seconds between two writings of the file


class Kept:
    """The edits of a score that were measured: in memory, and in the file, which is written now and then."""

    def __init__(self, empty: Score, path: Path) -> None:
        """``empty`` says under which conditions edits are measured now; what the file has of others does not count."""
        self.path, self._lock, self._written = path, threading.Lock(), time.monotonic()
        self._score = empty
        with suppress(BadInput):
            old = read(path)
            apart = {"trials", "date", "settled"}
            if old.model_dump(exclude=apart) == self._score.model_dump(exclude=apart):
                self._score = old
        self._trials = {trial.number: trial for trial in self._score.trials}
        self.added = 0

    def has(self, number: int, strategies: Sequence[str]) -> bool:
        """Whether an edit was measured under these strategies."""
        trial = self._trials.get(number)
        return trial is not None and (trial.left_out is not None or trial.runs.keys() >= set(strategies))

    def add(self, trial: Trial, settled: Mapping[str, int | None]) -> None:
        """Keep one more, beside what was measured of it under other strategies."""
        with self._lock:
            self.added += 1
            self._score.settled |= settled
            if old := self._trials.get(trial.number):
                trial = trial.model_copy(update={"runs": old.runs | trial.runs})
            self._trials[trial.number] = trial
            if time.monotonic() - self._written > PAUSE:
                self._write()

    def of(self, numbers: Collection[int]) -> Score:
        """The score of these edits, as far as they were measured."""
        trials = [self._trials[number] for number in sorted(self._trials) if number in numbers]
        return self._score.model_copy(update={"trials": trials})

    def close(self) -> None:
        """Write all of it."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        self._score.date = today()
        self.of(self._trials.keys()).write(self.path)
        self._written = time.monotonic()


def today() -> str:
    """ISO 8601."""
    return datetime.now(UTC).date().isoformat()
