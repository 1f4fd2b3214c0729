"""``airflow/backfill``: what Airflow itself calls finished is a date of the schedule that has a DAG run that succeeded.

``airflow backfill create --reprocess-behavior failed`` makes the DAG runs that are missing between two dates, and has
those that failed run again (https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/backfill.html). With
``none`` it leaves the failed ones too; with ``completed`` it runs every one again, as a new DAG run does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from airflow.models.backfill import Backfill, ReprocessBehavior
from airflow.models.backfill import _create_backfill as create_backfill  # what the command calls
from airflow.models.dagbag import DBDagBag
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from filelock import FileLock
from sqlalchemy import select

from airflow_dags.database import register_dags
from airflow_dags.finishing import finish, is_cut_off
from airflow_dags.settings import LOCAL

if TYPE_CHECKING:
    from airflow.sdk import DAG


def backfill(dag: DAG, conf: Mapping[str, Any], start: date) -> DagRun:
    """The DAG run that was due in the week after a first day: a new one, the one that failed, or the finished one.

    Airflow refuses a second backfill of a DAG while one runs. Whoever is refused tries again; here they wait.
    """
    with FileLock(LOCAL / f"{dag.dag_id}.backfill.lock"):
        register_dags()
        _notice_the_dead(dag.dag_id)
        dag_run = _create(dag, conf, start)
        finish(dag_run, dag)
    return dag_run


def _create(dag: DAG, conf: Mapping[str, Any], start: date) -> DagRun:
    first, last = (datetime.combine(start + timedelta(days=days), time(), UTC) for days in (1, 7))
    made = create_backfill(
        dag_id=dag.dag_id,
        from_date=first,
        to_date=last,
        max_active_runs=1,
        reverse=False,
        dag_run_conf=dict(conf),
        triggering_user_name="saltworks",
        reprocess_behavior=ReprocessBehavior.FAILED,
        run_on_latest_version=True,
    )
    with create_session() as session:
        session.get_one(Backfill, made.id).completed_at = datetime.now(UTC)  # as a scheduler does, when all have ended
        runs = session.scalars(select(DagRun).where(DagRun.dag_id == dag.dag_id, DagRun.run_type == "backfill")).all()
        (dag_run,) = (run for run in runs if first <= run.run_after <= last)
        dag_run.dag = DBDagBag().get_latest_version_of_dag(dag.dag_id, session=session)
        if dag_run.state == DagRunState.QUEUED:
            dag_run.state = DagRunState.RUNNING
    return dag_run


def _notice_the_dead(dag_id: str) -> None:
    """Fail what a process that was killed has left behind, as a scheduler does."""
    with create_session() as session:
        running = select(DagRun).where(DagRun.dag_id == dag_id, DagRun.state == DagRunState.RUNNING)
        for dag_run in session.scalars(running):
            cut_off = [ti for ti in dag_run.get_task_instances(session=session) if is_cut_off(ti)]
            for ti in cut_off:
                ti.set_state(TaskInstanceState.FAILED, session=session)
            if cut_off:
                dag_run.set_state(DagRunState.FAILED)
