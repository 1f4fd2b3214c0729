"""### The most played artists of an interval

- **streams** finds each day's stream file, so it runs every time
- **daily_counts** counts a day's plays: one mapped task per day
- **aggregate_artists** adds up the days
- **top_artists** makes a page with the most played

#### What is skipped

A task whose artifact is in the store already is **skipped**, and what follows gets that artifact: a new day costs one
day. Choose under **Strategy** what an artifact's name depends on; name under **Force** what is to run all the same;
under **native** every run runs everything.

#### Your own data

Give the folder of your streams under **Folder of streams**.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from airflow.sdk import Param, dag, task

from airflow_dags.params import build_of, form
from saltern import Source
from shared.pipelines import days, stream_of
from shared.steps import artists as steps


@task(multiple_outputs=False)
def streams(**context: Any) -> dict[str, dict[str, str]]:
    """Each day's stream file, found when the run starts: nothing is read while this file is parsed."""
    build = build_of(context)
    return {str(day): asdict(Source.at(stream_of(build.input, day))) for day in days(build.start, build.end)}


daily_counts = task.salted(steps.daily_counts, map_index_template="{{ task.partition }}")
aggregate_artists = task.salted(steps.aggregate_artists)
top_artists = task.salted(steps.top_artists)


@dag(
    schedule=None,
    doc_md=__doc__,
    description="daily_counts, one per day -> aggregate_artists -> top_artists",
    default_args={"owner": "saltworks"},
    tags=["saltworks", "aggregation"],
    params=form(
        steps.daily_counts,
        steps.aggregate_artists,
        steps.top_artists,
        input=Param(
            None,
            type=["null", "string"],
            title="Folder of streams",
            description="Holds a file like 2018-03-05.tsv for every day. Default: the bundled week.",
        ),
        start=Param(
            None,
            type=["null", "string"],
            format="date",
            title="First day",
            description="Default: the bundled week's, or the folder's first.",
        ),
        end=Param(
            None,
            type=["null", "string"],
            format="date",
            title="Last day, included",
            description="Default: the bundled week's, or the folder's last.",
        ),
    ),
)
def artists(n: int) -> None:
    counts = daily_counts.expand(stream=streams())
    totals = aggregate_artists(counts)
    top_artists(totals, n=n)


ARTISTS = artists(**steps.top_artists.parameters)
