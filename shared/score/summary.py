"""The summary of a score: its figures and some examples, small enough to be kept with the code."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, Literal

from pydantic import Field

from shared.rerun.document import Document
from shared.score.figures import Figures, figures, strategies
from shared.score.results import Score, Trial

EXAMPLES = 6


class Summary(Document):
    """What the edits of one engine show."""

    called: ClassVar[str] = "the summary of a score"

    schema_: Literal[1] = Field(default=1, alias="schema")
    engine: str
    engine_version: str
    python: str
    host: str
    date: str = Field(description="of the last edit, ISO 8601")
    command: str = Field(description="what measures it again")
    seed: int = Field(default=1, description="of the edits")
    edits: int = Field(description="how many are in the figures")
    left_out: dict[str, int] = Field(description="why others are in none -> how many")
    settled: dict[str, int | None] = Field(
        description="pipeline/strategy -> builds before nothing ran any more; null: never"
    )
    strategies: dict[str, Figures] = Field(description="over the edits of all kinds")
    kinds: dict[str, dict[str, Figures]] = Field(description="kind of edit -> strategy -> its figures")
    examples: list[Trial] = Field(description="edits of different kinds after which most strategies were stale")


def of_an_engine(score: Score, package: str) -> Summary:
    """The summary of a score of the engine in this package."""
    return summary(score, f"python -m {package} compare --score {len(score.trials)} --seed {score.seed}")


def summary(score: Score, command: str) -> Summary:
    """The summary of a score, which this command measures again."""
    trials = [trial for trial in score.trials if trial.left_out is None]
    names = strategies(trials)
    kinds = sorted({trial.kind for trial in trials})
    facts = ("engine", "engine_version", "python", "host", "date", "seed", "settled")
    return Summary(
        **{name: getattr(score, name) for name in facts},
        command=command,
        edits=len(trials),
        left_out=dict(Counter(trial.left_out for trial in score.trials if trial.left_out)),
        strategies={name: figures(trials, name) for name in names},
        kinds={
            kind: {name: figures([one for one in trials if one.kind == kind], name) for name in names} for kind in kinds
        },
        examples=_telling(trials),
    )


def _telling(trials: list[Trial]) -> list[Trial]:
    """One edit of each kind, where most strategies were stale but not all; the shortest such."""

    def stale(trial: Trial) -> int:
        return sum(run.verdict == "stale" for run in trial.runs.values())

    split = [trial for trial in trials if 0 < stale(trial) < len(trial.runs)]
    ranked = sorted(split, key=lambda trial: (-stale(trial), len(trial.diff), trial.number))
    first = {trial.kind: trial for trial in reversed(ranked)}
    return sorted(first.values(), key=ranked.index)[:EXAMPLES]


read = Summary.read
