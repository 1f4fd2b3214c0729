"""A person's project with a peer in it: a workspace with the wiring, the command that builds, and where results lie."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peers.peer import FOLDER, Peer, Wiring
from saltern.files import digest
from shared.rerun.fresh import ForkServer
from shared.rerun.workspace import LIBRARIES, Workspace

PATIENCE = 600.0  # seconds for one run, before it is ended
TARGET = "out/report.html"
OWN = ("saltern", "shared", "data", LIBRARIES)  # of a project: code, data and what is installed
STEPS = "saltern/steps.py"
CALL = "        return self.function(*args, **kwargs)\n"
OBSERVED = "        return _observed(self, args, kwargs)\n"
# In the project's own copy of the library, which is no code of a task: no tool hashes it.
OBSERVER = """

def _observed(step, args, kwargs):
    import os
    import signal

    if ledger := os.environ.get("SALTWORKS_LEDGER"):
        with open(ledger, "a") as file:
            file.write(step.name + "\\n")
    made = step.function(*args, **kwargs)
    mode = os.environ.get("SALTWORKS_CRASH") if step.name == "train" else None
    if mode == "values":  # the machine dies before the tool has the value
        os.killpg(0, signal.SIGKILL)
    elif mode == "files":  # the machine dies when half of the file is written

        def torn(path, data):
            with path.open("wb") as file:
                file.write(data[: len(data) // 2])
            os.killpg(0, signal.SIGKILL)

        Path.write_bytes = torn
    return made
"""
# What pip installs as the command of a distribution, as a module.
PROGRAM = """import sys
from importlib.metadata import entry_points

(command,) = entry_points(group="console_scripts", name="{name}")
sys.argv[0] = "{name}"
sys.exit(command.load()())
"""
# By which a file of a store is known for the report's, or the model's.
MARKS = {"report": b"<!doctype html", "train": b"sklearn.svm"}


@dataclass(frozen=True)
class Built:
    """How a build ended, seen from outside."""

    status: int
    said: str
    executed: list[str]
    seconds: float

    @property
    def complaint(self) -> str:
        lines = [line.strip() for line in self.said.strip().splitlines() if line.strip()]
        return (lines[-1] if lines else f"ended with status {self.status} and no word")[:300]


class World(Workspace):
    """A workspace in which a peer builds."""

    def __init__(self, folder: Path, peer: Peer, wiring: Wiring, python: Path, server: ForkServer) -> None:
        super().__init__(folder, [])
        self.edit(STEPS, CALL, OBSERVED)
        self.append(STEPS, OBSERVER)
        for name in wiring.files:
            source = next(path for path in (peer.folder / name, FOLDER / "common" / name) if path.exists())
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
        (folder / ".home").mkdir()
        (folder / "out").mkdir()
        self.wiring, self._python, self._server, self._programs = wiring, python, server, peer.programs
        self._say()
        for command in wiring.setup:
            status, said = self._commands(command, {})
            if status:
                raise RuntimeError(f"{command}: {said[-2000:]}")

    def set(self, parameter: str, value: object) -> None:
        super().set(parameter, value)
        self._say()

    def unset(self, parameter: str) -> None:
        super().unset(parameter)
        self._say()

    def put_back(self) -> None:
        super().put_back()
        self._said_before = self._parameter

    def take_back(self) -> None:
        super().take_back()
        self._say()

    def is_written(self, path: Path) -> bool:
        """Whether a person writes it; all else is the tool's, and a revert does not touch it."""
        return path.parts[0] in OWN or path.as_posix() in self.wiring.files

    @property
    def _parameter(self) -> float:
        return float(self._settings.get("train.C", 1.0))

    def _say(self) -> None:
        (self.folder / "params.yaml").write_text(json.dumps({"C": self._parameter}) + "\n")

    _said_before: float | None = None

    def build(self, crash: bool = False) -> Built:
        """Run the tool's command in a fresh process, and note which steps ran."""
        ledger = self.folder / ".ledger"
        ledger.write_text("")
        for cache in [*self.folder.rglob("__pycache__")]:  # Python tells by the second whether it is stale
            shutil.rmtree(cache)
        # who goes on after a crash gives no parameters; another parameter needs another run
        goes_on = self.wiring.again is not None and self._said_before == self._parameter
        command = self.wiring.again if goes_on else self.wiring.run
        assert command is not None
        self._said_before = self._parameter
        env = {"SALTWORKS_LEDGER": str(ledger)} | ({"SALTWORKS_CRASH": self.wiring.writes} if crash else {})
        started = time.monotonic()
        status, said = self._commands(command.replace("{C}", str(self._parameter)), env)
        return Built(status, said, ledger.read_text().split(), round(time.monotonic() - started, 2))

    @property
    def target(self) -> str | None:
        """The digest of the final result; None where there is none."""
        path = self.folder / TARGET
        return digest(path.read_bytes()) if path.is_file() else None

    def held(self, step: str) -> list[Path]:
        """The files in which what a step made is kept. Raises RuntimeError where there is none."""
        pattern = self.wiring.keeps.get(step)
        if pattern and "**" not in pattern:
            found = sorted(self.folder.glob(pattern))
        else:
            found = [path for path in sorted(self.folder.glob(pattern or "**/*")) if self._holds(path, MARKS[step])]
        if not found:
            raise RuntimeError(f"nothing is kept of {step}")
        return found

    def kept(self, step: str) -> dict[Path, bytes]:
        """What is in the files in which what a step made is kept."""
        return {path: path.read_bytes() for path in self.held(step)}

    def _holds(self, path: Path, mark: bytes) -> bool:
        ours = path.relative_to(self.folder).parts[0] in (*OWN, "out")
        if ours or not path.is_file() or path.suffix in (".py", ".log", ".db", ".sqlite"):
            return False
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return mark in data.lower()

    def delete(self, step: str) -> None:
        for path in self.held(step):
            path.unlink()
        if step == "report":
            (self.folder / TARGET).unlink(missing_ok=True)

    def flip(self, step: str) -> None:
        for path in self.held(step):
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 0xFF
            path.chmod(0o644)
            path.write_bytes(data)

    def _commands(self, commands: str, more: Mapping[str, str]) -> tuple[int, str]:
        """Commands, one after the other until one fails: the status of the last, and all that they said."""
        status, said = 0, ""
        for command in commands.split(" && "):
            status, more_said = self._command(shlex.split(command), {**self._env, **more})
            said += more_said
            if status:
                break
        return status, said

    def _command(self, words: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
        """One command as the project's owner would give it, in a fresh process.

        What Python runs is forked from a process that has loaded the libraries of the steps, and nothing of the tool.
        """
        if words[0] == "python" and words[1].endswith(".py"):
            program, arguments = words[1].removesuffix(".py").replace("/", "."), words[2:]
        elif words[0] in self._programs:
            program, arguments = f"command_{words[0]}", words[1:]
            (self.folder / f"{program}.py").write_text(PROGRAM.format(name=words[0]))
        else:
            return _alone(words, self.folder, env)
        finished = self._server.run(program, arguments, self.folder, env)
        return finished.status, finished.stdout + finished.stderr

    @property
    def _env(self) -> dict[str, str]:
        own = {
            "PATH": f"{self._python.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(self.folder),
            "HOME": str(self.folder / ".home"),
            "USER": "me",
            "NO_COLOR": "1",
            "PYTHONWARNINGS": "ignore",
            "SALTWORKS_CACHE_DIR": str(self.folder / ".home" / "saltern"),
            **self.wiring.env,
        }
        return {name: value.replace("{folder}", str(self.folder)) for name, value in own.items()}


def _alone(words: Sequence[str], folder: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """A program in a process group of its own, which is ended with it."""
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**env, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        said = b"took too long"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
    return status, said.decode(errors="replace")
