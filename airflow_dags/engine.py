"""Airflow behind Saltworks' protocol: a build is a DAG run, done in this process by ``dag.test()``.

The same DAGs run under a real scheduler, triggered from Airflow's page: nothing in them knows of this module.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from shared.build import Build
from shared.engine import Engine, Native
from shared.errors import BadInput, StepFailed
from shared.pipelines import days
from shared.salting.fingerprints import memory_folder
from shared.salting.recipe import PROJECT, key

if TYPE_CHECKING:
    from airflow.sdk import DAG, Context

log = logging.getLogger("saltworks.airflow")

HERE = Path(__file__).resolve().parent
LOCAL = PROJECT / ".saltworks" / "airflow"
DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
TEMPLATE = "SALTWORKS_AIRFLOW_TEMPLATE"  # names a migrated, empty database, of which each workspace takes a copy
SETTINGS = {
    "AIRFLOW__CORE__DAGS_FOLDER": str(HERE),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
}


class Airflow(Engine):
    name = "airflow"
    package = "airflow_dags"
    distribution = "apache-airflow"
    looks_at = "every step"
    natives: ClassVar = {
        "native": Native(
            "each new DAG run runs everything",
            "https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html",
            memory="none",
        ),
    }
    says_ran = frozenset({"success"})
    preload = (str(HERE / "warm.py"),)

    def run(self, build: Build) -> Mapping[str, str]:
        failures: list[Context] = []
        with _airflow():
            from airflow_dags.params import conf_of

            if TEMPLATE not in os.environ:
                _migrate_once()
            dag = _dag(build.pipeline)
            for task in dag.tasks:
                task.on_failure_callback = [failures.append]
            dag_run = dag.test(run_conf=conf_of(build))
            instances = dag_run.get_task_instances()
        if failures:
            _raise(failures[0])
        if dag_run.state != "success":
            raise StepFailed(f"{dag.dag_id}: the DAG run is {dag_run.state}, and no task says why")
        return {_key(ti): str(ti.state) for ti in instances if _is_step(dag.get_task(ti.task_id))}

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
        """A migrated, empty database to copy: two runs at a time on one would wait for each other."""
        template = memory_folder() / f"airflow-{self.version()}.sqlite"
        env = {**SETTINGS, "AIRFLOW_HOME": str(folder), TEMPLATE: str(template)}
        if not template.exists():  # migrating takes seconds; once is enough for every session to come
            _migrate(env)
            template.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder / "airflow.db", template)
        yield env


def _dag(pipeline: str) -> DAG:
    from airflow_dags.artists import ARTISTS
    from airflow_dags.ml import ML

    return {"ml": ML, "artists": ARTISTS}[pipeline]


def _is_step(task: Any) -> bool:
    from airflow_dags.operators import SaltedOperator

    return bool(task.operator_name == SaltedOperator.custom_operator_name)


def _key(ti: Any) -> str:
    """The node that a task instance makes. A mapped one is named by its partition (see ``artists.py``)."""
    return key(ti.task_id, ti.rendered_map_index if ti.map_index >= 0 else None)


def _raise(failure: Context) -> NoReturn:
    """Raise what made a task fail."""
    error = failure["exception"]
    if isinstance(error.__cause__, BadInput):
        raise error.__cause__
    if not isinstance(error, Exception):  # KeyboardInterrupt, which Airflow takes for a failure of the task
        raise error
    raise StepFailed(f"{_key(failure['ti'])}: {type(error).__name__}: {error}") from error


@contextmanager
def _airflow() -> Iterator[None]:
    """Airflow set up for our DAGs in this process, with its logs in a file."""
    os.environ.setdefault("AIRFLOW_HOME", str(LOCAL))
    os.environ.update(SETTINGS)
    LOCAL.mkdir(parents=True, exist_ok=True)
    if template := os.environ.get(TEMPLATE):
        database = LOCAL / "airflow.db"
        if not database.exists():
            shutil.copyfile(template, database)
        os.environ[DATABASE] = f"sqlite:///{database}"
    with _output_to(LOCAL / "airflow.log"):
        from airflow import settings
        from airflow.configuration import conf

        if conf.get("database", "sql_alchemy_conn") != settings.SQL_ALCHEMY_CONN:
            # it was imported (in the gauntlet: before the fork) when the environment said something else
            settings.configure_vars()
            settings.reconfigure_orm()
        yield


def _migrate_once() -> None:
    """Make or upgrade a SQLite database, unless this version of Airflow has. Others are their owners' to upgrade."""
    from airflow import __version__, settings

    path = Path(str(settings.SQL_ALCHEMY_CONN).removeprefix("sqlite:///"))
    done = path.with_name(f"{path.name}.migrated-{__version__}")
    if path.is_absolute() and not (path.exists() and done.exists()):
        log.warning("preparing Airflow's database, %s (once, some seconds)", path)
        _migrate({})
        done.touch()


def _migrate(env: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    done = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"airflow db migrate: {(done.stderr or done.stdout).strip()[-2000:]}")


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
