"""The results file of one engine: ``results/<engine>.json``."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saltern.errors import BadInput
from shared.engine.protocol import Engine
from shared.rerun.ingredients import host
from shared.rerun.verdict import Verdict, overlooked

SCHEMA: Literal[2] = 2
Kind = Literal["ours", "upstream", "by design"]


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


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Cell(_Model):
    """One scenario, one strategy, one pipeline, on one engine."""

    pipeline: str
    strategy: str
    scenario: str
    partner: str | None = Field(default=None, description="the engine that built what this one then ran on")
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
    seconds: float = Field(ge=0, description="the run after the change")
    edit: str = Field(description="what the change did to the workspace: a diff, cut where it is long")
    note: str

    @property
    def lucky(self) -> bool:
        """Right although a step that had to run did not: the change happened not to matter."""
        return self.verdict == "exact" and bool(overlooked(self.executed, self.least))

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
    def place(self) -> tuple[str, str, str, str | None]:
        return self.pipeline, self.strategy, self.scenario, self.partner


class Way(_Model):
    """One of the engine's own ways of not doing finished work again."""

    summary: str
    documentation: str = Field(description="the page that describes it")


class Results(_Model):
    """All the cells of one engine."""

    schema_: Literal[2] = Field(default=SCHEMA, alias="schema")
    engine: str
    engine_version: str
    python: str
    host: str = Field(description="the kind of machine, never its name")
    natives: dict[str, Way] = Field(
        default_factory=dict, description="the engine's strategies that have no salts, by name"
    )
    cells: list[Cell]

    @property
    def alone(self) -> Results:
        """Without the cells of a handover: those that concern this engine only."""
        return self.model_copy(update={"cells": [cell for cell in self.cells if cell.partner is None]})

    def write(self, path: Path) -> None:
        """Write the file, all or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(self.model_dump_json(by_alias=True, indent=1) + "\n")
        temporary.replace(path)


def measured_with(engine: Engine, cells: Sequence[Cell]) -> Results:
    """The results of an engine, here and now."""
    return Results(
        engine=engine.name,
        engine_version=engine.version(),
        python=platform.python_version(),
        host=host(),
        natives={
            name: Way(summary=native.summary, documentation=native.documentation)
            for name, native in engine.natives.items()
        },
        cells=list(cells),
    )


def merged(new: Results, path: Path) -> Results:
    """New cells beside those of a file that were measured under the same conditions; old ones of the same place go.

    A file that is missing, not of this schema, or of another version, Python or machine adds nothing.
    """
    try:
        old = read(path)
    except BadInput:
        return new
    conditions = {"cells", "schema_"}
    if old.model_dump(exclude=conditions) != new.model_dump(exclude=conditions):
        return new
    cells = {cell.place: cell for cell in (*old.cells, *new.cells)}
    return new.model_copy(update={"cells": list(cells.values())})


def read(path: Path) -> Results:
    """Raises BadInput, naming the file, for one that is missing or not of the schema."""
    try:
        document = json.loads(path.read_text())
        if isinstance(document, dict) and document.get("schema", SCHEMA) != SCHEMA:
            raise BadInput(f"{path}: written by another version of Saltworks; measure it again")
        return Results.model_validate(document)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    except (ValidationError, ValueError) as error:
        raise BadInput(f"{path}: not a results file ({' '.join(str(error).split())[:200]})") from None
