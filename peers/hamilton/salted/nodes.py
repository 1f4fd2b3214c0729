"""Hamilton with saltern: the code of its task is an input of each node."""

from pathlib import Path
from typing import Any

import polars as pl
import tasks
from hamilton.function_modifiers import cache


@cache(behavior="recompute")
def csv(path: str) -> bytes:
    return Path(path).read_bytes()


def dataset(csv: bytes, path: str, preprocess_code: str) -> pl.DataFrame:
    return tasks.preprocess(path)


def trained(dataset: pl.DataFrame, C: float, train_code: str) -> Any:
    return tasks.train(dataset, C)


def metrics(trained: Any, dataset: pl.DataFrame, evaluate_code: str) -> dict:
    return tasks.evaluate(trained, dataset)


def report(metrics: dict, report_code: str) -> str:
    return tasks.report(metrics)
