"""The four wirings side by side: a row per concept, a column per engine, and the real source in each.

A concept that has no code in some engine is an error: then the table below is no longer true of the sources.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashSessionLexer, PythonLexer

from saltern.errors import BadInput
from shared.pipelines import PROJECT
from shared.report.site import Site
from shared.report.sources import Piece, Sources

PAGE = "side-by-side.html"
PACKAGES = {"luigi": "luigi_impl", "dask": "dask_impl", "airflow": "airflow_dags", "prefect": "prefect_flows"}
ENGINE_FILE = "engine.py"


@dataclass(frozen=True)
class Code:
    """A piece of an engine's source: the file in its folder, or its adapter in the library; and its name there."""

    file: str
    name: str
    through: str | None = None

    def piece(self, sources: Sources, package: str) -> Piece:
        return sources.find(self.file if "/" in self.file else f"{package}/{self.file}", self.name, self.through)


@dataclass(frozen=True)
class Command:
    """A command of the command line that all engines share."""

    name: str
    arguments: str

    def piece(self, sources: Sources, package: str) -> Piece:
        """The command, and where it begins. LookupError where the engine's folder or the command is no more."""
        sources.find("shared/cli.py", f"_{self.name}.{self.name}")
        start = sources.find(f"{package}/__main__.py", "main()")
        return Piece(start.file, start.line, f"$ python -m {package} {self.name} {self.arguments}")


@dataclass(frozen=True)
class Session:
    """A job of noxfile.py, given the engine's name."""

    name: str

    def piece(self, sources: Sources, package: str) -> Piece:
        """The command line, and where the job is. LookupError where it is no more."""
        session = sources.find("noxfile.py", self.name)
        engine = next(name for name, folder in PACKAGES.items() if folder == package)
        return Piece(session.file, session.line, f"$ nox -s {self.name} -- {engine}")


Part = Code | Command | Session


@dataclass(frozen=True)
class Concept:
    """One row. ``parts`` is what every engine shows, or engine -> what it shows."""

    title: str
    words: str
    parts: Mapping[str, Sequence[Part]]


def _everywhere(*parts: Part) -> dict[str, Sequence[Part]]:
    return dict.fromkeys(PACKAGES, parts)


ML, ARTISTS = "ml.py", "artists.py"
ADAPTERS = {
    "luigi": "saltern/luigi.py",
    "dask": "saltern/dask/__init__.py",
    "airflow": "saltern/airflow/__init__.py",
    "prefect": "saltern/prefect.py",
}
CONCEPTS = (
    Concept(
        "An external input",
        "A file that the pipeline does not make.",
        {
            "luigi": [Code(ML, "Table")],
            "dask": [Code(ML, "csv")],
            "airflow": [Code(ML, "csv")],
            "prefect": [Code(ML, "ml_flow.csv"), Code(ML, "ml_flow.dataset")],
        },
    ),
    Concept(
        "A step",
        "The pure function is the same for all four, in shared/steps. This is what makes it a task.",
        {
            "luigi": [Code(ML, "Preprocess")],
            "dask": [Code(ML, "preprocess")],
            "airflow": [Code(ML, "preprocess")],
            "prefect": [Code(ML, "preprocess")],
        },
    ),
    Concept(
        "Depending on one step",
        "train needs the dataset that preprocess makes.",
        {
            "luigi": [Code(ML, "Train")],
            "dask": [Code(ML, "pipeline.model")],
            "airflow": [Code(ML, "ml.model")],
            "prefect": [Code(ML, "ml_flow.model")],
        },
    ),
    Concept(
        "Depending on two",
        "evaluate needs the model and the dataset: a diamond.",
        {
            "luigi": [Code(ML, "Evaluate")],
            "dask": [Code(ML, "pipeline.metrics")],
            "airflow": [Code(ML, "ml.metrics")],
            "prefect": [Code(ML, "ml_flow.metrics")],
        },
    ),
    Concept(
        "A mapped fan-in",
        "One daily_counts for every day of an interval, and one step that needs them all.",
        {
            "luigi": [Code(ARTISTS, "AggregateArtists"), Code(ARTISTS, "DailyCounts")],
            "dask": [Code(ARTISTS, "pipeline.counts", through="totals")],
            "airflow": [Code(ARTISTS, "artists.counts", through="totals")],
            "prefect": [Code(ARTISTS, "artists_flow.counts", through="totals")],
        },
    ),
    Concept(
        "A parameter",
        "C, the inverse strength of train's regularisation.",
        {
            "luigi": [Code(ML, "Train.C")],
            "dask": [Code(ML, "pipeline.C")],
            "airflow": [Code(ML, "ml.C"), Code("params.py", "_parameter")],
            "prefect": [Code(ML, "ml_flow.C")],
        },
    ),
    Concept(
        "Where the salt goes in",
        "The salt is the hash of all that went into a step; each engine has its own place for it.",
        {
            "luigi": [Code(ADAPTERS["luigi"], "SaltedOutput")],
            "dask": [Code(ADAPTERS["dask"], "Wiring._name")],
            "airflow": [Code(ADAPTERS["airflow"], "salted")],
            "prefect": [Code(ADAPTERS["prefect"], "Salted.compute_key")],
        },
    ),
    Concept(
        "Run it",
        "The same command line, and how each engine is asked.",
        {
            "luigi": [Command("run", "ml --set train.C=10"), Code(ENGINE_FILE, "Luigi.run")],
            "dask": [Command("run", "ml --set train.C=10"), Code(ENGINE_FILE, "Dask.run")],
            "airflow": [Command("run", "ml --set train.C=10"), Code(ENGINE_FILE, "Airflow.run")],
            "prefect": [Command("run", "ml --set train.C=10"), Code(ENGINE_FILE, "Prefect.run")],
        },
    ),
    Concept(
        "See the tree",
        "What is done, what is to run, and why; and how each engine is asked for its own graph.",
        {
            "luigi": [Command("tree", "ml --why"), Code(ENGINE_FILE, "Luigi.graph")],
            "dask": [Command("tree", "ml --why"), Code(ENGINE_FILE, "Dask.graph")],
            "airflow": [Command("tree", "ml --why"), Code(ENGINE_FILE, "Airflow.graph")],
            "prefect": [Command("tree", "ml --why"), Code(ENGINE_FILE, "Prefect.graph")],
        },
    ),
    Concept(
        "Resume after a failure",
        "The same command again. This is what finds the finished work.",
        {
            "luigi": [Command("run", "ml"), Code(ADAPTERS["luigi"], "ArtifactTarget.exists")],
            "dask": [Command("run", "ml"), Code(ADAPTERS["dask"], "reuse")],
            "airflow": [Command("run", "ml"), Code("saltern/airflow/operators.py", "SaltedOperator.execute")],
            "prefect": [Command("run", "ml"), Code(ADAPTERS["prefect"], "ArtifactStorage.read_path")],
        },
    ),
    Concept(
        "Start its UI",
        "The engine's own pages, with both pipelines loaded.",
        _everywhere(Session("ui"), Code("ui.py", "serving")),
    ),
)


