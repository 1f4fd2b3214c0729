"""Airflow behind Saltworks' protocol: a build is a DAG run, done in this process by ``dag.test()``.

The same DAGs run under a real scheduler (``stack.py``), triggered from Airflow's page.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from airflow_dags import database
from airflow_dags.settings import BACKFILL, CLEAR, HERE, LOCAL, NATIVES, SETTINGS, SKIP_IF, TEMPLATE, node
from saltern.errors import BadInput, StepFailed
from saltern.recipe import key
from shared.engine.build import Build
from shared.engine.protocol import Engine, Page
from shared.pipelines import days

if TYPE_CHECKING:
    from airflow.sdk import DAG, Context


class Airflow(Engine):
    name = "airflow"
    package = "airflow_dags"
    distribution = "apache-airflow"
    looks_at = "every step"
    natives: ClassVar = NATIVES
    says_ran = frozenset({"success"})
    port = 8080
    preload = (str(HERE / "warm.py"),)

    def run(self, build: Build) -> Mapping[str, str]:
        failures: list[Context] = []
        with _airflow():
            from airflow import settings
            from airflow.sdk import timezone

            if template := os.environ.get(TEMPLATE):
                database.connect_to(LOCAL / "airflow.db", Path(template))
            else:
                database.migrate_once(str(settings.SQL_ALCHEMY_CONN))
            dag = _dag(build.pipeline, build.strategy)
            for task in dag.tasks:
                task.on_failure_callback = [failures.append]
                task.retries = 0  # who waits for the command's end hears of a failure at once
            begun = timezone.utcnow()
            dag_run = _dag_run(dag, build)
            instances = [ti for ti in dag_run.get_task_instances() if ti.start_date and ti.start_date >= begun]
        if failures:
            _raise(failures[0])
        if dag_run.state != "success":
            raise StepFailed(f"{dag.dag_id}: the DAG run is {dag_run.state}, and no task says why")
        return {node(ti): str(ti.state) for ti in instances if _is_step(dag.get_task(ti.task_id))}

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        with _airflow():
            dag = _dag(build.pipeline)
        partitions = [str(day) for day in days(build.start, build.end)]

        def nodes(task: Any) -> list[str]:
            """A step's nodes; in place of a task that is no step, the nodes it needs."""
            if not _is_step(task):
                return needs(task)
            return [key(task.task_id, partition) for partition in partitions] if task.is_mapped else [task.task_id]

        def needs(task: Any) -> list[str]:
            return [node for upstream in task.upstream_task_ids for node in nodes(dag.get_task(upstream))]

        return {node: frozenset(needs(task)) for task in dag.tasks if _is_step(task) for node in nodes(task)}

    @contextmanager
    def service(self, folder: Path) -> Iterator[Mapping[str, str]]:
        """What the rehearsal in ``warm.py`` needs. Each workspace gets a database of its own: SQLite has one writer."""
        template = database.template()
        database.copy(template, folder / "airflow.db")
        yield {
            **SETTINGS,
            "AIRFLOW_HOME": str(folder),
            # what ``dag.test()`` asks in process checks no token, but when it is started again it makes what would
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
            TEMPLATE: str(template),
        }

    def ui(self, folder: Path, store: Path, port: int, *, password: bool) -> AbstractContextManager[Page]:
        from airflow_dags.ui import serving

        return serving(folder, store, port, password=password)


def _dag(pipeline: str, strategy: str = "native") -> DAG:
    """As Airflow does, it imports no other DAG, which may be at fault."""
    if strategy == SKIP_IF:
        from airflow_dags.skipping import skipping

        return skipping(pipeline)
    if pipeline == "ml":
        from airflow_dags.ml import ML

        return ML
    from airflow_dags.artists import ARTISTS

    return ARTISTS


def _dag_run(dag: DAG, build: Build) -> Any:
    """A DAG run that has done a build: a new one, or an earlier one."""
    from airflow_dags.params import conf_of

    if build.strategy == CLEAR:
        from airflow_dags.clearing import bring_up_to_date

        return bring_up_to_date(dag, conf_of(build))
    if build.strategy == BACKFILL:
        from airflow_dags.backfilling import backfill

        return backfill(dag, conf_of(build), build.start)
    return dag.test(run_conf=conf_of(build))


def _is_step(task: Any) -> bool:
    from saltern.airflow.operators import SaltedOperator

    return bool(task.operator_name == SaltedOperator.custom_operator_name)


def _raise(failure: Context) -> NoReturn:
    """Raise what made a task fail."""
    error = failure["exception"]
    assert isinstance(error, BaseException)
    if bad := next((one for one in (error, error.__cause__) if isinstance(one, BadInput)), None):
        raise bad
    if not isinstance(error, Exception):  # KeyboardInterrupt, which Airflow takes for a failure of the task
        raise error
    raise StepFailed.of(node(failure["ti"]), error) from error


@contextmanager
def _airflow() -> Iterator[None]:
    """Airflow set up for our DAGs in this process, with its logs in a file."""
    os.environ.setdefault("AIRFLOW_HOME", str(LOCAL))
    os.environ.update(SETTINGS)
    LOCAL.mkdir(parents=True, exist_ok=True)
    with _output_to(LOCAL / "airflow.log"):
        from airflow import settings

        settings.configure_vars()  # it may have been imported (in the gauntlet: before the fork) for other DAGs
        yield


@contextmanager
def _output_to(path: Path) -> Iterator[None]:
    """Send what is written to standard output and error to a file, but for our own warnings.

    By descriptor: Airflow's log handlers keep the streams that they found when it was imported.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    sys.stdout.flush()
    sys.stderr.flush()
    stdout, stderr = os.dup(1), os.dup(2)
    ours = logging.StreamHandler(os.fdopen(os.dup(2), "w"))
    saltworks = logging.getLogger("saltworks")
    saltworks.addHandler(ours)
    saltworks.setLevel(logging.WARNING)  # or it would take Airflow's
    try:
        with path.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        os.close(stdout)
        os.close(stderr)
        saltworks.removeHandler(ours)
        ours.stream.close()
        root.handlers[:], root.level = handlers, level


ENGINE = Airflow()
