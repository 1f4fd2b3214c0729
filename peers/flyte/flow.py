"""flytekit: a task is cached by its inputs and the version that it declares."""

import sys
from pathlib import Path

import polars as pl
from flytekit import task, workflow
from flytekit.types.file import FlyteFile
from sklearn.pipeline import Pipeline

from shared.steps import ml


@task(cache=True, cache_version="1")
def preprocess(csv: FlyteFile) -> pl.DataFrame:
    return ml.preprocess(Path(csv.path))


@task(cache=True, cache_version="1")
def train(dataset: pl.DataFrame, C: float) -> Pipeline:
    model = ml.train(dataset, C=C)
    return model


@task(cache=True, cache_version="1")
def evaluate(model: Pipeline, dataset: pl.DataFrame) -> dict:
    return ml.evaluate(model, dataset)


@task(cache=True, cache_version="1")
def report(metrics: dict) -> str:
    return ml.report(metrics)


@workflow
def flow(csv: FlyteFile, C: float) -> str:
    dataset = preprocess(csv=csv)
    model = train(dataset=dataset, C=C)
    return report(metrics=evaluate(model=model, dataset=dataset))


if __name__ == "__main__":
    html = flow(csv=FlyteFile("data/digits.csv"), C=float(sys.argv[1]))
    Path("out/report.html").write_text(html)
