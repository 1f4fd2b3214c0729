"""Where an engine and a strategy fall in 'Build Systems a la Carte', by what their cells measured.

Mokhov, Mitchell and Peyton Jones (ICFP 2018) tell build systems apart by what makes a task dirty, by whether a build is
minimal, by early cutoff, and by what they keep: a dirty bit, verifying, constructive or deep constructive traces.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from shared.report.cells import KNOWN
from shared.report.summary import Column, listed
from shared.rerun.results import Cell

BY_HAND = "a person says what runs again"


@dataclass(frozen=True)
class Finding:
    """An answer, and the cells that prove it."""

    answer: str
    """``yes``, ``no`` (with a count where many were asked), ``in part`` (the cells do not agree), ``not measured``, or
    ``moot``: the change that the question begins with went unnoticed, so that nothing ran proves nothing."""
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Trait:
    """One question to the cells of some scenarios; the answer is ``yes`` where all of them say so."""

    name: str
    question: str
    scenarios: tuple[str, ...]
    holds: Callable[[Cell], bool]
    begins_with: tuple[str, ...] = ()
    """For each scenario, the ingredient that must be noticed for the question to arise; none where it always does."""

    def of(self, column: Column, noticed: Container[str] = ()) -> Finding:
        cells = tuple(cell for cell in column.cells if cell.scenario in self.scenarios and cell.verdict != "error")
        if not cells:
            return Finding("not measured")
        needs = dict(zip(self.scenarios, self.begins_with, strict=False))
        asked = tuple(cell for cell in cells if cell.scenario not in needs or needs[cell.scenario] in noticed)
        if not asked:
            return Finding("moot", cells)
        cells, said = asked, {self.holds(cell) for cell in asked}
        return Finding("in part" if len(said) > 1 else "yes" if said == {True} else "no", cells)


def _at_rest(cell: Cell) -> bool:
    return not cell.executed


def _noticed(cell: Cell) -> bool:
    return bool(cell.executed) and set(cell.least) <= set(cell.executed)


def _remade(cell: Cell) -> bool:
    return bool(cell.healed)


def _stopped(cell: Cell) -> bool:
    return set(cell.executed) <= set(cell.most)


def _harmed_ran(cell: Cell) -> bool:
    return KNOWN[cell.pipeline, cell.scenario].harms in cell.executed


KEEPS = Trait("keeps", "When nothing changed, does nothing run?", ("unchanged",), _at_rest)
BY_TIME = Trait("mtime", "Does a new time of change make it run?", ("touch-input",), lambda cell: bool(cell.executed))
NOTICES = (
    Trait("existence", "Is a deleted output made again?", ("delete-last",), _harmed_ran),
    BY_TIME,
    Trait("content", "Does new data make it run?", ("change-input", "change-one-day"), _noticed),
    Trait("parameters", "Does another parameter make it run?", ("change-parameter",), _noticed),
    Trait("version", "Does a raised version make it run?", ("bump-only",), _noticed),
    Trait("code", "Does edited code make it run?", ("edit-body", "edit-helper", "edit-constant"), _noticed),
    Trait("libraries", "Does another version of a library make it run?", ("upgrade-library",), _noticed),
)
CUTOFF = Trait("early cutoff", "Same bytes upstream: does nothing below run?", ("noise-input",), _stopped, ("content",))
RETURNS = Trait(
    "goes back",
    "Changed and changed back: does nothing run?",
    ("revert", "revert-input"),
    _at_rest,
    ("parameters", "content"),
)
HEALS = Trait("heals", "Is a deleted or damaged middle made again?", ("delete-middle", "damage-middle"), _remade)
MOVES = Trait("portable", "Moved to another folder: does nothing run?", ("move-workspace",), _at_rest)
SINGLE = (CUTOFF, RETURNS, HEALS, MOVES)


@dataclass(frozen=True)
class Place:
    """Where one engine under one strategy falls."""

    column: Column
    dirty_by: tuple[tuple[str, Finding], ...]
    """What makes a step dirty, each with its proof. Empty where nothing is kept, or nothing was measured."""
    keeps: Finding
    rebuilder: str
    right: Finding
    minimal: Finding
    answers: tuple[tuple[str, Finding], ...]

    @property
    def unmeasured(self) -> list[str]:
        """The ingredients that no cell was measured for."""
        return [trait.name for trait in NOTICES if trait.of(self.column).answer == "not measured"]


def place(column: Column, *, by_hand: bool = False) -> Place:
    """``by_hand``: a person says what runs again (``Native.by_hand``), so that the cells tell of that person."""
    keeps = KEEPS.of(column)
    noticed = tuple((trait.name, trait.of(column)) for trait in NOTICES) if keeps.answer != "no" else ()
    dirty_by = tuple((name, finding) for name, finding in noticed if finding.answer in ("yes", "in part"))
    names = {name for name, _ in dirty_by}
    answers = tuple((trait.name, trait.of(column, names)) for trait in SINGLE)
    return Place(
        column,
        dirty_by,
        keeps,
        BY_HAND if by_hand else _rebuilder(keeps.answer, names, {name: finding.answer for name, finding in answers}),
        right=_never("stale", column.cells),
        # The paper's minimality asks only for what depends on what changed; more than that is early cutoff.
        minimal=_never("wasteful", (cell for cell in column.cells if cell.scenario not in CUTOFF.scenarios)),
        answers=answers,
    )


def _never(verdict: str, cells: Iterable[Cell]) -> Finding:
    judged = [cell for cell in cells if cell.verdict != "error"]
    against = tuple(cell for cell in judged if cell.verdict == verdict)
    if not judged:
        return Finding("not measured")
    return Finding(f"no: {len(against)} of {len(judged)}" if against else f"yes: all {len(judged)}", against)


def _rebuilder(keeps: str, dirty_by: set[str], answers: Mapping[str, str]) -> str:
    """The paper's word for what is kept, as far as the cells tell."""
    if keeps == "no":
        return "none: everything is made anew"
    if keeps != "yes":
        return "not measured"
    if "mtime" in dirty_by:
        return "dirty bit: times of change"
    if not dirty_by - {"existence"}:
        return "dirty bit: existence" if "existence" in dirty_by else "not measured"
    if missing := [trait.name for trait in (RETURNS, CUTOFF) if answers[trait.name] == "not measured"]:
        return f"traces; which, is open: {listed(missing)} not measured"
    if answers[RETURNS.name] != "yes":
        return "verifying traces"
    if "content" not in dirty_by:
        return "deep constructive traces, inputs trusted"
    return "constructive traces" if answers[CUTOFF.name] == "yes" else "deep constructive traces"
