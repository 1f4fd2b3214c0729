"""What the tests of the suite build on: the engine, and its command line in fresh processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from saltern.strategies import STRATEGIES
from shared.conformance.command_line import CommandLine, Served, serving
from shared.engine.protocol import Engine

EVERY = list(STRATEGIES)
SALTING = [name for name, strategy in STRATEGIES.items() if strategy.salts]


class Fixtures:
    """The engine under test and its fixtures, which come with the class and need no conftest.py."""

    engine: ClassVar[Engine]

    @pytest.fixture(autouse=True)
    def _digests_of_their_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Tests neither use nor leave anything in the user's cache folder."""
        monkeypatch.setenv("SALTWORKS_CACHE_DIR", str(tmp_path / ".digests"))

    @pytest.fixture(scope="class")
    @classmethod
    def served(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
        """The engine's service and a fork server, for all tests of the class."""
        with serving(cls.engine, tmp_path_factory.mktemp("service")) as served:
            yield served

    @pytest.fixture
    def cli(self, served: Served, tmp_path: Path) -> CommandLine:
        """The engine's command line, in a workspace of the test's own."""
        return CommandLine.within(tmp_path, self.engine, served)

    @pytest.fixture
    def caches(self) -> None:
        """For tests of an engine that has a cache."""
        if self.engine.looks_at == "nothing":
            pytest.skip(f"{self.engine.name} has no cache: every step runs, always")
