"""Temperatures on Prefect: clean -> monthly -> chart."""

from pathlib import Path

from prefect import flow, task

import steps


@task
def clean(measured: Path) -> dict[str, float]:
    return steps.clean(measured)


@task
def monthly(days: dict[str, float], digits: int) -> dict[str, float]:
    return steps.monthly(days, digits=digits)


@task
def chart(means: dict[str, float], width: int) -> str:
    return steps.chart(means, width=width)


@flow
def temperatures(csv: Path = Path("temperatures.csv"), digits: int = 1, width: int = 40) -> None:
    days = clean(csv)
    means = monthly(days, digits)
    page = chart(means, width)
    Path("chart.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    temperatures()
