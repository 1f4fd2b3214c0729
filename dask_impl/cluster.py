"""A cluster that lives beside the runs: a scheduler and its workers, in processes of their own.

As a script (``python -m dask_impl.cluster WORKERS RETRIES DASHBOARD``) it serves until its standard input ends: it does
not outlive who started it. It imports nothing of the project: its workers do, when they first need it, and keep it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def cluster(folder: Path, workers: int = 1, retries: int = 3, dashboard: int = 0) -> Iterator[str]:
    """The address of a cluster whose workers import the copy of the project that is in a folder.

    A task that was there when its worker died is run again, ``retries`` times. ``dashboard`` is the port of its pages;
    without, there are none. Raises StepFailed, with the last that it said, when it does not come up.
    """
    from shared.engine import servers  # not above, as there it would be imported by the cluster too

    command = [sys.executable, "-m", __name__, str(workers), str(retries), str(dashboard)]
    with tempfile.TemporaryDirectory(prefix="saltworks-cluster-") as scratch:
        env = {"DASK_TEMPORARY_DIRECTORY": scratch}
        with servers.running("the cluster", command, Path(scratch) / "log", env, folder, piped=True) as server:
            assert server.process.stdout is not None
            address = server.process.stdout.readline().decode().strip()
            if not address:
                server.process.wait()
                server.check()
            yield address


async def serve(workers: int, retries: int, dashboard: int) -> None:
    """Start a cluster, print its address, and stop it when standard input ends."""
    import dask
    from distributed import LocalCluster

    dask.config.set({"distributed.scheduler.allowed-failures": retries})
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    async with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        scheduler_kwargs={"dashboard": bool(dashboard), "dashboard_address": f"127.0.0.1:{dashboard}"},
        silence_logs=logging.CRITICAL,  # a run hears of a failure itself; who looks on would hear of it twice
        asynchronous=True,
    ) as local:
        print(local.scheduler_address, flush=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:])))
