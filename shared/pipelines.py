"""The two pipelines as data: which step needs which. A test compares the engines' wirings with these graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, overload

from saltern import Source
from saltern.errors import BadInput
from saltern.places import place_of
from saltern.recipe import key
from saltern.steps import Step
from shared.steps import artists, ml

Place = Path | str  # of an external input: a path, or a URL as text
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


def ml_pipeline(csv: Place = CSV) -> Pipeline:
    """Preprocess -> train -> evaluate (which needs the dataset too: a diamond) -> report."""
    preprocess = Node(ml.preprocess, {"csv": Source.at(csv)})
    train = Node(ml.train, {"dataset": preprocess})
    evaluate = Node(ml.evaluate, {"model": train, "dataset": preprocess})
    report = Node(ml.report, {"metrics": evaluate})
    return Pipeline("ml", [preprocess, train, evaluate, report])


def artists_pipeline(streams: Place = STREAMS, start: date = FIRST_DAY, end: date = LAST_DAY) -> Pipeline:
    """daily_counts, one per day -> aggregate_artists, over the interval -> top_artists."""
    daily = {
        str(day): Node(artists.daily_counts, {"stream": Source.at(stream_of(streams, day))}, str(day))
        for day in days(start, end)
    }
    aggregate = Node(artists.aggregate_artists, {"counts": daily})
    top = Node(artists.top_artists, {"totals": aggregate})
    return Pipeline("artists", [*daily.values(), aggregate, top])


PIPELINES: dict[str, Callable[..., Pipeline]] = {"ml": ml_pipeline, "artists": artists_pipeline}


def place(given: str | Path) -> Place:
    """What a person gives as an input, for tasks that run in processes that stand in another folder."""
    if isinstance(given, str) and "://" in given:
        return given.rstrip("/")
    return Path(given).absolute()


@overload
def stream_of(streams: Path, day: date | str) -> Path: ...
@overload
def stream_of(streams: Place, day: date | str) -> Place: ...
def stream_of(streams: Place, day: date | str) -> Place:
    """The stream file of one day, which is a place of the kind that the folder is."""
    return streams / f"{day}.tsv" if isinstance(streams, Path) else f"{streams}/{day}.tsv"


def days(start: date, end: date) -> list[date]:
    """Every day of an interval, both ends included. Raises BadInput when it ends before it starts."""
    if end < start:
        raise BadInput(f"--end {end}: before --start {start}")
    if end == date.max:
        raise BadInput(f"--end {end}: the last day that there is; an interval ends before it")
    return [start + timedelta(days=offset) for offset in range((end - start).days + 1)]


def days_in(streams: Place) -> tuple[date, date]:
    """The first and the last day that a folder has a stream file of. Raises BadInput when it has none."""
    found = []
    for name in names_in(streams):
        with suppress(ValueError):
            found += [date.fromisoformat(name.removesuffix(".tsv"))] if name.endswith(".tsv") else []
    if not found:
        raise BadInput(f"{streams}: no stream file in this folder (a day's file is named like 2018-03-05.tsv)")
    return min(found), max(found)


def names_in(folder: Place) -> set[str]:
    """The names of what is in a folder. Raises BadInput where there is none, or nobody says."""
    try:
        if isinstance(folder, Path):
            return {one.name for one in folder.iterdir()}
        return set(place_of(folder, "--input").names())
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(f"{folder}: no such folder") from None
    except OSError as error:
        raise BadInput(f"{folder}: cannot be listed ({error.strerror or error})") from None
