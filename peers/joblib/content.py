"""joblib: functions are cached on disk, by their own code and their arguments, of which one is what is in the CSV."""

import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

from joblib import Memory

from shared.steps import ml

memory = Memory("cache", verbose=0)


@memory.cache
def preprocess(content):
    with NamedTemporaryFile(suffix=".csv") as csv:
        Path(csv.name).write_bytes(content)
        return ml.preprocess(Path(csv.name))


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


dataset = preprocess(Path("data/digits.csv").read_bytes())
html = report(evaluate(train(dataset, float(sys.argv[1])), dataset))
Path("out/report.html").write_text(html)
