"""checkpointer: functions are cached on disk, by their code and their arguments."""

import sys
from pathlib import Path

from checkpointer import checkpoint

from shared.steps import ml

cached = checkpoint(directory="cache")


@cached
def preprocess(csv):
    return ml.preprocess(Path(csv))


@cached
def train(dataset, C):
    model = ml.train(dataset, C=C)
    return model


@cached
def evaluate(model, dataset):
    return ml.evaluate(model, dataset)


@cached
def report(metrics):
    return ml.report(metrics)


if __name__ == "__main__":
    dataset = preprocess("data/digits.csv")
    html = report(evaluate(train(dataset, float(sys.argv[1])), dataset))
    Path("out/report.html").write_text(html)
