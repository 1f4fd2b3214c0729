"""Dask by its command lines: a scheduler, and two workers that it reaches over TCP.

https://docs.dask.org/en/stable/deploying-cli.html
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from clusters.deployment import Deployment, Ending, command
from shared.engine import servers

DASK = str(Path(sys.executable).with_name("dask"))
WORKERS = (1, 2)  # the machines; the client is on machine 0


class Dask(Deployment):
    engine = "dask"
    package = "dask_impl"
    machines = 3
    processes = "`dask scheduler`, two times `dask worker`, and a client for each run (`python -m dask_impl run`)."
    distributions: ClassVar[Sequence[str]] = ("dask", "distributed")

    def start(self) -> None:
        self.port = servers.free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.serve(
            "scheduler",
            [DASK, "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"],
            self.site.environment(0),
        )
        for machine in WORKERS:
            scratch = self.site.folder / f"scratch-{machine}"
            options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--local-directory", str(scratch)]
            self.serve(
                f"worker-{machine}", [DASK, "worker", self.address, *options], self.site.environment(machine),
                self.site.checkouts[machine].folder,
            )  # fmt: skip

    def run(self, pipeline: str) -> Ending:
        words = [*self.site.words(pipeline), "--scheduler", self.address]
        outcome, complaint = command(self.site, 0, self.package, words)
        return Ending(complaint, Path(outcome.target.path or "").name if outcome else "")

    def reload(self) -> None:
        for machine in WORKERS:
            self.restart(f"worker-{machine}")
        self.wait()

    @property
    def restarts(self) -> Mapping[str, Callable[[], None]]:
        return {"scheduler": partial(self.restart, "scheduler")}

    def wait(self) -> None:
        """A scheduler that is stopped tells its workers to end, some of them late. They are started again."""
        import distributed

        scheduler = self.servers["scheduler"]
        servers.wait_until(lambda: servers.listens(self.port), [scheduler])
        with distributed.Client(self.address, set_as_default=False) as client:
            servers.wait_until(lambda: self._are_here(client), [scheduler])

    def _are_here(self, client: Any) -> bool:
        for name, server in self.servers.items():
            if server.process.poll() is not None:
                self.restart(name)
        return len(client.scheduler_info(n_workers=-1)["workers"]) == len(WORKERS)


DEPLOYMENT = Dask
