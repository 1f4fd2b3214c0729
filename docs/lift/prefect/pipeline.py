"""Temperatures on Prefect: clean -> monthly -> chart."""

import sys
from pathlib import Path

from prefect import flow, task
from prefect.runtime import flow_run

import steps
from saltern import Artifact, Cache, Source
from saltern.prefect import Salting, StrategyName, execute


@task
def clean(measured: Source, cache: Cache) -> Artifact:
    return execute(steps.clean, cache, measured=measured)


@task
def monthly(days: Artifact, cache: Cache, digits: int) -> Artifact:
    return execute(steps.monthly, cache, days=days, digits=digits)


@task
def chart(means: Artifact, cache: Cache, width: int) -> Artifact:
    return execute(steps.chart, cache, means=means, width=width)


@flow
def temperatures(
    csv: Path = Path("temperatures.csv"),
    digits: int = 1,
    width: int = 40,
    store: str = "store",
    strategy: StrategyName = "lineage",
) -> Artifact:
    cache = Cache(store, strategy, run=flow_run.id, engine="prefect")
    salting = Salting(cache)
    days = clean.with_options(**salting(steps.clean))(Source.at(csv), cache)
    means = monthly.with_options(**salting(steps.monthly))(days, cache, digits)
    page = chart.with_options(**salting(steps.chart))(means, cache, width)
    for ran in cache.ledger.events("started"):
        print(f"{ran['step']}: {'; '.join(ran['reasons'])}")
    return page


if __name__ == "__main__":
    temperatures(strategy=(sys.argv[1:] or ["lineage"])[0])
