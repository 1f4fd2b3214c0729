"""Luigi's own page, with both pipelines on it: that of its central scheduler, ``luigid``, to which runs report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from saltern.errors import BadInput
from shared.engine import servers
from shared.engine.pages import by_command
from shared.engine.protocol import Engine, Page

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
    command = luigid(port, folder / "state.pickle")
    with servers.running("luigid", command, folder / "luigid.log", env) as server:
        servers.wait_until(lambda: servers.answers(page), [server])
        yield Page(page, by_command(engine, env), HINTS, env)


def luigid(port: int, state: Path) -> list[str]:
    """The command that starts a central scheduler, which keeps its state in a file."""
    command = [str(Path(sys.executable).with_name("luigid")), "--address", "127.0.0.1", "--port", str(port)]
    return [*command, "--state-path", str(state)]
