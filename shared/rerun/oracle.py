"""The oracle: what each artifact is in a world, from a clean build by the reference engine."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from pathlib import Path
from shutil import rmtree
from typing import Literal

from saltern.recipe import key
from saltern.store import MANIFEST, Store
from shared.reference import ENGINE as REFERENCE
from shared.rerun.fresh import ForkServer
from shared.rerun.ingredients import content
from shared.rerun.workspace import LIBRARIES, Workspace

INGREDIENTS = ("shared", "data", LIBRARIES)  # of a workspace: all that a clean build can depend on


class NoCleanBuild(RuntimeError):
    """The reference engine did not build the target."""


@dataclass(frozen=True)
class Clean:
    """A clean build: the digest of each step's artifact, as far as it came, and of the target."""

    steps: Mapping[str, str]
    target: str | None
    page: bytes = b""
    """The target itself."""
    complaint: str = ""
    """Why there is no target."""
    hung: bool = False
    """Whether it was ended because it took too long."""

    def beside(self, before: Clean) -> Literal["same", "changed", "fails"]:
        """What a change did to the target, of which this was built before it."""
        return "fails" if self.target is None else "same" if self.target == before.target else "changed"


@dataclass
class Oracle:
    """Asked by many cells about few worlds: each different one is built once, by whoever asks first."""

    server: ForkServer
    scratch: Path
    env: dict[str, str]
    _answers: dict[tuple[str, str], Future[Clean]] = field(default_factory=dict)
    _steady: dict[tuple[str, str], bool] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: count[int] = field(default_factory=count)

    def digest(self, world: Workspace, pipeline: str) -> str:
        """The digest of the target. Raises NoCleanBuild."""
        return self.target(world, pipeline)[0]

    def target(self, world: Workspace, pipeline: str) -> tuple[str, bytes]:
        """The digest of the target, and the target itself. Raises NoCleanBuild."""
        clean = self.clean(world, pipeline)
        if clean.target is None:
            raise NoCleanBuild(clean.complaint)
        return clean.target, clean.page

    def clean(self, world: Workspace, pipeline: str) -> Clean:
        """A clean build of a world like this one; it may have failed."""
        question = pipeline, _content(world)
        with self._lock:
            answer = self._answers.get(question)
            if ours := answer is None:
                answer = self._answers[question] = Future()
        if ours:
            try:
                answer.set_result(self.anew(world, pipeline))
            except BaseException as error:
                answer.set_exception(error)
        return answer.result()

    def reason_to_leave_out(self, world: Workspace, pipeline: str, before: Clean) -> str | None:
        """Why what a change did to a world cannot be judged; None where it can. It was another world ``before``."""
        clean = self.clean(world, pipeline)
        if clean.hung:
            return "a clean build does not end"
        if (clean.target, clean.steps) != (before.target, before.steps) and not self._is_steady(world, pipeline):
            return "flaky: two clean builds differ"
        return None

    def _is_steady(self, world: Workspace, pipeline: str) -> bool:
        question = pipeline, _content(world)
        if question not in self._steady:
            clean, again = self.clean(world, pipeline), self.anew(world, pipeline)
            self._steady[question] = (again.target, again.steps) == (clean.target, clean.steps)
        return self._steady[question]

    def anew(self, world: Workspace, pipeline: str) -> Clean:
        """Another clean build of this world, whether there was one or not."""
        folder = self.scratch / f"clean-{next(self._numbers)}"
        words = ["run", pipeline, "--store", str(folder), "--strategy", "native", "--json", *world.options]
        finished = self.server.run(REFERENCE.package, words, world.folder, self.env)
        try:
            steps = _steps(Store(folder))
            if finished.outcome is None:
                complaint = f"{REFERENCE.name} failed: {finished.complaint}"
                return Clean(steps, None, complaint=complaint, hung=finished.hung)
            target = finished.outcome.target
            return Clean(steps, target.digest, Path(target.path).read_bytes() if target.path else b"")
        finally:
            rmtree(folder, ignore_errors=True)


def _steps(store: Store) -> dict[str, str]:
    names = (name.removesuffix(MANIFEST) for name in store.names(f"*{MANIFEST}"))
    manifests = (manifest for name in names if (manifest := store.manifest(name)))
    return {key(one["step"], one["partition"]): one["digest"] for one in manifests}


def _content(world: Workspace) -> str:
    """A hash of what a clean build depends on: the same for equal worlds, wherever they lie."""
    files = content(world.folder, INGREDIENTS)
    return blake2b(repr((world.options, files)).encode(), digest_size=16).hexdigest()
