"""``python -m shared.report``: the comparison, from the results of all engines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from saltern.command import start
from saltern.errors import BadInput
from shared.engines import ENGINES
from shared.report import headline as headlines
from shared.report.preview import draw
from shared.report.publishing import publish
from shared.report.scores import overview, summaries
from shared.report.terminal import matrix, picture
from shared.report.web import write as pages
from shared.rerun.expectations import of_today, unexpected
from shared.rerun.results import Results, read

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def report(
    results: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Results files. Default: results/<engine>.json.")
    ] = None,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draw the matrix to a file too.")] = None,
    preview: Annotated[
        Path | None, typer.Option("--preview", metavar="FILE", help="Draw the picture for previews to a file too.")
    ] = None,
    headline: Annotated[
        Path | None, typer.Option("--headline", metavar="FILE", help="Write the headline table into a Markdown page.")
    ] = None,
    publish_score: Annotated[
        bool,
        typer.Option(
            "--publish-score", help="Keep the summary of results/score/ with the code, and show it in README."
        ),
    ] = False,
    address: Annotated[
        str, typer.Option(metavar="URL", help="Where you publish the report, for the previews that other sites show.")
    ] = "",
    full: Annotated[bool, typer.Option("--full", help="Draw all scenarios, not only the ten most telling.")] = False,
) -> None:
    """Print the matrix of scenarios, engines and strategies, and write it as pages beside the results.

    Exit status 1 if a cell is not as expected.
    """
    if publish_score:
        publish(Path("results") / "score")
    paths = results or [path for path in (Path("results") / f"{name}.json" for name in ENGINES) if path.exists()]
    if publish_score and not paths:
        return
    if not paths:
        raise BadInput("results: no results yet; run an engine first, for example nox -s luigi")
    every = [_as_expected_today(read(path)) for path in paths]
    matrix(every)
    scores = summaries()
    if scores:
        Console().print(overview(scores))
    print(f"report: {pages(every, paths[0].parent / 'report', scores, address)}")
    if svg:
        svg.write_text(picture(every, full=full))
    if preview:
        draw([one.alone for one in every], preview)
    if headline:
        headlines.MARKED.write(headlines.table(every), headline)
    if any(unexpected(one) for one in every):
        raise typer.Exit(1)


def _as_expected_today(results: Results) -> Results:
    entry = ENGINES.get(results.engine)
    return of_today(results, entry.package) if entry else results


if __name__ == "__main__":
    start(app, "python -m shared.report")
