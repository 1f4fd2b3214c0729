"""joblib: functions are cached on disk, by their own code and their arguments."""

import sys
from pathlib import Path

from joblib import Memory

from shared.steps import ml

memory = Memory("cache", verbose=0)


@memory.cache
def preprocess(csv):
    return ml.preprocess(Path(csv))


@memory.cache
def train(dataset, C):
    model = ml.train(dataset, C=C)
    return model


@memory.cache
def evaluate(model, dataset):
    return ml.evaluate(model, dataset)


@memory.cache
def report(metrics):
    return ml.report(metrics)


dataset = preprocess("data/digits.csv")
html = report(evaluate(train(dataset, float(sys.argv[1])), dataset))
Path("out/report.html").write_text(html)
