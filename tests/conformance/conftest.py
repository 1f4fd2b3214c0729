"""The engine under test, and its command line in fresh processes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.conformance.command_line import CommandLine, Served, serving
from shared.engine.protocol import Engine
from shared.engines import ENGINES

MODULES = {"reference": "shared.reference", **{name: f"{entry.package}.engine" for name, entry in ENGINES.items()}}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What only one engine has (``test_<engine>.py``) is tested where that engine is under test."""
    engines = MODULES.keys() - {config.getoption("--engine")}
    return collection_path.name in {f"test_{name}.py" for name in engines} or None


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Engine:
    name = request.config.getoption("--engine")
    if name not in MODULES:
        raise pytest.UsageError(f"--engine {name}: no such engine (there are: {', '.join(MODULES)})")
    found: Engine = importlib.import_module(MODULES[name]).ENGINE
    return found


@pytest.fixture(scope="session")
def served(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The engine's service and a fork server, for the whole session."""
    with serving(engine, tmp_path_factory.mktemp("service")) as served:
        yield served


@pytest.fixture
def cli(engine: Engine, served: Served, tmp_path: Path) -> CommandLine:
    """The engine's command line, in a workspace of the test's own."""
    return CommandLine.within(tmp_path, engine, served)


@pytest.fixture
def caches(engine: Engine) -> None:
    """For tests of an engine that has a cache."""
    if engine.looks_at == "nothing":
        pytest.skip("the reference engine has no cache: every step runs, always")
