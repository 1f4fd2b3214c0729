"""Each engine's own pages, as ``nox -s ui -- <engine>`` puts them up, in a real browser."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
import pytest

from saltern.ledger import Ledger, runs
from saltern.store import Store
from shared.engine.servers import free_port
from shared.engines import ENGINES
from shared.pipelines import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LAST_WORDS = "Ctrl-C stops everything."
C = ctypes.CDLL(None)
SET_PARENT_DEATH_SIGNAL = 1  # prctl(2)
STOPS_WITHIN = 30  # seconds from Ctrl-C; a few on a machine that does nothing else


@dataclass(frozen=True)
class Ui:
    """An engine's pages that are up, after both pipelines ran twice."""

    address: str
    store: Store
    said: list[str]
    """What it printed, by line."""
    process: subprocess.Popen[str]

    def executed(self) -> dict[str, list[str]]:
        """Run -> the steps that executed in it, by the ledger."""
        return {run: Ledger(self.store, run).executed() for run in runs(self.store)}

    def run_as_proposed(self) -> list[str]:
        """Run the command that it proposes, as it is printed, in a shell. The steps that executed."""
        before = self.executed()
        (command,) = (line for line in self.said if " run ml --set train.C=10 " in line)
        subprocess.run(command, shell=True, check=True, cwd=PROJECT)
        return [step for run, steps in self.executed().items() if run not in before for step in steps]


@contextmanager
def session(engine: str, options: Sequence[str] = ()) -> Iterator[Ui]:
    """An engine's pages on a port that is free. Afterwards it is interrupted, and must leave nothing behind."""
    process = started(engine, *([] if "--port" in options else ["--port", str(free_port())]), *options)
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        if line.startswith(LAST_WORDS):
            break
    else:
        pytest.fail(f"{engine}'s pages did not come up:\n" + "\n".join(said))
    address = next(line.partition(": ")[2] for line in said if line.startswith("Look here: "))
    store = Path(next(line.split()[5] for line in said if line.startswith("- python -m saltern ls ")))
    try:
        yield Ui(address, Store(store), said, process)
    finally:
        offspring = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=STOPS_WITHIN)
        finally:
            _, left = psutil.wait_procs([process, *offspring], timeout=10)  # orphans, too, wait for init
            for straggler in left:
                straggler.kill()
    assert not left, f"{engine} left processes behind: {left}"
    assert process.returncode == 0, "Ctrl-C is how it is meant to end"
    assert not store.parent.exists(), "what it wrote is gone"


def started(engine: str, *options: str) -> subprocess.Popen[str]:
    """The command that puts up an engine's pages. On Linux it is told to stop should these tests be killed."""
    return subprocess.Popen(
        [*_command(engine), *options],
        cwd=PROJECT,
        env=os.environ | {"COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=_stop_with_us if sys.platform == "linux" else None,
    )


def _stop_with_us() -> None:
    C.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def refused(engine: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What comes of options with which an engine's pages do not come up."""
    command = [*_command(engine), "--port", str(free_port()), *options]
    return subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _command(engine: str) -> list[str]:
    python = Path(sys.prefix).parent / engine / "bin" / "python"
    if not python.exists():
        pytest.fail(f"{python} is not there: nox -s {engine} --install-only makes it")
    return [str(python), "-u", "-m", ENGINES[engine].package, "ui"]


@pytest.fixture(scope="module")
def ui(request: pytest.FixtureRequest) -> Iterator[Ui]:
    """The pages of the engine that the test module names in ``ENGINE``."""
    with session(request.module.ENGINE) as up:
        yield up


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, ui: Ui) -> Iterator[Page]:
    """A browser's page from which no request leaves the machine, but for what the test module names in ``ASKS_FOR``."""
    from playwright.sync_api import expect

    known = set(getattr(request.module, "ASKS_FOR", ()))
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    outside: set[str] = set()
    opened = context.new_page()
    opened.set_default_timeout(60_000)  # this may be a busy machine
    expect.set_options(timeout=60_000)
    local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    opened.on("request", lambda asked: None if asked.url.startswith(local) else outside.add(asked.url))
    opened.goto(ui.address)
    yield opened
    context.close()
    assert outside <= known, f"asked for something off the machine: {outside - known}"
