"""A DAG that does nothing, in the ways in which ours do something: ``warm.py`` runs it before the gauntlet forks.

It needs no module of the project, because those must be new in every run.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, TriggerRule, dag, task
from airflow.sdk.exceptions import AirflowSkipException


@task(multiple_outputs=False)
def find(**context: Any) -> dict[str, str]:
    return {"one": context["params"]["name"], "two": context["run_id"]}


@task(map_index_template="{{ task.task_id }}")
def reuse(found: Any, **context: Any) -> None:
    context["ti"].xcom_push(key="return_value", value={"found": found})
    raise AirflowSkipException("reused")


@task(trigger_rule=TriggerRule.NONE_FAILED)
def gather(reused: Any, name: str) -> list[Any]:
    return [name, *reused[:]]


@dag(schedule=None, params={"name": Param("rehearsal", type=["null", "string"])})
def rehearsal(name: str) -> None:
    gather(reuse.expand(found=find()), name=name)


REHEARSAL = rehearsal(name="rehearsal")
