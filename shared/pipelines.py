"""The two pipelines as data: which step needs which. A test compares the engines' wirings with these graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from saltern import Source
from saltern.errors import BadInput
from saltern.recipe import key
from saltern.steps import Step
from shared.steps import artists, ml

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT / "data"
CSV = DATA / "digits.csv"
STREAMS = DATA / "streams"
FIRST_DAY, LAST_DAY = date(2018, 3, 5), date(2018, 3, 11)  # ISO week 2018-W10


@dataclass(frozen=True, eq=False)
class Node:
    """One step of a pipeline, and what each of its inputs is."""

    step: Step[..., Any]
    inputs: Mapping[str, Source | Node | Mapping[str, Node]]
    partition: str | None = None

    @property
    def key(self) -> str:
        """``train``, or ``daily_counts[2018-03-05]``."""
        return key(self.step.name, self.partition)

    @property
    def needs(self) -> Iterator[Node]:
        """The nodes this one needs, those of a fan-in one by one."""
        for value in self.inputs.values():
            if isinstance(value, Mapping):
                yield from value.values()
            elif isinstance(value, Node):
                yield value

    @property
    def sources(self) -> Iterator[Source]:
        """The external inputs this node reads."""
        return (value for value in self.inputs.values() if isinstance(value, Source))


class Pipeline:
    """A graph of nodes. ``nodes`` lists them dependencies first; the last one's artifact is the target.

    Raises ValueError where two steps have a parameter of one name: engines hand parameters on by name alone, so the
    value of one would be lost.
    """

    def __init__(self, name: str, nodes: Iterable[Node]) -> None:
        self.name = name
        self.nodes = {node.key: node for node in nodes}
        self.target = next(reversed(self.nodes))
        owners: dict[str, str] = {}
        for step in self.steps.values():
            for parameter in step.parameters:
                other = owners.setdefault(parameter, step.name)
                if other != step.name:
                    raise ValueError(f"{name}: both '{other}' and '{step.name}' have a parameter '{parameter}'")

    @property
    def edges(self) -> dict[str, frozenset[str]]:
        """Node -> the nodes it needs."""
        return {name: frozenset(need.key for need in node.needs) for name, node in self.nodes.items()}

    @property
    def steps(self) -> dict[str, Step[..., Any]]:
        return {node.step.name: node.step for node in self.nodes.values()}


def ml_pipeline(csv: Path = CSV) -> Pipeline:
    """Preprocess -> train -> evaluate (which needs the dataset too: a diamond) -> report."""
    preprocess = Node(ml.preprocess, {"csv": Source.at(csv)})
    train = Node(ml.train, {"dataset": preprocess})
    evaluate = Node(ml.evaluate, {"model": train, "dataset": preprocess})
    report = Node(ml.report, {"metrics": evaluate})
    return Pipeline("ml", [preprocess, train, evaluate, report])


def artists_pipeline(streams: Path = STREAMS, start: date = FIRST_DAY, end: date = LAST_DAY) -> Pipeline:
    """daily_counts, one per day -> aggregate_artists, over the interval -> top_artists."""
    daily = {
        str(day): Node(artists.daily_counts, {"stream": Source.at(stream_of(streams, day))}, str(day))
        for day in days(start, end)
    }
    aggregate = Node(artists.aggregate_artists, {"counts": daily})
    top = Node(artists.top_artists, {"totals": aggregate})
    return Pipeline("artists", [*daily.values(), aggregate, top])


PIPELINES: dict[str, Callable[..., Pipeline]] = {"ml": ml_pipeline, "artists": artists_pipeline}


def stream_of(streams: Path, day: date | str) -> Path:
    """The stream file of one day."""
    return streams / f"{day}.tsv"


def days(start: date, end: date) -> list[date]:
    """Every day of an interval, both ends included. Raises BadInput when it ends before it starts."""
    if end < start:
        raise BadInput(f"--end {end}: before --start {start}")
    if end == date.max:
        raise BadInput(f"--end {end}: the last day that there is; an interval ends before it")
    return [start + timedelta(days=offset) for offset in range((end - start).days + 1)]


def days_in(streams: Path) -> tuple[date, date]:
    """The first and the last day that a folder has a stream file of. Raises BadInput when it has none."""
    if not streams.is_dir():
        raise BadInput(f"{streams}: no such folder")
    found = []
    for path in streams.glob("*.tsv"):
        try:
            found.append(date.fromisoformat(path.stem))
        except ValueError:
            continue
    if not found:
        raise BadInput(f"{streams}: no stream file in this folder (a day's file is named like 2018-03-05.tsv)")
    return min(found), max(found)
