"""The cache: a strategy, a store and a ledger, as a step sees them. This is what the engine adapters share.

>>> cache = Cache("store", "salted", run="r1", engine="mine")
>>> call = cache.call(ml.preprocess, {"csv": Source.at(path)}, {"target": "label"})
>>> made = cache.find(call) or cache.make(call)         # an Artifact, to be an input of the next call
>>> cache.load(made)                                    # its value
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from saltern.code import check_unchanged
from saltern.codecs import CODECS
from saltern.errors import BadInput
from saltern.files import file_digest
from saltern.ledger import Ledger
from saltern.parameters import exact
from saltern.reasons import reasons
from saltern.recipe import Artifact, Call, Inputs, Source, flat
from saltern.steps import Step
from saltern.store import Store
from saltern.strategies import Strategy, strategy

DEFAULT_STORE = "store"


@dataclass(frozen=True)
class Cache:
    """Plain strings only, so that it can be sent to a task in any process; what they stand for is made there."""

    store_url: str
    strategy_name: str
    run: str
    engine: str

    @cached_property
    def store(self) -> Store:
        return Store(self.store_url)

    @cached_property
    def strategy(self) -> Strategy:
        return strategy(self.strategy_name)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.store, self.run)

    def call(
        self,
        step: Step[..., Any],
        inputs: Inputs,
        params: Mapping[str, Any] | None = None,
        partition: str | None = None,
    ) -> Call:
        """A step applied to inputs and parameters (checked, defaults filled in), with its recipe and its artifact."""
        if not isinstance(step, Step):
            raise BadInput(
                f"{getattr(step, '__name__', step)!r} is no step: decorate the function with "
                "@step(...), and put no other decorator above it"
            )
        return self.strategy.call(step, inputs, step.checked(params or {}), partition)

    def find(self, call: Call) -> Artifact | None:
        """The artifact of a call with its digest, if it is in the store whole; else None.

        Under ``native`` a file of that name is enough: that rule is the engine's, and it looks no further.
        """
        name = call.artifact.name
        if self.strategy.salts:
            digest = self.store.digest(name)
            return replace(call.artifact, digest=digest) if digest else None
        return call.artifact if self.store.exists(name) else None

    def content_digest(self, call: Call) -> str | None:
        """The digest of a call's artifact as it lies in the store, whatever made it; None where there is none."""
        name = call.artifact.name
        return file_digest(self.store.path(name)) if self.store.exists(name) else None

    def apply(self, call: Call, **values: Any) -> Any:
        """Run the step's function on the values of its inputs, in the ledger's sight, and return its value."""
        facts = {"artifact": call.artifact.name, "engine": self.engine, "strategy": self.strategy_name}
        with self.ledger.executing(call.key, reasons=reasons(self.store, call, self.strategy_name), **facts):
            return call.step(**values, **call.params)

    def commit(self, call: Call, value: Any) -> Artifact:
        """Store what a call made. Atomic: the artifact is there whole, or not at all.

        Raises BadInput, and stores nothing, where an external input is no longer what the recipe says.
        """
        self._check_sources(call)
        data = CODECS[call.step.writes].dump(value)
        facts = {
            "step": call.step.name,
            "partition": call.partition,
            "version": call.step.version,
            "function": call.step.place,
            "params": {name: exact(value, f"{call.step.name}.params.{name}") for name, value in call.params.items()},
            "strategy": self.strategy_name,
            "recipe": call.recipe,
            "salt": call.artifact.salt,
            "engine": self.engine,
            "run": self.run,
            "made": datetime.now(UTC).isoformat(),
        }
        return replace(call.artifact, digest=self.store.commit(call.artifact.name, data, facts))

    def _check_sources(self, call: Call) -> None:
        """Raise BadInput for an external input that changed after the call was made: it may be what the step read."""
        if self.strategy.code:
            check_unchanged(call.step, (call.recipe or {})["code"])
        sources = {name: item for name, item in flat(call.inputs).items() if isinstance(item, Source)}
        if not (self.strategy.content and sources):
            return
        recorded = flat((call.recipe or {})["inputs"])
        for name, source in sources.items():
            if not Path(source.path).exists() or self.strategy.ingredient(source, call.step) != recorded[name]:
                raise BadInput(f"{source.path}: changed while '{call.key}' ran, so nothing was stored; run it again")

    def load(self, item: Artifact | Source) -> Any:
        """The value of an input: an artifact's, or the path of an external input."""
        if isinstance(item, Source):
            return Path(item.path)
        data = self.store.read(item.name, item.digest if self.strategy.salts else None)
        return CODECS[item.name.rpartition(".")[2]].load(data)

    def values(self, inputs: Inputs) -> dict[str, Any]:
        """The values of named inputs; those of a fan-in by partition."""
        return {
            argument: {part: self.load(one) for part, one in item.items()}
            if isinstance(item, Mapping)
            else self.load(item)
            for argument, item in inputs.items()
        }

    def execute(self, call: Call) -> Artifact:
        """Load the inputs, run the step, store its output. It always runs: asking first is the caller's part."""
        return self.commit(call, self.apply(call, **self.values(call.inputs)))

    def make(self, call: Call) -> Artifact:
        """Execute a call, unless another process has made its artifact by the time that it is our turn.

        Under ``native`` it is executed in any case: whether it should is the engine's to say, and it has said so.
        """
        with self.alone(call):
            made = self.find(call) if self.strategy.salts else None
            return made or self.execute(call)

    @contextmanager
    def alone(self, call: Call) -> Iterator[None]:
        """Wait until no other process on this machine makes the same artifact, and keep others from it meanwhile.

        Not under ``native``, where an artifact of that name may be made from anything.
        """
        if self.strategy.salts:
            with self.store.lock(call.artifact.name):
                yield
        else:
            yield
