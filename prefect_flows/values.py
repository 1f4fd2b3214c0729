"""Both pipelines as Prefect's documentation writes them: tasks that return values, and whose results are kept.

The flows are those of ``ml.py`` and ``artists.py``, which come here under ``prefect/inputs`` and ``prefect/files``.
"""

from __future__ import annotations

from typing import Any

from prefect.futures import PrefectFuture

from prefect_flows.inputs import BUILD, BY_FILES, FILES, keep, kept, watched
from saltern.recipe import key
from shared.engine.build import Build
from shared.pipelines import days, stream_of
from shared.steps import artists, ml

preprocess = kept(watched(ml.preprocess), name=ml.preprocess.name)
train = kept(watched(ml.train), name=ml.train.name)
evaluate = kept(watched(ml.evaluate), name=ml.evaluate.name)
report = kept(watched(ml.report), name=ml.report.name)

daily_counts = kept(watched(artists.daily_counts), name=artists.daily_counts.name)
aggregate_artists = kept(watched(artists.aggregate_artists), name=artists.aggregate_artists.name)
top_artists = kept(watched(artists.top_artists), name=artists.top_artists.name)

Futures = list[PrefectFuture[Any]]


def ml_values(build: Build) -> Futures:
    """The body of the flow ``ml``."""
    BUILD.set(build)
    read = preprocess.with_options(cache_policy=FILES) if build.strategy == BY_FILES else preprocess
    dataset = read.submit(build.input, **build.params(ml.preprocess.name))
    model = train.submit(dataset, **build.params(ml.train.name))
    metrics = evaluate.submit(model, dataset)
    page = report.submit(metrics)
    made = {preprocess.name: dataset, train.name: model, evaluate.name: metrics, report.name: page}
    return [*made.values(), keep.submit(made)]


def artists_values(build: Build) -> Futures:
    """The body of the flow ``artists``."""
    BUILD.set(build)
    read = daily_counts.with_options(cache_policy=FILES) if build.strategy == BY_FILES else daily_counts
    counts = {str(day): read.submit(stream_of(build.input, day)) for day in days(build.start, build.end)}
    totals = aggregate_artists.submit(counts)
    page = top_artists.submit(totals, **build.params(artists.top_artists.name))
    made = {key(daily_counts.name, day): count for day, count in counts.items()}
    made |= {aggregate_artists.name: totals, top_artists.name: page}
    return [*made.values(), keep.submit(made)]
