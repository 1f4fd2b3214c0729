"""Names and settings that the DAGs, the engine and Airflow's servers share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from saltern.recipe import key
from shared.engine.protocol import Native
from shared.pipelines import PROJECT

HERE = Path(__file__).resolve().parent
LOCAL = PROJECT / ".saltworks" / "airflow"
TEMPLATE = "SALTWORKS_AIRFLOW_TEMPLATE"  # names a migrated, empty database, of which each workspace takes a copy
STORE = "SALTWORKS_STORE"  # names the store that the trigger form proposes
CLEAR, BACKFILL, SKIP_IF = "airflow/clear", "airflow/backfill", "airflow/skip_if"
SETTINGS = {
    "AIRFLOW__CORE__DAGS_FOLDER": str(HERE),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",  # seconds; an edited DAG is another at once
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
}
NATIVES = {
    "native": Native(
        "each new DAG run runs everything",
        "https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html",
        memory="none",
    ),
    CLEAR: Native(
        "the operator clears the tasks that a change touches, with downstream, and the same DAG run goes on",
        "https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#re-run-tasks",
        memory="its own",
        by_hand=True,
    ),
    BACKFILL: Native(
        "`airflow backfill create --reprocess-behavior failed`: a date of the schedule whose DAG run succeeded is done",
        "https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/backfill.html",
        memory="its own",
    ),
    SKIP_IF: Native(
        "`@task.skip_if` with the usual condition: the task's output is there",
        "https://airflow.apache.org/docs/apache-airflow/stable/tutorial/taskflow.html#conditional-execution",
        memory="artifacts",
    ),
}


def node(ti: Any) -> str:
    """The node that a task instance makes. A mapped one is named by its partition (see ``artists.py``)."""
    return key(ti.task_id, ti.rendered_map_index if ti.map_index >= 0 else None)
