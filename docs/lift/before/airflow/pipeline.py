"""Temperatures on Airflow: clean -> monthly -> chart."""

from pathlib import Path

from airflow.sdk import dag, task

import steps

HERE = Path(__file__).parent


@task(multiple_outputs=False)
def clean() -> dict[str, float]:
    return steps.clean(HERE / "temperatures.csv")


@task(multiple_outputs=False)
def monthly(days: dict[str, float], digits: int = 1) -> dict[str, float]:
    return steps.monthly(days, digits=digits)


@task
def chart(means: dict[str, float], width: int = 40) -> None:
    (HERE / "chart.html").write_text(steps.chart(means, width=width), encoding="utf-8")


@dag(schedule=None)
def temperatures() -> None:
    chart(monthly(clean()))


TEMPERATURES = temperatures()

if __name__ == "__main__":
    TEMPERATURES.test()
