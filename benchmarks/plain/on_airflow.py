"""Airflow without us: ``python -m benchmarks.plain.on_airflow raw|salted NUMBER SECONDS FOLDER``.

Airflow has nothing to skip by; a raw task that is run again runs. ``DAG.test()`` wants the DAGs in a file of the
folder of DAGs, which this is: it is parsed in the same process, so they are made from what that was asked for.
"""

from __future__ import annotations

import sys
from typing import Any

from airflow.sdk import dag, task

from benchmarks.plain.spinning import main, spin, spun
from saltern.airflow.operators import reuse


def raw(number: int, seconds: float, folder: str) -> Any:
    @dag(dag_id=f"raw-{number}")
    def many() -> None:
        for one in range(number):
            task(spun, task_id=f"spin-{one}")(one, seconds)

    return many()


def salted(number: int, seconds: float, folder: str) -> Any:
    @dag(dag_id=f"salted-{number}", params=reuse(folder, "lineage"))
    def many() -> None:
        for one in range(number):
            task.salted(spin, task_id=f"spin-{one}")(number=one, seconds=seconds)

    return many()


def run(dag: Any) -> None:
    state = dag.test().state
    assert state == "success", state


WAY, NUMBER, SECONDS, FOLDER = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
MAKE = {"raw": raw, "salted": salted}[WAY]
DAGS = {1: MAKE(1, 0.0, f"{FOLDER}-first"), NUMBER: MAKE(NUMBER, SECONDS, FOLDER)}
FIRST, MANY = DAGS.values()  # by a name, as Airflow looks for them

if __name__ == "__main__":
    main(raw=lambda number, *_: run(DAGS[number]), salted=lambda number, *_: run(DAGS[number]))
