"""The cache of a run: a strategy, a store and a ledger. All engine adapters use it.

>>> cache = Cache("store", "salted", run="r1", engine="mine")
>>> call = cache.call(ml.preprocess, {"csv": Source.at(path)}, {"target": "label"})
>>> made = cache.reuse(call) or cache.make(call)        # an Artifact, to be an input of the next call
>>> cache.load(made)                                    # its value
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from saltern import external, reads, remote, verification, watch
from saltern.code import check_unchanged, check_values, kept_answers, kept_files, reached
from saltern.codecs import CODECS
from saltern.errors import BadInput
from saltern.forks import cached_property
from saltern.ledger import Ledger
from saltern.parameters import parameters
from saltern.reach import is_ignored, project_of
from saltern.reasons import reasons
from saltern.recipe import Artifact, Call, Inputs, Source, each, flat, mapped, this_process
from saltern.seen import Seen
from saltern.steps import Step
from saltern.store import Store
from saltern.strategies import Strategy, strategy, whole

DEFAULT_STORE = "store"


@dataclass(frozen=True)
class Cache:
    """The cache of one run. Its fields are plain strings, so it can be sent to a task in any process."""

    store_url: str
    strategy_name: str
    run: str
    engine: str
    force: tuple[str, ...] = ()  # steps that this run makes, whether their artifacts are there or not
    verify: float = 0.0  # the share of hits, from 0 to 1, that are run again to see whether they are stale

    def __post_init__(self) -> None:
        object.__setattr__(self, "verify", verification.share(self.verify))
        if self.force and not self.strategy.salts:
            raise BadInput(
                f"force: under '{self.strategy_name}' {self.engine} decides by its own rule what runs, and nothing can "
                f"be forced: delete the artifact of '{self.force[0]}', or take a strategy with salts"
            )

    @cached_property
    def store(self) -> Store:
        return Store(self.store_url)

    @cached_property
    def strategy(self) -> Strategy:
        return strategy(self.strategy_name)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.store, self.run)

    @watch.aside
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
        return self.strategy.bind(step, _here(inputs, step), step.checked(params or {}), partition)

    @watch.aside
    def find(self, call: Call) -> Artifact | None:
        """The artifact of a call with its digest, if it is in the store whole; else None.

        Under ``native`` a file of that name is enough, because this is the rule of the engine.
        """
        name = call.artifact.name
        if not self.strategy.salts:
            return call.artifact if self.store.exists(name) else None
        manifest = self.store.whole(name)
        if manifest is None or self.read_anew(call, manifest) or self._is_forced(call, manifest):
            return None
        return replace(call.artifact, digest=manifest["digest"])

    @watch.aside
    def reuse(self, call: Call) -> Artifact | None:
        """Like ``find``, for a caller that will use the artifact. The share ``verify`` of the hits is checked."""
        found = self.find(call)
        if found and self.verifies(call):
            verification.verify(self, call)
        return found

    def origin(self, made: Artifact) -> str:
        """Why an artifact is reused and where it comes from, in a line for an engine's log."""
        manifest = self.store.manifest(made.name) or {}
        moment = str(manifest.get("made"))[:19].replace("T", " ")
        by = f"run {manifest.get('run')} on {manifest.get('engine')}"
        return f"reused {made.name}: same salt, made by {by} at {moment} UTC"

    def verifies(self, call: Call) -> bool:
        """Whether a call is among those that are verified in this run, where they are hits."""
        name = call.artifact.salt or call.artifact.name
        return self.verify > 0 and verification.is_chosen(name, self.run, self.verify)

    def read_anew(self, call: Call, manifest: Mapping[str, Any]) -> list[str]:
        """What the step read beside its inputs, by its manifest, and what is not as it was then: see ``reads``."""
        recorded = manifest.get("read")
        if not (self.strategy.code and recorded):
            return []
        return reads.changed(recorded, project_of(call.step))

    def _is_forced(self, call: Call, manifest: Mapping[str, Any]) -> bool:
        """Whether a call is to be made in this run, and has not been yet."""
        return call.step.name in self.force and manifest.get("run") != self.run

    def content_digest(self, call: Call) -> str | None:
        """The digest of a call's artifact as it lies in the store, whatever made it; None where there is none."""
        return self.store.content_digest(call.artifact.name)

    def apply(self, call: Call, **values: Any) -> Any:
        """Run the step's function on the values of its inputs, in the ledger's sight, and return its value."""
        facts = {"artifact": call.artifact.name, "engine": self.engine, "strategy": self.strategy_name}
        with self.ledger.executing(call.key, reasons=self.reasons(call), **facts):
            if not self.strategy.code:
                return call.step.apply(values, call.params)
            self._check_values(call)
            sources = [item for item in each(call.inputs) if isinstance(item, Source)]
            with watch.watching((path for one in sources for path in external.places(one)), call.step.package) as seen:
                value = call.step.apply(values, call.params)
        self._seen[call.artifact.name] = seen
        return value

    @watch.aside
    def reasons(self, call: Call) -> list[str]:
        """The reasons for making a call's artifact now, at least one: see ``saltern.reasons``."""
        name = call.artifact.name
        manifest = self.store.whole(name) if self.strategy.code else None
        if manifest and (names := self.read_anew(call, manifest)):
            return reads.reasons(names)
        return reasons(self.store, call, self.strategy_name)

    @cached_property
    def _seen(self) -> dict[str, Seen]:
        """What steps read while they ran, until it is stored: artifact -> what."""
        return {}

    @watch.aside
    def commit(self, call: Call, value: Any) -> Artifact:
        """Store what a call made. Atomic: the artifact is there whole, or not at all.

        Raises BadInput and stores nothing if an external input has changed since the recipe was written.
        """
        self._check_sources(call)
        data = _dumped(call, value)
        facts = {
            "step": call.step.name,
            "partition": call.partition,
            "version": call.step.version,
            "function": call.step.place,
            "params": parameters(call.params, call.step.name),
            "strategy": self.strategy_name,
            "recipe": call.recipe,
            "salt": call.artifact.salt,
            "engine": self.engine,
            "run": self.run,
            "made": datetime.now(UTC).isoformat(),
            **self._read(call),
        }
        digest = self.store.commit(call.artifact.name, data, facts)
        if call.canonical_recipe is not None:
            self.store.note_newest(call.key, self.strategy_name, call.artifact.name)
        return replace(call.artifact, digest=digest)

    @watch.aside
    def _check_values(self, call: Call) -> None:
        """Raise BadInput where another process made the call, and had other values in memory than this one."""
        if call.process != this_process():
            check_values(whole(call), (call.recipe or {})["code"])

    def _check_sources(self, call: Call) -> None:
        """Raise BadInput for an external input that changed after the call was made: it may be what the step read."""
        if self.strategy.code:
            check_unchanged(whole(call), (call.recipe or {})["code"])
        sources = {name: item for name, item in flat(call.inputs).items() if isinstance(item, Source)}
        if not (self.strategy.content and sources):
            return
        recorded = flat((call.recipe or {})["inputs"])
        for name, source in sources.items():
            argument = name.partition("[")[0]
            try:
                same = self.strategy.ingredient(source, call.step, argument) == recorded[name]
            except FileNotFoundError:
                same = False
            if not same:
                raise BadInput(f"{source.path}: changed while '{call.key}' ran, so nothing was stored; run it again")

    def _read(self, call: Call) -> dict[str, Any]:
        """What the step read beside its inputs, for the manifest; all steps above too where recipes name them by salts.

        Under such a strategy what is below keeps its name when what is above is made again: it must look for itself.
        """
        seen = self._seen.pop(call.artifact.name, None)
        if seen is None:
            return {}
        found: dict[str, str] = {}
        for artifact in () if self.strategy.digests else call.upstream:
            found |= (self.store.manifest(artifact.name) or {}).get("read", {})
        code = reached(whole(call))
        for path in kept_files(code):
            (seen.listed if os.path.isdir(path) else seen.opened)[path] = None  # noqa: PTH112 - as they are kept
        held = reads.held(seen, project_of(call.step), self.store.root if self.store.is_local else None, code)
        held |= reads.held_beside(seen, call.recipe or {})
        found |= {name: digest for name, digest in held.items() if not is_ignored(call.step, reads.plain(name))}
        given = ((call.recipe or {}).get("params"), *map(os.environ.get, code.environment))
        unheld = [*code.unheld, *reads.unheld(seen), *remote.told(code.libraries, given), *sorted(kept_answers(code))]
        facts = {"read": found, "unheld": [*dict.fromkeys(unheld)]}
        return {name: value for name, value in facts.items() if value}

    @watch.aside
    def load(self, item: Artifact | Source) -> Any:
        """The value of an input: an artifact's, or the path or paths of an external input."""
        if isinstance(item, Source):
            return external.value(item)
        data = self.store.read(item.name, item.digest if self.strategy.salts else None)
        return CODECS[item.name.rpartition(".")[2]].load(data)

    def values(self, inputs: Inputs) -> dict[str, Any]:
        """The values of named inputs; those of a fan-in by partition."""
        return mapped(inputs, self.load)

    def execute(self, call: Call) -> Artifact:
        """Load the inputs, run the step and store its output, even if the artifact exists: the caller has looked."""
        return self.commit(call, self.apply(call, **self.values(call.inputs)))

    def make(self, call: Call, *, force: bool = False) -> Artifact:
        """Execute a call, unless another process makes its artifact while this one waits for its turn.

        With ``force`` it is executed in any case, because the user asked for it. Under ``native`` it is executed in any
        case too, because there the engine decides, and it has decided to run the step.
        """
        with self.alone(call):
            made = self.reuse(call) if self.strategy.salts and not force else None
            return made or self.execute(call)

    @contextmanager
    def alone(self, call: Call) -> Iterator[None]:
        """Wait until no other process makes the same artifact, and let no other process start to.

        Not under ``native``, where an artifact of that name may be made from anything.
        """
        if self.strategy.salts:
            with self.store.lock(call.artifact.name):
                yield
        else:
            yield


def _dumped(call: Call, value: Any) -> bytes:
    """What a call made, as it is stored. An engine puts the step's name before the error, as before any other."""
    form = call.step.writes
    try:
        return CODECS[form].dump(value)
    except BadInput:
        raise
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"what it returned cannot be written as {form} ({error})") from error


def _here(inputs: Inputs, step: Step[..., Any]) -> Inputs:
    """Inputs as the step takes them, the external ones found on this machine. BadInput where it lacks one."""
    if (missing := step.needs - inputs.keys()) and inputs.keys() <= {*step.inputs}:
        raise BadInput(f"{step.name}.{min(missing)}: step '{step.name}' needs this input, and it is not given")

    def here(item: Any) -> Any:
        item = Source.at(item) if isinstance(item, os.PathLike) else item
        return item.within(project_of(step)) if isinstance(item, Source) else item

    return mapped(step.gathered(inputs), here)
