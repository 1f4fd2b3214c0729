"""Airflow without us: ``python -m benchmarks.plain.on_airflow raw|salted NUMBER SECONDS FOLDER``.

Airflow has nothing to skip by; a raw task that is run again runs.
"""

from __future__ import annotations

from airflow.sdk import dag, task

from benchmarks.plain.spinning import main, spin, spun
from saltern.airflow.operators import reuse


def raw(number: int, seconds: float, folder: str) -> None:
    @dag(dag_id=f"raw-{number}")
    def many() -> None:
        for one in range(number):
            task(spun, task_id=f"spin-{one}")(one, seconds)

    _run(many())


def salted(number: int, seconds: float, folder: str) -> None:
    @dag(dag_id=f"salted-{number}", params=reuse(folder, "lineage"))
    def many() -> None:
        for one in range(number):
            task.salted(spin, task_id=f"spin-{one}")(number=one, seconds=seconds)

    _run(many())


def _run(many: object) -> None:
    run = many.test()  # type: ignore[attr-defined]
    assert run.state == "success", run.state


if __name__ == "__main__":
    main(raw=raw, salted=salted)
