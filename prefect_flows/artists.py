"""The ``artists`` pipeline as a Prefect flow: daily_counts (mapped over days) -> aggregate_artists -> top_artists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from prefect import flow, task, unmapped
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from prefect_flows.inputs import OWN, Salting, Share, StrategyName
from prefect_flows.summaries import summary, top
from prefect_flows.values import artists_values
from saltern import Artifact, Source
from saltern.cache import DEFAULT_STORE, Cache
from saltern.prefect import execute
from shared.engine.build import Build
from shared.pipelines import FIRST_DAY, LAST_DAY, STREAMS, days, place, stream_of
from shared.steps import artists


@task(
    name=artists.daily_counts.name,
    task_run_name=artists.daily_counts.name + "[{day}]",
    version=artists.daily_counts.version,
)
def daily_counts(stream: Source, day: str, cache: Cache) -> Artifact:
    return execute(artists.daily_counts, cache, stream=stream, day=day)


@task(
    name=artists.aggregate_artists.name,
    task_run_name=artists.aggregate_artists.name,
    version=artists.aggregate_artists.version,
)
def aggregate_artists(counts: Mapping[str, Artifact], cache: Cache) -> Artifact:
    return execute(artists.aggregate_artists, cache, counts=counts)


@task(name=artists.top_artists.name, task_run_name=artists.top_artists.name, version=artists.top_artists.version)
def top_artists(totals: Artifact, cache: Cache, *, n: int) -> Artifact:
    return execute(artists.top_artists, cache, totals=totals, n=n)


@flow(
    name="artists",
    task_runner=ThreadPoolTaskRunner(max_workers=2),
    on_completion=[summary("top-artists", artists.aggregate_artists, top)],
)
def artists_flow(
    streams: str = str(STREAMS),
    start: date = FIRST_DAY,
    end: date = LAST_DAY,
    n: Annotated[int, Field(ge=1)] = artists.top_artists.parameters["n"],
    store: str = DEFAULT_STORE,
    strategy: StrategyName = "salted",
    force: Sequence[str] = (),
    verify: Share = 0.0,
) -> list[PrefectFuture[Any]]:
    """Count the plays of every artist over an interval of days, and report the most played.

    Args:
        streams: A folder of daily files like 2018-03-05.tsv: a path, or a URL
        start: First day
        end: Last day, included
        n: How many artists make the top
        store: Where artifacts live: a folder, or an fsspec URL
        strategy: What an artifact's name, and with it the cache key, depends on
        force: Steps to run, though their artifacts are there
        verify: Share of hits to run again, to see whether they are stale
    """
    if strategy in OWN:
        settings = {artists.top_artists.name: {"n": n}}
        build = Build("artists", "prefect", place(streams), store, strategy, settings, start, end, run=flow_run.name)
        return artists_values(build)
    cache = Cache(store, strategy, run=flow_run.name, engine="prefect", force=tuple(force), verify=verify)
    salting = Salting(cache)
    interval = [str(day) for day in days(start, end)]
    counts = daily_counts.with_options(**salting(artists.daily_counts)).map(
        [Source.at(stream_of(place(streams), day)) for day in interval], interval, unmapped(cache)
    )
    totals = aggregate_artists.with_options(**salting(artists.aggregate_artists)).submit(
        dict(zip(interval, counts, strict=True)), cache
    )
    page = top_artists.with_options(**salting(artists.top_artists)).submit(totals, cache, n=n)
    return [*counts, totals, page]  # the flow run is completed when all of these are
