"""Kedro: nodes run whose outputs are not there."""

import sys
from pathlib import Path

from artifacts import load, save
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.pipeline import node, pipeline
from kedro.runner import SequentialRunner

from shared.steps import ml


class Artifact(AbstractDataset):
    def __init__(self, path):
        self.path = path

    def _load(self):
        return load(self.path)

    def _save(self, data):
        save(data, self.path)

    def _exists(self):
        return Path(self.path).exists()

    def _describe(self):
        return {"path": self.path}


def preprocess(csv):
    return ml.preprocess(Path(csv))


def train(dataset, C):
    model = ml.train(dataset, C=C)
    return model


def evaluate(model, dataset):
    return ml.evaluate(model, dataset)


def report(metrics):
    return ml.report(metrics)


if __name__ == "__main__":
    nodes = [
        node(preprocess, "csv", "dataset"),
        node(train, ["dataset", "params:C"], "model"),
        node(evaluate, ["model", "dataset"], "metrics"),
        node(report, "metrics", "html"),
    ]
    files = {"dataset": "dataset.parquet", "model": "model.skops", "metrics": "metrics.json", "html": "report.html"}
    catalog = DataCatalog(
        {
            "csv": MemoryDataset("data/digits.csv"),
            "params:C": MemoryDataset(float(sys.argv[1])),
            **{name: Artifact(f"out/{file}") for name, file in files.items()},
        }
    )
    SequentialRunner().run(pipeline(nodes), catalog, only_missing_outputs=True)
