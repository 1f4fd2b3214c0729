"""Airflow's own pages, with both pipelines on them: DAG runs that a real scheduler runs, and a form to trigger more."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path

from airflow_dags import stack
from airflow_dags.params import conf_of
from saltern.errors import StepFailed
from shared.engine.build import Build
from shared.engine.protocol import Page

HINTS = (
    "Click 'ml'. Each column of the grid is a DAG run: in the first every task ran (green), in the second every step "
    "is skipped (pink), because its artifact was there. 'csv' looks at the input, so it runs every time.",
    "Click 'Trigger', open 'Step train', set C to 10 and trigger: preprocess is skipped; train, evaluate and report "
    "run. Trigger it once more with the same C: all are skipped.",
    "Click the top of a column and then 'Show Graph' to see a DAG run's tasks with their states. In 'artists', click "
    "'daily_counts': its mapped tasks are named by their days.",
    "On the page 'Home' the Triggerer is red because it is not started: no task here waits for an event.",
)


@contextmanager
def serving(folder: Path, store: Path, port: int, *, password: bool) -> Iterator[Page]:
    """A whole Airflow (see ``stack.py``) for a session in front of its pages.

    Raises StepFailed, with the ends of the logs, when it does not come up.
    """
    secret = secrets.token_urlsafe(12) if password else ""
    login = f"Log in as {stack.USER} with the password {secret}" if password else ""
    with stack.serving(folder, port=port, store=str(store), password=secret) as airflow:
        yield Page(f"{airflow.url}/dags", partial(_run, airflow), HINTS, login=login)


def _run(airflow: stack.Stack, build: Build) -> None:
    """Trigger a DAG run as the form does, and wait for its end. ``dag.test()`` would be no run of the scheduler's."""
    try:
        airflow.trigger(build.pipeline, build.run, conf_of(build))
        state = airflow.end_of(build.pipeline, build.run)
        tasks = airflow.states(build.pipeline, build.run)
    except (OSError, HTTPException) as error:
        airflow.check()
        raise StepFailed(f"{build.pipeline}: Airflow does not answer: {error}") from error
    if state != "success":
        failed = ", ".join(name for name, task in tasks.items() if task == "failed")
        raise StepFailed(f"{failed or build.pipeline}: the DAG run is {state}: {airflow.url}/dags/{build.pipeline}")
