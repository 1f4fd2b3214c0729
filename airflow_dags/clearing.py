"""``airflow/clear``: what an operator of Airflow does about a change. Clear the tasks that it touches, with downstream.

Airflow keeps no outputs but it does keep which tasks of a DAG run are done; those that are cleared run again, within
the same DAG run (https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#re-run-tasks). What
was touched only a person can tell, here in the environment variable ``SALTWORKS_TOUCHED``: steps, separated by commas,
a partition as ``daily_counts[2018-03-07]``. Tasks that failed, or were cut off, are cleared too. Tasks that are new in
the DAG, as one that was renamed, are queued with what follows them. A DAG run keeps the params that it was triggered
with, so other params are another DAG run, of which nothing is done yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from airflow.models.dagbag import DBDagBag
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState

from airflow_dags.database import register_dags
from airflow_dags.finishing import finish, is_cut_off
from airflow_dags.settings import node
from saltern.errors import BadInput

if TYPE_CHECKING:
    from airflow.sdk import DAG
    from airflow.serialization.definitions.dag import SerializedDAG

TOUCHED = "SALTWORKS_TOUCHED"
LABEL = "run"  # the param that is no part of what a DAG run does: its name in the ledger
DONE = {TaskInstanceState.SUCCESS, TaskInstanceState.SKIPPED}


def bring_up_to_date(dag: DAG, conf: Mapping[str, Any]) -> DagRun:
    """The newest DAG run of this configuration, cleared where it must be and finished; a new one, if there is none."""
    earlier = [found for found in DagRun.find(dag_id=dag.dag_id) if _same(found.conf or {}, conf)]
    if not earlier:
        first: DagRun = dag.test(run_conf=dict(conf))
        return first
    dag_run = max(earlier, key=lambda found: found.id)
    dag_run.conf = dict(conf)
    register_dags()
    _clear(dag_run)
    finish(dag_run, dag)
    return dag_run


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return {**one, LABEL: None} == {**other, LABEL: None}


def _clear(dag_run: DagRun) -> None:
    with create_session() as session:
        dag_run.dag = dag = DBDagBag().get_latest_version_of_dag(dag_run.dag_id, session=session)
        assert dag is not None
        session.merge(dag_run)
        # asked first, as to Airflow all that the run did not begin with is new, also where it is done
        if dag.task_dict.keys() - {ti.task_id for ti in dag_run.get_task_instances(session=session)}:
            dag.clear(run_id=dag_run.run_id, only_new=True, dag_run_state=DagRunState.RUNNING, session=session)
        if tasks := set(_to_clear(dag_run, session)):
            dag.clear(
                task_ids=tasks,
                run_id=dag_run.run_id,
                dag_run_state=DagRunState.RUNNING,
                run_on_latest_version=True,
                session=session,
            )


def _to_clear(dag_run: DagRun, session: Any) -> Iterator[str | tuple[str, int]]:
    """The tasks that were touched, or did not come to their end, and all that follow them."""
    dag = dag_run.get_dag()
    instances = {node(ti): ti for ti in dag_run.get_task_instances(session=session) if dag.has_task(ti.task_id)}
    touched = set(filter(None, os.environ.get(TOUCHED, "").split(",")))
    if strange := touched - instances.keys() - dag.task_dict.keys():
        raise BadInput(f"{TOUCHED}: DAG '{dag.dag_id}' has no task {', '.join(sorted(strange))}")
    for name in touched & dag.task_dict.keys():
        yield from _with_downstream(dag, name)
    for name, ti in instances.items():
        if is_cut_off(ti):
            ti.set_state(TaskInstanceState.FAILED, session=session)  # its process is dead, as a scheduler would notice
        if ti.state not in DONE or name in touched:
            yield (ti.task_id, ti.map_index) if ti.map_index >= 0 else ti.task_id
            yield from _with_downstream(dag, ti.task_id) - {ti.task_id}


def _with_downstream(dag: SerializedDAG, task_id: str) -> set[str]:
    return {task_id, *dag.get_task(task_id).get_flat_relative_ids(upstream=False)}
