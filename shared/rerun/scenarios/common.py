"""The changes that every pipeline goes through, and what each allows to run."""

from __future__ import annotations

from shared.rerun.scenarios import accidents, coding, running
from shared.rerun.scenarios.ground import Ground
from shared.rerun.scenarios.scenario import Scenario


def scenarios(on: Ground) -> tuple[Scenario, ...]:
    """All of them, made to one pipeline's ground."""
    return (*running.scenarios(on), *coding.scenarios(on), *accidents.scenarios(on))
