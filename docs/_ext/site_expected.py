"""``{expected} luigi_impl native``: what a strategy's cells are expected to be, from the engine's own file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

from shared.pipelines import PROJECT


class Expected(Directive):
    """A table of the cells that are not expected to be exact: scenarios, verdict, why, and the source."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        folder, strategy = self.arguments
        file = PROJECT / folder / "expectations.toml"
        self.state.document.settings.record_dependencies.add(str(file))
        entries = [entry for entry in tomllib.loads(file.read_text())["expect"] if entry["strategy"] == strategy]
        if not entries:
            raise self.error(f"{file}: nothing is expected of '{strategy}' there")
        return [_table(("scenarios", "verdict", "because"), [_cells(entry) for entry in entries])]


def _cells(entry: Mapping[str, Any]) -> tuple[nodes.paragraph, ...]:
    names = nodes.paragraph()
    for number, name in enumerate(entry["scenarios"]):
        names += [nodes.Text(", " if number else ""), nodes.literal(text=name)]
    because = nodes.paragraph(text=entry["because"] + " ")
    if link := entry.get("link"):
        because += nodes.reference("", "source", refuri=link)
    verdict = entry["verdict"] + (f" or {entry['sometimes']}" if "sometimes" in entry else "")
    return names, nodes.paragraph(text=verdict), because


def _table(headings: tuple[str, ...], rows: list[tuple[nodes.paragraph, ...]]) -> nodes.table:
    def row(cells: tuple[nodes.paragraph, ...]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", cell) for cell in cells))

    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in headings), cols=len(headings))
    group += nodes.thead("", row(tuple(nodes.paragraph(text=heading) for heading in headings)))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group, classes=["expected"])


def setup(app: Any) -> Mapping[str, bool]:
    app.add_directive("expected", Expected)
    return {"parallel_read_safe": True}
