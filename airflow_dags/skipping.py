"""``airflow/skip_if``: tasks that are skipped when their output is there, by the decorator that Airflow has for it.

``@task.skip_if`` takes a condition. Here it is the usual one: the file is there. As in every DAG with skipped tasks,
what comes after them needs the trigger rule ``none_failed``, and something of what they would have returned.
https://airflow.apache.org/docs/apache-airflow/stable/tutorial/taskflow.html#conditional-execution
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import task

from saltern.airflow.operators import RETURN_VALUE, SaltedOperator
from shared.pipelines import PIPELINES

if TYPE_CHECKING:
    from airflow.sdk import DAG, Context


def skipping(pipeline: str) -> DAG:
    """The DAG of a pipeline made once more, with ``@task.skip_if(is_there)`` above each of its steps."""
    parameters = {
        name: value for step in PIPELINES[pipeline]().steps.values() for name, value in step.parameters.items()
    }
    dag, tasks = _wiring(pipeline)
    for decorated in tasks:
        task.skip_if(is_there)(decorated)
    try:
        return dag(**parameters)
    finally:
        for decorated in tasks:
            del decorated.kwargs["pre_execute"]


def _wiring(pipeline: str) -> tuple[Callable[..., DAG], Sequence[Any]]:
    """What makes the DAG, and its tasks. As Airflow does, it imports no other DAG, which may be at fault."""
    if pipeline == "ml":
        from airflow_dags import ml

        return ml.ml, (ml.preprocess, ml.train, ml.evaluate, ml.report)
    from airflow_dags import artists

    return artists.artists, (artists.daily_counts, artists.aggregate_artists, artists.top_artists)


def is_there(context: Context) -> tuple[bool, str]:
    """Whether a task's output is there, by its plain name. Then what follows is told its name too."""
    operator = context["task"]
    assert isinstance(operator, SaltedOperator)
    cache, call = operator.bind(context)
    if found := cache.find(call):
        context["ti"].xcom_push(key=RETURN_VALUE, value=found.to_json())
    return found is not None, f"{call.artifact.name} is there"
