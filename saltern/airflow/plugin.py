"""The plugin that serves artifacts: ``GET /saltern/artifacts/...`` on Airflow's API server, behind its login.

Who may read a DAG's XComs may read its artifacts. No path is ever asked for: the server looks up what artifact the task
instance handed on, in the store of its DAG run, and serves it only if it lies there whole, with its manifest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

from saltern.airflow.links import ADDRESS, PREFIX

if TYPE_CHECKING:
    from fastapi import FastAPI

TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}  # what a browser shows; the rest it saves
# An artifact is made by a step and not by Airflow: on its page no script runs, and nothing is fetched.
HARMLESS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
}


class SalternPlugin(AirflowPlugin):
    """Registered by the entry point ``airflow.plugins`` of pyproject.toml."""

    name = "saltern"

    @property
    def fastapi_apps(self) -> list[Any]:  # type: ignore[override]
        """Made when it is asked for: every process of Airflow loads its plugins, and only one serves."""
        return [{"app": app(), "url_prefix": PREFIX, "name": "Saltern"}]


def app() -> FastAPI:
    """What is mounted on the API server."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, FastAPI

    served = FastAPI(openapi_url=None)
    allowed = Depends(requires_access_dag("GET", DagAccessEntity.XCOM))
    served.get(ADDRESS, dependencies=[allowed])(artifact)
    return served


def artifact(dag_id: str, run_id: str, task_id: str, map_index: int) -> Any:
    """The artifact that a task instance handed on. 404, in a sentence, where there is none."""
    from fastapi import HTTPException, Response

    try:
        name, data = _found(dag_id, run_id, task_id, map_index)
    except LookupError as error:
        raise HTTPException(404, str(error)) from None
    type_ = TYPES.get(name.rpartition(".")[2])
    headers = HARMLESS if type_ else {**HARMLESS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=type_ or "application/octet-stream", headers=headers)


def _found(dag_id: str, run_id: str, task_id: str, map_index: int) -> tuple[str, bytes]:
    """Name and content. Raises LookupError for what is not there."""
    from airflow.models.dagbag import DBDagBag
    from airflow.models.dagrun import DagRun
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    from saltern.store import Store

    with create_session() as session:
        run = session.scalar(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id))
        row = session.execute(
            select(XComModel.value).where(
                XComModel.dag_id == dag_id,
                XComModel.run_id == run_id,
                XComModel.task_id == task_id,
                XComModel.map_index == map_index,
                XComModel.key == "return_value",
            )
        ).first()
        dag = run and DBDagBag().get_dag_for_run(run, session)
    handed_on = XComModel.deserialize_value(row) if row else None
    if not (run and dag and isinstance(handed_on, dict) and isinstance(name := handed_on.get("name"), str)):
        raise LookupError(f"{task_id}: this task instance has handed on no artifact")
    url = (run.conf or {}).get("store") or dag.params.get("store")
    store = Store(str(url))
    manifest = store.whole(name) if name == name.rpartition("/")[2] else None
    if manifest is None or manifest["digest"] != handed_on.get("digest"):
        raise LookupError(f"{name}: no longer in the store {url} as it was handed on")
    return name, store.read(name, manifest["digest"])
