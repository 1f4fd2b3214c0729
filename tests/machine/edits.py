"""Edits that people make, each a function from project to project. ``choice`` says of which step, helper or file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.machine.project import CONSTANTS, DAYS, FILES, HELPERS, Project

Edited = tuple[Project, str]  # and what was done
Edit = Callable[[Project, int, int], Edited]


def constant(project: Project, choice: int, number: int) -> Edited:
    which = choice % CONSTANTS
    return replace(project, constants=_with(project.constants, which, number)), f"edit constant K{which}"


def helper(project: Project, choice: int, number: int) -> Edited:
    which = project.at(choice).helper
    return replace(project, helpers=_with(project.helpers, which, number)), f"edit helper h{which}"


def move_helper(project: Project, choice: int, number: int) -> Edited:
    which = choice % HELPERS
    moved = _with(project.moved, which, not project.moved[which])
    return replace(project, moved=moved), f"move helper h{which} to another module"


def body(project: Project, choice: int, number: int) -> Edited:
    return project.node(choice, factor=number), f"edit the body of {project.at(choice).name}"


def other_helper(project: Project, choice: int, number: int) -> Edited:
    which = number % HELPERS
    return project.node(choice, helper=which), f"let {project.at(choice).name} call h{which}"


def parameter(project: Project, choice: int, number: int) -> Edited:
    return project.node(choice, given=number), f"give {project.at(choice).name} the parameter {number}"


def version(project: Project, choice: int, number: int) -> Edited:
    node = project.at(choice)
    return project.node(choice, version=node.version + 1), f"raise the version of {node.name}"


def remove_step(project: Project, choice: int, number: int) -> Edited:
    if len(project.nodes) == 1:
        return project, ""
    edited = project.without(choice)
    return edited, f"remove {project.at(choice).name}: {edited}"


def file(project: Project, choice: int, number: int) -> Edited:
    which = choice % FILES
    return replace(project, files=_with(project.files, which, number)), f"write {number} to file{which}"


def day(project: Project, choice: int, number: int) -> Edited:
    which = choice % len(project.days)
    return replace(project, days=_with(project.days, which, number)), f"write {number} to the file of day {DAYS[which]}"


def days(project: Project, choice: int, number: int) -> Edited:
    count = choice % len(DAYS) + 1
    return replace(project, days=(*project.days, number, number, number)[:count]), f"let there be {count} days"


def comment(project: Project, choice: int, number: int) -> Edited:
    edited = project.node(choice, comment=project.at(choice).comment + 1)
    return replace(edited, comment=project.comment + 1), f"edit comments in {project.at(choice).name} and the helpers"


CODE: tuple[Edit, ...] = (helper, constant, body, other_helper, move_helper, version, comment)
WIRING: tuple[Edit, ...] = (file, parameter, day, days, remove_step)


def _with(values: tuple[Any, ...], index: int, value: Any) -> tuple[Any, ...]:
    return (*values[:index], value, *values[index + 1 :])
