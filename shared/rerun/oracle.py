"""The oracle: what the target is in a world, from a clean build by the reference engine."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from shutil import rmtree

from shared.reference import ENGINE as REFERENCE
from shared.rerun.fresh import ForkServer
from shared.rerun.ingredients import content
from shared.rerun.workspace import LIBRARIES, Workspace

INGREDIENTS = ("shared", "data", LIBRARIES)  # of a workspace: all that a clean build can depend on


class NoCleanBuild(RuntimeError):
    """The reference engine did not build the target."""


@dataclass
class Oracle:
    """Asked by many cells about few worlds: each different one is built once, by whoever asks first."""

    server: ForkServer
    scratch: Path
    env: dict[str, str]
    _answers: dict[tuple[str, str], Future[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def digest(self, world: Workspace, pipeline: str) -> str:
        """The digest of the target. Raises NoCleanBuild."""
        question = pipeline, _content(world)
        with self._lock:
            answer = self._answers.get(question)
            if ours := answer is None:
                answer = self._answers[question] = Future()
        if ours:
            try:
                answer.set_result(self._build(world, pipeline, self.scratch / f"clean-{'-'.join(question)}"))
            except BaseException as error:
                answer.set_exception(error)
        return answer.result()

    def _build(self, world: Workspace, pipeline: str, store: Path) -> str:
        words = ["run", pipeline, "--store", str(store), "--strategy", "native", "--json", *world.options]
        finished = self.server.run(REFERENCE.package, words, world.folder, self.env)
        rmtree(store, ignore_errors=True)
        if finished.outcome is None:
            raise NoCleanBuild(f"{REFERENCE.name} failed: {finished.complaint}")
        return str(finished.outcome.target.digest)


def _content(world: Workspace) -> str:
    """A hash of what a clean build depends on: the same for equal worlds, wherever they lie."""
    files = content(world.folder, INGREDIENTS)
    return blake2b(repr((world.options, files)).encode(), digest_size=16).hexdigest()
