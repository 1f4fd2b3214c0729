"""An engine's own pages with something to see on them: ``python -m <engine> ui``."""

from __future__ import annotations

import shlex
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from saltern.errors import StepFailed
from saltern.ledger import Ledger, runs
from saltern.store import Store
from shared.engine.build import Build, build
from shared.engine.protocol import Engine, Page
from shared.engine.servers import interrupt_once, last_words, port_or_another, running, sigterm_as_exit
from shared.pipelines import PIPELINES

STRATEGY = "salted"  # what ``run`` does unless it is told otherwise


def by_command(engine: Engine, env: Mapping[str, str]) -> Callable[[Build], None]:
    """Runs each build by the engine's own command, in a process of its own with these environment variables."""

    def run(build: Build) -> None:
        command = [sys.executable, "-m", engine.package, "run", build.pipeline]
        command += ["--store", build.store, "--strategy", build.strategy]
        with tempfile.TemporaryDirectory() as scratch:
            log = Path(scratch) / "log"
            with running(build.pipeline, command, log, env) as started:
                status = started.process.wait()
            if status:
                raise StepFailed(f"{build.pipeline}: {last_words(log.read_text()).removeprefix('error: ')}")

    return run


def show(engine: Engine, port: int, *, password: bool) -> None:
    """Start the engine's servers, run both pipelines twice, say where to look, and wait to be interrupted.

    What the servers and the runs write lies in a folder of its own, which is gone afterwards.
    """
    interrupt_once()
    console = Console(soft_wrap=True, highlight=False)
    free = port_or_another(port)
    if free != port:
        console.print(f"port {port} is busy, so it will be port {free}")
    with sigterm_as_exit(), tempfile.TemporaryDirectory(prefix=f"saltworks-{engine.name}-") as scratch:
        store = Path(scratch) / "store"
        console.print(f"{engine.name} {engine.version()} is starting")
        with engine.ui(Path(scratch) / "state", store, free, password=password) as page:
            console.print(f"{page.address} is up; both pipelines run twice now")
            for _ in range(2):
                for pipeline in PIPELINES:
                    _run(console, page, build(pipeline, engine.name, store=str(store), strategy=STRATEGY))
            try:
                _tell(console, engine, page, store)
                threading.Event().wait()
            except KeyboardInterrupt:
                console.print("\nstopping")


def _run(console: Console, page: Page, build: Build) -> None:
    before = _executed(build.store)
    with console.status(f"{build.pipeline} is running"):
        page.run(build)
    ran, steps = _executed(build.store) - before, len(build.graph.nodes)
    console.print(f"  {build.pipeline}: {ran} steps ran, {steps - ran} were there already")


def _executed(store: str) -> int:
    """How many steps have executed in a store, by its ledger."""
    return sum(len(Ledger(Store(store), run).executed()) for run in runs(Store(store)))


def _tell(console: Console, engine: Engine, page: Page, store: Path) -> None:
    environment = " ".join(f"{name}={shlex.quote(value)}" for name, value in page.env.items())
    command = f"{environment} {shlex.quote(sys.executable)} -m {engine.package} run ml --set train.C=10"
    console.print(f"\nLook here: [bold]{page.address}[/]")
    console.print(page.login or "There is no login: the page answers to this machine only, and to anybody on it.")
    console.print("\nTry:")
    for hint in page.hints:
        console.print(f"- {hint}")
    if page.env:
        console.print(f"- a run of your own, in another terminal in this folder:\n  {command} --store {store}")
    console.print(f"- python -m saltern ls {store}   (what the runs have made)")
    console.print("\nCtrl-C stops everything.")
