"""Airflow on PostgreSQL and Redis: API server, scheduler, DAG processor, and two workers of the CeleryExecutor.

https://airflow.apache.org/docs/apache-airflow-providers-celery/stable/celery_executor.html
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.client import HTTPException
from typing import Any, ClassVar

from airflow_dags import stack
from clusters.databases import PostgreSQL, Redis
from clusters.deployment import PATIENCE, STRATEGY, Deployment, Ending, Site
from saltern.errors import StepFailed
from shared.engine import servers
from shared.pipelines import PIPELINES

AIRFLOW = (sys.executable, "-m", "airflow")
WORKERS = (1, 2)  # the machines; all else is on machine 0
# A task that is not heard of for so long is taken for dead; out of the box that is five minutes.
DEAD_AFTER = 20  # seconds


class Airflow(Deployment):
    engine = "airflow"
    package = "airflow_dags"
    machines = 3
    processes = (
        "PostgreSQL, Redis, `airflow api-server`, `scheduler` and `dag-processor`, and two times `airflow celery "
        "worker`, with the CeleryExecutor."
    )
    distributions: ClassVar[Sequence[str]] = ("apache-airflow", "apache-airflow-providers-celery", "celery")

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.database, self.broker = PostgreSQL(self), Redis(self)
        self.port = servers.free_port()
        self.stack = stack.Stack(f"http://127.0.0.1:{self.port}", "")

    def start(self) -> None:
        self.database.start("airflow")
        self.broker.start()
        home = self.site.folder / "airflow"
        self._common = {
            **stack.environment(home, self.site.checkouts[0].folder, self.stack.url, self.site.store),
            **stack.login(home, ""),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database.address("postgresql+psycopg2", "airflow"),
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": self.broker.address,
            "AIRFLOW__CELERY__RESULT_BACKEND": self.database.address("db+postgresql", "airflow"),
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(DEAD_AFTER),
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        }
        self._migrate()
        self._serve("api-server", 0, "api-server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1")
        self._serve("scheduler", 0, "scheduler", "--skip-serve-logs")
        self._serve("dag-processor", 0, "dag-processor")
        for machine in WORKERS:
            name = f"worker-{machine}"
            self._serve(name, machine, "celery", "worker", "--skip-serve-logs", "--celery-hostname", name)

    def _environment(self, machine: int) -> dict[str, str]:
        """Each machine has its own home, and the DAGs of its own checkout."""
        home = self.site.folder / f"airflow-{machine}"
        home.mkdir(exist_ok=True)
        project = self.site.checkouts[machine].folder
        return {
            **self._common,
            **self.site.environment(machine),
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(project / "airflow_dags"),
        }

    def _serve(self, name: str, machine: int, *words: str) -> None:
        environment = self._environment(machine)
        # ``python -m`` looks for modules where it stands before it looks in the project
        self.serve(name, [*AIRFLOW, *words], environment, self.site.folder / f"airflow-{machine}")

    def _migrate(self) -> None:
        environment = {**os.environ, **self._environment(0)}
        command = [*AIRFLOW, "db", "migrate"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StepFailed(f"airflow db migrate: {servers.last_words(done.stderr or done.stdout, lines=15)}")

    def wait(self) -> None:
        servers.wait_until(self.stack.ready, list(self.servers.values()))
        servers.wait_until(self._have_joined, list(self.servers.values()))

    def _have_joined(self) -> bool:
        return all("ready." in self.servers[f"worker-{machine}"].log.read_text() for machine in WORKERS)

    def run(self, pipeline: str) -> Ending:
        run = f"{pipeline}-{uuid.uuid4().hex[:8]}"
        conf = {"input": str(self.site.input(pipeline)), "store": self.site.store, "strategy": STRATEGY}
        self.stack.trigger(pipeline, run, conf)
        state = self._end_of(pipeline, run)
        if state != "success":
            tasks = self.stack.states(pipeline, run)
            failed = ", ".join(name for name, task in tasks.items() if task == "failed")
            return Ending(f"{failed or pipeline}: the DAG run is {state}")
        return Ending(target=self._handed_on(pipeline, run)["name"])

    def _end_of(self, dag: str, run: str) -> str:
        """The state in which a DAG run ends. While the database is away nobody is answered: it is asked again."""
        deadline, state = time.monotonic() + PATIENCE, "not known"
        while time.monotonic() < deadline:
            try:
                state = self.stack.ask(f"/api/v2/dags/{dag}/dagRuns/{run}")["state"]
            except (OSError, HTTPException, ValueError):
                state = "not known"
            if state in ("success", "failed"):
                return state
            time.sleep(1)
        return f"{state} after {PATIENCE} seconds"

    def _handed_on(self, dag: str, run: str) -> dict[str, Any]:
        """What the last task handed on: the target, as the engine has it."""
        task = PIPELINES[dag]().target
        path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries/return_value"
        value = self.stack.ask(path)["value"]
        found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
        return found

    @property
    def restarts(self) -> Mapping[str, Callable[[], None]]:
        return {
            "scheduler": partial(self.restart, "scheduler"),
            "broker": self.broker.restart,
            "database": self.database.restart,
        }

    def versions(self) -> list[str]:
        return [*super().versions(), self.database.version(), self.broker.version()]


DEPLOYMENT = Airflow
