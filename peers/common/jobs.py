"""The tasks as functions of files, in a module of their own. What files those are, the wiring says."""

from pathlib import Path

from artifacts import load, save

from shared.steps import ml


def preprocess(csv, out):
    save(ml.preprocess(Path(csv)), out)


def train(data, out, C):
    dataset = load(data)
    model = ml.train(dataset, C=C)
    save(model, out)


def evaluate(model, data, out):
    save(ml.evaluate(load(model), load(data)), out)


def report(metrics, out):
    save(ml.report(load(metrics)), out)
