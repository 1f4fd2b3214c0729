"""The ``ml`` pipeline as a Prefect flow: preprocess -> train -> evaluate (which needs the dataset too) -> report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from prefect import flow, task
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from prefect_flows.inputs import OWN, Salting, Share, StrategyName
from prefect_flows.summaries import scores, summary
from prefect_flows.values import ml_values
from saltern import Artifact, Source
from saltern.cache import DEFAULT_STORE, Cache
from saltern.prefect import execute
from shared.engine.build import Build
from shared.pipelines import CSV, place
from shared.steps import ml

# As the step has it, but for what Prefect's form cannot show: a bound that is infinite.
Gamma = Annotated[float, Field(gt=0)] | Literal["scale", "auto"]


@task(name=ml.preprocess.name, task_run_name=ml.preprocess.name, version=ml.preprocess.version)
def preprocess(csv: Source, cache: Cache, *, target: str, test_size: float, seed: int) -> Artifact:
    return execute(ml.preprocess, cache, csv=csv, target=target, test_size=test_size, seed=seed)


@task(name=ml.train.name, task_run_name=ml.train.name, version=ml.train.version)
def train(dataset: Artifact, cache: Cache, *, C: float, gamma: Gamma, kernel: ml.Kernel) -> Artifact:
    return execute(ml.train, cache, dataset=dataset, C=C, gamma=gamma, kernel=kernel)


@task(name=ml.evaluate.name, task_run_name=ml.evaluate.name, version=ml.evaluate.version)
def evaluate(model: Artifact, dataset: Artifact, cache: Cache) -> Artifact:
    return execute(ml.evaluate, cache, model=model, dataset=dataset)


@task(name=ml.report.name, task_run_name=ml.report.name, version=ml.report.version)
def report(metrics: Artifact, cache: Cache) -> Artifact:
    return execute(ml.report, cache, metrics=metrics)


@flow(
    name="ml",
    task_runner=ThreadPoolTaskRunner(max_workers=2),
    on_completion=[summary("accuracy", ml.evaluate, scores)],
)
def ml_flow(
    csv: str = str(CSV),
    target: str = ml.preprocess.parameters["target"],
    test_size: Annotated[float, Field(gt=0, lt=1)] = ml.preprocess.parameters["test_size"],
    seed: Annotated[int, Field(ge=0, lt=2**32)] = ml.preprocess.parameters["seed"],
    C: Annotated[float, Field(gt=0)] = ml.train.parameters["C"],
    gamma: Gamma = ml.train.parameters["gamma"],
    kernel: ml.Kernel = ml.train.parameters["kernel"],
    store: str = DEFAULT_STORE,
    strategy: StrategyName = "salted",
    force: Sequence[str] = (),
    verify: Share = 0.0,
) -> list[PrefectFuture[Any]]:
    """Classify the rows of a CSV file, and report how well that went.

    Args:
        csv: A CSV file of numeric features and one target column: a path, or a URL
        target: Name of the target column
        test_size: Share of the rows to test on
        seed: Seed of the split
        C: Inverse strength of the regularisation
        gamma: Coefficient of the kernel
        kernel: Kernel of the support vector classifier
        store: Where artifacts live: a folder, or an fsspec URL
        strategy: What an artifact's name, and with it the cache key, depends on
        force: Steps to run, though their artifacts are there
        verify: Share of hits to run again, to see whether they are stale
    """
    if strategy in OWN:
        settings = {
            ml.preprocess.name: {"target": target, "test_size": test_size, "seed": seed},
            ml.train.name: {"C": C, "gamma": gamma, "kernel": kernel},
        }
        return ml_values(Build("ml", "prefect", place(csv), store, strategy, settings, run=flow_run.name))
    cache = Cache(store, strategy, run=flow_run.name, engine="prefect", force=tuple(force), verify=verify)
    salting = Salting(cache)
    dataset = preprocess.with_options(**salting(ml.preprocess)).submit(
        Source.at(csv), cache, target=target, test_size=test_size, seed=seed
    )
    model = train.with_options(**salting(ml.train)).submit(dataset, cache, C=C, gamma=gamma, kernel=kernel)
    metrics = evaluate.with_options(**salting(ml.evaluate)).submit(model, dataset, cache)
    page = report.with_options(**salting(ml.report)).submit(metrics, cache)
    return [dataset, model, metrics, page]  # the flow run is completed when all of these are
