"""ZenML: a step is cached by its code, its parameters and its inputs, and what its policy names."""

import sys
from pathlib import Path
from typing import Any

from zenml import pipeline, step
from zenml.config import CachePolicy

from shared.steps import ml, models, pages


def policy(*sources, files=None):
    return CachePolicy(source_dependencies=list(sources), file_dependencies=files)


@step(cache_policy=policy(ml, files=["data/digits.csv"]))
def preprocess(csv: str) -> Any:
    return ml.preprocess(Path(csv))


@step(cache_policy=policy(ml, models))
def train(dataset: Any, C: float) -> Any:
    model = ml.train(dataset, C=C)
    return model


@step(cache_policy=policy(ml))
def evaluate(model: Any, dataset: Any) -> dict:
    return ml.evaluate(model, dataset)


@step(cache_policy=policy(ml, pages))
def report(metrics: dict) -> str:
    return ml.report(metrics)


@pipeline(enable_cache=True)
def flow(csv: str, C: float):
    dataset = preprocess(csv)
    report(evaluate(train(dataset, C), dataset))


if __name__ == "__main__":
    run = flow(csv="data/digits.csv", C=float(sys.argv[1]))
    Path("out/report.html").write_text(run.steps["report"].output.load())
