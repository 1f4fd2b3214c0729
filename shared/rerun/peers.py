"""The results file of a peer, another tool that went through the same changes: ``results/peers/<tool>.json``."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from shared.pipelines import PROJECT
from shared.rerun.document import Document, Model
from shared.rerun.results import Cell

COMMITTED = PROJECT / "benchmarks" / "results" / "peers"
SCORES = COMMITTED / "score"
SCENARIOS = (
    "unchanged", "delete-last", "delete-middle", "change-input", "touch-input", "noise-input", "change-parameter",
    "revert", "edit-helper", "edit-constant", "edit-body", "edit-comment", "upgrade-library", "damage-last", "crash",
)  # fmt: skip


class Column(Model):
    """A way in which a peer is wired."""

    name: str
    title: str
    summary: str
    documentation: str
    recovery: bool = Field(description="whether the tool says that it is for recovery, not for freshness")
    saltern: bool = Field(description="whether it is fed our fingerprint of the code")
    without: dict[str, str] = Field(description="scenario that makes no sense -> why")


class PeerResults(Document):
    """All cells of one peer. The strategy of a cell is the name of its column."""

    called: ClassVar[str] = "a peer's results file"

    schema_: Literal[1] = Field(default=1, alias="schema")
    peer: str
    title: str
    version: str
    python: str
    host: str
    date: str
    command: str
    ingredients: str | None = Field(default=None, description="a digest of all that the cells depend on")
    columns: list[Column]
    cells: list[Cell]

    def cell(self, column: str, scenario: str) -> Cell | None:
        return next((cell for cell in self.cells if (cell.strategy, cell.scenario) == (column, scenario)), None)

    @property
    def told(self) -> PeerResults:
        """Without the edits, which are the same for all and long."""
        return self.model_copy(update={"cells": [cell.model_copy(update={"edit": ""}) for cell in self.cells]})


def committed(folder: Path = COMMITTED) -> list[PeerResults]:
    """What is kept with the code, by title."""
    return sorted(map(PeerResults.read, folder.glob("*.json")), key=lambda one: one.title.lower())
