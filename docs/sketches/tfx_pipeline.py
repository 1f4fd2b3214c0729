"""A sketch: ``ml`` in TFX, components connected by channels."""

from tfx import v1 as tfx
from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model, ModelEvaluation


@component
def train(
    dataset: InputArtifact[Examples],
    model: OutputArtifact[Model],
    C: Parameter[float],
) -> None: ...


@component
def evaluate(
    model: InputArtifact[Model],
    dataset: InputArtifact[Examples],
    metrics: OutputArtifact[ModelEvaluation],
) -> None: ...


def ml(data: str, root: str, C: float = 1.0) -> tfx.dsl.Pipeline:
    preprocess = tfx.components.CsvExampleGen(input_base=data)
    dataset = preprocess.outputs["examples"]
    trained = train(dataset=dataset, C=C)
    judged = evaluate(model=trained.outputs["model"], dataset=dataset)
    return tfx.dsl.Pipeline(
        pipeline_name="ml",
        pipeline_root=root,
        components=[preprocess, trained, judged],
        enable_cache=True,
    )
