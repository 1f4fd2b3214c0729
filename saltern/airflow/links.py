"""The button *Artifact* on a task's page: what the task made or reused, served by Airflow's own API server.

A task is linked to the address of ``saltern.airflow.plugin``. Both speak of task instances and not of files: what file
that is, the server finds out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow.sdk import BaseOperator, BaseOperatorLink, conf

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey

PREFIX = "/saltern"
ADDRESS = "/artifacts/{dag_id}/{run_id}/{task_id}/{map_index}"


class ArtifactLink(BaseOperatorLink):
    """To a task's artifact: a page opens in the browser, anything else is a download."""

    name = "Artifact"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """The address; a task that failed has one too, where it is said that there is nothing."""
        address = ADDRESS.format(
            dag_id=quote(ti_key.dag_id, safe=""),
            run_id=quote(ti_key.run_id, safe=""),
            task_id=quote(ti_key.task_id, safe=""),
            map_index=ti_key.map_index,
        )
        return str(conf.get("api", "base_url", fallback="/")).rstrip("/") + PREFIX + address
