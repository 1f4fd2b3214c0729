"""Luigi with its central scheduler: ``luigid``, and clients that ask it which task is theirs.

https://luigi.readthedocs.io/en/stable/central_scheduler.html
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import ClassVar

from clusters.deployment import Deployment, Ending, command
from luigi_impl.ui import luigid
from shared.engine import servers

CLIENTS = 4
LEFT = "another run is at work on what it needs"
# ``keep_alive``: a client waits for what another client makes, as the documentation recommends for several of them.
# A worker that says nothing for ``worker_disconnect_delay`` seconds is taken for dead, and what it had for failed; that
# is tried again after ``retry_delay``. Out of the box these are one minute and a quarter of an hour.
CONFIGURATION = """\
[core]
local_scheduler = false
scheduler_host = 127.0.0.1
scheduler_port = {port}
rpc_retry_attempts = 10
rpc_retry_wait = 2

[worker]
keep_alive = true
wait_interval = 1
ping_interval = 1

[scheduler]
worker_disconnect_delay = 10
retry_delay = 5
stable_done_cooldown_secs = 0
"""


class Luigi(Deployment):
    engine = "luigi"
    package = "luigi_impl"
    machines = CLIENTS
    processes = "`luigid`, and for each run four clients that build the same pipeline at once."
    distributions: ClassVar[Sequence[str]] = ("luigi",)

    def start(self) -> None:
        port = servers.free_port()
        configuration = self.site.folder / "luigi.cfg"
        configuration.write_text(CONFIGURATION.format(port=port))
        self.site.env["LUIGI_CONFIG_PATH"] = str(configuration)
        self.page = f"http://127.0.0.1:{port}/static/visualiser/index.html"
        self.serve("luigid", luigid(port, self.site.folder / "state.pickle"), self.site.environment(0))
        self._killed: set[int] = set()

    def wait(self) -> None:
        servers.wait_until(lambda: servers.answers(self.page), list(self.servers.values()))

    def run(self, pipeline: str) -> Ending:
        """All clients at once. One that was killed has nothing to say; all others must end well, and alike.

        ``keep_alive`` counts what is pending and not what is running: who comes for the last task too late ends, and
        says that another is at work on it. That is well where another is.
        """
        clients: list[Popen[str]] = []
        with ThreadPoolExecutor(CLIENTS) as pool:
            try:
                found = list(pool.map(partial(self._client, pipeline, clients), range(CLIENTS)))
            except BaseException:  # we are interrupted, and wait for nobody
                for client in clients:
                    client.kill()
                raise
        endings = [ending for ending in found if ending]
        endings = [ending for ending in endings if LEFT not in ending.complaint] or endings
        complaints = [ending.complaint for ending in endings if ending.complaint]
        targets = {ending.target for ending in endings}
        if not complaints and len(targets) != 1:
            complaints = [f"the clients have several targets: {', '.join(sorted(targets))}"]
        return Ending("; ".join(dict.fromkeys(complaints)), targets.pop())

    def _client(self, pipeline: str, clients: list[Popen[str]], machine: int) -> Ending | None:
        """How one of them ended; None where it was killed."""
        mine: list[int] = []

        def started(process: Popen[str]) -> None:
            mine.append(process.pid)
            clients.append(process)

        outcome, complaint = command(self.site, machine, self.package, self.site.words(pipeline), started)
        if mine[0] in self._killed:
            return None
        return Ending(complaint, Path(outcome.target.path or "").name if outcome else "")

    def kill_worker(self, pid: int) -> None:
        self._killed.add(pid)
        os.kill(pid, signal.SIGKILL)

    @property
    def restarts(self) -> Mapping[str, Callable[[], None]]:
        return {"scheduler": partial(self.restart, "luigid")}


DEPLOYMENT = Luigi
