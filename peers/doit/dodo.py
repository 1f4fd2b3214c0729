"""doit: a task is up to date when its files are there and as they were, and what it declares is too."""

from pathlib import Path

from artifacts import load, save
from doit import get_var
from doit.tools import config_changed

from shared.steps import ml

C = float(get_var("C", 1.0))


def preprocess():
    save(ml.preprocess(Path("data/digits.csv")), "out/dataset.parquet")


def train():
    dataset = load("out/dataset.parquet")
    model = ml.train(dataset, C=C)
    save(model, "out/model.skops")


def evaluate():
    save(ml.evaluate(load("out/model.skops"), load("out/dataset.parquet")), "out/metrics.json")


def report():
    save(ml.report(load("out/metrics.json")), "out/report.html")


def task_preprocess():
    return {"actions": [preprocess], "file_dep": ["data/digits.csv"], "targets": ["out/dataset.parquet"]}


def task_train():
    return {
        "actions": [train],
        "file_dep": ["out/dataset.parquet"],
        "targets": ["out/model.skops"],
        "uptodate": [config_changed({"C": C})],
    }


def task_evaluate():
    return {
        "actions": [evaluate],
        "file_dep": ["out/model.skops", "out/dataset.parquet"],
        "targets": ["out/metrics.json"],
    }


def task_report():
    return {"actions": [report], "file_dep": ["out/metrics.json"], "targets": ["out/report.html"]}
