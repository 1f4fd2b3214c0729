"""Dask's own pages, with both pipelines on them: the dashboard of a cluster on which the runs take place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dask_impl.cluster import cluster
from saltern.errors import BadInput
from shared.engine.pages import by_command
from shared.engine.protocol import Engine, Page
from shared.pipelines import PROJECT

WORKERS = 2  # that steps run beside each other can be seen

HINTS = (
    "'Task Stream' has a row for each worker and a box for each task: point at one, and it says which. The last two, "
    "'artifact:report' and 'artifact:top_artists', are the second runs: there was nothing to compute.",
    "Leave the page open and start a run of your own with another C (below): 'Progress' has a bar for each step, and "
    "'load:preprocess' is in the place of 'preprocess', whose artifact was there.",
    "'Progress', 'Graph' and 'Groups' are empty between runs, as Dask forgets a task with the run that asked for it. "
    "'More...', 'Compute Time Per Key' adds up the time of each step in all runs.",
)


@contextmanager
def serving(engine: Engine, folder: Path, store: Path, port: int, *, password: bool) -> Iterator[Page]:
    """A cluster (see ``cluster.py``) for a session in front of its dashboard.

    Raises BadInput when a login is asked for, StepFailed, with the end of its log, when it does not come up.
    """
    if password:
        raise BadInput("--password: Dask's dashboard knows no login")
    with cluster(PROJECT, WORKERS, dashboard=port) as address:
        env = {"DASK_SCHEDULER_ADDRESS": address}
        yield Page(f"http://127.0.0.1:{port}/status", by_command(engine, env), HINTS, env)
