"""The results file of one engine: ``results/<engine>.json``."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_serializer

from saltern.errors import BadInput
from shared.engine.protocol import Engine, Native
from shared.rerun.document import Document, Model
from shared.rerun.evidence import Evidence
from shared.rerun.facts import Facts
from shared.rerun.ingredients import commit, host, ingredients
from shared.rerun.verdict import Verdict, needless, overlooked

SCHEMA: Literal[3] = 3
Kind = Literal["ours", "upstream", "by design"]
Place = tuple[str, str, str, str | None]
"""Of a cell: pipeline, strategy, scenario, partner."""


class Expectation(BaseModel):
    """What a cell is expected to be where it is not ``exact``, and why."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["wasteful", "stale", "error"]
    sometimes: Verdict | None = Field(
        default=None, description="what it is instead in some runs, where two processes race and the winner decides"
    )
    kind: Kind = Field(
        description="ours: we could do better; upstream: the engine's behaviour; by design: the strategy's"
    )
    because: str = Field(min_length=1, description="one sentence")
    link: str | None = Field(default=None, pattern="^https://", description="the upstream issue or document")

    @property
    def words(self) -> str:
        """``wasteful``, or ``wasteful or error``."""
        return f"{self.verdict} or {self.sometimes}" if self.sometimes else self.verdict


class Cell(Model):
    """One scenario, one strategy, one pipeline, on one engine."""

    pipeline: str
    strategy: str
    scenario: str
    partner: str | None = Field(default=None, description="the engine that built what this one then ran on")
    taken: str | None = Field(default=None, description="a digest of what the partner built")
    verdict: Verdict
    expected: Expectation | None = Field(default=None, description="null where the cell is expected to be exact")
    executed: list[str] = Field(description="steps that ran after the change, by the ledger, in order")
    reasons: dict[str, list[str]] = Field(description="step that ran -> why, in the words of saltern.reasons")
    claimed: dict[str, str] = Field(description="step -> what the engine itself said of it")
    disputed: list[str] = Field(description="steps of which the engine and the ledger do not say the same")
    least: list[str] = Field(description="steps that had to run")
    most: list[str] = Field(description="steps that were allowed to run")
    healed: bool | None = Field(
        description="whether an artifact that was deleted or damaged is there again, as it was; null where none was"
    )
    settled: int | None = Field(
        default=0,
        description="how many builds it took before the change until one executed nothing; null where none ever does; "
        "0 where the scenario does not begin with a build",
    )
    seconds: float = Field(ge=0, description="the run after the change")
    work: float = Field(default=0, ge=0, description="seconds that its steps took, by the ledger, added up")
    evidence: Evidence | None = Field(default=None, description="of a stale cell: what its target says, and should say")
    edit: str = Field(description="what the change did to the workspace: a diff, cut where it is long")
    note: str

    @property
    def lucky(self) -> bool:
        """Right although a step that had to run did not: the change happened not to matter.

        Not where a step did not have to run after all: what was gone is back from a memory of the engine's own.
        """
        return self.verdict == "exact" and bool(overlooked(self.executed, self.least)) and not self.healed

    @property
    def remark(self) -> str:
        """What there is to say of its verdict; nothing, in most."""
        extra, missed = needless(self.executed, self.most), overlooked(self.executed, self.least)
        match self.verdict:
            case "error":
                return "the run succeeded, and there is no target"
            case "wasteful":
                return f"{len(extra)} more than needed: {', '.join(extra)}"
            case "exact" if missed and self.healed:
                return f"from the engine's own memory, so it did not have to run: {', '.join(missed)}"
            case "exact" if missed:
                return f"right by luck: had to run and did not: {', '.join(missed)}"
        return ""

    @property
    def is_unexpected(self) -> bool:
        """Worse or better than expected."""
        if self.expected is None:
            return self.verdict != "exact"
        return self.verdict not in (self.expected.verdict, self.expected.sometimes)

    @property
    def words(self) -> str:
        """Its verdict; where a race decides and went as expected, all that it may be: ``wasteful or error``."""
        if self.expected is None or self.expected.sometimes is None or self.is_unexpected:
            return self.verdict
        return self.expected.words

    @property
    def place(self) -> Place:
        return self.pipeline, self.strategy, self.scenario, self.partner


class Results(Document):
    """All the cells of one engine."""

    called: ClassVar[str] = "a results file"

    schema_: Literal[3] = Field(default=SCHEMA, alias="schema")
    engine: str
    engine_version: str
    python: str
    host: str = Field(description="the kind of machine, never its name")
    date: str = Field(default="", description="of the last cell that was measured, ISO 8601")
    commit: str = Field(default="", description="of the project, as far as Git knows it; with a + where files differ")
    ingredients: str | None = Field(
        default=None,
        description="a digest of all that the cells depend on; null where that changed while they were measured",
    )
    natives: dict[str, Native] = Field(
        default_factory=dict, description="the engine's strategies that have no salts, by name"
    )
    facts: Facts | None = Field(default=None, description="what it takes to have the engine")
    cells: list[Cell]

    @field_serializer("natives")
    def _of_documents(self, natives: dict[str, Native]) -> dict[str, dict[str, Any]]:
        """What results say of them: neither ``memory`` nor ``lives``, which only a measurement needs."""
        keys = ("summary", "documentation", "by_hand")
        return {name: {key: getattr(native, key) for key in keys} for name, native in natives.items()}

    @property
    def alone(self) -> Results:
        """Without the cells of a handover: those that concern this engine only."""
        return self.model_copy(update={"cells": [cell for cell in self.cells if cell.partner is None]})


def measured_with(engine: Engine, cells: Sequence[Cell]) -> Results:
    """The results of an engine, here and now."""
    return Results(
        engine=engine.name,
        engine_version=engine.version(),
        python=platform.python_version(),
        host=host(),
        date=date.today().isoformat(),
        commit=commit(),
        ingredients=ingredients(engine),
        natives=dict(engine.natives),
        cells=list(cells),
    )


def merged(new: Results, path: Path) -> Results:
    """New cells beside those of a file that were measured with the same ingredients; old ones of the same place go.

    A file that is missing, not of this schema, or of other or unknown ingredients adds nothing.
    """
    try:
        old = read(path)
    except BadInput:
        return new
    if new.ingredients is None or old.ingredients != new.ingredients:
        return new
    cells = {cell.place: cell for cell in (*old.cells, *new.cells)}
    return new.model_copy(update={"cells": list(cells.values()), "facts": new.facts or old.facts})


read = Results.read
