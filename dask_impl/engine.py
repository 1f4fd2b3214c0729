"""Dask as an engine of Saltworks. ``runs.py`` says what a build is, and where it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar

from dask_impl import JOBLIB, LIVE
from shared.engine.build import Build
from shared.engine.protocol import Engine, Native, Page

# Dask is imported where it is used: ``--help`` and a refused input need not wait for it.


class Dask(Engine):
    name = "dask"
    package = "dask_impl"
    distribution = "dask"
    looks_at = "target"
    natives: ClassVar = {
        "native": Native(
            "nothing is kept between one compute() and the next",
            "https://docs.dask.org/en/stable/delayed.html",
            memory="none",
        ),
        LIVE: Native(
            "every step is published on a cluster that lives on, under the key that Dask derives from its arguments",
            "https://distributed.dask.org/en/stable/publish.html",
            memory="its own",
            lives=True,
        ),
        JOBLIB: Native(
            "delayed functions behind joblib.Memory: results on disk, found by a function's arguments and own lines",
            "https://github.com/dask/dask/issues/2119",
            memory="its own",
        ),
    }
    says_ran = frozenset({"computed"})
    scheduler = "Run on a cluster: the address of its scheduler, as tcp://127.0.0.1:8786. Default: threads, here."
    preload = ("distributed", "dask.threaded", "dask.highlevelgraph")
    port = 8787

    def run(self, build: Build) -> Mapping[str, str]:
        from dask_impl import runs

        return runs.run(build)

    def use(self, scheduler: str) -> None:
        from dask_impl import runs

        runs.use(scheduler)

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        from dask_impl import runs

        return runs.graph(build)

    def check_store(self, store: str) -> None:
        from dask_impl import runs

        runs.check_store(store)

    @contextmanager
    def alongside(self, strategy: str, folder: Path) -> Iterator[Mapping[str, str]]:
        if strategy != LIVE:
            yield {}
            return
        from dask_impl.cluster import cluster

        with cluster(folder, retries=0) as address:  # a step that killed its worker does it again
            yield {"DASK_SCHEDULER_ADDRESS": address}

    def ui(self, folder: Path, store: Path, port: int, *, password: bool) -> AbstractContextManager[Page]:
        from dask_impl.ui import serving

        return serving(self, folder, store, port, password=password)


ENGINE = Dask()
