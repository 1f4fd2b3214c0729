"""What all pages of the report have in common: templates, style and script in each, and the way to the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from shared.report import preview
from shared.report.scatter import scatter
from shared.rerun.peers import PeerResults
from shared.rerun.results import Cell, Results
from shared.rerun.scenarios import SCENARIOS
from shared.score.summary import Summary

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Page:
    file: str
    name: str
    apart: bool = False
    """Whether the first of its kind."""


@dataclass(frozen=True)
class Site:
    """The pages, and what was measured."""

    measured: Sequence[Results]
    scores: Sequence[Summary] = ()
    peers: Sequence[PeerResults] = ()
    address: str = ""
    """Where the pages are published, for what other sites show of them."""

    picture_says = preview.SAYS

    @property
    def picture(self) -> str:
        """Where the preview is. Most sites take it only if its address is whole."""
        return f"{self.address.rstrip('/')}/{preview.FILE}" if self.address else preview.FILE

    @property
    def pages(self) -> list[Page]:
        engines = [Page(engine_page(one.engine), one.engine, one is self.measured[0]) for one in self.measured]
        return [
            Page("index.html", "matrix"),
            Page("score.html", "score"),
            Page("which-one.html", "which one?"),
            Page("peers.html", "peers"),
            Page("side-by-side.html", "side by side"),
            *([Page("handover.html", "handover")] if self.handovers else []),
            Page("a-la-carte.html", "à la carte"),
            Page("time.html", "time"),
            *engines,
        ]

    @property
    def subset(self) -> str:
        """Which of all scenarios the pages show, in a sentence."""
        shown = {(cell.pipeline, cell.scenario) for one in self.measured for cell in one.alone.cells}
        every = {(scenario.pipeline, scenario.name) for scenario in SCENARIOS}
        if not every - shown:
            return f"Shown are all {len(every)} scenarios."
        few = f"Shown are {len(shown & every)} of {len(every)} scenarios"
        return f"{few}; nox -s compare -- --full measures all."

    @property
    def handovers(self) -> list[tuple[str, Cell]]:
        """The cells of handovers, each with the engine that ran."""
        return [(one.engine, cell) for one in self.measured for cell in one.cells if cell.partner]

    @cached_property
    def chart(self) -> Markup:
        """The picture of the scores; nothing where there is none. Drawn once for all pages that show it."""
        return Markup(scatter(self.scores)) if self.scores else Markup()  # noqa: S704 - made by Matplotlib, from numbers

    def write(self, folder: Path, file: str, template: str, **values: Any) -> Path:
        """Fill a template, and write the page. Each page is whole: it needs no other file to look as it should."""
        html = environment().get_template(template).render(site=self, here=file, **values)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / file
        path.write_text(html, encoding="utf-8")
        return path


def engine_page(engine: str) -> str:
    return f"engine-{engine}.html"


def within_script(value: Any) -> Markup:
    """JSON that may stand in a script element, whatever texts are in it."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))  # noqa: S704


@cache
def environment() -> jinja2.Environment:
    """Undefined names are errors; all that is not marked safe is escaped."""
    loader = jinja2.FileSystemLoader(ASSETS)
    templates = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, auto_reload=False)
    templates.globals |= {name: Markup((ASSETS / file).read_text()) for name, file in INLINE.items()}  # noqa: S704 - ours
    return templates


INLINE = {"style": "style.css", "script": "script.js"}
