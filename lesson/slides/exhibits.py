"""What ``slides.md`` calls for, made from the project as it is: nothing on a slide is typed off.

Each method gives Markdown, as Pandoc reads it.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cached_property
from html import escape

from lesson.elsewhere import PAGE, systems
from lesson.exercises import EXERCISES
from saltern.errors import BadInput
from saltern.strategies import STRATEGIES
from saltern.trees import is_docstring
from shared.engine.build import build
from shared.engines import ENGINES
from shared.pipelines import PIPELINES, PROJECT
from shared.report.cells import KNOWN, words
from shared.report.fates import FATES, StepFate, fates
from shared.report.graphs import Drawing, drawing
from shared.report.headline import MARKED
from shared.report.marks import spoken, symbol, verdict_of
from shared.report.side_by_side import CONCEPTS, column
from shared.report.sources import Piece, Sources
from shared.rerun import expectations
from shared.rerun.bench import Bench
from shared.rerun.results import Cell
from shared.rerun.scenarios import SCENARIOS, Scenario
from shared.rerun.workspace import Workspace

# The cells that are shown; none of them begins with a change, so those of a pipeline and strategy begin alike.
CALL = re.compile(r'\b(?:graph|claims)\("([^"]+)", "([^"]+)"(?:, "([^"]+)")?')
MARKS = {fate.tag: fate for fate in FATES}
ARROW = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>'
)
SIGNS = {"exact": "✓", "wasteful": "+", "stale": "✗", "error": "!"}


class Exhibits:
    """The exhibits of one build of the slides. The cells that the text asks for are measured first, on the bench."""

    def __init__(self, bench: Bench, text: str) -> None:
        self.bench = bench
        self.sources = Sources(PROJECT)
        self.cells = _measured(bench, text)
        self.missing: list[str] = []

    def code(self, file: str, name: str, *, docstring: bool = True) -> str:
        """A piece of source by its name, with its docstring or without."""
        piece = self.sources.find(file, name)
        return _fenced(piece if docstring else _without_docstring(piece))

    def four(self, title: str) -> str:
        """One concept of the side by side, in all wirings."""
        if title not in (concept.title for concept in CONCEPTS):
            raise LookupError(f"shared/report/side_by_side.py: there is no concept '{title}'")
        columns = []
        for name, engine in ENGINES.items():
            part = column(engine, self.sources)[title]
            told = part if isinstance(part, str) else "\n\n".join(map(_fenced, part))
            columns.append(f"::: four\n**{name}**\n\n{told}\n:::")
        return ":::: fours\n" + "\n".join(columns) + "\n::::"

    def pipeline(self, name: str) -> str:
        """A pipeline's graph, before anything has happened."""
        steps = [StepFate(node, node, "kept", (), None, False) for node in PIPELINES[name]().nodes]
        needs = "; ".join(f"{node} needs {' and '.join(sorted(n))}" for node, n in PIPELINES[name]().edges.items() if n)
        return _raw(_svg(drawing(name), steps, f"The graph of the pipeline {name}", needs, symbols=False))

    def graph(self, strategy: str, scenario: str, pipeline: str = "ml", *, change: bool = True) -> str:
        """What became of each step in a cell, measured now, and the command that measures it.

        Without ``change`` it is not said what was changed: it has been said above.
        """
        cell = self.cells[strategy, scenario, pipeline]
        steps = fates(cell, PIPELINES[pipeline](), KNOWN[pipeline, scenario].harms)
        title = f"{scenario} under {strategy}: {spoken(cell)}"
        told = "; ".join(f"{step.name}: {MARKS[step.fate].name}" for step in steps)
        shown = _svg(drawing(pipeline), steps, title, told)
        legend = " ".join(_key(tag) for tag in MARKS if tag in {step.fate for step in steps})
        mark = verdict_of(cell)
        verdict = f'<span class="verdict {mark.tag}">{symbol(cell)} {spoken(cell)}</span>'
        command = f"python -m luigi_impl compare --pipeline {pipeline} --strategy {strategy} --scenario {scenario}"
        said = f'<p class="change">Changed: {escape(words(cell))}.</p>' if change else ""
        return _raw(f"<figure>{said}{shown}<figcaption>{verdict} {legend}</figcaption></figure>") + _at(command)

    def claims(self, strategy: str, scenario: str) -> str:
        """What the engine said of each step beside what the ledger saw."""
        cell = self.cells[strategy, scenario, "ml"]
        rows = []
        for step in PIPELINES["ml"]().nodes:
            said = f"`{cell.claimed[step]}`" if step in cell.claimed else "[nothing]{.quiet}"
            rows.append(f"| {step} | {said} | {'it ran' if step in cell.executed else 'it did not run'} |")
        return "\n".join(["| step | Luigi said | the ledger saw |", "| --- | --- | --- |", *rows])

    def headline(self) -> str:
        """The README's table: how many quick cells of each strategy are stale, wasteful and exact, by engine.

        Without the row of the engines' other ways: its cells are too long to be read from the last row.
        """
        rows = MARKED.written((PROJECT / "README.md").read_text()).splitlines()
        return "\n".join(row for row in rows if not row.startswith("| its other"))

    def matrix(self) -> str:
        """The quick scenarios by what is expected of them, which each run of the comparison is held to.

        Native is another thing on each engine; a strategy of ours is the same on all four, and has one column.
        """
        expected = {name: _expected(engine.package) for name, engine in ENGINES.items()}
        ours = [name for name in STRATEGIES if name != "native"]
        columns = [*((name, "native", [name]) for name in ENGINES), *((name, name, list(ENGINES)) for name in ours)]
        rows, shown = [], set()
        for scenario in (scenario for scenario in SCENARIOS if scenario.quick):
            cells = []
            for _, strategy, engines in columns:
                place = (scenario.pipeline, strategy, scenario.name)
                found = {expected[engine].get(place, "exact") for engine in engines}
                if len(found) > 1:
                    raise LookupError(f"{scenario.name} under {strategy} is not expected to be the same on all engines")
                (verdict,) = found
                shown.add(verdict)
                cells.append(f'<td class="{verdict}" title="{verdict}">{SIGNS[verdict]}</td>')
            rows.append(f"<tr><th>{scenario.name}</th>{''.join(cells)}</tr>")
        above = f'<th></th><th colspan="{len(ENGINES)}">native</th><th colspan="{len(ours)}">on all four engines</th>'
        heads = "".join(f"<th>{name}</th>" for name, *_ in columns)
        keys = ((name, sign) for name, sign in SIGNS.items() if name in shown)
        told = " ".join(f'<span class="key"><b class="{name}">{sign}</b> {name}</span>' for name, sign in keys)
        head = f"<thead><tr>{above}</tr><tr><th>change</th>{heads}</tr></thead>"
        return _raw(f'<table class="cells">{head}<tbody>{"".join(rows)}</tbody></table><p>{told}</p>') + _at("nox")

    def elsewhere(self) -> str:
        """Other systems whose programs are graphs: what a node is, when the graph is known, what is kept."""
        rows = [f"| {one.name} | {one.node} | {one.known} | {one.kept} |" for one in systems()]
        head = ["| | a node is | the graph is known | a result is kept |", "| --- | --- | --- | --- |"]
        return "\n".join(["::: elsewhere", *head, *rows, ":::"]) + _at(PAGE)

    def recipe(self, strategy: str, step: str) -> str:
        """The recipe of a step's artifact as it is now, and the name that its hash gives."""
        call = build("ml", "luigi", store=str(self._world.store), strategy=strategy).calls()[step]
        assert call.recipe is not None
        text = re.sub(r"([0-9a-f]{12})[0-9a-f]{20,}", r"\1…", json.dumps(call.recipe, indent=2))
        return f"```json\n{text}\n```\n\n`{call.artifact.name}`"

    def console(self, *commands: str) -> str:
        """Commands of the project and what they print, one after another in a workspace of these slides."""
        shown = []
        for command in commands:
            arguments = command.split()
            assert arguments[:2] == ["python", "-m"], f"{command}: only commands of the project are shown"
            env = os.environ | {"SALTWORKS_CACHE_DIR": self.bench.env["SALTWORKS_CACHE_DIR"], "COLUMNS": "92"}
            finished = subprocess.run(
                [sys.executable, *arguments[1:]], cwd=self._world.folder, env=env, capture_output=True, text=True
            )
            if finished.returncode:
                raise BadInput(f"{command}: {finished.stderr}")
            shown.append(f"$ {command}\n" + finished.stdout.replace(f"{self._world.folder}/", ""))
        return "```{.console}\n" + "\n".join(shown) + "```"

    def picture(self, file: str, alternative: str, *, command: str = "") -> str:
        """A picture of the project; where it is not there yet, the command that makes it stands in its place."""
        if not (PROJECT / file).exists():
            self.missing.append(file)
            return f"::: missing\nThe picture `{file}` is not there yet. To make it:\n\n`{command}`\n:::"
        return f"![{alternative}]({PROJECT / file}){{.picture}}" + _at(command or file)

    def exercises(self) -> str:
        """The exercises by their titles, with the minutes that they take."""
        rows = []
        for exercise in EXERCISES.values():
            minutes = re.search(r"About (\d+) minutes", exercise.task.read_text())
            assert minutes, f"{exercise.task}: says no minutes"
            rows.append(f"{exercise.number}. {exercise.title} [{minutes[1]} min]{{.quiet}}")
        return "\n".join(rows)

    @cached_property
    def _world(self) -> Workspace:
        folder = self.bench.scratch / "slides"
        folder.mkdir()
        return Workspace(folder / "project", [self.bench.engine.package])


