"""A build: everything that one run of one pipeline is told, checked before any engine starts."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from saltern import Artifact, Source, external
from saltern.cache import DEFAULT_STORE, Cache
from saltern.errors import BadInput
from saltern.recipe import Call
from saltern.strategies import strategy
from shared.pipelines import (
    CSV,
    FIRST_DAY,
    LAST_DAY,
    PIPELINES,
    STREAMS,
    Node,
    Pipeline,
    Place,
    artists_pipeline,
    days_in,
    ml_pipeline,
    names_in,
    place,
    stream_of,
)
from shared.steps import artists, ml

# The settings of a step: parameter -> value. Of a pipeline: step -> settings.
Settings = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Build:
    """Plain values only, so that an engine can carry it to wherever its tasks run."""

    pipeline: str
    engine: str
    input: Place  # the CSV of ``ml``, the folder of stream files of ``artists``
    store: str = DEFAULT_STORE
    strategy: str = "salted"
    settings: Settings = field(default_factory=dict)  # as given; ``params`` fills in the defaults
    start: date = FIRST_DAY  # ``artists`` only
    end: date = LAST_DAY
    force: tuple[str, ...] = ()  # steps to run, though their artifacts are there
    verify: float = 0.0  # the share of hits to run again, to see whether they are stale
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def __post_init__(self) -> None:
        if isinstance(self.input, str) and "/" in self.strategy:  # a rule of an engine's own, which asks the disk
            raise BadInput(f"--input {self.input}: under '{self.strategy}' it must be a path, not a URL")

    @cached_property
    def graph(self) -> Pipeline:
        if self.pipeline == "ml":
            return ml_pipeline(self.input)
        return artists_pipeline(self.input, self.start, self.end)

    @cached_property
    def cache(self) -> Cache:
        return Cache(self.store, self.strategy, self.run, self.engine, self.force, self.verify)

    def params(self, step: str) -> dict[str, Any]:
        """All parameters of a step: those set, checked, and the defaults of the others."""
        return self.graph.steps[step].checked(self.settings.get(step, {}))

    def node_call(self, node: Node, artifacts: Mapping[str, Artifact]) -> Call:
        """A node's call: which artifact it makes, from what recipe. ``artifacts`` has those of the nodes that it needs.

        Under a strategy that knows inputs by their content they must carry their digests, so must be made already.
        """

        def item(value: Source | Node | Mapping[str, Node]) -> Any:
            if isinstance(value, Mapping):
                return {part: artifacts[need.key] for part, need in value.items()}
            return artifacts[value.key] if isinstance(value, Node) else value

        inputs = {argument: item(value) for argument, value in node.inputs.items()}
        return self.cache.strategy.bind(node.step, inputs, self._params[node.step.name], node.partition)

    def calls(self) -> dict[str, Call]:
        """The call of every node for which it is known now, dependencies first. Nothing is run.

        All, unless the strategy knows inputs by their content: then those whose inputs are in the store.
        """
        calls: dict[str, Call] = {}
        artifacts: dict[str, Artifact] = {}
        for name, node in self.graph.nodes.items():
            if all(need.key in artifacts for need in node.needs):
                calls[name] = call = self.node_call(node, artifacts)
                artifact = self.cache.find(call) if self.cache.strategy.digests else call.artifact
                if artifact:
                    artifacts[name] = artifact
        return calls

    @cached_property
    def _params(self) -> dict[str, dict[str, Any]]:
        return {step: self.params(step) for step in self.graph.steps}

    def check(self) -> None:
        """Raise BadInput for anything that can be told to be wrong without running a step.

        Reads the first line of every external input that is a file here, and of a CSV at a URL. Writes nothing.
        """
        strategy(self.strategy)
        if self.pipeline == "artists" and self.end < date.max:
            self._check_days()
        for step in self.force:
            if step not in self.graph.steps:
                raise BadInput(
                    f"--force {step}: no such step in '{self.pipeline}' (it has: {', '.join(self.graph.steps)})"
                )
        _ = self.cache  # which refuses to force a step under a strategy that leaves it to the engine what runs
        for step, settings in self.settings.items():
            if step not in self.graph.steps:
                raise BadInput(f"{step}: no such step in '{self.pipeline}' (it has: {', '.join(self.graph.steps)})")
            self.graph.steps[step].checked(settings)
        for node in self.graph.nodes.values():
            for source in node.sources:
                if node.step is ml.preprocess:
                    ml.header(_there(source), self.params(node.step.name)["target"])
                elif not source.is_url:  # what is in the objects of many days, their steps will see
                    artists.header(_there(source))

    def _check_days(self) -> None:
        """Raise BadInput for the first day without a file, before there is a step for each: days may be far apart."""
        there = names_in(self.input)
        day = self.start
        while day <= self.end:
            if f"{day}.tsv" not in there:
                raise BadInput(f"{stream_of(self.input, day)}: {os.strerror(errno.ENOENT)}")
            day += timedelta(days=1)


def _there(source: Source) -> Any:
    """The path of an external input, of fsspec's where it is a URL. Raises BadInput where nobody could read it."""
    external.check(source)
    if not source.is_url:
        return Path(source.path)
    if not external.is_there(source):
        raise BadInput(f"{source.path}: {os.strerror(errno.ENOENT)}")
    return external.value(source)


def build(
    pipeline: str,
    engine: str,
    *,
    input: str | Path | None = None,
    store: str = DEFAULT_STORE,
    start: date | None = None,
    end: date | None = None,
    settings: Settings | None = None,
    **options: Any,
) -> Build:
    """A checked build. Without an input: the bundled data. A folder without an interval: all its days.

    Raises BadInput, naming the file, column or option.
    """
    if pipeline not in PIPELINES:
        raise BadInput(f"{pipeline}: no such pipeline (there are: {', '.join(PIPELINES)})")
    if pipeline == "ml":
        if start or end:
            raise BadInput(f"--{'start' if start else 'end'}: only the pipeline 'artists' has an interval")
        where = place(input or CSV)
        interval: dict[str, Any] = {}
    else:
        where = place(input or STREAMS)
        first, last = (FIRST_DAY, LAST_DAY) if input is None or (start and end) else days_in(where)
        interval = {"start": start or first, "end": end or last}
    if "://" not in store:
        store = str(Path(store).absolute())  # tasks may run in processes that stand in another folder
    new = Build(pipeline, engine, where, store, settings=settings or {}, **interval, **options)
    new.check()
    return new


def parse_settings(given: list[str]) -> dict[str, dict[str, str]]:
    """``["train.C=10"]`` -> ``{"train": {"C": "10"}}``. Raises BadInput for what does not read so."""
    settings: dict[str, dict[str, str]] = {}
    for setting in given:
        name, equals, value = setting.partition("=")
        step, dot, parameter = name.partition(".")
        if not (equals and dot and step and parameter):
            raise BadInput(f"--set {setting}: write it as step.parameter=value, for example --set train.C=10")
        settings.setdefault(step, {})[parameter] = value
    return settings
