"""The graph that a wiring wires, as it lies in ``graph.json``, and the steps that the project's code has for it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saltern.steps import Step


@dataclass(frozen=True)
class Wired:
    """One step as it is wired: where each of its inputs comes from, and its parameter."""

    name: str
    inputs: Mapping[str, str]  # argument -> step
    file: str | None  # what its argument ``data`` is
    mapped: bool  # one for each day, whose ``data`` is that day's file
    parameter: str
    given: int

    @property
    def step(self) -> Step[..., Any]:
        found: Step[..., Any] = getattr(importlib.import_module("flow.steps"), self.name)
        return found

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
