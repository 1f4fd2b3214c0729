"""What became of each step in a cell: by the ledger, held against the scenario's bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.pipelines import Pipeline
from shared.report.marks import Mark
from shared.rerun.results import Cell

FATES = (
    Mark("needed", "▶", "ran", "it was allowed to run, and ran"),
    Mark("needless", "+", "ran needlessly", "it ran, and need not have; or ran twice"),
    Mark("kept", "=", "not run", "what was there stayed"),
    Mark("overlooked", "–", "should have run", "it had to run, and did not"),
    Mark("missing", "○", "missing", "its artifact was deleted or damaged, and still is"),
    Mark("stale", "✗", "stale", "the target, and not what a clean build makes"),
    Mark("unknown", "?", "not known", "the run failed before it said anything"),
)
ORDER = {fate.tag: number for number, fate in enumerate(FATES)}


@dataclass(frozen=True)
class StepFate:
    """One step in one cell."""

    node: str
    """Its place in the pipeline's graph."""
    name: str
    """As the cell calls it: another than ``node`` where the change renamed it."""
    fate: str
    """A tag of ``FATES``."""
    reasons: Sequence[str]
    claim: str | None
    """The engine's own word."""
    disputed: bool


def fates(cell: Cell, pipeline: Pipeline, harmed: str | None = None) -> list[StepFate]:
    """Every step of the pipeline, dependencies first. ``harmed`` is the step whose artifact the scenario harmed."""
    names = _names(cell, list(pipeline.nodes))
    return [
        StepFate(
            node=node,
            name=name,
            fate=_fate(cell, name, is_target=node == pipeline.target, is_harmed=node == harmed),
            reasons=cell.reasons.get(name, ()),
            claim=cell.claimed.get(name),
            disputed=name in cell.disputed,
        )
        for node, name in names.items()
    ]


def _fate(cell: Cell, name: str, *, is_target: bool, is_harmed: bool) -> str:
    times = cell.executed.count(name)
    if cell.verdict == "stale" and is_target:
        return "stale"
    if times:
        return "needed" if times == 1 and name in cell.most else "needless"
    if is_harmed and cell.healed is False:
        return "missing"
    if cell.verdict == "error" and not (cell.executed or cell.claimed):
        return "unknown"
    return "overlooked" if name in cell.least else "kept"


def _names(cell: Cell, nodes: Sequence[str]) -> dict[str, str]:
    """Node -> what the cell calls it.

    A scenario that renames a step has a bound with a name that is in no graph. Bounds list steps dependencies first,
    so the renamed one stands just before the next that is known.
    """
    names = {node: node for node in nodes}
    for new, following in zip(cell.most, cell.most[1:], strict=False):
        if new not in names and following in names and following != nodes[0]:
            names[nodes[nodes.index(following) - 1]] = new
    return names
