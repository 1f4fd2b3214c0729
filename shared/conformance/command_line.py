"""An engine's command line, as a person would use it: in fresh processes, in a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.engine.outcome import Outcome
from shared.engine.protocol import Engine
from shared.reference import ENGINE as REFERENCE
from shared.rerun.fresh import Finished, ForkServer
from shared.rerun.workspace import Workspace

Served = tuple[ForkServer, dict[str, str]]  # and the environment variables by which runs find the engine's service


@contextmanager
def serving(engine: Engine, folder: Path) -> Iterator[Served]:
    """An engine's service, which may write in the folder, and a fork server: both for a session of many runs."""
    with engine.service(folder) as env, ForkServer(engine.preload, env) as server:
        yield server, dict(env)


@dataclass
class CommandLine:
    """The command lines of the engine under test and of the reference engine, in one workspace."""

    engine: Engine
    server: ForkServer
    env: dict[str, str]
    world: Workspace

    @classmethod
    def within(cls, folder: Path, engine: Engine, served: Served) -> CommandLine:
        """In a fresh workspace within an empty folder, where the digests of files are remembered too."""
        server, env = served
        world = Workspace(folder / "workspace", [engine.package])
        return cls(engine, server, {**env, "SALTWORKS_CACHE_DIR": str(folder / ".digests")}, world)

    def __call__(self, *arguments: str, engine: Engine | None = None, store: str | None = None) -> Finished:
        """``python -m <engine> ...``, with the workspace's store unless another is named."""
        words = [*arguments, "--store", store or str(self.world.store)]
        return self.server.run((engine or self.engine).package, words, self.world.folder, self.env)

    def run(self, *arguments: str, engine: Engine | None = None, store: str | None = None) -> Outcome:
        """``run ... --json``, which must succeed: what it prints."""
        finished = self("run", *arguments, "--json", engine=engine, store=store)
        assert finished.status == 0, f"{arguments} failed: {finished.stderr}"
        assert finished.outcome is not None
        return finished.outcome

    def reference(self, *arguments: str, store: str | None = None) -> Outcome:
        """``run ... --json`` by the reference engine, in the same workspace."""
        return self.run(*arguments, engine=REFERENCE, store=store)
