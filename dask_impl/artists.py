"""The ``artists`` pipeline in Dask: delayed functions, and a function that connects them.

Nothing here knows of salts or stores: ``saltern.dask`` rewrites the graph that this module makes.
"""

from datetime import date
from pathlib import Path

import dask
from dask.base import tokenize
from dask.delayed import Delayed, delayed

from shared.pipelines import Place, days, stream_of
from shared.steps import artists


def stream(folder: Place, day: date) -> Delayed:
    """The external input of one day, as a node of the graph. A path is resolved: workers may stand elsewhere."""
    place = stream_of(folder, day)
    place = place.resolve() if isinstance(place, Path) else place
    return delayed(place, name=f"stream-{tokenize(place)}")


daily_counts = delayed(artists.daily_counts, pure=True)
aggregate_artists = delayed(artists.aggregate_artists, pure=True)
top_artists = delayed(artists.top_artists, pure=True)


def pipeline(streams: Place, start: date, end: date, *, n: int = artists.top_artists.parameters["n"]) -> Delayed:
    """The ``n`` most played artists from ``start`` to ``end``, both included: a lazy page, with its graph."""
    counts = {}
    for day in days(start, end):
        with dask.annotate(partition=str(day)):  # Dask hands annotations on; the salting reads this one
            counts[str(day)] = daily_counts(stream(streams, day))
    totals = aggregate_artists(counts)
    return top_artists(totals, n=n)
