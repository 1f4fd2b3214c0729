"""A whole Airflow for as long as it is needed: API server, scheduler, DAG processor, LocalExecutor, on SQLite.

On the loopback interface only, without a login. ``airflow standalone`` would listen on every interface, and leave
processes behind.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from airflow_dags import database
from airflow_dags.engine import SETTINGS
from shared.pipelines import PIPELINES
from shared.salting.recipe import PROJECT
from shared.servers import free_port, sigterm_as_exit

READY_WITHIN = 240  # seconds; about 20 on a machine that does nothing else
GONE_WITHIN = 15  # seconds from SIGTERM to SIGKILL
PARTS = ("metadatabase", "scheduler", "dag_processor")


@contextmanager
def serving(folder: Path, project: Path = PROJECT) -> Iterator[str]:
    """An Airflow that keeps its state in a folder and runs a project's DAGs as they are on disk. Yields its URL.

    Raises RuntimeError, with the ends of the logs, when it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "airflow.db").exists():
        database.copy(database.template(), folder / "airflow.db")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = os.environ | _settings(folder, project, url)
    commands = {
        "api-server": ["api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        "scheduler": ["scheduler", "--skip-serve-logs"],
        "dag-processor": ["dag-processor"],
    }
    with sigterm_as_exit(), ExitStack() as stack:
        processes = [stack.enter_context(_process(name, command, folder, env)) for name, command in commands.items()]
        _wait_until_ready(processes, url, folder)
        yield url


def _settings(folder: Path, project: Path, url: str) -> Mapping[str, str]:
    return {
        **SETTINGS,
        "AIRFLOW_HOME": str(folder.absolute()),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project / "airflow_dags"),
        "PYTHONPATH": str(project),
        "PYTHONDONTWRITEBYTECODE": "1",  # a compiled file can look newer than its source was when it was edited
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder.absolute() / 'airflow.db'}",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",  # each worker is a process of 130 MB
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",  # with less, the page shows empty logs of tasks
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",  # seconds; with 5, tasks fail on a busy machine
    }


@contextmanager
def _process(name: str, command: list[str], folder: Path, env: Mapping[str, str]) -> Iterator[psutil.Process]:
    """One part of Airflow, with its log in the folder. It is stopped with all that it started."""
    with (folder / f"{name}.log").open("ab") as log:
        process = psutil.Popen(
            [sys.executable, "-m", "airflow", *command],
            cwd=folder,  # ``python -m`` looks for modules where it stands before it looks in the project
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: psutil.Process) -> None:
    """SIGTERM to one, SIGKILL to what is left of it. Tasks lead process groups of their own, so by descent too."""
    left: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        left = [process, *process.children(recursive=True)]
        process.terminate()
        _, left = psutil.wait_procs(left, timeout=GONE_WITHIN)
    for straggler in left:
        straggler.kill()
    psutil.wait_procs(left)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _wait_until_ready(processes: list[psutil.Process], url: str, folder: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        if _ready(url):
            return
        time.sleep(0.1)
    ends = "\n".join(f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in folder.glob("*.log"))
    raise RuntimeError(f"Airflow did not come up; its logs end:\n{ends}")


def _ready(url: str) -> bool:
    """Whether all its parts are well, the DAGs have been parsed, and tasks will be answered.

    The first who asks the API of tasks waits for its routes to be made, which tasks do not do for long.
    """
    try:
        _get(f"{url}/execution/health")
        health, dags = _get(f"{url}/api/v2/monitor/health"), _get(f"{url}/api/v2/dags")
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return dags["total_entries"] == len(PIPELINES) and all(
        (health.get(part) or {}).get("status") == "healthy" for part in PARTS
    )


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - it is http
        return json.load(answer)
