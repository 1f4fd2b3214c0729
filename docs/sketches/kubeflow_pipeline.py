"""A sketch: ``ml`` on Kubeflow Pipelines, each step in a container."""

from kfp import dsl
from kfp.dsl import HTML, Dataset, Input, Metrics, Model, Output


@dsl.component(base_image="saltworks:0.1")
def preprocess(csv: Input[Dataset], dataset: Output[Dataset], test_size: float) -> None: ...


@dsl.component(base_image="saltworks:0.1")
def train(dataset: Input[Dataset], model: Output[Model], C: float) -> None: ...


@dsl.component(base_image="saltworks:0.1")
def evaluate(model: Input[Model], dataset: Input[Dataset], metrics: Output[Metrics]) -> None: ...


@dsl.component(base_image="saltworks:0.1")
def report(metrics: Input[Metrics], page: Output[HTML]) -> None: ...


@dsl.pipeline(name="ml")
def ml(csv_uri: str, test_size: float = 0.25, C: float = 1.0) -> None:
    csv = dsl.importer(artifact_uri=csv_uri, artifact_class=Dataset)
    dataset = preprocess(csv=csv.output, test_size=test_size)
    model = train(dataset=dataset.outputs["dataset"], C=C)
    metrics = evaluate(model=model.outputs["model"], dataset=dataset.outputs["dataset"])
    report(metrics=metrics.outputs["metrics"])
