"""The same two steps with the salt of this project."""

from __future__ import annotations

from datetime import date

import luigi
from luigi.date_interval import Custom

from lesson.textbook import steps
from luigi_impl.artists import Stream
from saltern.luigi import ForEach, Requirement, Requires, SaltedOutput, SaltedTask

WEEKEND = Custom(date(2018, 3, 10), date(2018, 3, 12))  # half open, as all of Luigi's


class AggregateArtists(SaltedTask):
    step = steps.aggregate_artists
    interval = luigi.DateIntervalParameter(WEEKEND)

    requires = Requires()
    days = ForEach(Stream, day="interval")
    output = SaltedOutput()


class Bootstrap(SaltedTask):
    step = steps.bootstrap
    seed = luigi.IntParameter(step.parameters["seed"])

    requires = Requires()
    plays = Requirement(AggregateArtists)
    output = SaltedOutput()
