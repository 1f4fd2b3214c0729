"""The scenarios. Both pipelines go through the same changes wherever they make sense.

scenario  what a scenario is
running   changes without a touch of code     coding   changes to the code     accidents   what goes wrong
common    all of these: every pipeline goes through them
ground    what they are made to
ml        the ground of the pipeline ``ml``
artists   that of ``artists``, and what only it goes through
"""

from __future__ import annotations

from dataclasses import replace

from saltern.errors import BadInput
from shared.pipelines import PIPELINES
from shared.rerun.scenarios import artists, ml
from shared.rerun.scenarios.scenario import Scenario

# The most telling, each in the pipeline where it takes less time or shows more: what is run where none is named.
QUICK = {
    "unchanged": "ml",
    "delete-middle": "ml",
    "change-input": "ml",
    "change-parameter": "ml",
    "edit-helper": "ml",
    "edit-comment": "ml",
    "noise-input": "artists",
    "damage-last": "ml",
    "crash": "ml",
    "two-at-once": "artists",
}
SCENARIOS = tuple(replace(s, quick=QUICK.get(s.name) == s.pipeline) for s in (*ml.SCENARIOS, *artists.SCENARIOS))


def chosen(pipeline: str | None, names: list[str], *, full: bool = False) -> list[Scenario]:
    """The scenarios of these names, of one pipeline or both; where none is named, the quick ones, or with ``full`` all.

    Raises BadInput for an unknown name.
    """
    if pipeline is not None and pipeline not in PIPELINES:
        raise BadInput(f"--pipeline {pipeline}: no such pipeline (there are: {', '.join(PIPELINES)})")
    known = list(dict.fromkeys(scenario.name for scenario in SCENARIOS))
    for name in names:
        if name not in known:
            raise BadInput(f"--scenario {name}: no such scenario (there are: {', '.join(known)})")
    found = [s for s in SCENARIOS if pipeline in (None, s.pipeline) and (s.name in names if names else full or s.quick)]
    if not found:
        raise BadInput(f"--scenario {names[0]}: pipeline '{pipeline}' does not go through it")
    return found


__all__ = ["SCENARIOS", "Scenario", "chosen"]
