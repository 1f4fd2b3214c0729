"""``python -m clusters dask``: a deployment, and the headline scenarios on it. In the environment of that engine."""

from __future__ import annotations

import importlib
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from clusters.deployment import MARK, Deployment, Site, left_over
from clusters.findings import page
from clusters.scenarios import Finding, Scenarios
from saltern.command import start
from saltern.errors import BadInput
from shared.engine.servers import interrupt_once
from shared.engines import ENGINES

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def run(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help=f"{', '.join(ENGINES)}.")],
    summary: Annotated[Path | None, typer.Option(help="Default: results/cluster/ENGINE.md, or ENGINE-s3.md.")] = None,
    s3: Annotated[bool, typer.Option("--s3", help="Keep the store in a bucket on S3, which goes away too.")] = False,
    only: Annotated[
        str, typer.Option(metavar="WORD", help="Only the accidents that have it in their names, after a clean build.")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option(help="A new folder for logs, checkouts and the store. Default: one that is removed.")
    ] = None,
) -> None:
    """Start an engine's processes, take them through the scenarios, stop them. Exit status 1 if one is not right."""
    if engine not in ENGINES:
        raise BadInput(f"{engine}: no such engine (there are: {', '.join(ENGINES)})")
    made: type[Deployment] = importlib.import_module(f"clusters.{engine}").DEPLOYMENT
    interrupt_once()
    prefix = f"saltworks-cluster-{engine}-"
    with ExitStack() as stack:
        scratch = folder.absolute() if folder else stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix))
        Path(scratch).mkdir(parents=True, exist_ok=True)
        Path(scratch).chmod(0o755)  # a database runs as another user
        site = Site(Path(scratch), made.package, made.machines)
        if s3:
            from clusters.bucket import bucket

            site.use(stack.enter_context(bucket()))
        findings: list[Finding] = []
        with made(site) as deployment:
            print(f"{deployment.processes} In {scratch}", flush=True)
            for finding in Scenarios(deployment).findings(only):
                findings.append(finding)
                print(f"{finding.seconds:6.1f} s  {finding.scenario}: {finding.complaint or finding.ended}", flush=True)
        words = f"nox -s cluster -- {engine}{' --s3' if s3 else ''}{f' --only {only}' if only else ''}"
        text = page(deployment, findings, datetime.now(UTC).date(), words)
        remain = left_over(site.env[MARK])
    path = summary or Path("results/cluster") / f"{engine}{'-s3' if s3 else ''}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f"\n{text}\n{path}")
    if remain:
        print(f"error: processes are left behind: {remain}")
    raise typer.Exit(int(bool(remain) or any(finding.complaint for finding in findings)))


if __name__ == "__main__":
    start(app, "python -m clusters")
