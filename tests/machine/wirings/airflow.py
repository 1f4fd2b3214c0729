"""A graph as a DAG. Airflow reads this file too, in the folder of the project, as it reads any of ``DAGS_FOLDER``."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from airflow import settings
from airflow.sdk import dag, task

from airflow_dags import database
from airflow_dags.settings import TEMPLATE
from saltern import Source
from saltern.airflow.operators import reuse
from saltern.cache import Cache
from tests.machine.graph import Graph, read


@task(multiple_outputs=False)
def source(file: str) -> dict[str, Any]:
    """An input file, found when the run starts."""
    return asdict(Source.at(file))


@task(multiple_outputs=False)
def days(files: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {day: asdict(Source.at(file)) for day, file in files.items()}


@dag(schedule=None, params=reuse("store"))
def machine() -> None:
    graph = read()
    each_day = days({day: str(Path(file).resolve()) for day, file in graph.days.items()})
    names = sorted({wired.file for wired in graph.steps.values() if wired.file})
    files = {name: source.override(task_id=Path(name).stem)(str(Path(name).resolve())) for name in names}
    made: dict[str, Any] = {}
    for wired in graph.steps.values():
        salted = task.salted(wired.step)
        if wired.mapped:
            made[wired.name] = salted.partial(**wired.params).expand(data=each_day)
            continue
        inputs = wired.arguments(made.__getitem__)
        data = {"data": files[wired.file]} if wired.file else {}
        if wired.star:
            made[wired.name] = salted(*data.values(), *inputs["parts"], **wired.params)
        else:
            made[wired.name] = salted(**inputs, **data, **wired.params)


MACHINE = machine()


def run(graph: Graph, cache: Cache) -> None:
    settings.configure_vars()  # it was imported before the fork, for other DAGs
    path = Path(f"../airflow-{cache.run}.db").resolve()  # SQLite has one writer, and two may run at once
    database.copy(Path(os.environ[TEMPLATE]), path)
    database.connect_to(path, path)
    done = MACHINE.test(run_conf={"store": cache.store_url, "strategy": cache.strategy_name, "run": cache.run})
    if done.state != "success":
        raise RuntimeError(f"airflow: the DAG run is {done.state}")
