"""One run of either wiring, by ``luigi.build`` in a process of its own, since a second run is one that knows nothing.

``python -m lesson.textbook.run taught 1`` prints one JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shared.rerun.workspace import Workspace

WIRINGS = {"taught": {}, "ours": {"strategy": "lineage"}}  # each is a module beside this one; what its tasks are told
PATIENCE = 300  # seconds; a run takes one


@dataclass(frozen=True)
class Run:
    """What one run did, and what it left its user with."""

    ran: list[str]  # tasks, in order
    file: str  # the name of the file that the run was for
    says: dict[str, Any]  # what is in it


class World:
    """A scratch copy of the project, in which things may be changed."""

    def __init__(self, folder: Path) -> None:
        self.files = Workspace(folder, ["lesson", "luigi_impl"])

    def run(self, wiring: str, seed: int, store: str = "store") -> Run:
        """Run ``Bootstrap`` with a seed. Raises CalledProcessError when it fails."""
        command = [sys.executable, "-m", __name__, wiring, str(seed), store]
        done = subprocess.run(
            command, cwd=self.files.folder, check=True, stdout=subprocess.PIPE, text=True, timeout=PATIENCE
        )
        return Run(**json.loads(done.stdout))

    def clean(self, wiring: str, seed: int) -> Run:
        """The same in a store where nothing is: what is right, in the world as it is now."""
        with TemporaryDirectory(dir=self.files.folder) as nothing:
            return self.run(wiring, seed, Path(nothing).name)


@contextmanager
def scratch() -> Iterator[World]:
    """A world that leaves nothing behind."""
    with TemporaryDirectory(prefix="saltworks-textbook-") as folder:
        yield World(Path(folder) / "project")


def build(wiring: str, seed: int, store: str = "store") -> Run:
    """Ask Luigi for one ``Bootstrap``, here and now. Raises RuntimeError when Luigi does not make it."""
    import luigi

    ran: list[str] = []

    @luigi.Task.event_handler(luigi.Event.SUCCESS)
    def heard(task: luigi.Task) -> None:
        ran.append(type(task).__name__)

    task = import_module(f"lesson.textbook.{wiring}").Bootstrap(seed=seed, store=store, **WIRINGS[wiring])
    if not luigi.build([task], local_scheduler=True, log_level="CRITICAL"):
        raise RuntimeError(f"Luigi did not make {task}")
    file = Path(store) / Path(str(task.output())).name
    return Run(ran, file.name, json.loads(file.read_bytes()))


if __name__ == "__main__":
    wiring_, seed_, *store_ = sys.argv[1:]
    print(json.dumps(asdict(build(wiring_, int(seed_), *store_))))
