"""Where sequences are run: a fork server per engine, each in that engine's environment, and what their runs tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from shared.rerun.fresh import Finished, ForkServer

ROOT = Path(__file__).resolve().parents[2]
DAG = ROOT / "tests" / "machine" / "wirings" / "airflow.py"
COMMON = (
    "blake3", "filelock", "pydantic.type_adapter", "saltern.cache", "saltern.housekeeping.pruning",
    "saltern.remembered", "sqlite3", "tests.machine.wirings.plain",
)  # fmt: skip
PATIENCE = 900.0  # seconds of a run: one of Airflow takes some for each of 30 steps, and more beside other work
PLAIN = "plain"  # the cache without an engine
SERVICES = ("airflow", "prefect")  # the engines whose runs need something beside them
PRELOAD = {
    "luigi": ("luigi", "multiprocessing.queues", "tests.machine.wirings.luigi"),
    "dask": ("dask.threaded", "dask.highlevelgraph", "tests.machine.wirings.dask"),
}


def python_of(engine: str) -> Path:
    """The interpreter of an engine's environment, as nox has made it; without an engine, this one."""
    return Path(sys.executable) if engine == PLAIN else ROOT / ".nox" / engine / "bin" / "python"


class Workshop:
    """A context manager. ``library`` is the folder that has the ``saltern`` to be tried."""

    def __init__(self, folder: Path, library: Path = ROOT) -> None:
        self.folder, self.library = folder, library
        self._stack = ExitStack()
        self._servers: dict[str, ForkServer] = {}
        self._starting = threading.Lock()  # two runs at once may want the same

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.close()

    def run(self, project: Path, engine: str, **request: Any) -> Finished:
        """``python -m tests.machine.child`` in a project, forked from a process that has the engine loaded."""
        env = {"SALTWORKS_CACHE_DIR": str(project.parent / "digests"), "AIRFLOW__CORE__DAGS_FOLDER": str(DAG)}
        with self._starting:
            server = self._server(engine)
        return server.run("tests.machine.child", [json.dumps(request)], project, env, PATIENCE)

    def _server(self, engine: str) -> ForkServer:
        if engine not in self._servers:
            env = {"PYTHONPATH": os.pathsep.join(dict.fromkeys(map(str, (self.library, ROOT))))}
            preload = PRELOAD.get(engine, ())
            if engine in SERVICES:
                told = json.loads(self._stack.enter_context(_hosted(engine, self.folder / engine, env)))
                env, preload = env | told["env"], told["preload"]
            server = ForkServer(("--keep", *preload), env, python=str(python_of(engine)), common=COMMON)
            self._servers[engine] = self._stack.enter_context(server)
        return self._servers[engine]


@contextmanager
def _hosted(engine: str, folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """What ``host.py`` prints, as long as it runs."""
    folder.mkdir()
    command = [str(python_of(engine)), "-m", "tests.machine.host", engine, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as host:
        assert host.stdout is not None
        yield host.stdout.readline()
