"""Temperatures on Luigi: clean -> monthly -> chart."""

import json
import sys
from pathlib import Path

import luigi

import steps


class Measured(luigi.ExternalTask):
    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget("temperatures.csv")


class Clean(luigi.Task):
    def requires(self) -> Measured:
        return Measured()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget("clean.json")

    def run(self) -> None:
        with self.output().open("w") as file:
            json.dump(steps.clean(Path(self.input().path)), file)


class Monthly(luigi.Task):
    digits = luigi.IntParameter(1)

    def requires(self) -> Clean:
        return Clean()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget("monthly.json")

    def run(self) -> None:
        with self.input().open() as days, self.output().open("w") as file:
            json.dump(steps.monthly(json.load(days), digits=self.digits), file)


class Chart(luigi.Task):
    width = luigi.IntParameter(40)

    def requires(self) -> Monthly:
        return Monthly()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget("chart.html")

    def run(self) -> None:
        with self.input().open() as means, self.output().open("w") as file:
            file.write(steps.chart(json.load(means), width=self.width))


if __name__ == "__main__":
    sys.exit(not luigi.build([Chart()], local_scheduler=True))
