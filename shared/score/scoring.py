"""All edits of a score: several workers, progress, and a file that grows as they come."""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from saltern.errors import BadInput
from shared.engine.protocol import Engine
from shared.rerun.bench import opened
from shared.rerun.harness import progress
from shared.rerun.ingredients import SHOWN, host, ingredients
from shared.rerun.record import resumable, say_kept
from shared.score.population import drawn
from shared.score.results import Score, Trial, read
from shared.score.trials import Lane, due

PATIENCE = 60  # seconds for one run: a mutant may have no end
PAUSE = 10.0  # seconds between two writings of the file


def score(
    engine: Engine,
    edits: int,
    seed: int,
    strategies: Sequence[str],
    folder: Path,
    jobs: int,
    *,
    only: int | None = None,
    again: bool = False,
) -> Score:
    """Measure the first ``edits`` edits of a seed, or ``only`` one of them: ``<folder>/score/<engine>.json``.

    Edits that the file holds, measured under the same conditions, are not measured again unless ``again`` says so, and
    are part of what is returned. Raises BadInput for an unknown strategy.
    """
    for name in strategies:
        engine.check(name)
    wanted = list(dict.fromkeys(strategies)) or engine.strategies
    path = folder / "score" / f"{engine.name}.json"
    numbers = [only] if only is not None else list(range(edits))
    kept = _Kept(engine, seed, path)
    missing = [number for number in numbers if again or not kept.has(number, due(engine, wanted, number))]
    say_kept(len(numbers) - len(missing), len(numbers), "edits")
    if missing:
        _measure(engine, missing, seed, wanted, jobs, kept)
    return kept.of(set(numbers))


class _Kept:
    """What was measured: in memory, and in the file, which is written now and then."""

    def __init__(self, engine: Engine, seed: int, path: Path) -> None:
        self.path, self._lock, self._written = path, threading.Lock(), time.monotonic()
        self._score = Score(
            engine=engine.name,
            engine_version=engine.version(),
            python=platform.python_version(),
            host=host(),
            ingredients=ingredients(engine, SHOWN),
            date=_today(),
            seed=seed,
            trials=[],
        )
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
        self._score.date = _today()
        self.of(self._trials.keys()).write(self.path)
        self._written = time.monotonic()


def _measure(engine: Engine, numbers: Sequence[int], seed: int, wanted: Sequence[str], jobs: int, kept: _Kept) -> None:
    todo = iter(numbers)
    with (
        closing(kept),
        resumable(lambda: kept.added, len(numbers), "edits"),
        progress(engine) as advance,
        opened(engine, PATIENCE) as bench,
        ExitStack() as stack,
    ):

        def work(lane: Lane) -> None:
            while (number := next(todo, None)) is not None:
                edit = drawn(number, seed, engine.package)
                kept.add(lane.trial(edit, due(engine, wanted, number)), lane.settled)
                advance(kept.added, len(numbers))

        bench.side_by_side(jobs, work, [(Lane(bench, stack),) for _ in range(min(jobs, len(numbers)))])


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
