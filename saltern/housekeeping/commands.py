"""The commands of ``saltern``: ls, show, verify, prune."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from saltern import __version__
from saltern.errors import BadInput
from saltern.housekeeping.contents import Contents, Manifest, State, check, temporaries, upstream, verified
from saltern.housekeeping.description import described, when
from saltern.housekeeping.explanation import explained, find_step
from saltern.housekeeping.listing import rows, step_of
from saltern.housekeeping.pruning import removals
from saltern.store import Store

NUMBERS = ("size", "verified", "differed")  # columns of a table
CANDIDATES = 8  # that are named when a prefix fits several artifacts
MANY = 200  # names: for so many there is a bar
WIDTHS = {"strategy": 8, "engine": 9, "size": 9, "made": 19}  # of the columns of a table
STYLES = {"whole": "green", "being written": "cyan"}  # what is not here is wrong

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
StoreArgument = Annotated[str, typer.Argument(metavar="STORE", help="A folder, or an fsspec URL.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line of standard output.")]


@app.callback(invoke_without_command=True)
def housekeeping(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version of the library and exit.")] = False,
) -> None:
    """Look into a store: what it holds, whether it is whole, and what can be deleted.

    Only prune --yes deletes files. The other commands change nothing.
    """
    if version:
        print(f"saltern {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def ls(
    store: StoreArgument,
    with_verified: Annotated[
        bool, typer.Option("--verified", help="Also how often a hit was run again, and how often that differed.")
    ] = False,
    json_: Json = False,
) -> None:
    """List the artifacts.

    By step, the newest first. Reads the manifests and not the artifacts: that is what verify does.
    """
    counts = ("verified", "differed") if with_verified else ()
    totals = dict.fromkeys(("size", *counts), 0)
    number = 0
    with _contents(store) as contents:
        counted = verified(contents) if with_verified else {}
        lines = _Lines(contents, "name", "step", "strategy", "engine", "size", "made", *counts)
        if json_:
            print(f'{{"store": {json.dumps(store)}, "artifacts": [', end="")
        for row in rows(contents):
            facts = row._asdict() | dict(zip(counts, counted.get(row.name, (0, 0)), strict=False))
            if json_:
                print(", " * (number > 0) + json.dumps(facts), end="")
            else:
                lines.print(facts | {"size": decimal(row.size), "made": when(facts)})
            totals = {name: total + facts[name] for name, total in totals.items()}
            number += 1
    if json_:
        print(f"], {json.dumps(totals)[1:]}")
        return
    print(f"{_count(number, 'artifact')}, {decimal(totals['size'])}")
    if with_verified:
        print(f"of {_count(totals['verified'], 'hit')} run again, {totals['differed']} differed")
    if odd := len(contents.documented) - number + len(contents.bare) + len(contents.orphans):
        print(f"{_count(odd, 'file')} beside that are no whole artifacts: verify says which")


@app.command()
def show(
    store: StoreArgument,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="An artifact's name, or the beginning of one only.", show_default=False),
    ],
    json_: Json = False,
) -> None:
    """Show one artifact's manifest.

    What it is, and all that went into it: parameters, code, libraries, and the artifacts it was made from.
    """
    with _contents(store) as contents:
        name, manifest = _find(contents, name)
        needed = upstream(manifest.get("recipe") or {})
        named = contents.named(set(needed.values()), str(manifest.get("strategy")))
    made_from = {argument: named[item] for argument, item in needed.items()}
    if json_:
        print(json.dumps({**manifest, "name": name, "upstream": made_from}))
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for heading, text in described(name, manifest, made_from):
        table.add_row(heading, text)
    _console().print(table)


@app.command()
def verify(store: StoreArgument, json_: Json = False) -> None:
    """Check every artifact against its digest.

    It reads all artifacts. The exit status is 1 if anything is wrong.

    An artifact is damaged if its content has changed. It is missing if only its manifest is there. A file may have no
    manifest, or one that cannot be read. A temporary file is unfinished if it is older than an hour and its writer is
    dead. A younger one is being written.
    """
    found: dict[str, list[str]] = {state: [] for state in (*get_args(State), "unfinished", "being written")}
    with _contents(store) as contents:
        for name in _watched(sorted((*contents.documented, *contents.orphans, *contents.bare))):
            if state := check(contents.store, name):
                found[state].append(name)
        for name, abandoned in temporaries(contents.store):
            found["unfinished" if abandoned else "being written"].append(name)
    if json_:
        print(json.dumps({"store": store, **{kind.replace(" ", "_"): names for kind, names in found.items()}}))
    else:
        console = _console()
        for kind, names in found.items():
            for name in names if kind != "whole" else ():
                console.print(f"{kind:>13}  {name}", style=STYLES.get(kind, "red"))
        console.print(", ".join(f"{len(names)} {kind}" for kind, names in found.items() if names) or "empty")
    if any(names for kind, names in found.items() if kind not in STYLES):
        raise typer.Exit(1)


@app.command()
def prune(
    store: StoreArgument,
    before: Annotated[
        datetime | None,
        typer.Option(
            "--before",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Also what was made before this day began, local time: artifacts, current and plain-named ones too, "
            "and runs in the ledger.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete. Without it, only show what would be deleted.")] = False,
) -> None:
    """Delete artifacts that no current recipe names, and leftovers.

    Without --yes it deletes nothing: it shows what it would delete, why, and how many bytes that frees.

    A recipe is current if today's code and libraries would write it again, for the same parameters and external inputs.
    The artifacts that it is made from must be current too, as far as they are still there. Artifacts with plain names
    (native) have no recipe. They stay unless --before includes them. Leftovers are manifests whose artifact is gone,
    and temporary files of killed writers that are older than an hour.
    """
    number = size = 0
    with _contents(store) as contents:
        making = contents.store.locked()
        lines = _Lines(contents, "name", "size", "why")
        for removal in removals(contents, before.astimezone() if before else None):
            if yes and not removal.delete():
                continue
            lines.print({"name": removal.name, "size": decimal(removal.size), "why": removal.why})
            number, size = number + 1, size + removal.size
    if making:
        print(f"a build is under way ({making[0]} is being made): what was made in the last day stays")
    if yes:
        print(f"{number} deleted, {decimal(size)} freed")
    elif number:
        print(f"{number} to delete, which frees {decimal(size)}: --yes deletes")
    else:
        print("nothing to delete")


@app.command()
def explain(
    step: Annotated[
        str, typer.Argument(metavar="MODULE:STEP", help="For example lab.steps:train.", show_default=False)
    ],
    json_: Json = False,
) -> None:
    """Show what a step's result depends on.

    The strategies lineage and cutoff put this into the name of its artifact.

    It lists the places of the step's code. It says which of them count in larger units than needed and how to change
    that, and what cannot be seen.
    """
    found = dict(explained(find_step(step)))
    if json_:
        print(json.dumps({heading: text.splitlines() for heading, text in found.items()}))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(overflow="fold")
    table.add_column()
    for heading, text in found.items():
        table.add_row(heading, text)
    _console().print(table)


@contextlib.contextmanager
def _contents(url: str) -> Iterator[Contents]:
    """What lies in a store. Raises BadInput where there is none, and for all that the disk refuses meanwhile."""
    store = Store(url)
    try:
        yield Contents.of(store, _watched)
    except BrokenPipeError:  # who reads what we print has seen enough
        raise
    except OSError as error:
        raise BadInput(f"{error.filename or url}: {error.strerror or error}") from error


def _find(contents: Contents, prefix: str) -> tuple[str, Manifest]:
    """The one artifact, or what is left of one, that has this name or else whose name begins so."""
    known = (*contents.documented, *contents.orphans)
    found = [prefix] if prefix in known else sorted(name for name in known if name.startswith(prefix))
    if not found:
        raise BadInput(f"{prefix}: no artifact in {contents.store.url} has a name that begins so")
    if len(found) > 1:
        more = f" and {len(found) - CANDIDATES} more" if len(found) > CANDIDATES else ""
        raise BadInput(f"{prefix}: {len(found)} artifacts begin so: {', '.join(found[:CANDIDATES])}{more}")
    manifest = contents.store.manifest(found[0])
    if manifest is None:
        raise BadInput(f"{found[0]}: its manifest cannot be read")
    return found[0], manifest


def _watched(names: Sequence[str]) -> Iterator[str]:
    """Names that are gone through; where they are many, with a bar on standard error, if that is a terminal."""
    console = Console(stderr=True)
    if len(names) < MANY or not console.is_terminal:
        yield from names
        return
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        yield from bar.track(names, description="reading")


class _Lines:
    """A table that is printed line by line, however long it is. What is too wide for its column pushes the others."""

    def __init__(self, contents: Contents, *columns: str) -> None:
        names = max(map(len, contents.documented), default=0)
        steps = max(map(len, map(step_of, contents.documented)), default=0)
        self._widths = {column: max(len(column), WIDTHS.get(column, 0)) for column in columns}
        self._widths |= {column: width for column, width in (("name", names), ("step", steps)) if column in columns}
        self._begun = False

    def print(self, facts: Mapping[str, object]) -> None:
        if not self._begun:
            _console().print(self._line({column: column for column in self._widths}), style="bold")
            self._begun = True
        print(self._line(facts))

    def _line(self, facts: Mapping[str, object]) -> str:
        cells = []
        for column, width in self._widths.items():
            text = "" if facts[column] is None else str(facts[column])
            cells.append(text.rjust(width) if column in NUMBERS else text.ljust(width))
        return "  ".join(cells).rstrip()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _console() -> Console:
    """Standard output, as wide as the terminal. A pipe has no width: there no line is folded."""
    width = None if sys.stdout.isatty() else 10_000
    return Console(markup=False, emoji=False, highlight=False, width=width)
