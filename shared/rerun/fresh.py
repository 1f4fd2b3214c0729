"""The client of the fork server: run a command line of the project in a fresh process and wait for it."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from shared.engine.outcome import Outcome
from shared.engine.servers import last_words

# What the core needs and every engine's runs have in common.
PRELOAD = (
    "annotated_types", "blake3", "fsspec", "jinja2", "numpy", "platformdirs", "polars", "pydantic.type_adapter",
    "rich.console", "rich.tree", "sklearn.metrics", "sklearn.model_selection", "sklearn.pipeline",
    "sklearn.preprocessing", "sklearn.svm", "skops.io", "sqlite3", "typer", "upath",
)  # fmt: skip
PATIENCE = 180  # seconds for one run, before it is ended and counted as hanging


@dataclass(frozen=True)
class Finished:
    """How a fresh process ended."""

    status: int
    stdout: str
    stderr: str
    hung: bool = False
    """Whether it was ended because it took too long."""

    @property
    def outcome(self) -> Outcome | None:
        """What ``run --json`` printed last; None where it did not succeed."""
        lines = self.stdout.strip().splitlines()
        return Outcome.from_json(lines[-1]) if self.status == 0 and lines else None

    @property
    def complaint(self) -> str:
        """The last thing it said on standard error."""
        return last_words(self.stderr, f"ended with status {self.status} and no word")


class ForkServer:
    """Runs command lines in fresh processes, forked from one that has loaded the third-party libraries.

    A context manager; ``run`` may be called from several threads at a time. ``patience`` is how long a run may take, in
    seconds.
    """

    def __init__(
        self,
        preload: Sequence[str],
        env: Mapping[str, str],
        patience: float = PATIENCE,
        *,
        python: str = sys.executable,
        common: Sequence[str] = PRELOAD,
    ) -> None:
        self._preload, self._env, self._python = [*common, *preload], dict(env), python
        self._patience = patience
        self._requests = itertools.count(1)
        self._waiting: dict[int, Future[int]] = {}
        self._processes: dict[int, int] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> ForkServer:
        script = Path(__file__).with_name("forkserver.py")
        self._server = subprocess.Popen(
            [self._python, str(script), *self._preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | self._env,
            start_new_session=True,
        )
        assert self._server.stdout is not None
        try:
            if not self._server.stdout.readline():
                raise RuntimeError("the fork server did not start; its complaint is above")
        except BaseException:  # an interruption, too
            self._server.kill()
            self._server.wait()
            raise
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def stop(self) -> None:
        """End the server and all that runs now. Who waits for that, or asks for more, gets a RuntimeError."""
        assert self._server.stdin is not None
        with self._lock:
            self._server.stdin.close()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._reader.join()
        assert self._server.stdout is not None
        self._server.stdout.close()

    def run(
        self,
        package: str,
        arguments: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        patience: float | None = None,
        meet: str = "",
    ) -> Finished:
        """``python -m package arguments`` in a folder whose own copy of the project is the one that is imported.

        A run that takes too long is ended with all its children. ``patience`` is for this run, in seconds.
        Two runs that ``meet`` under one name begin at the same moment.
        """
        request = next(self._requests)
        name = f"{self._server.pid}-{request}"  # several servers may run in one folder
        stdout, stderr = folder / f".stdout-{name}", folder / f".stderr-{name}"
        future: Future[int] = Future()
        message = {
            "id": request,
            "package": package,
            "arguments": list(arguments),
            "folder": str(folder),
            "env": dict(env),
            "stdout": str(stdout),
            "stderr": str(stderr),
            "meet": meet,
        }
        with self._lock:
            assert self._server.stdin is not None
            if self._server.stdin.closed:
                raise RuntimeError("the fork server is stopped")
            self._waiting[request] = future
            self._server.stdin.write(json.dumps(message).encode() + b"\n")
            self._server.stdin.flush()
        try:
            status, hung = future.result(timeout=self._patience if patience is None else patience), False
        except TimeoutError:
            self._kill(request)
            status, hung = future.result(timeout=self._patience), True
        return Finished(status, _read_once(stdout), _read_once(stderr), hung)

    def _kill(self, request: int) -> None:
        """End a run with all its children; one that was just asked for when it has started."""
        while (process := self._processes.get(request)) is None:
            if request not in self._waiting:
                return  # it has ended by itself
            time.sleep(0.001)
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)

    def _read(self) -> None:
        assert self._server.stdout is not None
        for line in self._server.stdout:
            reply = json.loads(line)
            if "process" in reply:
                self._processes[reply["id"]] = reply["process"]
            else:
                future = self._waiting.pop(reply["id"])
                self._processes.pop(reply["id"])
                future.set_result(reply["status"])
        for future in self._waiting.values():
            future.set_exception(RuntimeError("the fork server ended"))


def _read_once(path: Path) -> str:
    """Nothing, where the run was ended before it could write."""
    text = path.read_text(errors="replace") if path.exists() else ""
    path.unlink(missing_ok=True)
    return text
