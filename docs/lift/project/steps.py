"""What is computed: from a file of daily temperatures to a chart of monthly means. No engine is known here."""

import csv
from pathlib import Path

import stats
from saltern import step


@step(version="1", writes="json")
def clean(measured: Path) -> dict[str, float]:
    """Day -> degrees Celsius, without the days that were not measured."""
    with measured.open(newline="", encoding="utf-8") as file:
        return {row["day"]: float(row["celsius"]) for row in csv.DictReader(file) if row["celsius"]}


@step(version="1", writes="json")
def monthly(days: dict[str, float], *, digits: int = 1) -> dict[str, float]:
    """Month -> mean of its days."""
    months: dict[str, list[float]] = {}
    for day, celsius in days.items():
        months.setdefault(day[:7], []).append(celsius)
    return {month: round(stats.mean(values), digits) for month, values in months.items()}


@step(version="1", writes="html")
def chart(means: dict[str, float], *, width: int = 40) -> str:
    """A page with a bar for each month; the longest is ``width`` characters."""
    longest = max(map(abs, means.values()))
    bars = [f"{month} {mean:5} {'█' * round(width * abs(mean) / longest)}" for month, mean in means.items()]
    return "\n".join(["<!doctype html><meta charset=utf-8><title>Temperatures</title><pre>", *bars, "</pre>\n"])
