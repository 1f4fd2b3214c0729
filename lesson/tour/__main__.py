"""``python -m lesson.tour``: the walk, in the environment of the engine that it is walked on."""

from __future__ import annotations

import importlib
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError
from typing import Annotated

import typer

from lesson.tour import elsewhere, native, salts
from lesson.tour.guide import Guide, Leave
from lesson.tour.walk import Walk
from lesson.tour.words import WORDS, Surprise
from saltern.command import start
from saltern.errors import BadInput
from shared.engine.protocol import Engine
from shared.engine.servers import interrupt_once, sigterm_as_exit
from shared.engines import ENGINES
from shared.rerun.bench import opened

STOPS = (
    native.tree,
    native.run,
    native.again,
    native.delete_last,
    native.delete_middle,
    native.change_input,
    salts.content,
    salts.salted,
    salts.lineage,
    salts.cutoff,
    salts.shared,
    elsewhere.graphs,
)

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def tour(
    engine: Annotated[str, typer.Option(metavar="NAME", help=f"The engine: {', '.join(WORDS)}.")] = "luigi",
    auto: Annotated[bool, typer.Option("--auto", help="Ask nothing and wait for nobody.")] = False,
    stop: Annotated[int, typer.Option(min=1, max=len(STOPS), metavar="N", help="Begin at this stop.")] = 1,
    size: Annotated[int, typer.Option(min=1, metavar="MB", help="Of the big file at stop 7.")] = 1000,
) -> None:
    """From the first dependency tree to a cache that is never stale: twelve stops, in half an hour or less.

    At each stop something is changed. You guess which steps will run. Then it happens for real: the engine runs on a
    copy of the project in a scratch folder, which is deleted afterwards. Answer with none, all, or the names of
    steps. Enter goes on without a guess, b goes back, q quits. At the end you see how many guesses were right.

    The exit status is 1 if an engine does something else than the tour says.
    """
    found = _engine(engine)
    interrupt_once()
    guide = Guide(auto=auto, stops=len(STOPS))
    words = WORDS[engine]
    guide.say(f"{words.name} {found.version()} is starting. (Ctrl-C ends the tour and leaves nothing behind.)")
    with sigterm_as_exit(), ExitStack() as stack:
        with guide.status(f"{words.name} is starting"):
            bench = stack.enter_context(opened(found))
        _walk(Walk(bench, guide, size), stop)
    guide.score()
    guide.say("Everything that the tour made is deleted.")


def _walk(walk: Walk, first: int) -> None:
    """From the first stop to the last, or wherever the reader wants to go."""
    number: int | None = first
    while number is not None and number <= len(STOPS):
        number = _after(walk, number)


def _after(walk: Walk, number: int) -> int | None:
    """Make one stop. Returns the number of the next one, or None if the reader quits."""
    stop = STOPS[number - 1]
    walk.guide.title(number, str(stop.__doc__))
    try:
        stop(walk)
        if number < len(STOPS):
            walk.guide.pause()
    except Leave as leave:
        walk.stages.clear()  # a stop that is made again begins as it began
        return leave.stop
    except Surprise as surprise:
        raise Surprise(f"stop {number}: {surprise}") from surprise
    return number + 1


def _engine(name: str) -> Engine:
    """Raises BadInput for an engine that there is not, or not in this environment."""
    if name not in WORDS:
        raise BadInput(f"--engine {name}: no such engine (there are: {', '.join(WORDS)})")
    try:
        engine: Engine = importlib.import_module(f"{ENGINES[name].package}.engine").ENGINE
        engine.version()
    except (ModuleNotFoundError, PackageNotFoundError):
        raise BadInput(f"--engine {name}: not in this environment; try nox -s tour -- --engine {name}") from None
    return engine


if __name__ == "__main__":
    start(app, "python -m lesson.tour")
