"""Luigi's own page, with both pipelines on it: that of its central scheduler, ``luigid``, to which runs report."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from saltern.errors import BadInput, StepFailed
from shared.engine.pages import by_command
from shared.engine.protocol import Engine, Page

READY_WITHIN = 120  # seconds; about 1 on a machine that does nothing else
GONE_WITHIN = 10  # seconds from SIGTERM to SIGKILL

# For luigid and for the runs. (``default_scheduler_port``, as the documentation has it, is read too; but each run warns
# that it is not.) Out of the box luigid forgets what is done ten minutes after the run that did it, and its page is
# empty; and for ten seconds after a task was done it does not believe a run which says that it is to be done again.
CONFIGURATION = """\
[core]
local_scheduler = false
scheduler_host = 127.0.0.1
scheduler_port = {port}

[scheduler]
remove_delay = 1000000
stable_done_cooldown_secs = 0
"""

HINTS = (
    "'Task List' has every task once, and all are done: the second runs found 'Report' and 'TopArtists' complete, and "
    "asked for no other.",
    "Click 'Report' on the left, the blue button under 'Actions', untick 'Hide Done' and click 'D3': its graph.",
    "After a run of your own with another C (below), 'Preprocess' is there once, and what needs it twice. In its graph "
    "tick 'Show Upstream Dependencies': both models are made from one dataset.",
)


@contextmanager
def serving(engine: Engine, folder: Path, store: Path, port: int, *, password: bool) -> Iterator[Page]:
    """A ``luigid`` for a session in front of its page.

    Raises BadInput when a login is asked for, StepFailed, with the end of its log, when it does not come up.
    """
    if password:
        raise BadInput("--password: Luigi's page knows no login")
    folder.mkdir(parents=True)
    configuration = folder / "luigi.cfg"
    configuration.write_text(CONFIGURATION.format(port=port))
    env = {"LUIGI_CONFIG_PATH": str(configuration)}
    page = f"http://127.0.0.1:{port}/static/visualiser/index.html"
    log = folder / "luigid.log"
    with _luigid(port, folder / "state.pickle", env, log) as process:
        _wait_until_ready(process, page, log)
        yield Page(page, by_command(engine, env), HINTS, env)


@contextmanager
def _luigid(port: int, state: Path, env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(Path(sys.executable).with_name("luigid")), "--address", "127.0.0.1", "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--state-path", str(state)],
            env=os.environ | env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us, who then stop it
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(GONE_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], page: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(page, timeout=5):  # noqa: S310 - it is http
                return
        except OSError:
            time.sleep(0.1)
    last = log.read_text(errors="replace").splitlines()[-1:] or ["it did not say why"]
    raise StepFailed(f"luigid did not come up: {last[0]}")
