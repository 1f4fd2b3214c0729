"""``python -m lesson.exercises``: list the exercises, check one, or get what one begins with."""

from __future__ import annotations

import importlib
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from lesson.exercises import EXERCISES, Exercise
from lesson.exercises.checks import check as check_exercise
from lesson.exercises.patches import apply, copied
from saltern.command import start
from saltern.errors import BadInput, StepFailed
from shared.engines import ENGINES
from shared.pipelines import PROJECT

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Of the exercise.", show_default=False)]


@app.callback(invoke_without_command=True)
def exercises(context: typer.Context) -> None:
    """Six exercises. Without a command: list them."""
    if context.invoked_subcommand is None:
        for exercise in EXERCISES.values():
            print(f"{exercise.number}  {exercise.title}\n   {os.path.relpath(exercise.task)}")


@app.command()
def check(
    number: Number,
    engine: Annotated[str, typer.Option("--engine", help="Exercise 2 is on all four; the others on luigi.")] = "luigi",
) -> None:
    """Check an exercise in the project as it is here. Exit status 1 where it is not done."""
    exercise = _exercise(number)
    if engine not in ENGINES:
        raise BadInput(f"--engine {engine}: no such engine (there are: {', '.join(ENGINES)})")
    with tempfile.TemporaryDirectory() as digests:
        os.environ["SALTWORKS_CACHE_DIR"] = digests  # nothing is left in the user's cache folder
        os.environ["PYTHONPATH"] = str(PROJECT)  # this copy's own engine folders, where another is installed
        try:
            check_exercise(number, importlib.import_module(f"{ENGINES[engine].package}.engine").ENGINE)
        except AssertionError as missing:
            raise StepFailed(f"exercise {number} is not done: {missing}") from None
    print(f"exercise {number} is done: {exercise.title} ({engine})")


@app.command()
def copy(
    number: Number,
    folder: Annotated[Path, typer.Argument(help="Where to; it must not be there yet.", show_default=False)],
    solved: Annotated[bool, typer.Option("--solved", help="With the solution.")] = False,
) -> None:
    """Copy the project to a folder as an exercise begins, so that your own checkout stays as it is."""
    exercise = _exercise(number)
    copied(folder)
    patch = exercise.solution if solved else exercise.given
    if patch.exists():
        apply(patch, folder)
    print(f"{folder}: {exercise.title}")


def _exercise(number: int) -> Exercise:
    if number not in EXERCISES:
        raise BadInput(f"{number}: no such exercise (there are: {', '.join(map(str, EXERCISES))})")
    return EXERCISES[number]


if __name__ == "__main__":
    start(app, "python -m lesson.exercises")
