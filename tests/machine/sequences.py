"""Some sequences after one another from a seed, and what came of them."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import LARGEST, Counterexample, Machine, Setting
from tests.machine.workshop import ROOT, Workshop


@dataclass
class Outcome:
    """Of one seed: what was run how often, and the lines of a counterexample, if there was one."""

    seed: str
    seconds: float
    counts: dict[str, int] = field(default_factory=dict)
    counterexample: str = ""


class Sequences:
    """A context manager. ``engines``: an engine is drawn as often as it stands there."""

    def __init__(self, engines: Sequence[str], work: Path | None = None, library: Path = ROOT) -> None:
        self.engines, self._work, self._library = engines, work, library
        self._stack = ExitStack()

    def __enter__(self) -> Sequences:
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="saltworks-machine-", dir=self._work)))
        os.environ["SALTWORKS_CACHE_DIR"] = str(folder / "digests")
        logging.getLogger("saltworks").setLevel(logging.ERROR)  # that an artifact is damaged is no news here
        self._workshop = self._stack.enter_context(Workshop(folder, self._library))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run(self, seed: str, count: int, *, length: int = 16, largest: int = LARGEST, tries: int = 300) -> Outcome:
        """``count`` sequences of this length at most. ``largest``: of how many steps a project may be.

        A counterexample is the shortest that is found in so many tries.
        """
        started = time.monotonic()
        setting = Setting(self._workshop, self.engines, largest, tries)
        machine = hypothesis.seed(seed)(type("Machine", (Machine,), {"setting": setting}))
        note = ""
        try:
            run_state_machine_as_test(machine, settings=_settings(count, length))
        except Counterexample:
            pass
        except Flaky:  # it came, and then it did not, unless nothing was tried any more
            note = "" if setting.has_tried else "\n(not at every try)"
        shortest = min(setting.counterexamples, key=lambda lines: (lines.count("\n"), len(lines)), default="")
        return Outcome(seed, round(time.monotonic() - started, 1), dict(setting.counts), shortest + note)


def _settings(count: int, length: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=count,
        stateful_step_count=length,
        derandomize=False,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=[*hypothesis.HealthCheck],
        verbosity=hypothesis.Verbosity.quiet,
    )
