"""Another engine, in its own environment, for stop 11; the reference engine where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lesson.tour.stage import Stage
from lesson.tour.words import WORDS, Surprise
from shared.engine.outcome import Outcome
from shared.engine.servers import last_words
from shared.engines import ENGINES
from shared.reference import ENGINE as REFERENCE

PATIENCE = 300  # seconds


@dataclass(frozen=True)
class Partner:
    """An engine, and the interpreter that has it."""

    name: str
    package: str
    python: str
    wanted: str = ""
    """What it stands in for, where that is not there."""

    def build(self, stage: Stage) -> Outcome:
        """``run --json`` in a stage's workspace, in a fresh process. Raises Surprise when it fails."""
        words = [self.python, "-m", self.package, "run", stage.pipeline, "--json", "--strategy", stage.strategy]
        words += ["--store", str(stage.world.store), *stage.world.options]
        env = {**os.environ, **stage.bench.env, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                words, cwd=stage.world.folder, env=env, capture_output=True, text=True, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise Surprise(f"{self.name} has not built {stage.pipeline} in {PATIENCE} s") from None
        if done.returncode:
            raise Surprise(f"{self.name} failed: {last_words(done.stderr)}")
        return Outcome.from_json(done.stdout.splitlines()[-1])


def find(engine: str) -> Partner:
    """The engine that goes with another: its environment lies beside the one that this process runs in."""
    name = WORDS[engine].partner
    python = Path(sys.prefix).parent / name / "bin" / "python"
    if python.exists():
        return Partner(WORDS[name].name, ENGINES[name].package, str(python))
    return Partner("the reference engine", REFERENCE.package, sys.executable, wanted=WORDS[name].name)
