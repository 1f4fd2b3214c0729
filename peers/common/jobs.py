"""The tasks as functions of files, in a module of their own."""

from pathlib import Path

from artifacts import load, save

from shared.steps import ml


def preprocess(csv="data/digits.csv", out="out/dataset.parquet"):
    save(ml.preprocess(Path(csv)), out)


def train(C, data="out/dataset.parquet", out="out/model.skops"):
    dataset = load(data)
    model = ml.train(dataset, C=C)
    save(model, out)


def evaluate(model="out/model.skops", data="out/dataset.parquet", out="out/metrics.json"):
    save(ml.evaluate(load(model), load(data)), out)


def report(metrics="out/metrics.json", out="out/report.html"):
    save(ml.report(load(metrics)), out)
