"""Kubeflow Pipelines: components whose source is taken along, run by the local runner, with its cache."""

import sys
from functools import partial
from pathlib import Path

from kfp import dsl, local
from kfp.dsl import HTML, Artifact, Dataset, Input, Model, Output

component = partial(dsl.component, install_kfp_package=False, base_image="python:3.11")


@component
def preprocess(csv: str, out: Output[Dataset]):
    from pathlib import Path

    from artifacts import CODECS

    from shared.steps import ml

    Path(out.path).write_bytes(CODECS["parquet"].dump(ml.preprocess(Path(csv))))


@component
def train(data: Input[Dataset], C: float, out: Output[Model]):
    from pathlib import Path

    from artifacts import CODECS

    from shared.steps import ml

    dataset = CODECS["parquet"].load(Path(data.path).read_bytes())
    model = ml.train(dataset, C=C)
    Path(out.path).write_bytes(CODECS["skops"].dump(model))


@component
def evaluate(model: Input[Model], data: Input[Dataset], out: Output[Artifact]):
    from pathlib import Path

    from artifacts import CODECS

    from shared.steps import ml

    fitted, dataset = Path(model.path).read_bytes(), Path(data.path).read_bytes()
    metrics = ml.evaluate(CODECS["skops"].load(fitted), CODECS["parquet"].load(dataset))
    Path(out.path).write_bytes(CODECS["json"].dump(metrics))


@component
def report(metrics: Input[Artifact], out: Output[HTML]):
    from pathlib import Path

    from artifacts import CODECS

    from shared.steps import ml

    Path(out.path).write_text(ml.report(CODECS["json"].load(Path(metrics.path).read_bytes())))


@dsl.pipeline
def flow(csv: str, C: float) -> HTML:
    dataset = preprocess(csv=csv).outputs["out"]
    model = train(data=dataset, C=C).outputs["out"]
    metrics = evaluate(model=model, data=dataset).outputs["out"]
    return report(metrics=metrics).outputs["out"]


if __name__ == "__main__":
    runner = local.SubprocessRunner(use_venv=False)
    local.init(runner=runner, pipeline_root="root", enable_caching=True)
    run = flow(csv="data/digits.csv", C=float(sys.argv[1]))
    Path("out/report.html").write_bytes(Path(run.output.path).read_bytes())
