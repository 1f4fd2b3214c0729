"""The protocol an engine implements. A fifth engine is a subclass of ``Engine`` with its facts and three methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from saltern.errors import BadInput
from saltern.strategies import STRATEGIES
from shared.engine.build import Build

Memory = Literal["none", "artifacts", "its own"]


@dataclass(frozen=True)
class Native:
    """A rule of the engine's own by which it does not repeat finished work: a strategy without salts."""

    summary: str
    documentation: str
    """The page of the engine's documentation that describes it."""
    memory: Memory = field(default="none", compare=False)
    """Where a later run finds finished work: nowhere; among the artifacts, by their plain names; or in a memory of the
    engine's own (a database, a cluster), which nobody else can read. It is not in a results file, nor is ``lives``."""
    by_hand: bool = False
    """Whether a person says what is to run again, and the engine does not find that out."""
    lives: bool = field(default=False, compare=False)
    """Whether that memory is a process beside the runs (``Engine.alongside``), and so is not in the workspace."""


@dataclass(frozen=True)
class Page:
    """The pages of an engine whose servers are up."""

    address: str
    """Where to look first."""
    run: Callable[[Build], None]
    """Run a build so that the pages show it, and wait for its end. Raises StepFailed."""
    hints: Sequence[str] = ()
    """What to try there: a sentence each."""
    env: Mapping[str, str] = field(default_factory=dict)
    """The environment variables with which the engine's command line runs in sight of the pages. Empty: it cannot."""
    login: str = ""
    """Who may look, in words. Empty: anybody on this machine."""


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

    natives: ClassVar[Mapping[str, Native]]
    """Its own rules by name: ``native`` is what it does out of the box, ``<engine>/<rule>`` is another that its
    documentation describes."""

    says_ran: ClassVar[frozenset[str]]
    """The states that mean, in its own words, that a step ran."""

    scheduler: ClassVar[str] = ""
    """What ``run --scheduler ADDRESS`` means, for its ``--help``. Empty: it has no such option."""

    port: ClassVar[int | None] = None
    """The port at which its documentation says that its pages are; None where it has none."""

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
        """Start what a session of many runs needs (a server, a database), and stop it afterwards.

        Yields the environment variables that runs need to find it. ``folder`` is theirs to write in.
        """
        yield {}

    @contextmanager
    def alongside(self, strategy: str, folder: Path) -> Iterator[Mapping[str, str]]:
        """Start the process that a native strategy with ``lives`` needs beside the runs in a workspace (``folder``).

        Yields the environment variables that those runs need.
        """
        yield {}

    def ui(self, folder: Path, store: Path, port: int, *, password: bool) -> AbstractContextManager[Page]:
        """Start the servers of its own pages; afterwards stop them, and all that they started.

        They write in ``folder``. Runs that are started from the pages put their artifacts in ``store``. ``port`` is of
        the loopback interface. With ``password`` the pages ask for a login; raises BadInput where they cannot.
        """
        raise NotImplementedError

    @property
    def strategies(self) -> list[str]:
        """The names of all strategies it can be run with, those that only it has last."""
        return [*STRATEGIES, *(name for name in self.natives if name not in STRATEGIES)]

    def use(self, scheduler: str) -> None:
        """Run on the scheduler at an address from now on. Raises BadInput where its command line has no such option."""
        raise BadInput(f"--scheduler {scheduler}: {self.name} has no such option")

    def check(self, strategy: str) -> None:
        """Raise BadInput for a strategy that it does not have."""
        if strategy not in self.strategies:
            known = ", ".join(self.strategies)
            raise BadInput(f"--strategy {strategy}: {self.name} has no such strategy (it has: {known})")

    def check_store(self, store: str) -> None:
        """Raise BadInput for a store that its workers would not share."""

    @classmethod
    def version(cls) -> str:
        from importlib.metadata import version

        return version(cls.distribution)

    def reuses(self, strategy: str) -> bool:
        """Whether a later run may find finished work under a strategy."""
        native = self.natives.get(strategy)
        return native.memory != "none" if native else self.looks_at != "nothing"
