"""Temperatures on Dask: clean -> monthly -> chart."""

from pathlib import Path

from dask.delayed import Delayed, delayed

import steps

clean = delayed(steps.clean, pure=True)
monthly = delayed(steps.monthly, pure=True)
chart = delayed(steps.chart, pure=True)


def pipeline(measured: Path, digits: int = 1, width: int = 40) -> Delayed:
    days = clean(measured)
    means = monthly(days, digits=digits)
    return chart(means, width=width)


if __name__ == "__main__":
    page = pipeline(Path("temperatures.csv")).compute()
    Path("chart.html").write_text(page, encoding="utf-8")
