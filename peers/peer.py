"""A peer: a tool that says that it does not redo finished work, and the ways in which it is wired here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saltern.errors import BadInput
from shared.rerun.peers import Column

FOLDER = Path(__file__).parent
DESCRIPTION = "peer.toml"


class Wiring(BaseModel):
    """One way to wire a tool: a column of the table."""

    model_config = ConfigDict(extra="forbid")

    title: str
    summary: str = Field(description="how it is wired, and what that leaves to the tool; one sentence")
    documentation: str = Field(pattern="^https://", description="the page that says so")
    files: list[str] = Field(description="of the tool's folder and of the common one, that lie in the user's project")
    task: str = Field(description="the one of them in which the task stands that is edited")
    setup: list[str] = Field(default_factory=list, description="commands that prepare a project, once")
    run: str = Field(description="the command that builds; {C} is the parameter")
    again: str | None = Field(default=None, description="the command that goes on after a build or a crash")
    env: dict[str, str] = Field(default_factory=dict)
    writes: Literal["files", "values"] = Field(description="who writes what a task makes: the task, or the tool")
    keeps: dict[str, str] = Field(
        default_factory=dict, description="step -> pattern of the files that hold what it made"
    )
    without: dict[str, str] = Field(default_factory=dict, description="scenario that makes no sense -> why")
    recovery: bool = Field(default=False, description="whether it is for recovery of what failed, not for freshness")
    saltern: bool = Field(default=False, description="whether our fingerprint of the code is fed to it")

    def column(self, name: str) -> Column:
        return Column(name=name, **{key: getattr(self, key) for key in Column.model_fields if key != "name"})


class Peer(BaseModel):
    """A tool."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    title: str
    distribution: str
    free: bool = Field(default=False, description="whether its own pins forbid the versions that the others share")
    programs: list[str] = Field(default_factory=list, description="of its commands, those that are Python programs")
    wirings: dict[str, Wiring]

    @property
    def folder(self) -> Path:
        return FOLDER / self.name


def peers() -> Mapping[str, Peer]:
    """All of them by name. Raises BadInput for a description that is none."""
    found = {}
    for path in sorted(FOLDER.glob(f"*/{DESCRIPTION}")):
        try:
            found[path.parent.name] = Peer(name=path.parent.name, **tomllib.loads(path.read_text()))
        except (ValidationError, tomllib.TOMLDecodeError) as error:
            raise BadInput(f"{path}: {' '.join(str(error).split())[:300]}") from None
    return found
