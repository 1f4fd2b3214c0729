"""Temperatures on Dask: clean -> monthly -> chart."""

import sys
import uuid
from pathlib import Path

from dask.delayed import Delayed, delayed

import steps
from saltern import Cache
from saltern.dask import fronts

clean = delayed(steps.clean, pure=True)
monthly = delayed(steps.monthly, pure=True)
chart = delayed(steps.chart, pure=True)


def pipeline(measured: Path, digits: int = 1, width: int = 40) -> Delayed:
    days = clean(delayed(measured.absolute()))
    means = monthly(days, digits=digits)
    return chart(means, width=width)


if __name__ == "__main__":
    strategy = (sys.argv[1:] or ["lineage"])[0]
    cache = Cache(str(Path("store").absolute()), strategy, run=uuid.uuid4().hex, engine="dask")
    for front in fronts(pipeline(Path("temperatures.csv")), cache):
        front.compute()
    for ran in cache.ledger.events("started"):
        print(f"{ran['step']}: {'; '.join(ran['reasons'])}")
