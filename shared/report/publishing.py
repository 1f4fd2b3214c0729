"""Keeps the summaries of a score with the code, and writes its table and its picture into the README."""

from __future__ import annotations

from pathlib import Path

from saltern.errors import BadInput
from shared.engines import ENGINES
from shared.report.scatter import scatter
from shared.report.scores import COMMITTED, MARKED, summaries, table
from shared.score.results import read
from shared.score.summary import of_an_engine

README, PICTURE = Path("README.md"), Path("docs/score.svg")
INK, PAPER = "#1d2731", "#ffffff"


def publish(folder: Path) -> None:
    """From the scores in a folder; an engine that has none there keeps what was published of it.

    Raises BadInput where there is none at all.
    """
    found = [(name, path) for name in ENGINES if (path := folder / f"{name}.json").exists()]
    if not found:
        raise BadInput(f"{folder}: no score yet; measure one first, for example nox -s score -- luigi")
    for name, path in found:
        of_an_engine(read(path), ENGINES[name].package).write(COMMITTED / f"{name}.json")
    shown = summaries(COMMITTED)
    MARKED.write(table(shown), README)
    PICTURE.write_text(
        scatter(shown, ink=INK).replace("<defs>", f'<rect width="100%" height="100%" fill="{PAPER}"/><defs>', 1)
    )