def _measured(bench: Bench, text: str) -> dict[tuple[str, str, str], Cell]:
    """The cells that a text calls for. Those of a pipeline and strategy begin alike and share a first build."""
    lanes: dict[tuple[str, str], dict[str, Scenario]] = {}
    for strategy, scenario, named in CALL.findall(text):
        pipeline = named or "ml"
        lanes.setdefault((strategy, pipeline), {})[scenario] = KNOWN[pipeline, scenario]
    cells = {}
    expected = expectations.load(bench.engine)
    for (strategy, pipeline), lane in lanes.items():
        for scenario, cell in bench.lane(strategy, list(lane.values())):
            if cell.verdict == "error":
                raise BadInput(f"{scenario.name} under {strategy}: {cell.note}")
            place = (pipeline, strategy, scenario.name)
            cells[strategy, scenario.name, pipeline] = cell.model_copy(update={"expected": expected.get(place)})
    return cells


def _expected(package: str) -> dict[tuple[str, str, str], str]:
    """Pipeline, strategy and scenario -> verdict, of the cells of an engine that are not expected to be exact.

    The engine need not be installed.
    """
    path = PROJECT / package / expectations.FILE
    strategies = {entry["strategy"] for entry in tomllib.loads(path.read_text())["expect"]}
    return {place: entry.verdict for place, entry in expectations.parse(path, strategies).items()}


