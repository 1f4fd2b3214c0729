"""Figures of a score, each with its interval of 95 %.

A rate is a share of edits, with Wilson's interval. A mean is per edit, with a percentile bootstrap interval: what is
wasted is nought for most edits and much for some, so no normal distribution is assumed. Both are SciPy's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.score.results import Run, Score, Trial

CONFIDENCE = 0.95
RESAMPLES = 2000  # of the bootstrap
SEED = 0  # of the bootstrap: the same score gives the same figures


@dataclass(frozen=True)
class Figure:
    """A rate or a mean with the ends of its interval, and of how many."""

    value: float
    low: float
    high: float
    count: int
    events: int = 0
    """Of a rate: how often."""


@dataclass(frozen=True)
class Figures:
    """What one strategy shows on one engine, over the edits of all kinds or of one."""

    stale: Figure | None
    """Wrong results, per edit after which it would be wrong to leave the target as it lies; None: no such edit."""
    error: Figure | None
    """Builds that failed where a clean build does not, per edit."""
    waste: Figure | None
    """Steps run needlessly, per edit after which the build came to the right result."""
    seconds: Figure | None
    """How long those took, seconds per such edit."""


def counted(score: Score) -> list[Trial]:
    """The edits that are in the figures."""
    return [trial for trial in score.trials if trial.left_out is None]


def kinds(trials: Iterable[Trial]) -> list[str]:
    """The kinds of edits, in the order of the alphabet."""
    return sorted({trial.kind for trial in trials})


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
        seconds=_mean([run.needless_seconds for run in right]),
    )


def _is_right(run: Run) -> bool:
    return run.verdict in ("exact", "wasteful")


def _rate(events: int, count: int) -> Figure | None:
    from scipy.stats import binomtest

    if not count:
        return None
    interval = binomtest(events, count).proportion_ci(CONFIDENCE, method="wilson")
    return Figure(events / count, float(interval.low), float(interval.high), count, events)


def _mean(values: Sequence[float]) -> Figure | None:
    import numpy as np
    from scipy.stats import bootstrap

    if not values:
        return None
    mean = float(np.mean(values))
    if len(set(values)) == 1:
        return Figure(mean, mean, mean, len(values))
    found = bootstrap(
        (values,), np.mean, confidence_level=CONFIDENCE, n_resamples=RESAMPLES, method="percentile", rng=SEED
    ).confidence_interval
    return Figure(mean, float(found.low), float(found.high), len(values))
