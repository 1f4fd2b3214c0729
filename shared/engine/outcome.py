"""What a run did: the engine's word and the ledger's, side by side."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass

from shared.engine.build import Build
from shared.engine.protocol import Engine


@dataclass(frozen=True)
class Target:
    """Where the target is and what is in it. Both None: what it would be made from is gone again."""

    path: str | None
    digest: str | None


@dataclass(frozen=True)
class Outcome:
    """What a run did: the JSON object of ``run --json``."""

    engine: str
    pipeline: str
    strategy: str
    executed: list[str]  # by the ledger
    reused: list[str]
    target: Target
    seconds: float
    claimed: dict[str, str]  # by the engine, in its own words
    reasons: dict[str, list[str]]  # of each step that executed (saltern.reasons)
    run: str

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        told = json.loads(text)
        return cls(**{**told, "target": Target(**told["target"])})


def execute(engine: Engine, build: Build) -> Outcome:
    """Run a build on an engine, and read in the ledger what really executed."""
    build.cache.store.check_writable()
    started = time.monotonic()
    claimed = dict(engine.run(build))
    seconds = time.monotonic() - started
    events = build.cache.ledger.events("started")
    executed = [event["step"] for event in events]
    calls = build.calls()
    found = {key: build.cache.find(call) for key, call in calls.items() if key not in executed}
    target = calls.get(build.graph.target)
    made = target and (found.get(target.key) or build.cache.find(target))
    return Outcome(
        engine=engine.name,
        pipeline=build.pipeline,
        strategy=build.strategy,
        executed=executed,
        reused=[key for key, artifact in found.items() if artifact],
        target=Target(
            build.cache.store.address(target.artifact.name) if target else None,
            (made and made.digest) or (build.cache.content_digest(target) if target else None),
        ),
        seconds=round(seconds, 3),
        claimed=claimed,
        reasons={event["step"]: event["reasons"] for event in events},
        run=build.run,
    )
