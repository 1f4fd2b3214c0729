"""flytekit with saltern: a cache policy whose version is the fingerprint of the code."""

import hashlib
import sys
from pathlib import Path

import polars as pl
import tasks
from flytekit import Cache, task, workflow
from sklearn.pipeline import Pipeline

from saltern import fingerprint


class Fingerprint:
    def get_version(self, salt, params):
        return fingerprint(getattr(tasks, params.func.__name__)) + salt


cache = Cache(policies=[Fingerprint()])  # ``task(cache=cache)`` once for all would keep the version of the first


@task(cache=cache)
def preprocess(csv: str, digest: str) -> pl.DataFrame:
    return tasks.preprocess(csv)


@task(cache=cache)
def train(dataset: pl.DataFrame, C: float) -> Pipeline:
    return tasks.train(dataset, C)


@task(cache=cache)
def evaluate(model: Pipeline, dataset: pl.DataFrame) -> dict:
    return tasks.evaluate(model, dataset)


@task(cache=cache)
def report(metrics: dict) -> str:
    return tasks.report(metrics)


@workflow
def flow(csv: str, digest: str, C: float) -> str:
    dataset = preprocess(csv=csv, digest=digest)
    model = train(dataset=dataset, C=C)
    return report(metrics=evaluate(model=model, dataset=dataset))


if __name__ == "__main__":
    csv = Path("data/digits.csv")
    html = flow(csv=str(csv), digest=hashlib.sha256(csv.read_bytes()).hexdigest(), C=float(sys.argv[1]))
    Path("out/report.html").write_text(html)
