"""What the changes are made to that both pipelines go through: one ``Ground`` for each pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from shared.rerun.scenarios.scenario import Change, nothing
from shared.rerun.workspace import Workspace


class Edit(NamedTuple):
    """An edit of source text, and its way back."""

    file: str
    old: str
    new: str
    words: str = ""
    """What the code does after it, in words."""

    def make(self, world: Workspace) -> None:
        world.edit(self.file, self.old, self.new)

    def undo(self, world: Workspace) -> None:
        world.edit(self.file, self.new, self.old)


class Input(NamedTuple):
    """A change of the external input."""

    scenario: str
    words: str
    make: Change


class Setting(NamedTuple):
    """A parameter, its default, and another value."""

    name: str
    default: float
    value: float

    @property
    def step(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Ground:
    """What the changes are made to in one pipeline."""

    pipeline: str
    steps: tuple[str, ...]
    """All of them, dependencies first."""
    reader: str
    """The step that reads ``input``."""
    middle: str
    """A step whose artifact is deleted and damaged."""
    worker: str
    """The step whose code is changed."""
    source: str
    """The worker's module."""
    input: str
    """An external input's file."""
    new_data: Input
    noise: str
    """A line at the input's end that its reader drops."""
    setting: Setting
    helper: Edit
    """Of a function of another module, which the worker calls."""
    constant: Edit
    """Of a constant that the helper reads."""
    body: Edit
    """Of the worker's own body."""
    looks: tuple[Edit, ...]
    """Comments, docstring and formatting of the worker and of its helper."""
    unrelated: Edit
    """Of a function in the worker's module that no step reaches."""
    library: tuple[Edit, ...]
    """What makes the worker declare the library brine and use it."""
    failure: Edit
    """What makes a step raise."""
    fails: str
    """That step."""
    declaration: str
    """The first line of the worker's declaration and of its definition, with {} for the version."""
    other_name: str
    """For the worker."""
    plant: Change = nothing
    """Adds the unrelated function, where there is none."""

    def below(self, step: str) -> tuple[str, ...]:
        """A step and all that depend on it, in a pipeline where every later step does."""
        return self.steps[self.steps.index(step) :]
