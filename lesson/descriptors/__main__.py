"""``python -m lesson.descriptors``: each idea's code, then what it prints."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.syntax import Syntax

from saltern.command import start


class Idea(StrEnum):
    PLAIN = "plain"
    MANAGED = "managed"
    VALIDATED = "validated"
    NAMED = "named"
    KINDS = "kinds"
    LOOKUP = "lookup"
    METHODS = "methods"
    TASKS = "tasks"


Which = Annotated[list[Idea] | None, typer.Argument(help="Which to show; without it, all.", show_default=False)]


def main(ideas: Which = None) -> None:
    """Descriptors, one idea at a time: its code, and what it prints."""
    console = Console(highlight=False)
    for idea in ideas or Idea:
        console.rule(f"lesson/descriptors/{idea}.py")
        source = Path(__file__).with_name(f"{idea}.py").read_text(encoding="utf-8")
        console.print(Syntax(source, "python", theme="ansi_dark", background_color="default", word_wrap=True))
        console.rule(f"python -m lesson.descriptors.{idea}", characters="╌")
        import_module(f"lesson.descriptors.{idea}").main()


app = typer.Typer(add_completion=False)
app.command()(main)

if __name__ == "__main__":
    start(app, "python -m lesson.descriptors")
