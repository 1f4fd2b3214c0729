"""A cell as it begins, and what the runs of one build told, written into it."""

from __future__ import annotations

from collections.abc import Container, Sequence

from saltern.ledger import Ledger
from saltern.store import Store
from shared.engine.outcome import Outcome
from shared.rerun.results import Cell
from shared.rerun.scenarios.scenario import Scenario
from shared.rerun.verdict import disputed


def begun(pipeline: str, strategy: str, scenario: Scenario, note: str) -> Cell:
    """The cell of a scenario before anything is known of it: an error, if nothing more comes."""
    return Cell(
        pipeline=pipeline,
        strategy=strategy,
        scenario=scenario.name,
        verdict="error",
        executed=[],
        reasons={},
        claimed={},
        disputed=[],
        least=list(scenario.least),
        most=list(scenario.most),
        healed=None,
        seconds=0.0,
        edit="",
        note=note,
    )


def tell(outcomes: Sequence[Outcome], cell: Cell, says_ran: Container[str], store: Store) -> None:
    """Of several runs, take all together. ``says_ran``: see ``disputed``; ``store`` is where they worked."""
    cell.executed = [step for outcome in outcomes for step in outcome.executed]
    cell.seconds = max(outcome.seconds for outcome in outcomes)
    cell.work = round(sum(_work(outcome, store) for outcome in outcomes), 3)
    in_dispute: set[str] = set()
    for outcome in outcomes:
        for step, because in outcome.reasons.items():
            cell.reasons[step] = list(dict.fromkeys([*cell.reasons.get(step, []), *because]))
        for step, word in outcome.claimed.items():
            known = cell.claimed.get(step, word)
            cell.claimed[step] = word if known == word else f"{known} / {word}"
        in_dispute |= set(disputed(outcome.claimed, outcome.executed, says_ran))
    cell.disputed = sorted(in_dispute)


def _work(outcome: Outcome, store: Store) -> float:
    """Seconds that the steps of a run took."""
    ends = Ledger(store, outcome.run).events("finished")
    return float(sum(event["ended_ns"] - event["started_ns"] for event in ends)) / 1e9
