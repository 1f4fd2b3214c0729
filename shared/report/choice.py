"""The page 'which one': a strategy and an engine for somebody's needs, from what was measured.

What an engine has and nobody can measure (a schedule, pages) is taken from its documentation, with a link: each engine
brings it in ``choice.toml``, a table for each of ``NEEDS``. Nothing on the page is anybody's opinion.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from saltern.errors import BadInput
from saltern.strategies import STRATEGIES
from shared.engines import ENGINES
from shared.pipelines import PIPELINES, PROJECT
from shared.report.site import Site
from shared.rerun.facts import Facts
from shared.rerun.results import Cell, Results
from shared.score.figures import Figure
from shared.score.summary import Summary

PAGE = "which-one.html"
FILE = "choice.toml"
NEEDS = {
    "schedule": "It starts runs itself, at set times",
    "pages": "People start and repeat runs in web pages",
    "machines": "Tasks run on several machines",
    "serverless": "No server has to be up",
}
CHAIN = "ml"  # its steps run one after the other, so that a run's seconds are theirs and the engine's
TASKS = {"0.1 s": 0.1, "1 s": 1.0, "10 s": 10.0, "1 min": 60.0, "10 min": 600.0}


class Answer(BaseModel):
    """What an engine's documentation says of one need."""

    model_config = ConfigDict(extra="forbid")

    has: bool
    says: str = Field(min_length=1)
    link: str = Field(pattern="^https://")


ANSWERS = TypeAdapter(dict[str, Answer])


@dataclass(frozen=True)
class Option:
    """An engine, and what it costs. Seconds are medians; None where nothing was measured."""

    engine: str
    version: str
    answers: dict[str, Answer]
    facts: Facts | None
    idle: float | None
    """A run with nothing to do, under lineage."""
    own: float | None
    """What the engine itself takes for each step that runs."""
    salted: float | None
    """The same under lineage: the engine and the library."""


@dataclass(frozen=True)
class Rule:
    """A strategy, and how it fared on all engines together."""

    name: str
    summary: str
    stale: Figure | None
    """Where it was worst."""
    engine: str
    waste: float | None
    missed: dict[str, int]
    """Kind of edit -> how many of them it missed, on all engines."""


def write(site: Site, folder: Path) -> None:
    """Write the page from the results and scores that are there."""
    site.write(
        folder,
        PAGE,
        "which_one.html",
        rules=rules(site.scores),
        options=[option(one) for one in site.measured],
        needs=NEEDS,
        tasks=TASKS,
    )


def rules(found: Sequence[Summary]) -> list[Rule]:
    """The strategies that a score was measured for, those that are wrong least often first."""
    rules = []
    for name, strategy in STRATEGIES.items():
        figures = [(one.engine, one.strategies[name]) for one in found if name in one.strategies]
        stale = [(figure.stale, engine) for engine, figure in figures if figure.stale]
        waste = [figure.waste.value for _, figure in figures if figure.waste]
        worst, where = max(stale, key=lambda pair: pair[0].value, default=(None, ""))
        rules.append(Rule(name, strategy.summary, worst, where, max(waste, default=None), _missed(found, name)))
    return sorted(rules, key=lambda rule: (rule.stale is None, rule.stale.value if rule.stale else 0, rule.waste or 0))


def _missed(found: Sequence[Summary], name: str) -> dict[str, int]:
    missed: dict[str, int] = {}
    for one in found:
        for kind, by_strategy in one.kinds.items():
            figure = by_strategy[name].stale if name in by_strategy else None
            if figure and figure.events:
                missed[kind] = missed.get(kind, 0) + figure.events
    return dict(sorted(missed.items(), key=lambda pair: -pair[1]))


def option(results: Results) -> Option:
    """What the results of one engine say of its cost."""
    cells = [cell for cell in results.alone.cells if cell.pipeline == CHAIN and cell.verdict in ("exact", "wasteful")]
    idle = [cell.seconds for cell in cells if cell.strategy == "lineage" and not cell.executed]
    return Option(
        results.engine,
        results.engine_version,
        answers(results.engine),
        results.facts,
        median(idle) if idle else None,
        _overhead(cells, list(results.natives)),
        _overhead(cells, ["lineage"]),
    )


def _overhead(cells: Sequence[Cell], strategies: Sequence[str]) -> float | None:
    """Seconds a step beside the step's own, over the runs in which every step of the chain ran once."""
    steps = len(PIPELINES[CHAIN]().nodes)
    whole = [cell for cell in cells if cell.strategy in strategies and len(cell.executed) == steps and cell.work]
    return median(max(cell.seconds - cell.work, 0) / steps for cell in whole) if whole else None


def answers(engine: str, root: Path = PROJECT) -> dict[str, Answer]:
    """What an engine's folder says of each need; empty for an engine that says nothing. Raises BadInput."""
    if engine not in ENGINES:
        return {}
    file = f"{ENGINES[engine].package}/{FILE}"
    try:
        said = ANSWERS.validate_python(tomllib.loads((root / file).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file}: {error}") from None
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise BadInput(f"{file}: {place}: {error.errors()[0]['msg']}") from None
    if wrong := said.keys() ^ NEEDS.keys():
        raise BadInput(f"{file}: a table for each of {', '.join(NEEDS)}; not so: {', '.join(sorted(wrong))}")
    return said