def _svg(drawn: Drawing, steps: Iterable[StepFate], title: str, said: str, *, symbols: bool = True) -> str:
    by_node = {step.node: step for step in steps}
    parts = [f"<title>{escape(title)}</title><desc>{escape(said)}</desc>{ARROW}"]
    parts += [f'<path class="edge" marker-end="url(#head)" d="{line}"/>' for line in drawn.lines]
    for box in drawn.boxes:
        step = by_node[box.node]
        label = step.name if step.name != box.node else box.label
        x, middle = (28 if symbols else 12), box.height / 2 + 5
        size = min(15.0, (box.width - x - 6) / (0.58 * len(label)))  # of the type, so that the label fits its box
        mark = f'<text class="symbol" x="10" y="{middle}">{MARKS[step.fate].symbol}</text>' if symbols else ""
        parts.append(
            f'<g class="f-{step.fate}" transform="translate({box.x} {box.y})">'
            f'<rect width="{box.width}" height="{box.height}" rx="5"/>{mark}'
            f'<text x="{x}" y="{middle}" style="font-size: {size:.1f}px">{escape(label)}</text></g>'
        )
    view = f'viewBox="0 0 {drawn.width:g} {drawn.height:g}"'
    return f'<svg class="graph" role="img" aria-label="{escape(title)}" {view}>{"".join(parts)}</svg>'


def _key(tag: str) -> str:
    return f'<span class="key">{MARKS[tag].symbol} {MARKS[tag].name}</span>'


def _fenced(piece: Piece) -> str:
    columns = max(map(len, piece.code.splitlines()))
    return f'```{{.python style="--columns: {columns}"}}\n{piece.code}\n```' + _at(f"{piece.file}:{piece.line}")


def _without_docstring(piece: Piece) -> Piece:
    definition = ast.parse(piece.code).body[0]
    assert isinstance(definition, ast.FunctionDef | ast.ClassDef) and is_docstring(definition.body[0])
    lines = piece.code.splitlines()
    documented = definition.body[0]
    head, body = lines[: documented.lineno - 1], lines[documented.end_lineno :]
    return Piece(piece.file, piece.line, "\n".join([*head, *(body if body[0] else body[1:])]))


def _at(place: str) -> str:
    """Where something stands, or how it is made, small below it."""
    return f"\n\n[`{place}`]{{.place}}\n"


def _raw(html: str) -> str:
    return f"```{{=html}}\n{html}\n```\n"
