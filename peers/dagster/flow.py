"""Dagster: assets with a code version, downstream of a source whose data version is observed."""

import hashlib
import sys
from pathlib import Path

import dagster as dg
from unsynced import materialize

from shared.steps import ml


class Parameters(dg.Config):
    C: float = 1.0


@dg.observable_source_asset
def csv():
    return dg.DataVersion(hashlib.sha256(Path("data/digits.csv").read_bytes()).hexdigest())


@dg.asset(deps=[csv], code_version="1")
def preprocess():
    return ml.preprocess(Path("data/digits.csv"))


@dg.asset(code_version="1")
def train(config: Parameters, preprocess):
    dataset, C = preprocess, config.C
    model = ml.train(dataset, C=C)
    return model


@dg.asset(code_version="1")
def evaluate(train, preprocess):
    return ml.evaluate(train, preprocess)


@dg.asset(code_version="1")
def report(evaluate):
    return ml.report(evaluate)


if __name__ == "__main__":
    config = {"train": {"config": {"C": float(sys.argv[1])}}}
    html = materialize(csv, [preprocess, train, evaluate, report], config)
    Path("out/report.html").write_text(html)
