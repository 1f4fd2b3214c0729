"""The commands of ``saltern``: ls, show, verify, prune."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from saltern import __version__
from saltern.errors import BadInput
from saltern.housekeeping.contents import Contents, Manifest, State, check, made_at, temporaries, upstream, verified
from saltern.housekeeping.description import described, when
from saltern.housekeeping.explanation import explained, find_step
from saltern.housekeeping.pruning import removals
from saltern.store import Store

LISTED = ("name", "step", "partition", "strategy", "engine", "size", "made")  # of an artifact, in ``ls --json``
NUMBERS = ("size", "verified", "differed")  # columns of a table
CANDIDATES = 8  # that are named when a prefix fits several artifacts
STYLES = {"whole": "green", "being written": "cyan"}  # what is not here is wrong

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
StoreArgument = Annotated[str, typer.Argument(metavar="STORE", help="A folder, or an fsspec URL.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line of standard output.")]


@app.callback(invoke_without_command=True)
def housekeeping(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version of the library and exit.")] = False,
) -> None:
    """What is in a store, whether it is whole, and what of it can go.

    Only prune --yes deletes; nothing else changes or creates a file.
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
    with _contents(store) as contents:
        artifacts = sorted(contents.artifacts.items(), key=_age)
        counted = verified(contents) if with_verified else {}
    columns = ("verified", "differed") if with_verified else ()
    counts = {name: dict(zip(columns, counted.get(name, (0, 0)), strict=False)) for name, _ in artifacts}
    totals = {column: sum(count[column] for count in counts.values()) for column in columns}
    size = sum(manifest.get("size", 0) for _, manifest in artifacts)
    if json_:
        listed = [
            {fact: manifest.get(fact) for fact in LISTED} | {"name": name, **counts[name]}
            for name, manifest in artifacts
        ]
        print(json.dumps({"store": store, "artifacts": listed, "size": size, **totals}))
        return
    table = _table("name", "step", "strategy", "engine", "size", "made", *columns)
    for name, manifest in artifacts:
        facts = (str(manifest.get(fact) or "") for fact in ("step", "strategy", "engine"))
        table.add_row(name, *facts, decimal(manifest.get("size", 0)), when(manifest), *map(str, counts[name].values()))
    console = _console()
    if artifacts:
        console.print(table)
    console.print(f"{_count(len(artifacts), 'artifact')}, {decimal(size)}")
    if with_verified:
        console.print(f"of {_count(totals['verified'], 'hit')} run again, {totals['differed']} differed")
    if odd := len(contents.bare) + len(contents.orphans):
        console.print(f"{_count(odd, 'file')} beside that are no whole artifacts: verify says which")


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
    strategy, recipe = str(manifest.get("strategy")), manifest.get("recipe") or {}
    made_from = {argument: contents.named(item, strategy) for argument, item in upstream(recipe).items()}
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

    Reads all of them. Exit status 1 if anything is wrong.

    An artifact is whole, or damaged (its content is another), or missing (its manifest alone is there). A file has no
    manifest, or none that can be read. A temporary file is unfinished when it is older than an hour, its writer dead;
    a younger one is being written.
    """
    found: dict[str, list[str]] = {state: [] for state in (*get_args(State), "unfinished", "being written")}
    with _contents(store) as contents:
        for name in _progress(contents):
            if state := check(contents.store, name):
                found[state].append(name)
        for path, abandoned in temporaries(contents.store):
            name = path.relative_to(contents.store.root).as_posix()
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
    """Delete what no current recipe names.

    And leftovers. Shows what would go, why, and the bytes that frees; deletes with --yes only.

    A recipe is current when the code and the libraries that are installed here would write it again, for the same
    parameters and external inputs, and every artifact it is made from that is still there is current too. Artifacts
    with plain names (native) have no recipe, and stay unless they are from before a day. Leftovers are manifests whose
    artifact is gone, and temporary files, older than an hour, of writers that were killed.
    """
    with _contents(store) as contents:
        chosen = list(removals(contents, before.astimezone() if before else None))
        if yes:
            chosen = [removal for removal in chosen if removal.delete()]
    table = _table("name", "size", "why")
    for removal in chosen:
        table.add_row(removal.name, decimal(removal.size), removal.why)
    console = _console()
    if chosen:
        console.print(table)
    freed = decimal(sum(removal.size for removal in chosen))
    if yes:
        console.print(f"{len(chosen)} deleted, {freed} freed")
    elif chosen:
        console.print(f"{len(chosen)} to delete, which frees {freed}: --yes deletes")
    else:
        console.print("nothing to delete")


@app.command()
def explain(
    step: Annotated[
        str, typer.Argument(metavar="MODULE:STEP", help="For example lab.steps:train.", show_default=False)
    ],
    json_: Json = False,
) -> None:
    """Show what a step's result depends on.

    That is what the strategies lineage and cutoff see.

    Names the places of its code, those that count coarsely and how to make them finer, and what cannot be seen.
    """
    found = dict(explained(find_step(step)))
    if json_:
        print(json.dumps({heading: text.splitlines() for heading, text in found.items()}))
        return
    table = _table("")
    table.show_header = False
    table.add_column()
    for heading, text in found.items():
        table.add_row(heading, text)
    _console().print(table)


@contextlib.contextmanager
def _contents(url: str) -> Iterator[Contents]:
    """What lies in a store. Raises BadInput where there is none, and for all that the disk refuses meanwhile."""
    store = Store(url)
    try:
        yield Contents.of(store)
    except OSError as error:
        raise BadInput(f"{error.filename or url}: {error.strerror or error}") from error


def _find(contents: Contents, prefix: str) -> tuple[str, Manifest]:
    """The one artifact, or what is left of one, that has this name or else whose name begins so."""
    known = [*contents.artifacts, *contents.orphans]
    found = [prefix] if prefix in known else sorted(name for name in known if name.startswith(prefix))
    if not found:
        raise BadInput(f"{prefix}: no artifact in {contents.store.url} has a name that begins so")
    if len(found) > 1:
        more = f" and {len(found) - CANDIDATES} more" if len(found) > CANDIDATES else ""
        raise BadInput(f"{prefix}: {len(found)} artifacts begin so: {', '.join(found[:CANDIDATES])}{more}")
    manifest = contents.artifacts.get(found[0]) or contents.store.manifest(found[0])
    if manifest is None:
        raise BadInput(f"{found[0]}: its manifest cannot be read")
    return found[0], manifest


def _progress(contents: Contents) -> Iterator[str]:
    """Every name that has to be checked, with a bar on standard error that grows with the bytes that were read."""
    sizes = {name: manifest.get("size", 0) for name, manifest in contents.artifacts.items()}
    sizes |= dict.fromkeys((*contents.orphans, *contents.bare), 0)
    console = Console(stderr=True)
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=sum(sizes.values()))
        for name, size in sorted(sizes.items()):
            yield name
            bar.advance(task, size)


def _age(artifact: tuple[str, Manifest]) -> Any:
    """By step, then the newest first, then by name."""
    name, manifest = artifact
    born = made_at(manifest)
    return str(manifest.get("step")), -born.timestamp() if born else 0.0, name


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _table(first: str, *others: str) -> Table:
    """A table whose first column gives way when the terminal is narrow."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(first, overflow="fold")
    for heading in others:
        table.add_column(heading, no_wrap=heading != "why", justify="right" if heading in NUMBERS else "left")
    return table


def _console() -> Console:
    """Standard output, as wide as the terminal. A pipe has no width: there no line is folded."""
    width = None if sys.stdout.isatty() else 10_000
    return Console(markup=False, emoji=False, highlight=False, width=width)
