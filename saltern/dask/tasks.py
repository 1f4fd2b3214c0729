"""What the tasks of the graphs do that ``saltern.dask`` and ``dask_impl.live`` make: they run on the workers.

An error that they raise names the step: Dask raises it on the client, and does not say whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from saltern.cache import Cache
from saltern.codecs import CODECS
from saltern.errors import BadInput, StepFailed
from saltern.recipe import Artifact, Call, Input, Source, like


def apply(cache: Cache, call: Call, /, *args: Any, **kwargs: Any) -> Any:
    """The value of a step, made now."""
    with _named(call.key):
        return cache.apply(call, **inputs(cache, call, args, kwargs))


def as_stored(cache: Cache, call: Call, /, *args: Any, **kwargs: Any) -> Any:
    """The value of a step, made now, as the store would give it back."""
    value, codec = apply(cache, call, *args, **kwargs), CODECS[call.step.writes]
    return codec.load(codec.dump(value))


def commit(cache: Cache, call: Call, value: Any) -> Artifact:
    """Store the value of a step."""
    with _named(call.key):
        return cache.commit(call, value)


def make(cache: Cache, call: Call, /, *args: Any, **kwargs: Any) -> Any:
    """The value of a step, made and stored now, unless another run has stored it by the time that it is our turn.

    What is handed on is what the store gives back, which a later run will load: JSON, say, sorts the keys.
    """
    with _named(call.key), cache.alone(call):
        if cache.strategy.salts:
            if made := cache.find(call):
                return cache.load(made)
            _check_worker(cache, call)
        return cache.load(commit(cache, call, apply(cache, call, *args, **kwargs)))


def _check_worker(cache: Cache, call: Call) -> None:
    """Refuse to make under a salt what it does not stand for.

    The salt is of what the client saw. A worker lives longer than a run: it keeps modules as they were when it loaded
    them, and a file may have changed since.
    """
    if cache.call(call.step, call.inputs, call.params, call.partition).artifact != call.artifact:
        raise StepFailed(f"{call.key}: the worker has other code, libraries or inputs than the client; restart it")


def load(cache: Cache, artifact: Artifact) -> Any:
    """The value of a step, as it is in the store."""
    with _named(artifact.key):
        return cache.load(artifact)


def verify(cache: Cache, call: Call) -> None:
    """Verify a hit."""
    with _named(call.key):
        cache.reuse(call)


def after(artifact: Artifact, _verified: Sequence[None]) -> Artifact:
    """An artifact, when what had to be verified is."""
    return artifact


def stored(cache: Cache, call: Call, _value: Any = None) -> Artifact:
    """The artifact of a step that was made just now, maybe on another machine. Its value is only waited for."""
    if not cache.strategy.salts:
        found = cache.find(call)
    else:  # whatever this machine has in place of what the step read there
        manifest = cache.store.whole(call.artifact.name)
        found = replace(call.artifact, digest=manifest["digest"]) if manifest else None
    if found:
        return found
    raise StepFailed(f"{call.key}: its artifact {call.artifact.name} was taken out of the store during the run")


@contextmanager
def _named(step: str) -> Iterator[None]:
    try:
        yield
    except (BadInput, StepFailed):
        raise
    except Exception as error:
        raise StepFailed.of(step, error) from error


def inputs(cache: Cache, call: Call, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a call's inputs by name, from the arguments of its task."""

    def opened(item: Input, value: Any) -> Any:
        """An external input as it was found on the client, where the wiring names it; any other value as it came."""
        return cache.load(item) if isinstance(item, Source) and isinstance(value, str | Path | Source) else value

    given, _ = call.step.bound(args, kwargs)
    return {name: like(call.inputs[name], value, opened) for name, value in given.items()}
