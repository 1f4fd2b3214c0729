"""pytask with saltern: each task has a hashed node that holds the fingerprint of its job's code."""

import json
from pathlib import Path
from typing import Annotated

import jobs
from pytask import Product, PythonNode

from saltern import fingerprint

ROOT = Path(__file__).parents[1]
OUT = ROOT / "out"
PARAMETER = PythonNode(value=json.loads((ROOT / "params.yaml").read_text())["C"], hash=True)


def code(job):
    return PythonNode(value=fingerprint(job), hash=True)


def task_preprocess(
    code: Annotated[str, code(jobs.preprocess)],
    csv: Path = ROOT / "data/digits.csv",
    out: Annotated[Path, Product] = OUT / "dataset.parquet",
):
    jobs.preprocess(csv, out)


def task_train(
    code: Annotated[str, code(jobs.train)],
    C: Annotated[float, PARAMETER],
    data: Path = OUT / "dataset.parquet",
    out: Annotated[Path, Product] = OUT / "model.skops",
):
    jobs.train(data, out, C)


def task_evaluate(
    code: Annotated[str, code(jobs.evaluate)],
    model: Path = OUT / "model.skops",
    data: Path = OUT / "dataset.parquet",
    out: Annotated[Path, Product] = OUT / "metrics.json",
):
    jobs.evaluate(model, data, out)


def task_report(
    code: Annotated[str, code(jobs.report)],
    metrics: Path = OUT / "metrics.json",
    out: Annotated[Path, Product] = OUT / "report.html",
):
    jobs.report(metrics, out)
