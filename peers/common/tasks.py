"""The tasks as plain functions of values, in a module of their own."""

from pathlib import Path

from shared.steps import ml


def preprocess(csv):
    return ml.preprocess(Path(csv))


def train(dataset, C):
    model = ml.train(dataset, C=C)
    return model


def evaluate(model, dataset):
    return ml.evaluate(model, dataset)


def report(metrics):
    return ml.report(metrics)
