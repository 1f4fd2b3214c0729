"""A DAG run that is there already, and goes on to its end in this process, without a scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.definitions.dag import _run_task  # private; how ``DAG.test()`` runs a task in this process
from airflow.utils.session import create_session
from airflow.utils.state import State, TaskInstanceState

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from airflow.sdk import DAG


def finish(dag_run: DagRun, dag: DAG) -> None:
    """Let a DAG run go on to its end, as ``DAG.test()`` does with the one that it makes."""
    dag_run.refresh_from_db()
    while dag_run.state not in State.finished_dr_states:
        with create_session() as session:
            ready, _ = dag_run.update_state(session=session)
            dag_run.schedule_tis(ready, session=session)
        for ti in ready:
            ti.refresh_from_db()
            _run_task(ti=ti, task=dag.get_task(ti.task_id))


def is_cut_off(ti: Any) -> bool:
    """Whether a task instance was on its way when its process died."""
    return ti.state in (TaskInstanceState.RUNNING, TaskInstanceState.QUEUED)
