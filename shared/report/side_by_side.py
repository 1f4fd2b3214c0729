"""The wirings side by side: a row per concept, a column per engine, and the real source in each.

What an engine shows of each concept stands in its folder, in ``side_by_side.toml``: pieces of source, each a file and a
name in it, or, where there is no code for it, a sentence.

    "A step" = ["ml.py: preprocess"]
    "A mapped fan-in" = ["artists.py: pipeline.counts to totals"]  # from one to the end of another
    "Where the salt goes in" = ["saltern/luigi.py: SaltedOutput"]  # a path: not in the engine's folder
    "Start its UI" = "It has no pages of its own. https://example.org/why"  # with where it is documented

A piece that is not in the sources is an error: then the page would no longer be true of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from markupsafe import Markup
from pydantic import Field, TypeAdapter, ValidationError
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashSessionLexer, PythonLexer

from saltern.errors import BadInput
from shared.engines import ENGINES, Entry
from shared.pipelines import PROJECT
from shared.report.site import Site
from shared.report.sources import Piece, Sources

PAGE = "side-by-side.html"
FILE = "side_by_side.toml"
PIECES = TypeAdapter(dict[str, Annotated[list[str], Field(min_length=1)] | str])


@dataclass(frozen=True)
class Command:
    """A command of the command line that all engines share."""

    name: str
    arguments: str

    def piece(self, sources: Sources, engine: Entry) -> Piece:
        """The command, and where it begins. LookupError where the engine's folder or the command is no more."""
        sources.find("shared/cli.py", f"_{self.name}.{self.name}")
        start = sources.find(f"{engine.package}/__main__.py", "main()")
        return Piece(start.file, start.line, f"$ python -m {engine.package} {self.name} {self.arguments}")


@dataclass(frozen=True)
class Session:
    """A job of noxfile.py, given the engine's name."""

    name: str

    def piece(self, sources: Sources, engine: Entry) -> Piece:
        """The command line, and where the job is. LookupError where it is no more."""
        session = sources.find("noxfile.py", self.name)
        return Piece(session.file, session.line, f"$ nox -s {self.name} -- {engine.name}")


@dataclass(frozen=True)
class Concept:
    """One row. ``first`` is what every engine shows before its own pieces."""

    title: str
    words: str
    first: Command | Session | None = None


CONCEPTS = (
    Concept("An external input", "A file that the pipeline does not make."),
    Concept("A step", "The pure function is the same for every engine, in shared/steps. This is what makes it a task."),
    Concept("Depending on one step", "train needs the dataset that preprocess makes."),
    Concept("Depending on two", "evaluate needs the model and the dataset: a diamond."),
    Concept("A mapped fan-in", "One daily_counts for every day of an interval, and one step that needs them all."),
    Concept("A parameter", "C, the inverse strength of train's regularisation."),
    Concept(
        "Where the salt goes in",
        "The salt is the hash of all that went into a step; each engine has its own place for it.",
    ),
    Concept("Run it", "The same command line, and how each engine is asked.", Command("run", "ml --set train.C=10")),
    Concept(
        "See the tree",
        "What is done, what is to run, and why; and how each engine is asked for its own graph.",
        Command("tree", "ml --why"),
    ),
    Concept(
        "Resume after a failure",
        "The same command again. This is what finds the finished work.",
        Command("run", "ml"),
    ),
    Concept("Start its UI", "The engine's own pages, with both pipelines loaded.", Session("ui")),
    Concept("Retries", "What tries a task again that failed."),
    Concept("A schedule", "What starts a run when nobody does."),
    Concept("Parallelism", "What runs at the same time, and where."),
    Concept("Logs", "Where a person reads what a task said."),
    Concept("Testing a task", "How a test runs a task or a pipeline without the rest."),
    Concept("Secrets", "Where a password is kept that a task needs."),
    Concept("Deployment", "What has to be where, so that it runs without its author."),
)
FORMS = {"plain": "docs/lift/before/{}/pipeline.py", "salted": "docs/lift/{}/pipeline.py"}
"""A whole pipeline of two steps, as a user's own project has it before and after it uses the library."""


