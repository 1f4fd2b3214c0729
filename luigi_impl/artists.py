"""The ``artists`` pipeline as Luigi tasks.

Plain Luigi runs them too: ``luigi --module luigi_impl.artists TopArtists --interval 2018-W10 --local-scheduler``.
"""

from __future__ import annotations

from datetime import timedelta

import luigi
from luigi.date_interval import Custom, Week
from luigi.util import inherits

from luigi_impl.inputs import PlaceParameter, target
from luigi_impl.mtime import SaltedTask
from saltern.luigi import ForEach, Requirement, Requires, SaltedOutput
from shared.engine.build import Build
from shared.pipelines import FIRST_DAY, STREAMS, stream_of
from shared.steps import artists


class Stream(luigi.ExternalTask):
    """The external input: one day's plays, in a file that no task makes."""

    streams = PlaceParameter(STREAMS)
    day = luigi.DateParameter()

    def output(self) -> luigi.Target:
        return target(stream_of(self.streams, self.day))


@inherits(Stream)
class DailyCounts(SaltedTask):
    step = artists.daily_counts

    requires = Requires()
    stream = Requirement(Stream)
    output = SaltedOutput()

    @property
    def partition(self) -> str:
        return str(self.day)


class AggregateArtists(SaltedTask):
    step = artists.aggregate_artists
    streams = PlaceParameter(STREAMS)
    interval = luigi.DateIntervalParameter(Week.from_date(FIRST_DAY))

    requires = Requires()
    counts = ForEach(DailyCounts, day="interval")
    output = SaltedOutput()


@inherits(AggregateArtists)
class TopArtists(SaltedTask):
    step = artists.top_artists
    n = luigi.IntParameter(step.parameters["n"])

    requires = Requires()
    totals = Requirement(AggregateArtists)
    output = SaltedOutput()


def pipeline(build: Build) -> TopArtists:
    """The one task to ask Luigi for: it finds the others from what each requires."""
    return TopArtists(
        streams=build.input,
        interval=Custom(build.start, build.end + timedelta(days=1)),  # half open, as all of Luigi's
        **build.params(artists.top_artists.name),
        store=build.store,
        strategy=build.strategy,
        run_id=build.run,
        force=build.force,
        verify=build.verify,
    )
