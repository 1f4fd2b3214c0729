"""The engine under test, and its command line in fresh processes."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.engine import Engine
from shared.rerun.fresh import ForkServer
from shared.rerun.workspace import Workspace
from tests.conformance.command_line import CommandLine

PACKAGES = {
    "reference": "shared.reference",
    "luigi": "luigi_impl.engine",
    "dask": "dask_impl.engine",
    "airflow": "airflow_dags.engine",
    "prefect": "prefect_flows.engine",
}


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Engine:
    name = request.config.getoption("--engine")
    if name not in PACKAGES:
        raise pytest.UsageError(f"--engine {name}: no such engine (there are: {', '.join(PACKAGES)})")
    found: Engine = importlib.import_module(PACKAGES[name]).ENGINE
    return found


@pytest.fixture(scope="session")
def served(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ForkServer, dict[str, str]]]:
    """The engine's service and a fork server, for the whole session."""
    folder = tmp_path_factory.mktemp("service")
    with engine.service(folder) as env, ForkServer(engine.preload, env) as server:
        yield server, dict(env)


@pytest.fixture
def cli(engine: Engine, served: tuple[ForkServer, dict[str, str]], tmp_path: Path) -> CommandLine:
    server, env = served
    world = Workspace(tmp_path / "workspace", [engine.package])
    return CommandLine(engine, server, {**env, "SALTWORKS_CACHE_DIR": str(tmp_path / ".digests")}, world)


@pytest.fixture
def caches(engine: Engine) -> None:
    """For tests of an engine that has a cache."""
    if engine.looks_at == "nothing":
        pytest.skip("the reference engine has no cache: every step runs, always")
