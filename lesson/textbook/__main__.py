"""``python -m lesson.textbook``: the exhibits."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lesson.textbook import chart, growth, tables
from lesson.textbook.collision import search, taken
from lesson.textbook.run import scratch
from lesson.textbook.stale import CHANGES, Change, Seen, seen
from saltern.command import start


class Exhibit(StrEnum):
    DIAMONDS = "diamonds"
    CHAIN = "chain"
    COLLISION = "collision"
    INPUT = "input"
    CODE = "code"


Which = Annotated[list[Exhibit] | None, typer.Argument(help="Which to show; without it, all.", show_default=False)]
Depth = Annotated[int, typer.Option(min=1, max=24, help="Of the deepest diamonds. Each floor doubles the time.")]
ChartFile = Annotated[
    Path | None, typer.Option("--chart", metavar="FILE.svg", help="Draw the diamonds, too.", show_default=False)
]


def main(exhibits: Which = None, depth: Depth = 20, chart_file: ChartFile = None) -> None:
    """The textbook salt beside ours: what it costs, and where it is wrong. All is measured as you watch."""
    console = Console(highlight=False)
    for number, exhibit in enumerate(exhibits or Exhibit):
        if number:
            console.rule()
        if exhibit is Exhibit.DIAMONDS:
            diamonds(console, depth, chart_file)
        elif exhibit is Exhibit.CHAIN:
            chains = [(length, *growth.chain(length)) for length in growth.CHAINS]
            tables.growth(console, "The salt of a chain", "steps", chains)
        elif exhibit is Exhibit.COLLISION:
            collision(console)
        else:
            tables.stale(console, CHANGES[exhibit], partial(changed, CHANGES[exhibit]))


def diamonds(console: Console, depth: int, chart_file: Path | None) -> None:
    with console.status("salting"):
        rows = [growth.diamonds(floors) for floors in range(1, depth + 1)]
    tables.growth(console, "The salt of diamonds", "depth", [(taught.depth, taught, ours) for taught, ours in rows])
    if chart_file:
        chart_file.write_text(chart.draw(rows), encoding="utf-8")
        console.print(f"drawn: {chart_file}")


def collision(console: Console) -> None:
    with console.status("searching"):
        found = search()
    tables.collision(console, found)
    with scratch() as world:
        tables.taken(console, found, lambda wiring: taken(world, wiring, found))


def changed(change: Change, wiring: str) -> Seen:
    with scratch() as world:
        return seen(world, wiring, change)


app = typer.Typer(add_completion=False)
app.command()(main)

if __name__ == "__main__":
    start(app, "python -m lesson.textbook")
