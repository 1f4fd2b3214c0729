"""No engine: what each step's value is without a cache, and the cache as one uses it in a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from saltern.cache import Cache
from saltern.codecs import CODECS
from saltern.files import digest
from saltern.recipe import Artifact, Call, Source, key
from tests.machine.graph import Graph


def clean(graph: Graph) -> dict[str, str]:
    """The digest of what each step makes when it is called, and nothing else."""
    values: dict[str, Any] = {}
    digests: dict[str, str] = {}
    for wired in graph.steps.values():
        inputs = wired.arguments(values.__getitem__)
        star = inputs.pop("parts") if wired.star else []
        parts = graph.days if wired.mapped else {None: wired.file}
        made = {}
        for part, file in parts.items():
            data = {"data": Path(file)} if file else {}
            args = [*data.values(), *star] if wired.star else []
            content = CODECS["json"].dump(wired.step(*args, **({} if args else inputs | data), **wired.params))
            made[part] = CODECS["json"].load(content)
            digests[key(wired.name, part)] = digest(content)
        values[wired.name] = made if wired.mapped else made[None]
    return digests


def run(graph: Graph, cache: Cache) -> None:
    """Make what is not in the store, dependencies first."""
    _each(graph, cache, lambda call: cache.find(call) or cache.make(call))


def found(graph: Graph, cache: Cache) -> dict[str, str]:
    """The names of the artifacts that the store has for the steps as they are now."""
    return {key: artifact.name for key, artifact in _each(graph, cache, cache.find).items()}


def _each(graph: Graph, cache: Cache, ask: Callable[[Call], Artifact | None]) -> dict[str, Artifact]:
    """Ask about each call that can be named, and return the answers by its key."""
    known: dict[str, Any] = {}  # step -> its artifact; of a mapped one, by day
    answers: dict[str, Artifact] = {}
    for wired in graph.steps.values():
        if not known.keys() >= {*wired.needs}:
            continue
        inputs = wired.arguments(known.__getitem__)
        parts = graph.days if wired.mapped else {None: wired.file}
        made: dict[str | None, Artifact] = {}
        for part, file in parts.items():
            data = {"data": Source.at(file)} if file else {}
            call = cache.call(wired.step, inputs | data, wired.params, part)
            if answer := ask(call):
                answers[call.key] = answer
            if answer or not cache.strategy.digests:
                made[part] = answer or call.artifact
        if made.keys() == parts.keys():
            known[wired.name] = made if wired.mapped else made[None]
    return answers
