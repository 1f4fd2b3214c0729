"""flytekit: as in ``flow.py``, and what tasks read is hashed by its content."""

import hashlib
import sys
from pathlib import Path
from typing import Annotated

import polars as pl
from flytekit import HashMethod, task, workflow
from flytekit.types.file import FlyteFile
from sklearn.pipeline import Pipeline

from shared.steps import ml


def digest(csv: FlyteFile) -> str:
    return hashlib.sha256(Path(csv.path).read_bytes()).hexdigest()


Csv = Annotated[FlyteFile, HashMethod(digest)]


@task(cache=True, cache_version="1")
def preprocess(csv: Csv) -> pl.DataFrame:
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
def flow(csv: Csv, C: float) -> str:
    dataset = preprocess(csv=csv)
    model = train(dataset=dataset, C=C)
    return report(metrics=evaluate(model=model, dataset=dataset))


if __name__ == "__main__":
    html = flow(csv=FlyteFile("data/digits.csv"), C=float(sys.argv[1]))
    Path("out/report.html").write_text(html)
