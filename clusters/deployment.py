"""What a deployment is: processes that run builds, checkouts of the project that they run them from, and a store."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from saltern.errors import StepFailed
from shared.engine import servers
from shared.engine.leash import family_of
from shared.engine.outcome import Outcome
from shared.engine.servers import Server
from shared.pipelines import DATA, stream_of
from shared.rerun.workspace import Workspace

if TYPE_CHECKING:
    from clusters.bucket import Bucket

MARK = "SALTWORKS_CLUSTER"  # an environment variable that all processes of a deployment have, down to the last
STRATEGY = "lineage"
PATIENCE = 600  # seconds for one run


@dataclass
class Site:
    """What the machines of a cluster share, an input folder and a store, and what each has: a checkout."""

    folder: Path
    package: str
    machines: int
    bucket: Bucket | None = None
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data = self.folder / "data"
        for name in ("digits.csv", "streams"):
            self._copy(name)
        self.store = str(self.folder / "store")
        self.checkouts = [Workspace(self.folder / f"checkout-{n}", [self.package]) for n in range(self.machines)]
        self.env |= {MARK: uuid.uuid4().hex, "SALTWORKS_CACHE_DIR": str(self.folder / "digests")}

    def use(self, bucket: Bucket) -> None:
        """Keep the store there. This process looks into it too."""
        self.bucket, self.store = bucket, bucket.url
        self.env |= bucket.env
        os.environ.update(bucket.env)

    def _copy(self, name: str) -> None:
        source, copy = DATA / name, self.data / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copy(source, copy)

    def environment(self, machine: int) -> dict[str, str]:
        """The variables of a process on one of the machines: it imports the project that is checked out there."""
        return {**self.env, "PYTHONPATH": str(self.checkouts[machine].folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def input(self, pipeline: str) -> Path:
        """The external input of a pipeline, which all machines share."""
        return self.data / ("digits.csv" if pipeline == "ml" else "streams")

    def add_plays(self, day: str, plays: int) -> None:
        """Append plays to a day's stream."""
        with stream_of(self.data / "streams", day).open("a") as file:
            file.writelines(f"user_000\t{day}T23:59:59.999Z\tThe Newcomers\tTrack 1\n" for _ in range(plays))

    def edit(self, file: str, old: str, new: str) -> None:
        """Make the same edit in every checkout, as a deployment of new code does."""
        for checkout in self.checkouts:
            checkout.edit(file, old, new)

    def words(self, pipeline: str, store: str = "") -> list[str]:
        """What a command line is told for a run."""
        words = ["run", pipeline, "--input", str(self.input(pipeline)), "--store", store or self.store]
        return [*words, "--strategy", STRATEGY, "--json"]

    def clean_build(self, pipeline: str) -> tuple[str, str]:
        """Name and digest of the target, by the reference engine, which keeps nothing, from the code as it is now."""
        store = self.folder / "clean" / uuid.uuid4().hex
        outcome, complaint = command(self, 0, "shared.reference", self.words(pipeline, str(store)))
        if not (outcome and outcome.target.path and outcome.target.digest):
            raise StepFailed(f"{pipeline}: the reference engine failed: {complaint}")
        return Path(outcome.target.path).name, outcome.target.digest


def command(
    site: Site,
    machine: int,
    package: str,
    words: Sequence[str],
    started: Callable[[subprocess.Popen[str]], object] = lambda process: None,
) -> tuple[Outcome | None, str]:
    """What a command line prints that is run on one of the machines; else None, and its complaint."""
    process = subprocess.Popen(
        [sys.executable, "-m", package, *words],
        cwd=site.checkouts[machine].folder,
        env=os.environ | site.environment(machine),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    started(process)
    try:
        stdout, stderr = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        return None, f"ended after {PATIENCE} seconds"
    except BaseException:  # we are interrupted
        process.kill()
        raise
    if process.returncode:
        return None, servers.last_words(stderr, f"ended with status {process.returncode}")
    return Outcome.from_json(stdout.strip().splitlines()[-1]), ""


@dataclass(frozen=True)
class Ending:
    """How a run ended, as who asked for it was told."""

    complaint: str = ""
    """Empty: it succeeded."""
    target: str = ""
    """The name of the target's artifact, where the engine says it."""


class Deployment:
    """The processes of one engine. A context manager; a subclass starts them in ``start``."""

    engine: ClassVar[str]
    package: ClassVar[str]
    machines: ClassVar[int]
    """How many checkouts it has."""
    processes: ClassVar[str]
    """Which processes these are, in words."""
    distributions: ClassVar[Sequence[str]]
    """Whose versions are reported."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.servers: dict[str, Server] = {}
        self._commands: dict[str, Callable[[], Server]] = {}
        self._logs = site.folder / "logs"
        self._stack = ExitStack()

    def start(self) -> None:
        """Start all processes."""
        raise NotImplementedError

    def wait(self) -> None:
        """Wait until all processes are ready. Raises StepFailed, with the ends of their logs."""
        raise NotImplementedError

    def run(self, pipeline: str) -> Ending:
        """Run a pipeline on the site's store, and wait for its end."""
        raise NotImplementedError

    def reload(self) -> None:
        """What is restarted when new code was put into the checkouts. Most engines need nothing."""

    @property
    def restarts(self) -> Mapping[str, Callable[[], None]]:
        """What of it can be restarted while a step runs: its name, and how."""
        return {}

    def kill_worker(self, pid: int) -> None:
        """SIGKILL what runs a step, the worker that started it, and all that this one started: a machine is gone."""
        families = {name: [server.process.pid, *family_of(server.process.pid)] for name, server in self.servers.items()}
        worker = next((name for name, family in families.items() if pid in family), None)
        for victim in (pid, *families.get(worker or "", ())):
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        if worker:
            self.servers[worker].process.wait()

    def mend(self) -> None:
        """Start again what has ended, as whoever supervises the machines does."""
        for name, server in self.servers.items():
            if server.process.poll() is not None:
                self.restart(name)
        self.wait()

    def versions(self) -> list[str]:
        """The versions of what takes part."""
        from importlib.metadata import version

        return [f"{name} {version(name)}" for name in self.distributions]

    def __enter__(self) -> Deployment:
        self._logs.mkdir(parents=True, exist_ok=True)
        self._stack.enter_context(servers.sigterm_as_exit())
        self._stack.callback(self._stop)
        try:
            self.start()
            self.wait()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def serve(self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> Server:
        """Start a process. It can be restarted by its name."""

        def begin() -> Server:
            where = cwd or self.site.folder
            return servers.start(f"{self.engine}'s {name}", command, self._logs / f"{name}.log", env, where)

        self._commands[name] = begin
        self.servers[name] = begin()
        return self.servers[name]

    def restart(self, name: str) -> None:
        """Stop a process, as an operator does, and start it again."""
        servers.stop([self.servers[name]])
        self.servers[name] = self._commands[name]()

    def _stop(self) -> None:
        servers.stop(list(reversed(self.servers.values())))
        for pid in left_over(self.site.env[MARK]):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def left_over(mark: str) -> list[int]:
    """The processes that have the mark of a deployment in their environment (Linux)."""
    return servers.started_with(MARK, mark)
