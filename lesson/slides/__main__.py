"""``python -m lesson.slides``: build the slides, in an environment with Luigi, Pandoc and reveal.js."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lesson.slides import build
from saltern.command import start
from saltern.errors import BadInput

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def slides(
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path("results/lesson"),
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Print them too, with this machine's Chromium.")] = True,
) -> None:
    """Build slides.html, which needs no other file, and slides.pdf. The exhibits are measured on Luigi, now.

    In the browser: S opens the speaker's view with the notes, T turns light to dark, O shows all slides.
    """
    try:
        page, missing = build.html(out)
    except LookupError as error:
        raise BadInput(f"slides.md: {error.args[0]}") from None
    for picture in missing:
        print(f"warning: {picture} is not there; the slide says how to make it", file=sys.stderr)
    print(page)
    if pdf:
        print(build.pdf(page))


if __name__ == "__main__":
    start(app, "python -m lesson.slides")
