"""An engine's command line, as a person would use it: in fresh processes, in a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.engine import Engine
from shared.reference import ENGINE as REFERENCE
from shared.rerun.fresh import Finished, ForkServer
from shared.rerun.workspace import Workspace


@dataclass
class CommandLine:
    """The command lines of the engine under test and of the reference engine, in one workspace."""

    engine: Engine
    server: ForkServer
    env: dict[str, str]
    world: Workspace

    def __call__(self, *arguments: str, engine: Engine | None = None, store: str | None = None) -> Finished:
        """``python -m <engine> ...``, with the workspace's store unless another is named."""
        words = [*arguments, "--store", store or str(self.world.store)]
        return self.server.run((engine or self.engine).package, words, self.world.folder, self.env)

    def run(self, *arguments: str, engine: Engine | None = None, store: str | None = None) -> dict[str, Any]:
        """``run ... --json``, which must succeed: the JSON object it prints."""
        finished = self("run", *arguments, "--json", engine=engine, store=store)
        assert finished.status == 0, f"{arguments} failed: {finished.stderr}"
        assert finished.outcome is not None
        return finished.outcome

    def reference(self, *arguments: str, store: str | None = None) -> dict[str, Any]:
        return self.run(*arguments, engine=REFERENCE, store=store)
