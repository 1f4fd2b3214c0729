"""Hamilton: functions are nodes, and their arguments' names are what they need."""

from pathlib import Path
from typing import Any

import polars as pl
from hamilton.function_modifiers import cache

from shared.steps import ml


@cache(behavior="recompute")
def csv(path: str) -> bytes:
    return Path(path).read_bytes()


def dataset(csv: bytes, path: str) -> pl.DataFrame:
    return ml.preprocess(Path(path))


def trained(dataset: pl.DataFrame, C: float) -> Any:
    model = ml.train(dataset, C=C)
    return model


def metrics(trained: Any, dataset: pl.DataFrame) -> dict:
    return ml.evaluate(trained, dataset)


def report(metrics: dict) -> str:
    return ml.report(metrics)
