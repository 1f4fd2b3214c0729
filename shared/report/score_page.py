"""The page of the score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saltern.strategies import STRATEGIES
from shared.report import scores
from shared.report.site import Site
from shared.report.summary import listed
from shared.score.figures import Figure
from shared.score.population import Population
from shared.score.results import Trial
from shared.score.summary import Summary

FILE = "score.html"
ENOUGH = 20  # edits that matter, for a rate to be in the headline


def write(site: Site, folder: Path) -> None:
    """Write the page from the summaries that are there."""
    found, population = site.scores, Population().kinds
    site.write(
        folder,
        FILE,
        "score.html",
        headline=headline(found),
        summaries=found,
        rate=scores.rate,
        mean=scores.mean,
        stale=_stale,
        evidence=_evidence,
        replay=_replay,
        settled=_settled,
        block=sum(population.values()),
        population=population,
    )


def headline(found: Sequence[Summary]) -> str:
    """One sentence: over how many edits which strategies were never stale, and how often the others were."""
    if not found:
        return "No score is measured yet."
    rates: dict[str, list[Figure]] = {}
    for one in found:
        for name, figures in one.strategies.items():
            if figures.stale:
                rates.setdefault(name, []).append(figures.stale)
    never = [name for name in STRATEGIES if name in rates and not any(rate.events for rate in rates[name])]
    enough = [(rate.value, name) for name, values in rates.items() for rate in values if rate.count >= ENOUGH]
    share, worst = max(enough, default=(0.0, ""))
    edits, engines = sum(one.edits for one in found), listed([one.engine for one in found])
    said = (
        f"{listed(never)} {'was' if len(never) == 1 else 'were'} never stale" if never else "every strategy was stale"
    )
    most = f" Of the edits that needed a rebuild, {worst} missed up to {100 * share:.0f} %." if share else ""
    return f"After {edits:,} random edits on {engines}, {said}.{most}"


def _evidence(trial: Trial) -> str:
    """What a stale target says, and a clean build's, if it was kept."""
    found = (run.evidence for run in trial.runs.values())
    return next((evidence.sentence for evidence in found if evidence), "")


def _stale(trial: Trial) -> str:
    return listed([name for name, run in trial.runs.items() if run.verdict == "stale"])


def _replay(one: Summary, trial: Trial) -> str:
    return f"nox -s {one.engine} -- --edit {trial.number} --seed {one.seed}"


def _settled(one: Summary) -> str:
    never = [place for place, builds in one.settled.items() if builds is None]
    slow = [f"{place} at build {builds}" for place, builds in one.settled.items() if builds and builds > 2]
    said = [
        *([f"never settles: {listed(never)}"] if never else []),
        *([f"settles late: {listed(slow)}"] if slow else []),
    ]
    return "".join(f"; {words}" for words in said)
