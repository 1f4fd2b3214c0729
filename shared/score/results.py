"""``results/score/<engine>.json``: every edit of a score, and what came of it under each strategy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saltern.errors import BadInput
from shared.rerun.verdict import Verdict

SCHEMA: Literal[1] = 1


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Run(_Model):
    """The build after an edit, under one strategy."""

    verdict: Verdict
    matters: bool = Field(description="whether it would have been wrong to leave the target as it lay after the edit")
    executed: list[str] = Field(description="steps that ran, by the ledger")
    needless: list[str] = Field(
        description="those of them that made again what lay there: a clean build makes the same as before the edit"
    )
    seconds: float = Field(ge=0, description="the build")
    needless_seconds: float = Field(ge=0, description="the needless steps alone, by the ledger")
    note: str = ""


class Trial(_Model):
    """One edit, made and built under every strategy."""

    number: int = Field(ge=0)
    kind: str
    pipeline: str
    diff: str = Field(description="what the edit did to the workspace")
    clean: Literal["same", "changed", "fails"] = Field(description="the target of a clean build after the edit")
    left_out: str | None = Field(default=None, description="why it is in no figure; null where it is")
    runs: dict[str, Run] = Field(default_factory=dict, description="strategy -> the build")


class Score(_Model):
    """All edits of one engine that were measured under the same conditions."""

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

    def write(self, path: Path) -> None:
        """Write the file, all or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.write_text(self.model_dump_json(by_alias=True, indent=1) + "\n")
        temporary.replace(path)


def read(path: Path) -> Score:
    """Raises BadInput, naming the file, for one that is missing or not of the schema."""
    try:
        document = json.loads(path.read_text())
        if isinstance(document, dict) and document.get("schema", SCHEMA) != SCHEMA:
            raise BadInput(f"{path}: written by another version of Saltworks; measure it again")
        return Score.model_validate(document)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    except (ValidationError, ValueError) as error:
        raise BadInput(f"{path}: not a file of a score ({' '.join(str(error).split())[:200]})") from None
