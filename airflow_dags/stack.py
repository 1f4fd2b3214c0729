"""A whole Airflow for as long as it is needed: API server, scheduler, DAG processor, LocalExecutor, on SQLite.

On the loopback interface only. ``airflow standalone`` would listen on every interface, and leave processes behind.
"""

from __future__ import annotations

import json
import secrets
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from airflow_dags import database
from airflow_dags.settings import SETTINGS, STORE
from shared.engine import servers
from shared.pipelines import PIPELINES, PROJECT

GONE_WITHIN = 5  # seconds from SIGTERM to SIGKILL; an API server has closed long before it has ended
PARTS = ("metadatabase", "scheduler", "dag_processor")
USER = "admin"


@dataclass
class Stack:
    """An Airflow that is running, and its REST interface."""

    url: str
    password: str
    """Of the user ``admin``. Empty: there is no login."""
    servers: list[servers.Server] = field(default_factory=list)
    _token: str = ""

    def trigger(self, dag: str, run: str, conf: Mapping[str, Any]) -> None:
        """Start a DAG run with an id and a configuration."""
        self.ask(f"/api/v2/dags/{dag}/dagRuns", {"dag_run_id": run, "logical_date": None, "conf": dict(conf)})

    def end_of(self, dag: str, run: str) -> str:
        """The state in which a DAG run ends. Waits for it."""
        state = ""
        with self.open(f"/api/v2/dags/{dag}/dagRuns/{run}/wait?interval=0.2") as answer:
            for line in answer:  # one each interval
                self.check()
                state = json.loads(line)["state"]
        return state

    def states(self, dag: str, run: str) -> dict[str, str]:
        """The states of a DAG run's tasks; of a mapped one, that of its last instance."""
        found = self.ask(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"]
        return {ti["task_id"]: ti["state"] for ti in found}

    def ask(self, path: str, body: object = None) -> Any:
        """What the REST interface answers; with a body, to a POST of it."""
        with self.open(path, body) as answer:
            return json.load(answer)

    def check(self) -> None:
        """Raise StepFailed, with the end of its log, when a process has ended."""
        for server in self.servers:
            server.check()

    def ready(self) -> bool:
        """Whether all its parts are well, the DAGs have been parsed, and tasks will be answered.

        The first who asks the API of tasks waits for its routes to be made, which tasks do not do for long.
        """
        try:
            self.ask("/execution/health")
            self._log_in()
            health, dags = self.ask("/api/v2/monitor/health"), self.ask("/api/v2/dags")
        except (OSError, HTTPException, ValueError):
            return False
        return dags["total_entries"] == len(PIPELINES) and all(
            (health.get(part) or {}).get("status") == "healthy" for part in PARTS
        )

    def _log_in(self) -> None:
        if self.password and not self._token:
            self._token = self.ask("/auth/token", {"username": USER, "password": self.password})["access_token"]

    def open(self, path: str, body: object = None) -> Any:
        """The answer to a GET; with a body, to a POST of it. Whoever is logged in asks."""
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers)  # noqa: S310 - it is http
        return urllib.request.urlopen(request, timeout=600)  # noqa: S310


@contextmanager
def serving(
    folder: Path, project: Path = PROJECT, *, port: int | None = None, store: str = "", password: str = ""
) -> Iterator[Stack]:
    """An Airflow that keeps its state in a new folder, and runs a project's DAGs as they are on disk.

    ``store`` is what the trigger form proposes; with a ``password`` there is a login. Raises StepFailed, with the ends
    of the logs, when it does not come up.
    """
    folder.mkdir(parents=True)
    database.copy(database.template(), folder / "airflow.db")
    port = port or servers.free_port()
    stack = Stack(f"http://127.0.0.1:{port}", password)
    settings = environment(folder.absolute(), project, stack.url, store)
    env = {**settings, **login(folder.absolute(), password)}
    commands = {
        "api-server": ["api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        "scheduler": ["scheduler", "--skip-serve-logs"],
        "dag-processor": ["dag-processor"],
    }
    with servers.sigterm_as_exit():
        try:
            for name, arguments in commands.items():
                command = [sys.executable, "-m", "airflow", *arguments]
                # ``python -m`` looks for modules where it stands before it looks in the project
                stack.servers.append(servers.start(f"Airflow's {name}", command, folder / f"{name}.log", env, folder))
            servers.wait_until(stack.ready, stack.servers)
            yield stack
        finally:
            servers.stop(stack.servers, GONE_WITHIN)


def environment(folder: Path, project: Path, url: str, store: str = "") -> Mapping[str, str]:
    """The variables of each of its processes: they run the DAGs of a project, and keep their state in a folder."""
    return {
        **SETTINGS,
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project / "airflow_dags"),
        "PYTHONPATH": str(project),
        "PYTHONDONTWRITEBYTECODE": "1",  # a compiled file can look newer than its source was when it was edited
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",  # each worker is a process of 130 MB
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",  # with less, the page shows empty logs of tasks
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",  # seconds; with 5, tasks fail on a busy machine
        STORE: store,
    }


def login(folder: Path, password: str) -> Mapping[str, str]:
    """Settings of who may use the pages and the REST interface: anybody, or one user with a password."""
    if not password:
        return {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
    passwords = folder / "passwords.json"
    passwords.touch(mode=0o600)  # before anything is in it
    passwords.write_text(json.dumps({USER: password}))
    return {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }
