"""The two steps as they were wired in class: a task writes its methods, and the textbook salt names its file.

Luigi's own command line runs them, from the root of the project:
``luigi --module lesson.textbook.taught Bootstrap --seed 1 --local-scheduler``.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import luigi
from luigi.date_interval import Custom

from lesson.textbook import steps
from lesson.textbook.salt import salted_target

WEEKEND = Custom(date(2018, 3, 10), date(2018, 3, 12))  # half open, as all of Luigi's


class Stream(luigi.ExternalTask):
    """The external input: one day's plays."""

    __version__ = "1"
    day = luigi.DateParameter()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(f"data/streams/{self.day}.tsv")


class TextbookTask(luigi.Task):
    """A task whose file lies in ``store`` and has the textbook salt in its name."""

    __version__ = "1"
    store = luigi.Parameter("store", significant=False)

    def output(self) -> luigi.LocalTarget:
        return salted_target(self, "{task.store}/{task.__class__.__name__}-{salt}.json")

    def write(self, value: Any) -> None:
        with self.output().open("w") as file:
            json.dump(value, file, indent=1)


class AggregateArtists(TextbookTask):
    interval = luigi.DateIntervalParameter(WEEKEND)

    def requires(self) -> dict[str, luigi.Task]:
        return {str(day): Stream(day=day) for day in self.interval}

    def run(self) -> None:
        self.write(steps.aggregate_artists({day: Path(target.path) for day, target in self.input().items()}))


class Bootstrap(TextbookTask):
    seed = luigi.IntParameter(0)

    def requires(self) -> luigi.Task:
        return self.clone(AggregateArtists)

    def run(self) -> None:
        with self.input().open() as file:
            self.write(steps.bootstrap(json.load(file), seed=self.seed))
