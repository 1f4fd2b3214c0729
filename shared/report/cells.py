"""Cells as the page keeps them: every text once, so that thousands stay small, and fates worked out beforehand."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from shared.pipelines import PIPELINES, PROJECT
from shared.report import marks
from shared.report.fates import FATES, ORDER, fates
from shared.report.graphs import drawing
from shared.rerun import scenarios
from shared.rerun.results import Cell, Results
from shared.rerun.scenarios import SCENARIOS, Scenario

KNOWN = {(scenario.pipeline, scenario.name): scenario for scenario in SCENARIOS}


def address(engine: str, cell: Cell) -> str:
    """What names a cell in a link: ``luigi/salted/ml/edit-helper``."""
    return "/".join(filter(None, (engine, cell.strategy, cell.pipeline, cell.scenario, cell.partner)))


def reproduce(engine: str, cell: Cell) -> str:
    """The command that measures the cell again."""
    if cell.partner:
        return f"nox -s {cell.partner} -- handover --give && nox -s {engine} -- handover"
    words = {"pipeline": cell.pipeline, "strategy": cell.strategy, "scenario": cell.scenario}
    return f"nox -s {engine} -- {' '.join(f'--{name} {value}' for name, value in words.items())} --again"


@cache
def place_of(pipeline: str, scenario: str) -> tuple[str, int] | None:
    """The file, from the project's root, and the line at which a scenario is made; None for none of ours."""
    folder = Path(scenarios.__file__).parent
    for path in sorted(folder.glob("*.py"), key=lambda path: (path.stem != pipeline, path.name)):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if f'"{scenario}",' in line and path.name != "__init__.py":
                return path.relative_to(PROJECT).as_posix(), number
    return None


def words(cell: Cell) -> str:
    """What the cell's scenario changes, in words."""
    scenario = KNOWN.get((cell.pipeline, cell.scenario))
    if scenario:
        return scenario.change
    return f"built by {cell.partner}, then run by another engine on the same store" if cell.partner else ""


def settling(cell: Cell) -> str:
    """What the builds before the change showed, where it was anything but a second one that executed nothing."""
    if cell.settled is None:
        return "It never settles: before the change too, each build runs steps again"
    return f"It took {cell.settled} builds until one ran nothing" if cell.settled > 1 else ""


def bundle(results: Sequence[Results], pages: Container[str] = ()) -> dict[str, Any]:
    """All that the page's script needs to open a cell. Layout of ``cells``: see ``_packed``.

    ``pages`` are the digests of the targets that can be shown as evidence.
    """
    texts = _Texts()
    pairs = [(result.engine, cell) for result in results for cell in result.cells]
    names = dict.fromkeys(cell.pipeline for _, cell in pairs)
    pipelines = {name: PIPELINES[name]() for name in names}
    cells = {}
    for engine, cell in pairs:
        scenario: Scenario | None = KNOWN.get((cell.pipeline, cell.scenario))
        steps = fates(cell, pipelines[cell.pipeline], scenario.harms if scenario else None)
        cells[address(engine, cell)] = _packed(engine, cell, steps, texts, pages)
    return {
        "cells": cells,
        "texts": list(texts.numbers),
        "fates": [fate._asdict() for fate in FATES],
        "marks": {mark.tag: mark._asdict() for mark in (*marks.VERDICTS, *marks.REMARKS)},
        "graphs": {name: asdict(drawing(name)) for name in names},
    }


class _Texts:
    """Texts by number, each kept once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def all(self, several: Iterable[str]) -> list[int]:
        return [self(text) for text in several]


def _packed(engine: str, cell: Cell, steps: Iterable[Any], texts: _Texts, pages: Container[str]) -> list[Any]:
    """As the script unpacks it. Numbers stand for texts, but for the fate and the seconds."""
    expected, evidence = cell.expected, cell.evidence
    shown = evidence.pages if evidence and evidence.pages and all(page in pages for page in evidence.pages) else ()
    place = place_of(cell.pipeline, cell.scenario)
    return [
        *texts.all((engine, cell.strategy, cell.pipeline, cell.scenario, cell.partner or "")),
        texts(words(cell)),
        texts(settling(cell)),
        texts(cell.edit),
        texts(marks.symbol_of_verdict(cell)),
        texts.all(marks.tags(cell)),
        [[texts(s.name), ORDER[s.fate], texts(s.claim or ""), int(s.disputed), *texts.all(s.reasons)] for s in steps],
        texts.all((expected.words, expected.kind, expected.because, expected.link or "")) if expected else [],
        cell.seconds,
        texts(cell.note),
        texts.all((evidence.served, evidence.clean, *shown)) if evidence else [],
        texts(reproduce(engine, cell)),
        [texts(place[0]), place[1]] if place else [],
    ]
