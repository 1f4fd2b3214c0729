"""Luigi without us: ``python -m benchmarks.plain.on_luigi raw|salted NUMBER SECONDS FOLDER``, or ``artists``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import luigi

from benchmarks.plain.spinning import main, spin, spun
from saltern.luigi import Requires, SaltedOutput, SaltedTask

SETTINGS: dict[str, Any] = {"workers": 1, "log_level": "CRITICAL", "local_scheduler": True}


class Spin(luigi.Task):
    number, seconds, folder = luigi.IntParameter(), luigi.FloatParameter(), luigi.Parameter()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(f"{self.folder}/{self.number}-{self.seconds}.json")

    def run(self) -> None:
        with self.output().open("w") as file:
            json.dump(spun(self.number, self.seconds), file)


class SaltedSpin(SaltedTask):
    step = spin
    number, seconds = luigi.IntParameter(), luigi.FloatParameter()

    requires = Requires()
    output = SaltedOutput()


class Counts(luigi.Task):
    streams, day, out = luigi.PathParameter(), luigi.Parameter(), luigi.PathParameter()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(self.out / f"counts-{self.day}.parquet")

    def run(self) -> None:
        from shared.steps import artists

        with self.output().temporary_path() as path:
            artists.daily_counts.function(self.streams / f"{self.day}.tsv").write_parquet(path)


class Totals(luigi.Task):
    streams, out = luigi.PathParameter(), luigi.PathParameter()

    def requires(self) -> dict[str, Counts]:
        days = sorted(path.stem for path in self.streams.glob("*.tsv"))
        return {day: Counts(streams=self.streams, day=day, out=self.out) for day in days}

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(self.out / "totals.parquet")

    def run(self) -> None:
        import polars as pl

        from shared.steps import artists

        counts = {day: pl.read_parquet(target.path) for day, target in self.input().items()}
        with self.output().temporary_path() as path:
            artists.aggregate_artists.function(counts).write_parquet(path)


class Top(luigi.Task):
    streams, out = luigi.PathParameter(), luigi.PathParameter()

    def requires(self) -> Totals:
        return Totals(streams=self.streams, out=self.out)

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(self.out / "top.html")

    def run(self) -> None:
        import polars as pl

        from shared.steps import artists

        page = artists.top_artists.function(pl.read_parquet(self.input().path))
        with self.output().open("w") as file:
            file.write(page)


def raw(number: int, seconds: float, folder: str) -> None:
    assert luigi.build([Spin(number=one, seconds=seconds, folder=folder) for one in range(number)], **SETTINGS)


def salted(number: int, seconds: float, folder: str) -> None:
    given = {"seconds": seconds, "store": folder, "strategy": "lineage"}
    assert luigi.build([SaltedSpin(number=one, **given) for one in range(number)], **SETTINGS)


if __name__ == "__main__":
    if sys.argv[1] == "artists":
        assert luigi.build([Top(streams=Path(sys.argv[2]), out=Path(sys.argv[3]))], **SETTINGS)
    else:
        main(raw=raw, salted=salted)
