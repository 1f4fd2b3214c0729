"""``results/score/<engine>.json``: every edit of a score, and what came of it under each strategy."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from shared.rerun.document import Document, Model
from shared.rerun.evidence import Evidence
from shared.rerun.verdict import Verdict

SCHEMA: Literal[1] = 1


class Run(Model):
    """The build after an edit, under one strategy."""

    verdict: Verdict
    matters: bool = Field(description="whether it would have been wrong to leave the target as it lay after the edit")
    executed: list[str] = Field(description="steps that ran, by the ledger")
    needless: list[str] = Field(
        description="those of them that made again what lay there: a clean build makes the same as before the edit"
    )
    seconds: float = Field(ge=0, description="the build")
    needless_seconds: float | None = Field(ge=0, description="the needless steps alone; null where no ledger says it")
    note: str = ""
    evidence: Evidence | None = Field(default=None, description="of a stale build: what its target says")


class Trial(Model):
    """One edit, made and built under every strategy."""

    number: int = Field(ge=0)
    kind: str
    pipeline: str
    diff: str = Field(description="what the edit did to the workspace")
    clean: Literal["same", "changed", "fails"] = Field(description="the target of a clean build after the edit")
    left_out: str | None = Field(default=None, description="why it is in no figure; null where it is")
    runs: dict[str, Run] = Field(default_factory=dict, description="strategy -> the build")


class Score(Document):
    """All edits of one engine that were measured under the same conditions."""

    called: ClassVar[str] = "a file of a score"

    schema_: Literal[1] = Field(default=SCHEMA, alias="schema")
    engine: str
    engine_version: str
    python: str
    host: str = Field(description="the kind of machine, never its name")
    ingredients: str = Field(description="a digest of the code that was measured and of what is installed")
    date: str = Field(description="of the last edit, ISO 8601")
    seed: int
    settled: dict[str, int | None] = Field(
        default_factory=dict, description="pipeline/strategy -> builds before nothing ran any more; null: never"
    )
    trials: list[Trial]


read = Score.read
