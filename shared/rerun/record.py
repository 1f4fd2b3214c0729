"""The record of a measurement: the results file of one engine, which is written as cells come and taken up again."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.engine.protocol import Engine
from shared.engine.servers import interrupt_once, sigterm_as_exit
from shared.rerun.evidence import FOLDER
from shared.rerun.expectations import load, marked
from shared.rerun.facts import facts
from shared.rerun.ingredients import ingredients
from shared.rerun.results import Cell, Place, Results, measured_with, merged
from shared.rerun.scenarios import SCENARIOS

PAUSE = 1.0  # seconds between two writings of the file
ORDER = {(scenario.pipeline, scenario.name): number for number, scenario in enumerate(SCENARIOS)}


class Record:
    """What was measured with the present ingredients, before and now. It has to be closed."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._path = folder / f"{engine.name}.json"
        self.pages = folder / FOLDER
        self._expected = load(engine)
        self._document = merged(measured_with(engine, []), self._path)
        self._cells = {cell.place: cell for cell in self._marked(self._document.cells).cells}
        self._written = time.monotonic()
        self._lock = threading.Lock()
        self.added = 0

    def close(self) -> None:
        """Write all of it. Where the ingredients changed meanwhile, the file says so, and nobody will take it up."""
        with self._lock:
            if ingredients(self._engine) != self._document.ingredients:
                print("the project changed while it was measured: next time all is measured anew", file=sys.stderr)
                self._document.ingredients = None
            self._write()

    def measure_facts(self) -> None:
        """Measure the facts about the engine, if they are not known."""
        self._document.facts = self._document.facts or facts(self._engine)

    def known(self, place: Place) -> Cell | None:
        """The cell that was measured before. One that is not as expected does not count: it is measured again."""
        cell = self._cells.get(place)
        return None if cell is None or cell.is_unexpected else cell

    def add(self, cell: Cell) -> None:
        """Take a cell that was measured now, in the place of an older one."""
        with self._lock:
            self._cells[cell.place] = cell
            self.added += 1
            if time.monotonic() - self._written >= PAUSE:
                self._write()

    def results(self, places: Iterable[Place]) -> Results:
        """The cells of these places, in this order."""
        return self._marked(self._cells[place] for place in places)

    def _marked(self, cells: Iterable[Cell]) -> Results:
        return marked(self._document.model_copy(update={"cells": list(cells)}), self._expected)

    def _write(self) -> None:
        """With what another process wrote there meanwhile."""
        whole = merged(self._marked(self._cells.values()), self._path)
        whole.cells.sort(key=self._rank)
        whole.write(self._path)
        self._written = time.monotonic()

    def _rank(self, cell: Cell) -> tuple[int, int, str]:
        """As they are shown: by scenario, then by strategy; those of a handover last, by what was taken."""
        if cell.partner:
            return len(ORDER), 0, f"{cell.partner}/{cell.pipeline}-{cell.strategy}"
        return ORDER[cell.pipeline, cell.scenario], self._engine.strategies.index(cell.strategy), ""


def say_kept(kept: int, total: int, things: str = "cells", done: str = "measured") -> None:
    """Say on standard error what need not be done again, if there is any."""
    if kept:
        print(f"{kept} of {total} {things} were {done} before; --again: all of them anew", file=sys.stderr)


@contextmanager
def resumable(done: Callable[[], int], total: int, things: str = "cells") -> Iterator[None]:
    """Let it be interrupted (status 130) and terminated (143) in order, once, and say that the same command goes on."""
    before = signal.getsignal(signal.SIGINT)
    interrupt_once()
    try:
        with sigterm_as_exit():
            yield
    except (KeyboardInterrupt, SystemExit) as end:
        print(f"interrupted after {done()} of {total} {things}; the same command goes on there", file=sys.stderr)
        sys.exit(end.code if isinstance(end, SystemExit) else 130)
    finally:
        signal.signal(signal.SIGINT, before)
