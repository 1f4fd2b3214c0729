"""Directives that draw from the code, as the site is built: a pipeline's graph, and what imports what."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from site_layers import TALL, WIDE, layers

from shared.engines import ENGINES
from shared.pipelines import PROJECT
from shared.report.graphs import drawing

PACKAGES = [engine.package for engine in ENGINES.values()]
TOP = ("saltern", *PACKAGES)

ARROW = (
    '<defs><marker id="{mark}" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>'
)


class PipelineDrawing(Directive):
    """``{pipeline} ml``: the graph of a pipeline, as ``shared/pipelines.py`` has it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        pipeline = self.arguments[0]
        drawn = drawing(pipeline)
        boxes = [(box.label, "", (box.x, box.y, box.width, box.height)) for box in drawn.boxes]
        return [_svg(f"The graph of {pipeline}", pipeline, (drawn.width, drawn.height), boxes, drawn.lines)]


class RoomsDrawing(Directive):
    """``{rooms}``: the library, the rooms of shared/ and the engine folders; a line where one imports the other."""

    def run(self) -> list[nodes.Node]:
        found = layers(rooms())
        boxes = [
            (name, "engine" if name in PACKAGES else "", (x, y, WIDE, TALL)) for name, (x, y) in found.boxes.items()
        ]
        return [_svg("What imports what", "rooms", (found.width, found.height), boxes, found.lines.values())]


class RoomsTable(Directive):
    """``{rooms-table}``: each room and what it says of itself."""

    def run(self) -> list[nodes.Node]:
        items = []
        for name in sorted(rooms()):
            path = PROJECT / name if name in TOP else PROJECT / "shared" / name
            source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            says = (ast.get_docstring(ast.parse(source.read_text())) or "").partition("\n\n")[0].replace("\n", " ")
            term = nodes.term("", "", nodes.literal(text=name))
            definition = nodes.definition("", nodes.paragraph(text=says.replace("``", "")))
            items.append(nodes.definition_list_item("", term, definition))
        return [nodes.definition_list("", *items, classes=["rooms"])]


def rooms() -> dict[str, set[str]]:
    """Room -> the rooms that its modules import: the library is one, each engine's folder, and each part of shared/."""
    needs: dict[str, set[str]] = {}
    for path in sorted(path for top in (*TOP, "shared") for path in (PROJECT / top).rglob("*.py")):
        place = path.relative_to(PROJECT).with_suffix("").parts
        if place[-1] != "__main__" and place != ("shared", "__init__"):
            room = _room(place)
            needs.setdefault(room, set()).update({_room(name.split(".")) for name in _imports(path)} - {room})
    return {room: wanted & needs.keys() for room, wanted in needs.items()}


def _room(place: Sequence[str]) -> str:
    return place[1] if place[0] == "shared" and len(place) > 1 else place[0]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


Frame = tuple[float, float, float, float]


def _svg(
    title: str, mark: str, size: tuple[float, float], boxes: Iterable[tuple[str, str, Frame]], lines: Iterable[str]
) -> nodes.raw:
    """An SVG in the page, so that it has the page's colours; where it is wider than the page it scrolls."""
    width, height = size
    mark = f"arrow-{mark}"
    parts = [
        f'<div class="graph" role="region" tabindex="0" aria-label="{escape(title)}, scrollable">',
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img">',
        f"<title>{escape(title)}</title>{ARROW.format(mark=mark)}",
        *(f'<path class="line" marker-end="url(#{mark})" d="{line}"/>' for line in lines),
    ]
    for label, kind, (x, y, wide, tall) in boxes:
        parts.append(f'<rect class="box {kind}" x="{x:g}" y="{y:g}" width="{wide:g}" height="{tall:g}" rx="5"/>')
        parts.append(f'<text x="{x + wide / 2:g}" y="{y + tall / 2:g}">{escape(label)}</text>')
    return nodes.raw("", "".join((*parts, "</svg></div>")), format="html")


def setup(app: Any) -> Mapping[str, bool]:
    app.add_directive("pipeline", PipelineDrawing)
    app.add_directive("rooms", RoomsDrawing)
    app.add_directive("rooms-table", RoomsTable)
    return {"parallel_read_safe": True}
