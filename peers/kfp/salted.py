"""Kubeflow Pipelines with saltern: the fingerprint of its code is a parameter of each component."""

import hashlib
import sys
from functools import partial
from pathlib import Path

import tasks
from kfp import dsl, local
from kfp.dsl import HTML, Artifact, Dataset, Input, Model, Output

from saltern import fingerprint

CODES = {one.__name__: fingerprint(one) for one in (tasks.preprocess, tasks.train, tasks.evaluate, tasks.report)}
component = partial(dsl.component, install_kfp_package=False, base_image="python:3.11")


@component
def preprocess(code: str, digest: str, csv: str, out: Output[Dataset]):
    from pathlib import Path

    import tasks
    from artifacts import CODECS

    Path(out.path).write_bytes(CODECS["parquet"].dump(tasks.preprocess(csv)))


@component
def train(code: str, data: Input[Dataset], C: float, out: Output[Model]):
    from pathlib import Path

    import tasks
    from artifacts import CODECS

    dataset = CODECS["parquet"].load(Path(data.path).read_bytes())
    model = tasks.train(dataset, C)
    Path(out.path).write_bytes(CODECS["skops"].dump(model))


@component
def evaluate(code: str, model: Input[Model], data: Input[Dataset], out: Output[Artifact]):
    from pathlib import Path

    import tasks
    from artifacts import CODECS

    fitted, dataset = Path(model.path).read_bytes(), Path(data.path).read_bytes()
    metrics = tasks.evaluate(CODECS["skops"].load(fitted), CODECS["parquet"].load(dataset))
    Path(out.path).write_bytes(CODECS["json"].dump(metrics))


@component
def report(code: str, metrics: Input[Artifact], out: Output[HTML]):
    from pathlib import Path

    import tasks
    from artifacts import CODECS

    Path(out.path).write_text(tasks.report(CODECS["json"].load(Path(metrics.path).read_bytes())))


@dsl.pipeline
def flow(csv: str, digest: str, C: float) -> HTML:
    dataset = preprocess(code=CODES["preprocess"], digest=digest, csv=csv).outputs["out"]
    model = train(code=CODES["train"], data=dataset, C=C).outputs["out"]
    metrics = evaluate(code=CODES["evaluate"], model=model, data=dataset).outputs["out"]
    return report(code=CODES["report"], metrics=metrics).outputs["out"]


if __name__ == "__main__":
    runner = local.SubprocessRunner(use_venv=False)
    local.init(runner=runner, pipeline_root="root", enable_caching=True)
    digest = hashlib.sha256(Path("data/digits.csv").read_bytes()).hexdigest()
    run = flow(csv="data/digits.csv", digest=digest, C=float(sys.argv[1]))
    Path("out/report.html").write_bytes(Path(run.output.path).read_bytes())
