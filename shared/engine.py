"""The protocol an engine implements. A fifth engine is a subclass of ``Engine`` with its facts and three methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Literal

from shared.build import Build


class Engine:
    """A workflow engine: facts about it, and how to run a build with it."""

    name: ClassVar[str]
    """What it is called on the command line and in results: ``luigi``."""

    package: ClassVar[str]
    """The top-level package that holds it: ``python -m <package>`` is its command line."""

    distribution: ClassVar[str]
    """The PyPI distribution whose version is reported."""

    looks_at: ClassVar[Literal["target", "every step", "nothing"]]
    """Where it looks for finished work. ``target``: from the target down, and no further than the first artifact that
    is there, so that a hole below stays. ``every step``: at each step's own artifact. ``nothing``: it has no cache."""

    keeps_native: ClassVar[bool]
    """Whether its own rule, out of the box, finds finished work in a later run."""

    preload: ClassVar[tuple[str, ...]] = ()
    """What the gauntlet loads once and forks from: third-party modules by name, and scripts (paths ending in ``.py``)
    that get such modules ready. No thread may run and no connection be open afterwards."""

    def run(self, build: Build) -> Mapping[str, str]:
        """Run the build, and return what the engine claims: node -> the engine's own word for its state.

        Raises BadInput when a step refused its input, StepFailed (naming the step) when one failed.
        """
        raise NotImplementedError

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        """Node -> the nodes it needs, read from the engine's own graph."""
        raise NotImplementedError

    @contextmanager
    def service(self, folder: Path) -> Iterator[Mapping[str, str]]:
        """Start what the engine needs for a session of many runs (a server, a database), and stop it after.

        Yields the environment variables that runs need to find it. ``folder`` is theirs to write in.
        """
        yield {}

    @classmethod
    def version(cls) -> str:
        from importlib.metadata import version

        return version(cls.distribution)

    def reuses(self, strategy: str) -> bool:
        """Whether a later run may find finished work under a strategy."""
        return self.keeps_native if strategy == "native" else self.looks_at != "nothing"
