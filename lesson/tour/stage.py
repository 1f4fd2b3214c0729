"""A stage: a workspace of its own, with one pipeline under one strategy, built once and put back before each change."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lesson.tour.words import Surprise
from saltern.store import Store
from shared.engine.outcome import Outcome
from shared.pipelines import PIPELINES, Pipeline
from shared.rerun.bench import Bench, CellError, Site
from shared.rerun.oracle import NoCleanBuild
from shared.rerun.workspace import Workspace

LAST_DAY = "2018-03-07"  # of ``artists``: three days, Wednesday the last, so that the tree fits on a screen


class Stage:
    """Nothing is shared between two stages but the fork server and the engine's service."""

    def __init__(self, bench: Bench, pipeline: str, strategy: str, packages: Iterable[str] = ()) -> None:
        self.bench, self.pipeline, self.strategy = bench, pipeline, strategy
        folder = tempfile.mkdtemp(prefix=f"{pipeline}-{strategy}-", dir=bench.scratch)
        self.world = Workspace(Path(folder), [bench.engine.package, *packages])
        if pipeline == "artists":
            self.world.end_on(LAST_DAY)
        self._site = Site(bench, self.world, pipeline, strategy, bench.env)
        self._kept = False

    @property
    def graph(self) -> Pipeline:
        """The pipeline as the project has it, whatever is changed in the workspace."""
        if self.pipeline == "artists":
            from datetime import date

            return PIPELINES["artists"](end=date.fromisoformat(LAST_DAY))
        return PIPELINES[self.pipeline]()

    def begin(self) -> None:
        """Make everything as the first build left it; if there was none, build."""
        if self._kept:
            self.world.put_back()
        else:
            self.build()
            self.keep()

    def keep(self) -> None:
        """Take what is there now for what the first build left."""
        self.world.keep()
        self._kept = True

    def build(self, touched: Sequence[str] = ()) -> Outcome:
        """One run of the engine in a fresh process: what ``run --json`` prints. Raises Surprise."""
        try:
            return self._site.build(touched)
        except CellError as error:
            raise Surprise(str(error)) from None

    def clean(self) -> str:
        """The digest of the target of a clean build of this world, by plain Python without a cache."""
        try:
            return self.bench.oracle.digest(self.world, self.pipeline)
        except NoCleanBuild as error:
            raise Surprise(str(error)) from None

    def tree(self, env: Mapping[str, str]) -> str:
        """What the command ``tree`` prints."""
        return self._tree([], env)

    def states(self) -> dict[str, str]:
        """The state of each node by the command ``tree``: node -> done, to run, missing or undecided."""
        prospects = json.loads(self._tree(["--json"], {}))
        return {node: prospect["state"] for node, prospect in prospects.items()}

    def recipe(self, step: str) -> dict[str, Any]:
        """The recipe of the artifact that a step last made."""
        manifest = Store(self.world.store).manifest(self.world.built[step])
        assert manifest is not None
        recipe: dict[str, Any] = manifest["recipe"]
        return recipe

    def _tree(self, options: Sequence[str], env: Mapping[str, str]) -> str:
        words = ["tree", self.pipeline, "--store", str(self.world.store), "--strategy", self.strategy, *options]
        words += self.world.options
        finished = self.bench.server.run(self.bench.engine.package, words, self.world.folder, {**self.bench.env, **env})
        if finished.status:
            raise Surprise(f"tree failed: {finished.complaint}")
        return finished.stdout
