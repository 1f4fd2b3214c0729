"""pytask: a task is skipped when its module, its files and its hashed nodes are as they were. Code is among them."""

import json
from pathlib import Path
from typing import Annotated

from artifacts import load, save
from pytask import Product, PythonNode

from shared.steps import ml

ROOT = Path(__file__).parents[1]
CODE = sorted((ROOT / "shared/steps").glob("*.py"))
OUT = ROOT / "out"
PARAMETER = PythonNode(value=json.loads((ROOT / "params.yaml").read_text())["C"], hash=True)


def task_preprocess(
    csv: Path = ROOT / "data/digits.csv",
    code: list[Path] = CODE,
    out: Annotated[Path, Product] = OUT / "dataset.parquet",
):
    save(ml.preprocess(csv), out)


def task_train(
    C: Annotated[float, PARAMETER],
    data: Path = OUT / "dataset.parquet",
    code: list[Path] = CODE,
    out: Annotated[Path, Product] = OUT / "model.skops",
):
    dataset = load(data)
    model = ml.train(dataset, C=C)
    save(model, out)


def task_evaluate(
    model: Path = OUT / "model.skops",
    data: Path = OUT / "dataset.parquet",
    code: list[Path] = CODE,
    out: Annotated[Path, Product] = OUT / "metrics.json",
):
    save(ml.evaluate(load(model), load(data)), out)


def task_report(
    metrics: Path = OUT / "metrics.json",
    code: list[Path] = CODE,
    out: Annotated[Path, Product] = OUT / "report.html",
):
    save(ml.report(load(metrics)), out)
