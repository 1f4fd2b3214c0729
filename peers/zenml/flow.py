"""ZenML: a step is cached by its code, its parameters and its inputs, but for the one that reads a file."""

import sys
from pathlib import Path
from typing import Any

from zenml import pipeline, step

from shared.steps import ml


@step(enable_cache=False)
def preprocess(csv: str) -> Any:
    return ml.preprocess(Path(csv))


@step
def train(dataset: Any, C: float) -> Any:
    model = ml.train(dataset, C=C)
    return model


@step
def evaluate(model: Any, dataset: Any) -> dict:
    return ml.evaluate(model, dataset)


@step
def report(metrics: dict) -> str:
    return ml.report(metrics)


@pipeline(enable_cache=True)
def flow(csv: str, C: float):
    dataset = preprocess(csv)
    report(evaluate(train(dataset, C), dataset))


if __name__ == "__main__":
    run = flow(csv="data/digits.csv", C=float(sys.argv[1]))
    Path("out/report.html").write_text(run.steps["report"].output.load())
