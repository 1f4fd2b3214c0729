"""What a run did: the engine's word and the ledger's, side by side."""

from __future__ import annotations

import time
from dataclasses import dataclass

from shared.engine.build import Build
from shared.engine.protocol import Engine


@dataclass(frozen=True)
class Outcome:
    """What a run did: the JSON object of ``run --json``."""

    engine: str
    pipeline: str
    strategy: str
    executed: list[str]  # by the ledger
    reused: list[str]
    target: dict[str, str | None]
    seconds: float
    claimed: dict[str, str]  # by the engine, in its own words
    reasons: dict[str, list[str]]  # of each step that executed (saltern.reasons)
    run: str


def execute(engine: Engine, made: Build) -> Outcome:
    """Run a build on an engine, and read in the ledger what really executed."""
    made.cache.store.check_writable()
    started = time.monotonic()
    claimed = dict(engine.run(made))
    seconds = time.monotonic() - started
    events = made.cache.ledger.events("started")
    executed = [event["step"] for event in events]
    calls = made.calls()
    found = {key: made.cache.find(call) for key, call in calls.items() if key not in executed}
    target = calls.get(made.graph.target)  # None: what it would be made from is gone again
    return Outcome(
        engine=engine.name,
        pipeline=made.pipeline,
        strategy=made.strategy,
        executed=executed,
        reused=[key for key, artifact in found.items() if artifact],
        target={
            "path": str(made.cache.store.path(target.artifact.name)) if target else None,
            "digest": made.cache.content_digest(target) if target else None,
        },
        seconds=round(seconds, 3),
        claimed=claimed,
        reasons={event["step"]: event["reasons"] for event in events},
        run=made.run,
    )
