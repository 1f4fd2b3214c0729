"""The results file of one engine: ``results/<engine>.json``."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import BadInput
from shared.rerun.verdict import Verdict, overlooked


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Cell(_Model):
    """One scenario, one strategy, one pipeline, on one engine."""

    pipeline: str
    strategy: str
    scenario: str
    verdict: Verdict
    executed: list[str] = Field(description="steps that ran after the change, by the ledger, in order")
    claimed: dict[str, str] = Field(description="step -> what the engine itself said of it")
    least: list[str] = Field(description="steps that had to run")
    most: list[str] = Field(description="steps that were allowed to run")
    healed: bool | None = Field(description="whether a deleted artifact is there again; null where none was deleted")
    seconds: float = Field(ge=0, description="the run after the change")
    note: str

    @property
    def lucky(self) -> bool:
        """Right although a step that had to run did not: the change happened not to matter."""
        return self.verdict == "exact" and bool(overlooked(self.executed, self.least))


class Results(_Model):
    """All the cells of one engine."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    engine: str
    engine_version: str
    python: str
    host: str = Field(description="the kind of machine, never its name")
    cells: list[Cell]

    def write(self, path: Path) -> None:
        """Write the file, all or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(self.model_dump_json(by_alias=True, indent=1) + "\n")
        temporary.replace(path)


def read(path: Path) -> Results:
    """Raises BadInput, naming the file, for one that is missing or not of the schema."""
    try:
        return Results.model_validate(json.loads(path.read_text()))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    except (ValidationError, ValueError) as error:
        raise BadInput(f"{path}: not a results file ({' '.join(str(error).split())[:200]})") from None


def host() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
