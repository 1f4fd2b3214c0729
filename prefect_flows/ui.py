"""Prefect's own pages, with both pipelines on them: flow runs of our command line, and deployments to start more."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect_flows import server
from shared.engine import servers
from shared.engine.pages import by_command
from shared.engine.protocol import Engine, Page

USER = "admin"
HINTS = (
    "Click 'Runs': both flows ran twice. In the second run of 'ml', 'Task Runs' says Cached for each: their artifacts "
    "were there. 'accuracy', under 'Artifacts' and in the graph, shows the result and names them.",
    "Click 'Deployments', 'saltworks' of ml, 'Run', 'Custom run', set C to 10, 'Submit': 'preprocess' is Cached, and "
    "what needs C runs. The same again finds all four.",
)


@contextmanager
def serving(engine: Engine, folder: Path, store: Path, port: int, *, password: bool) -> Iterator[Page]:
    """A server for a session in front of its pages, and a process that runs what is started there.

    Raises StepFailed, with the end of the server's log, when it does not come up.
    """
    secret = secrets.token_urlsafe(12) if password else ""
    login = f"{USER}:{secret}" if secret else ""
    with (
        server.serving(folder, port=port, login=login, seen=True) as env,
        servers.running("the deployments' process", _deployments(store), folder / "deployments.log", env),
    ):
        words = f"The page asks for a password, which is {login}" if login else ""
        yield Page(f"http://127.0.0.1:{port}", by_command(engine, env), HINTS, env, words)


def _deployments(store: Path) -> list[str]:
    return [sys.executable, "-m", "prefect_flows.deployments", str(store)]