@dataclass(frozen=True)
class Listing:
    """A piece as the page shows it. ``lines`` are pairs of an indentation and a highlighted line."""

    file: str
    line: int
    is_command: bool
    lines: Sequence[tuple[int, Markup]]


@dataclass(frozen=True)
class Sentence:
    """What stands in the place of code, and where that is documented, if anywhere."""

    words: str
    link: str


def write(site: Site, folder: Path, root: Path = PROJECT) -> Path:
    """Write the page, from the sources under ``root``. Raises BadInput as ``column`` does."""
    sources = Sources(root)
    columns = {name: column(engine, sources) for name, engine in ENGINES.items()}
    rows = [(concept, [(name, _listings(its[concept.title])) for name, its in columns.items()]) for concept in CONCEPTS]
    forms = {form: [(name, _file(root, path.format(name))) for name in columns] for form, path in FORMS.items()}
    facts = {one.engine: one.facts for one in site.measured if one.facts}
    return site.write(folder, PAGE, "side_by_side.html", engines=list(columns), rows=rows, forms=forms, facts=facts)


def _file(root: Path, file: str) -> Listing | None:
    """A whole file; None where an engine has none."""
    path = root / file
    return Listing(file, 1, False, list(_lines(path.read_text().rstrip("\n"), False))) if path.is_file() else None


def column(engine: Entry, sources: Sources) -> dict[str, list[Piece] | str]:
    """What an engine shows, by the concepts' titles: pieces of source, or the sentence that stands in their place.

    Raises BadInput, naming the concept, the engine and the file, for a concept of which it shows nothing, or nothing
    that is there, and for one that there is not.
    """
    file = f"{engine.package}/{FILE}"
    parts = _parts(sources.root / file, file)
    if strangers := parts.keys() - {concept.title for concept in CONCEPTS}:
        raise BadInput(f"{file}: there is no concept '{min(strangers)}'")
    found: dict[str, list[Piece] | str] = {}
    for concept in CONCEPTS:
        try:
            part = parts[concept.title]
            found[concept.title] = part if isinstance(part, str) else list(_pieces(concept, part, engine, sources))
        except KeyError:
            raise BadInput(f"side by side: '{concept.title}' has no code in {engine.name}: not in {file}") from None
        except LookupError as error:
            raise BadInput(f"side by side: '{concept.title}' has no code in {engine.name}: {error}") from None
    return found


def _parts(path: Path, file: str) -> Mapping[str, list[str] | str]:
    try:
        return PIECES.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}; what each concept of the side by side shows stands in it") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file}: {error}") from None
    except ValidationError as error:
        concept = error.errors()[0]["loc"][0]
        raise BadInput(f"{file}: '{concept}' is neither a list of pieces nor a sentence") from None


def _pieces(concept: Concept, parts: Sequence[str], engine: Entry, sources: Sources) -> Iterator[Piece]:
    if concept.first:
        yield concept.first.piece(sources, engine)
    for part in parts:
        file, _, names = part.partition(": ")
        name, _, through = names.partition(" to ")
        yield sources.find(file if "/" in file else f"{engine.package}/{file}", name, through or None)


def _listings(part: list[Piece] | str) -> list[Listing] | Sentence:
    if isinstance(part, str):
        words, _, link = part.partition(" https://")
        return Sentence(words, link and f"https://{link}")
    listings = []
    for piece in part:
        is_command = piece.code.startswith("$ ")
        listings.append(Listing(piece.file, piece.line, is_command, list(_lines(piece.code, is_command))))
    return listings


def _lines(code: str, is_command: bool) -> Iterator[tuple[int, Markup]]:
    """Highlighted line by line; Pygments closes its marks at each line's end."""
    lexer = BashSessionLexer() if is_command else PythonLexer()
    html = highlight(code, lexer, HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    for plain, line in zip(code.split("\n"), html, strict=True):
        yield len(plain) - len(plain.lstrip()), Markup(line)  # noqa: S704 - Pygments has escaped it
