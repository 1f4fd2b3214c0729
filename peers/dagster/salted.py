"""Dagster with saltern: an asset's code version is the fingerprint of its code."""

import hashlib
import sys
from pathlib import Path

import dagster as dg
import tasks
from unsynced import materialize

from saltern import fingerprint

C = float(sys.argv[1])


@dg.observable_source_asset
def csv():
    return dg.DataVersion(hashlib.sha256(Path("data/digits.csv").read_bytes()).hexdigest())


@dg.asset(deps=[csv], code_version=fingerprint(tasks.preprocess))
def preprocess():
    return tasks.preprocess("data/digits.csv")


@dg.asset(code_version=f"{fingerprint(tasks.train)} {C}")
def train(preprocess):
    return tasks.train(preprocess, C)


@dg.asset(code_version=fingerprint(tasks.evaluate))
def evaluate(train, preprocess):
    return tasks.evaluate(train, preprocess)


@dg.asset(code_version=fingerprint(tasks.report))
def report(evaluate):
    return tasks.report(evaluate)


if __name__ == "__main__":
    html = materialize(csv, [preprocess, train, evaluate, report], {})
    Path("out/report.html").write_text(html)
