"""Servers: find a port, start one, wait until it is ready, and stop it with all that it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from saltern.errors import StepFailed
from shared.engine import leash
from shared.pipelines import PROJECT

READY_WITHIN = 240  # seconds; the slowest takes 30 on a machine that does nothing else
GONE_WITHIN = 10  # seconds from SIGTERM to SIGKILL


@dataclass(frozen=True)
class Server:
    """A process that serves, and the log of what it says."""

    name: str
    """What complaints call it."""
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise StepFailed, with the end of its log, when it has ended."""
        if (status := self.process.poll()) is not None:
            raise StepFailed(f"{self.name} ended with status {status}; its log ends:\n{self.last_words()}")

    def last_words(self) -> str:
        """The end of its log."""
        return last_words(self.log.read_text(errors="replace"), lines=15)


def started_with(variable: str, value: str) -> list[int]:
    """The processes that have an environment variable of that value, which all that they start inherit (Linux)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile, or not ours to look at
            if f"{variable}={value}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def last_words(text: str, otherwise: str = "it did not say why", *, lines: int = 1) -> str:
    """The last lines in which there is something, or what to say where there is none."""
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:]) or otherwise


def start(
    name: str, command: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path = PROJECT, *, piped: bool = False
) -> Server:
    """Start a server, with these environment variables beside ours, which does not outlive us.

    What it says goes to the log. ``piped``: its standard input and output are ours, and only its complaints go there.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            leashed(command),
            cwd=cwd,
            env=os.environ | env,
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for us, who then stop it
        )
    return Server(name, process, log)


def leashed(command: Sequence[str]) -> list[str]:
    """A command that runs another, and ends all that came of it when that has ended, or when we have died.

    See ``leash.py``. It must be started by this very process.
    """
    return [sys.executable, "-I", "-S", str(Path(leash.__file__)), str(os.getpid()), *command]


def stop(servers: Sequence[Server], within: float = GONE_WITHIN) -> None:
    """SIGTERM to each; then SIGKILL to what is left of them and of all that they started."""
    for server in servers:
        server.process.terminate()
    deadline = time.monotonic() + within
    for server in servers:
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(max(0, deadline - time.monotonic()))
    for server in servers:
        server.process.terminate()  # what is on a leash and does not go is told twice
        server.process.wait()
        for pipe in filter(None, (server.process.stdin, server.process.stdout)):
            pipe.close()


@contextmanager
def running(
    name: str, command: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path = PROJECT, *, piped: bool = False
) -> Iterator[Server]:
    """A server (see ``start``) that is stopped afterwards."""
    with sigterm_as_exit():
        server = start(name, command, log, env, cwd, piped=piped)
        try:
            yield server
        finally:
            stop([server])


def wait_until(ready: Callable[[], bool], servers: Sequence[Server]) -> None:
    """Wait for servers to be ready. Raises StepFailed, with the ends of their logs, when they do not come up."""
    deadline = time.monotonic() + READY_WITHIN
    while not ready():
        for server in servers:
            server.check()
        if time.monotonic() > deadline:
            ends = "\n".join(f"{server.name}: {server.last_words()}" for server in servers)
            raise StepFailed(f"not up within {READY_WITHIN} seconds; the log ends:\n{ends}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Whether an address answers without an error."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - it is http
            return True
    except OSError:
        return False


def listens(port: int) -> bool:
    """Whether somebody takes connections at a port of the loopback interface."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port of the loopback interface that is not in use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_or_another(wanted: int) -> int:
    """The wanted port of the loopback interface, or a free one where it is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection just closed does not count
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
    return wanted


def interrupt_once() -> None:
    """Ignore every Ctrl-C after the first. A second one, while servers are stopped, would leave them running."""

    def heard(number: int, frame: FrameType | None) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # in the background it is ignored, and stays so
        signal.signal(signal.SIGINT, heard)


@contextmanager
def sigterm_as_exit() -> Iterator[None]:
    """Turn SIGTERM into an exit, which runs every ``finally``. By default it ends Python at once and servers go on.

    It is heard once, as Ctrl-C is in ``interrupt_once``.
    """

    def heard(number: int, frame: FrameType | None) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)

    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, heard)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
