"""### The most played artists of an interval

- **streams** finds each day's stream file, so it runs every time
- **daily_counts** counts a day's plays: one mapped task per day
- **aggregate_artists** adds up the days
- **top_artists** makes a page with the most played

#### What is skipped

A task whose artifact is in the store already is **skipped**, and what follows gets that artifact: a new day costs one
day. Choose under **Strategy** what an artifact's name depends on; name under **Force** what is to run all the same;
under **native** every run runs everything.

#### Which days

On Mondays it is the week before. For a week of the past there is **Backfill**, or

`airflow backfill create --dag-id artists --from-date 2018-03-12 --to-date 2018-03-12`

which makes the run that was due on that Monday. (Then Airflow also makes last Monday's, which fails where there are no
streams of last week.) Under **Trigger**, name any first and last day.

#### Your own data

Give the folder of your streams, or its URL, under **Folder of streams**. A step's code is on its task's page,
behind the book.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, CronTriggerTimetable, Param, dag, task

from airflow_dags.params import build_of, form
from saltern import Source
from shared.pipelines import days, stream_of
from shared.steps import artists as steps

# Without `run_immediately` a new DAG first runs for the last Monday, if that is less than 17 hours ago: airflow#64162
EVERY_MONDAY = CronTriggerTimetable(
    "0 0 * * MON", timezone="UTC", interval=timedelta(weeks=1), run_immediately=timedelta(0)
)
STREAMS, COUNTS, TOTALS, TOP = Asset("streams"), Asset("daily_counts"), Asset("artist_totals"), Asset("top_artists")


@task(multiple_outputs=False)
def streams(**context: Any) -> dict[str, dict[str, Any]]:
    """Each day's stream file, found when the run starts: nothing is read while this file is parsed."""
    build, home = build_of(context), steps.daily_counts.project
    return {str(day): Source.at(stream_of(build.input, day)).to_json(home) for day in days(build.start, build.end)}


daily_counts = task.salted(
    steps.daily_counts, map_index_template="{{ task.partition }}", inlets=[STREAMS], outlets=[COUNTS]
)
aggregate_artists = task.salted(steps.aggregate_artists, inlets=[COUNTS], outlets=[TOTALS])
top_artists = task.salted(steps.top_artists, inlets=[TOTALS], outlets=[TOP])


@dag(
    schedule=EVERY_MONDAY,
    doc_md=__doc__,
    description="daily_counts, one per day -> aggregate_artists -> top_artists",
    default_args={"owner": "saltworks", "retries": 2, "retry_delay": timedelta(seconds=30)},
    tags=["saltworks", "aggregation"],
    params=form(
        steps.daily_counts,
        steps.aggregate_artists,
        steps.top_artists,
        input=Param(
            None,
            type=["null", "string"],
            title="Folder of streams",
            description="A path or a URL, with a file like 2018-03-05.tsv for every day. Default: the bundled week.",
        ),
        start=Param(
            None,
            type=["null", "string"],
            format="date",
            title="First day",
            description="Default: the schedule's; in a run triggered here, the bundled week's or the folder's first.",
        ),
        end=Param(
            None,
            type=["null", "string"],
            format="date",
            title="Last day, included",
            description="Default: the schedule's; in a run triggered here, the bundled week's or the folder's last.",
        ),
    ),
)
def artists(n: int) -> None:
    counts = daily_counts.expand(stream=streams())
    totals = aggregate_artists(counts)
    top_artists(totals, n=n)


ARTISTS = artists(**steps.top_artists.parameters)
