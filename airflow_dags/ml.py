"""### Train and judge a classifier of handwritten digits

- **csv** looks at the input, so it runs every time
- **preprocess** checks the rows and splits them
- **train** fits a classifier
- **evaluate** judges it, so it needs the dataset too
- **report** makes a page with accuracy, scores per class and the confusion matrix

#### What is skipped

A task whose artifact is in the store already is **skipped**, and what follows gets that artifact. Choose under
**Strategy** what an artifact's name depends on; name under **Force** what is to run all the same; under **native**
every run runs everything.

#### Your own data

Give the path or the URL of a CSV under **CSV file**, and its column under **target**. A step's code is on its
task's page, behind the book.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from airflow_dags.params import build_of, form
from saltern import Source
from shared.steps import ml as steps

# Without `run_immediately` a new DAG first runs for the last Sunday, if that is less than 17 hours ago: airflow#64162
EVERY_SUNDAY = CronTriggerTimetable("0 0 * * SUN", timezone="UTC", run_immediately=timedelta(0))


@task(multiple_outputs=False)
def csv(**context: Any) -> dict[str, Any]:
    """The CSV, and the run's params, checked when the run starts: nothing is read while this file is parsed."""
    return Source.at(build_of(context).input).to_json(steps.preprocess.project)


preprocess = task.salted(steps.preprocess)
train = task.salted(steps.train)
evaluate = task.salted(steps.evaluate)
report = task.salted(steps.report)


@dag(
    schedule=EVERY_SUNDAY,
    doc_md=__doc__,
    description="preprocess -> train -> evaluate -> report",
    default_args={"owner": "saltworks"},
    tags=["saltworks", "machine learning"],
    params=form(
        steps.preprocess,
        steps.train,
        steps.evaluate,
        steps.report,
        input=Param(
            None,
            type=["null", "string"],
            title="CSV file",
            description="A CSV file of numeric features and one target column: a path, or a URL. Default: the digits.",
        ),
    ),
)
def ml(target: str, test_size: float, seed: int, C: float, gamma: float | str, kernel: str) -> None:
    dataset = preprocess(csv(), target=target, test_size=test_size, seed=seed)
    model = train(dataset, C=C, gamma=gamma, kernel=kernel)
    metrics = evaluate(model, dataset)
    report(metrics)


ML = ml(**steps.preprocess.parameters, **steps.train.parameters)
