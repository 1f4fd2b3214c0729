"""What a person can say on the command line of every engine: arguments and options that several commands share."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

DATE = ["%Y-%m-%d"]
CORES = os.cpu_count() or 1
Pipeline = Annotated[str, typer.Argument(metavar="PIPELINE", help="ml or artists.", show_default=False)]
Input = Annotated[
    str | None,
    typer.Option(
        "--input",
        metavar="PATH_OR_URL",
        help="Your own data: a CSV file (ml), or a folder of daily files like 2018-03-05.tsv (artists), here or at a "
        "URL. Default: the bundled data.",
    ),
]
StoreOption = Annotated[
    str, typer.Option("--store", metavar="DIR_OR_URL", help="Where artifacts live: a folder, or an fsspec URL.")
]
StrategyOption = Annotated[
    str,
    typer.Option(
        "--strategy",
        metavar="NAME",
        help="What an artifact's name depends on: native, content, salted, lineage, cutoff; or another of the engine's "
        "own ways.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="STEP.PARAM=VALUE", help="A step's parameter, e.g. train.C=10. May be repeated."),
]
Force = Annotated[
    list[str] | None,
    typer.Option("--force", metavar="STEP", help="Run this step, although its artifact exists. May be repeated."),
]
Verify = Annotated[
    float,
    typer.Option("--verify", metavar="SHARE", min=0, max=1, help="Run this share of hits again, and compare."),
]
Start = Annotated[
    datetime | None,
    typer.Option(
        "--start",
        formats=DATE,
        metavar="YYYY-MM-DD",
        help="First day (artists). Default: the bundled week, or the folder's first.",
    ),
]
End = Annotated[
    datetime | None, typer.Option("--end", formats=DATE, metavar="YYYY-MM-DD", help="Last day (artists), included.")
]
ResultsOption = Annotated[Path, typer.Option("--results", metavar="FOLDER", help="The folder of the results files.")]
Again = Annotated[bool, typer.Option("--again", help="Measure everything again, also what has not changed.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, metavar="N", help="Builds at a time.")]
Traceback = Annotated[bool, typer.Option("--traceback", help="If a step fails, show the traceback of its error too.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line of standard output.")]
