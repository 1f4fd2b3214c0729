"""Luigi as an engine of Saltworks. ``runs.py`` says what a build is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar

from luigi_impl import MTIME, PARAMS
from shared.engine.build import Build
from shared.engine.protocol import Engine, Native, Page

# Luigi is imported where it is used: ``--help`` and a refused input need not wait for it.


class Luigi(Engine):
    name = "luigi"
    package = "luigi_impl"
    distribution = "luigi"
    looks_at = "target"
    natives: ClassVar = {
        "native": Native(
            "a task is complete when its output exists",
            "https://luigi.readthedocs.io/en/stable/api/luigi.task.html#luigi.task.Task.complete",
            memory="artifacts",
        ),
        PARAMS: Native(
            "a task is complete when its output exists, and the output's name has the parameters in it",
            "https://luigi.readthedocs.io/en/stable/example_top_artists.html",
            memory="artifacts",
        ),
        MTIME: Native(
            "by a complete() of one's own, as make does it: output, and all below, is no older than its inputs",
            "https://luigi.readthedocs.io/en/stable/api/luigi.task.html#luigi.task.Task.complete",
            memory="its own",  # the times of the files: the artifacts' names alone do not tell
        ),
    }
    says_ran = frozenset({"success"})
    preload = ("luigi", "luigi.util")
    port = 8082

    def run(self, build: Build) -> Mapping[str, str]:
        from luigi_impl import runs

        return runs.run(build)

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        from luigi_impl import runs

        return runs.graph(build)

    @contextmanager
    def service(self, folder: Path) -> Iterator[Mapping[str, str]]:
        """Nothing to start; but what is measured is Luigi with a scheduler of its own, whatever this machine's is.

        The file that this variable names is the last that Luigi reads, after the machine's and the workspace's.
        """
        configuration = folder / "luigi.cfg"
        configuration.write_text("[core]\nlocal_scheduler = true\n")
        yield {"LUIGI_CONFIG_PATH": str(configuration)}

    def ui(self, folder: Path, store: Path, port: int, *, password: bool) -> AbstractContextManager[Page]:
        from luigi_impl.ui import serving

        return serving(self, folder, store, port, password=password)


ENGINE = Luigi()
