"""Figures of a score, each with its interval of 95 %.

A rate is a share of edits, with Wilson's interval. A mean is per edit, with a percentile bootstrap interval: what is
wasted is nought for most edits and much for some, so no normal distribution is assumed. Both are SciPy's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from shared.score.results import Run, Trial

CONFIDENCE = 0.95
RESAMPLES = 2000  # of the bootstrap
SEED = 0  # of the bootstrap: the same score gives the same figures


class Figure(BaseModel):
    """A rate or a mean, the ends of its interval, and of how many edits it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float
    low: float
    high: float
    count: int
    events: int = Field(default=0, description="of a rate: how often")


class Figures(BaseModel):
    """What one strategy shows on one engine, over the edits of all kinds or of one. None: there was no such edit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stale: Figure | None = Field(
        description="wrong results, per edit after which it would be wrong to leave the target as it lies"
    )
    error: Figure | None = Field(description="builds that failed where a clean build does not, per edit")
    waste: Figure | None = Field(description="steps run needlessly, per edit whose build came to the right result")
    seconds: Figure | None = Field(description="how long those steps took, in seconds per such edit")


def strategies(trials: Iterable[Trial]) -> list[str]:
    """The strategies under which edits were built, in the order of the first edit that has each."""
    return list(dict.fromkeys(name for trial in trials for name in trial.runs))


def figures(trials: Iterable[Trial], strategy: str) -> Figures:
    """The figures of a strategy over some edits."""
    runs = [trial.runs[strategy] for trial in trials if strategy in trial.runs]
    concerned = [run for run in runs if run.matters or run.verdict == "stale"]
    right = [run for run in runs if _is_right(run)]
    return Figures(
        stale=_rate(sum(run.verdict == "stale" for run in concerned), len(concerned)),
        error=_rate(sum(run.verdict == "error" for run in runs), len(runs)),
        waste=_mean([len(run.needless) for run in right]),
        seconds=_mean([run.needless_seconds for run in right if run.needless_seconds is not None]),
    )


def _is_right(run: Run) -> bool:
    return run.verdict in ("exact", "wasteful")


def _rate(events: int, count: int) -> Figure | None:
    from scipy.stats import binomtest

    if not count:
        return None
    interval = binomtest(events, count).proportion_ci(CONFIDENCE, method="wilson")
    return _figure(events / count, interval.low, interval.high, count, events)


def _mean(values: Sequence[float]) -> Figure | None:
    import numpy as np
    from scipy.stats import bootstrap

    if not values:
        return None
    mean = float(np.mean(values))
    if len(set(values)) == 1:
        return _figure(mean, mean, mean, len(values))
    found = bootstrap(
        (values,), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="percentile", rng=SEED
    ).confidence_interval
    return _figure(mean, found.low, found.high, len(values))


def _figure(value: float, low: float, high: float, count: int, events: int = 0) -> Figure:
    return Figure(
        value=round(value, 5), low=round(float(low), 5), high=round(float(high), 5), count=count, events=events
    )
