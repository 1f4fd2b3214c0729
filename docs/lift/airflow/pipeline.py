"""Temperatures on Airflow: clean -> monthly -> chart."""

import sys
from dataclasses import asdict
from pathlib import Path

from airflow.sdk import dag, task

import steps
from saltern import Cache, Source
from saltern.airflow import salted
from saltern.airflow.operators import reuse

HERE = Path(__file__).parent
STORE = str(HERE / "store")


@task(multiple_outputs=False)
def measured() -> dict[str, str]:
    return asdict(Source.at(HERE / "temperatures.csv"))


clean = salted(steps.clean)
monthly = salted(steps.monthly)
chart = salted(steps.chart)


@dag(schedule=None, params=reuse(STORE, "lineage"))
def temperatures() -> None:
    chart(monthly(clean(measured())))


TEMPERATURES = temperatures()

if __name__ == "__main__":
    strategy = (sys.argv[1:] or ["lineage"])[0]
    run = TEMPERATURES.test(run_conf={"strategy": strategy})
    for ran in Cache(STORE, strategy, run.run_id, "airflow").ledger.events("started"):
        print(f"{ran['step']}: {'; '.join(ran['reasons'])}")
