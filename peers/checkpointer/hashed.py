"""checkpointer: as in ``flow.py``, and the CSV is hashed by what it holds."""

import sys
from pathlib import Path
from typing import Annotated

from checkpointer import HashBy, checkpoint

from shared.steps import ml

cached = checkpoint(directory="cache")


def file_bytes(path):
    return path.read_bytes()


@cached
def preprocess(csv: Annotated[Path, HashBy[file_bytes]]):
    return ml.preprocess(csv)


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
    dataset = preprocess(Path("data/digits.csv"))
    html = report(evaluate(train(dataset, float(sys.argv[1])), dataset))
    Path("out/report.html").write_text(html)
