"""A Prefect server for as long as it is needed: one process, SQLite in a folder, on the loopback interface only."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path

from saltern.files import memory_folder
from shared.engine import servers

# A session of runs that nobody looks at goes without what takes time.
UNSEEN = {
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",  # the server asks for no token; each client would ask for one
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # both are of this environment
    "DO_NOT_TRACK": "1",  # or each client asks the server whether it may
}

# Its server too, of what it runs beside its API: the pages, and what serves deployments, workers, automations and the
# feed of events, which would ask the database for work all the time. Task runs are recorded all the same.
NOT_NEEDED = (
    "CANCELLATION_CLEANUP", "DB_VACUUM", "EVENT_PERSISTER", "FOREMAN", "LATE_RUNS", "PAUSE_EXPIRATIONS", "REPOSSESSOR",
    "SCHEDULER", "TRIGGERS",
)  # fmt: skip
UNSEEN_SERVER = {
    "PREFECT_SERVER_UI_ENABLED": "false",
    **{f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false" for service in NOT_NEEDED},
}

# A folder of this name makes Prefect open one connection and no more, as it must for a database in memory
# (``AioSqliteConfiguration.engine`` looks for it in the URL). With several, a transaction that begins to write after
# another has written fails at once, the server answers 503, and the client sleeps for 2 s or more before it asks
# again: that befell one run in four when two ran at a time. Should Prefect stop looking, runs are slower, not wrong.
ONE_CONNECTION = ":memory:"


@contextmanager
def serving(
    folder: Path, *, port: int | None = None, login: str = "", seen: bool = False
) -> Iterator[Mapping[str, str]]:
    """A server with its database in ``folder``. Yields the variables that lead a Prefect client to it.

    ``seen`` says that people will look at its pages, and so wants logs, tags and the feed of events. ``login`` is
    ``user:password``; without, anybody on this machine may use it. Raises StepFailed, with the end of the server's log,
    when it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = port or servers.free_port()
    url = f"http://127.0.0.1:{port}/api"
    client = {"PREFECT_HOME": str(folder.absolute()), "PREFECT_API_URL": url} | ({} if seen else UNSEEN)
    database, template = folder / ONE_CONNECTION / "prefect.db", _template()
    database.parent.mkdir(exist_ok=True)
    if template.exists() and not database.exists():
        shutil.copyfile(template, database)
    env = client | {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database.absolute()}",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",  # the flows use no block of Prefect's
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # of the clients too: they ask the server
        "PREFECT_SERVER_UI_API_URL": url,  # or the pages look for the API at port 4200
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # The newer pages ask a tracking service outside for its settings as they load, analytics or not.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
    }
    if not seen:
        env |= UNSEEN_SERVER
    if login:
        client["PREFECT_API_AUTH_STRING"] = env["PREFECT_SERVER_API_AUTH_STRING"] = login
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with servers.running("the Prefect server", command, folder / "server.log", env) as server:
        servers.wait_until(lambda: servers.answers(f"{url}/health"), [server])
        if not template.exists():
            _keep(database, template)
        yield client


def _template() -> Path:
    """An empty database of this version of Prefect, migrated once for all servers to come: it is copied in no time."""
    return memory_folder() / f"prefect-{version('prefect')}.sqlite"


def _keep(database: Path, template: Path) -> None:
    unfinished = template.with_name(f"{template.name}.{os.getpid()}")
    try:
        template.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
        unfinished.replace(template)
    except (OSError, sqlite3.Error):
        unfinished.unlink(missing_ok=True)  # the next server migrates again
