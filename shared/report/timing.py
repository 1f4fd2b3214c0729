"""Time: seconds of each run after a change, and what reuse saved of them. Charts are drawn here, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from shared.pipelines import PIPELINES
from shared.report import marks
from shared.report.summary import Column
from shared.rerun.results import Cell
from shared.rerun.scenarios import SCENARIOS

WIDTH, ROW, LABEL, RIGHT = 860, 26, 190, 64  # of a chart, in SVG's units
FEW, NARROW = 5, 0.2  # runs of each kind for an interval; how wide one may be for a headline, as a share
TOGETHER = {scenario.name for scenario in SCENARIOS if scenario.together}  # two runs share the machine
STEPS = (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100, 250, 500, 1000)  # seconds between two ticks


@dataclass(frozen=True)
class Timing:
    """The runs of one pipeline by one engine under one strategy. Times in seconds."""

    engine: str
    strategy: str
    pipeline: str
    cells: Sequence[Cell]
    whole: Sequence[float]
    """The same engine's runs in which every step ran once; empty where it has none."""

    @property
    def everything(self) -> float | None:
        """The usual run that does everything."""
        return median(self.whole) if self.whole else None

    @property
    def usual(self) -> float:
        return median(cell.seconds for cell in self.cells)

    @property
    def right(self) -> list[Cell]:
        """Only these have saved anything: a wrong result is no result, however soon it comes."""
        return [cell for cell in self.cells if cell.verdict in ("exact", "wasteful")]

    @property
    def saved(self) -> float | None:
        """The share of the time that reuse saved in the runs that were right; below 0 where it cost time."""
        if self.everything is None or not self.right:
            return None
        if self.reuses_nothing:
            return 0.0
        return 1 - sum(cell.seconds for cell in self.right) / (len(self.right) * self.everything)

    @property
    def reuses_nothing(self) -> bool:
        """Whether every step ran in all runs that were right, which then differ in time by chance."""
        steps = len(PIPELINES[self.pipeline]().nodes)
        return all(len(cell.executed) >= steps for cell in self.right)

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """95 % of ``saved`` by a bootstrap over both kinds of runs; None where either has fewer than ``FEW``."""
        if min(len(self.right), len(self.whole)) < FEW or self.reuses_nothing:
            return None
        from scipy.stats import bootstrap

        runs = [cell.seconds for cell in self.right]
        found = bootstrap((runs, self.whole), _saved, vectorized=True, method="percentile", rng=1, n_resamples=2000)
        return float(found.confidence_interval.low), float(found.confidence_interval.high)

    @property
    def certain(self) -> bool:
        """Whether the saving is known well enough for a headline: its interval is narrower than ``NARROW``."""
        return self.interval is not None and self.interval[1] - self.interval[0] <= NARROW


@dataclass(frozen=True)
class Dot:
    x: float
    tag: str


@dataclass(frozen=True)
class Strip:
    """One row of a chart. Coordinates in SVG's units."""

    timing: Timing
    y: float
    dots: tuple[Dot, ...]
    everything: float | None
    usual: float


@dataclass(frozen=True)
class Chart:
    width: float
    height: float
    strips: tuple[Strip, ...]
    ticks: tuple[tuple[float, str], ...]
    """Where, and what is written there."""


def _saved(runs: Any, whole: Any, axis: int = -1) -> Any:
    import numpy

    return 1 - numpy.mean(runs, axis=axis) / numpy.median(whole, axis=axis)


def timings(pipeline: str, columns: Sequence[Column]) -> list[Timing]:
    """One for every column that has cells of the pipeline which ran at all."""
    found = []
    for column in columns:
        if cells := _alone(pipeline, column):
            whole = _whole(pipeline, [one for one in columns if one.engine == column.engine])
            found.append(Timing(column.engine, column.strategy, pipeline, cells, whole))
    return found


def _alone(pipeline: str, column: Column) -> list[Cell]:
    """The cells of a column whose run had the machine to itself."""
    return [
        cell
        for cell in column.cells
        if cell.pipeline == pipeline and cell.seconds and not cell.partner and cell.scenario not in TOGETHER
    ]


def _whole(pipeline: str, columns: Sequence[Column]) -> list[float]:
    """The seconds of an engine's runs in which every step ran once, whatever the strategy."""
    steps = len(PIPELINES[pipeline]().nodes)
    runs = [cell for column in columns for cell in _alone(pipeline, column)]
    return [cell.seconds for cell in runs if len(cell.executed) == len(set(cell.executed)) == steps]


def chart(timings: Sequence[Timing]) -> Chart:
    """Each run a dot on its row; the usual run, and the one that does everything, as marks."""
    longest = max(max(cell.seconds for cell in timing.cells) for timing in timings)
    step = next((step for step in STEPS if longest / step <= 8), STEPS[-1])
    end = step * (int(longest / step) + 1)

    def x(seconds: float) -> float:
        return round(LABEL + seconds / end * (WIDTH - LABEL - RIGHT), 1)

    strips = tuple(
        Strip(
            timing,
            y=ROW * (number + 0.5),
            dots=tuple(Dot(x(cell.seconds), marks.verdict_of(cell).tag) for cell in timing.cells),
            everything=None if timing.everything is None else x(timing.everything),
            usual=x(timing.usual),
        )
        for number, timing in enumerate(timings)
    )
    count = round(end / step)
    ticks = tuple((x(number * step), f"{number * step:g} s") for number in range(count + 1))
    return Chart(WIDTH, ROW * len(strips) + 24, strips, ticks)
