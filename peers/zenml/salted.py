"""ZenML with saltern: a step's cache function returns the fingerprint of its code."""

import sys
from pathlib import Path
from typing import Any

import codes
import tasks
from zenml import pipeline, step
from zenml.config import CachePolicy


def policy(code, files=None):
    return CachePolicy(cache_func=code, file_dependencies=files)


@step(cache_policy=policy(codes.preprocess, ["data/digits.csv"]))
def preprocess(csv: str) -> Any:
    return tasks.preprocess(csv)


@step(cache_policy=policy(codes.train))
def train(dataset: Any, C: float) -> Any:
    return tasks.train(dataset, C)


@step(cache_policy=policy(codes.evaluate))
def evaluate(model: Any, dataset: Any) -> dict:
    return tasks.evaluate(model, dataset)


@step(cache_policy=policy(codes.report))
def report(metrics: dict) -> str:
    return tasks.report(metrics)


@pipeline(enable_cache=True)
def flow(csv: str, C: float):
    dataset = preprocess(csv)
    report(evaluate(train(dataset, C), dataset))


if __name__ == "__main__":
    run = flow(csv="data/digits.csv", C=float(sys.argv[1]))
    Path("out/report.html").write_text(run.steps["report"].output.load())
