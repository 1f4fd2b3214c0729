"""The graph that a wiring wires, as it lies in ``graph.json``, and the steps that the project's code has for it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saltern.steps import Step


@dataclass(frozen=True)
class Wired:
    """One step as it is wired: where each of its inputs comes from, and its parameter."""

    name: str
    inputs: Mapping[str, Any]  # argument -> step, or several steps as a list or a dictionary
    star: bool  # whether its steps are given one by one, to ``*parts``
    file: str | None  # what its argument ``data`` is
    mapped: bool  # one for each day, whose ``data`` is that day's file
    parameter: str
    given: int

    @property
    def step(self) -> Step[..., Any]:
        found: Step[..., Any] = getattr(importlib.import_module("flow.steps"), self.name)
        return found

    @property
    def needs(self) -> list[str]:
        """The steps that it needs."""
        found: list[str] = []
        self.arguments(found.append)
        return found

    def arguments(self, made: Callable[[str], Any]) -> dict[str, Any]:
        """Its arguments, with what is made of each step in the step's place."""
        return {argument: _each(steps, made) for argument, steps in self.inputs.items()}

    @property
    def params(self) -> dict[str, int]:
        return {self.parameter: self.given}


@dataclass(frozen=True)
class Graph:
    steps: Mapping[str, Wired]  # dependencies first, the target last
    days: Mapping[str, str]  # partition -> its file


def read() -> Graph:
    """The graph of the project in the current folder."""
    document = json.loads(Path("graph.json").read_text())
    steps = [Wired(**step) for step in document["steps"]]
    return Graph({step.name: step for step in steps}, document["days"])


def _each(steps: Any, made: Callable[[str], Any]) -> Any:
    if isinstance(steps, dict):
        return {part: made(step) for part, step in steps.items()}
    return [*map(made, steps)] if isinstance(steps, list) else made(steps)