@dataclass(frozen=True)
class Shown:
    """A piece as the page shows it. ``lines`` are pairs of an indentation and a highlighted line."""

    file: str
    line: int
    is_command: bool
    lines: Sequence[tuple[int, Markup]]


def write(site: Site, folder: Path, root: Path = PROJECT) -> Path:
    """Write the page, from the sources under ``root``.

    Raises BadInput, naming the concept, the engine and the file, when a concept has no code in some engine.
    """
    across, sources = engines(root), Sources(root)
    rows = [(concept, [(engine, _pieces(concept, engine, sources)) for engine in across]) for concept in CONCEPTS]
    return site.write(folder, PAGE, "side_by_side.html", engines=across, rows=rows)


def engines(root: Path) -> list[str]:
    """The columns. Raises BadInput for an engine's folder that has none."""
    for path in sorted(root.glob(f"*/{ENGINE_FILE}")):
        package = path.parent.name
        if package not in PACKAGES.values() and _declares_an_engine(path):
            raise BadInput(f"{package}/{ENGINE_FILE}: an engine without a column in shared/report/side_by_side.py")
    return list(PACKAGES)


def _declares_an_engine(path: Path) -> bool:
    classes = (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef))
    return any(isinstance(base, ast.Name) and base.id == "Engine" for node in classes for base in node.bases)


def _pieces(concept: Concept, engine: str, sources: Sources) -> list[Shown]:
    try:
        pieces = [_shown(part.piece(sources, PACKAGES[engine])) for part in concept.parts.get(engine, ())]
    except LookupError as error:
        raise BadInput(f"side by side: '{concept.title}' has no code in {engine}: {error}") from None
    if not pieces:
        raise BadInput(f"side by side: '{concept.title}' has no code in {engine}")
    return pieces


def _shown(piece: Piece) -> Shown:
    is_command = piece.code.startswith("$ ")
    return Shown(piece.file, piece.line, is_command, list(_lines(piece.code, is_command)))


def _lines(code: str, is_command: bool) -> Iterator[tuple[int, Markup]]:
    """Highlighted line by line; Pygments closes its marks at each line's end."""
    lexer = BashSessionLexer() if is_command else PythonLexer()
    html = highlight(code, lexer, HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    for plain, line in zip(code.split("\n"), html, strict=True):
        yield len(plain) - len(plain.lstrip()), Markup(line)  # noqa: S704 - Pygments has escaped it
