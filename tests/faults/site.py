"""Where faults are tried: an engine, fresh processes, stores, and what a store must hold in the end."""

from __future__ import annotations

import importlib
import itertools
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from saltern.housekeeping.contents import Contents, check
from saltern.store import Store
from shared.engine.build import build
from shared.engine.protocol import Engine
from shared.engines import ENGINES
from shared.pipelines import PROJECT
from shared.reference import ENGINE as REFERENCE
from shared.rerun.fresh import Finished, ForkServer

PATIENCE = 300  # seconds for a run, before it counts as hanging
STRATEGY = "lineage"


class Lost(AssertionError):
    """Something was lost, partial, wrong or not said as it has to be."""


@dataclass(frozen=True)
class Site:
    """An engine that runs pipelines in fresh processes. Each trial has a folder of its own."""

    engine: Engine
    server: ForkServer
    folder: Path
    env: Mapping[str, str]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new(self) -> Path:
        """A folder for one trial."""
        folder = self.folder / f"trial-{next(self._numbers)}"
        folder.mkdir()
        return folder

    def store(self, folder: Path) -> str:
        """Where the store of a trial is, which is empty."""
        return str(folder / "store")

    def run(self, store: Path | str, words: Sequence[str], patience: float | None = None, **world: int) -> Finished:
        """One command of the engine's command line on a store. ``world``: see ``child.py``."""
        arguments = [*words, "--store", str(store)]
        if not any(word.startswith("--strategy") for word in words):
            arguments += ["--strategy", STRATEGY]
        if not world:
            return self.server.run(self.engine.package, arguments, self.folder, self.env, patience)
        request = {"package": self.engine.package, "arguments": arguments, **world}
        return self.server.run("tests.faults.child", [json.dumps(request)], self.folder, self.env, patience)

    @cached_property
    def right(self) -> Mapping[str, Mapping[str, str]]:
        """Pipeline -> its artifacts in a store that nothing befell, built by plain Python: name -> digest."""
        found = {}
        for pipeline in ("ml", "artists"):
            store = self.new() / "right"
            REFERENCE.run(build(pipeline, "reference", store=str(store), strategy=STRATEGY))
            found[pipeline] = digests(store)
        return found

    def check_nothing_partial(self, store: Path | str) -> None:
        """What a fault has left: every artifact that counts as there is what a clean build makes. No run is needed."""
        right = {name: digest for made in self.right.values() for name, digest in made.items()}
        for name, digest in digests(store).items():
            if name in right and digest != right[name]:
                raise Lost(f"{name}: served, and not what a clean build makes")
        if damaged := [name for name in _names(store) if check(Store(store), name) == "damaged"]:
            raise Lost(f"damaged: {', '.join(damaged)}")

    def check_mended(self, store: Path | str, pipeline: str) -> None:
        """A clean run afterwards makes what a clean build makes, and then nothing is wrong with the store."""
        finished = self.run(store, ["run", pipeline, "--json"])
        if finished.status or finished.outcome is None:
            raise Lost(f"the run afterwards: status {finished.status}, {finished.complaint}")
        found = digests(store)
        if wrong := [name for name, digest in self.right[pipeline].items() if found.get(name) != digest]:
            raise Lost(f"after a clean run, wrong or missing: {', '.join(wrong)}")
        for name in _names(store):
            if (state := check(Store(store), name)) not in ("whole", None):
                raise Lost(f"after a clean run, {name}: {state}")

    def clear(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)


def said_in_one_line(finished: Finished, named: str) -> None:
    """Bad input ends with status 2 and one line that names what is wrong."""
    if finished.hung:
        raise Lost("hangs")
    if finished.status != 2:
        raise Lost(f"status {finished.status}: {finished.complaint}")
    lines = finished.stderr.splitlines()
    if len(lines) != 1 or not lines[0].startswith("error: "):
        raise Lost(f"{len(lines)} lines: {finished.complaint}")
    if named not in lines[0]:
        raise Lost(f"does not name {named!r}: {lines[0]}")


def digests(store: Path | str) -> dict[str, str]:
    """Of the artifacts that count as there."""
    opened = Store(store)
    if not opened.is_there():
        return {}
    return {name: digest for name in Contents.of(opened).documented if (digest := opened.digest(name))}


def _names(store: Path | str) -> list[str]:
    opened = Store(store)
    if not opened.is_there():
        return []
    contents = Contents.of(opened)
    return [*contents.documented, *contents.orphans, *contents.bare]


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Site]:
    """A site for an engine, in whose environment this runs."""
    engine = REFERENCE if name == "reference" else importlib.import_module(f"{ENGINES[name].package}.engine").ENGINE
    service = folder / "service"
    service.mkdir()
    with engine.service(service) as env:
        env = {**env, "SALTWORKS_CACHE_DIR": str(service / "digests")}
        path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
        preload = ("--keep", *engine.preload, type(engine).__module__)
        with ForkServer(preload, {**env, "PYTHONPATH": path}, PATIENCE) as server:
            yield Site(engine, server, folder, env)
