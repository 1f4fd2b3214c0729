"""One build on Luigi: a ``luigi.build``, watched through Luigi's events.

The scheduler is in this process, unless Luigi's own configuration says in so many words that it is not:

    [core]
    local_scheduler = false
    scheduler_port = 8082

That is Luigi's default, and not ours: a configuration of the machine (``/etc/luigi/luigi.cfg``) that only says where
the scheduler of its owner's work is does not bring our tasks there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial

import luigi
from luigi import Event, LuigiStatusCode
from luigi.configuration import get_config
from luigi.rpc import RPCError

from luigi_impl import artists, ml
from saltern.errors import BadInput, StepFailed
from saltern.luigi import SaltedTask
from shared.engine.build import Build

PIPELINES: dict[str, Callable[[Build], SaltedTask]] = {"ml": ml.pipeline, "artists": artists.pipeline}

# One worker is Luigi's default, and runs tasks in this very process, where their events are heard.
SETTINGS = {"workers": 1, "log_level": "CRITICAL"}


def run(build: Build) -> Mapping[str, str]:
    """See ``Engine.run``."""
    wanted = PIPELINES[build.pipeline](build)
    local = get_config().getboolean("core", "local_scheduler", True)
    with _listening() as heard:
        try:
            # ``bool`` of the result is always true, and ``scheduling_succeeded`` is for a missing input
            result = luigi.build([wanted], detailed_summary=True, local_scheduler=local, **SETTINGS)
        except RPCError as error:
            raise BadInput(f"LUIGI_CONFIG_PATH: no Luigi scheduler answers where it says ({error})") from error
    if result.status == LuigiStatusCode.NOT_RUN and not local and wanted.complete():
        return heard.states  # another client made the last of it between two questions of this one
    if result.status not in (LuigiStatusCode.SUCCESS, LuigiStatusCode.SUCCESS_WITH_RETRY):
        raise next(iter(heard.errors.values()), StepFailed(f"{wanted.key}: {result.status.value[1]}"))
    if not local and not wanted.complete():  # which is a success to Luigi, unless ``[worker] keep_alive`` is set
        raise StepFailed(f"{wanted.key}: another run is at work on what it needs; run again when that is done")
    return heard.states


def graph(build: Build) -> Mapping[str, frozenset[str]]:
    """See ``Engine.graph``."""
    edges: dict[str, frozenset[str]] = {}
    open_tasks = [PIPELINES[build.pipeline](build)]
    while open_tasks:
        task = open_tasks.pop()
        if task.key not in edges:
            needs = [need for need in task.deps() if isinstance(need, SaltedTask)]
            edges[task.key] = frozenset(need.key for need in needs)
            open_tasks += needs
    return edges


class _Heard:
    """What Luigi's events told: each task's last one by its own name, and the errors of the tasks that failed."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.errors: dict[str, Exception] = {}

    def __call__(self, event: str, task: luigi.ExternalTask | SaltedTask, error: Exception | None = None) -> None:
        if isinstance(task, luigi.ExternalTask):
            self.errors[task.task_id] = BadInput(f"{task.output().path}: no such file")
            return
        self.states[task.key] = event.removeprefix("event.core.")
        if error is None:
            self.errors.pop(task.key, None)  # it may have failed before: Luigi retries
        elif isinstance(error, BadInput):
            self.errors[task.key] = error
        else:
            self.errors[task.key] = StepFailed.of(task.key, error)
            self.errors[task.key].__cause__ = error


@contextmanager
def _listening() -> Iterator[_Heard]:
    """Luigi's handlers are registered with a class, for the process's life: these are for one run."""
    heard = _Heard()
    events: list[tuple[type[luigi.Task], str]] = [
        (luigi.ExternalTask, Event.DEPENDENCY_MISSING),
        *((SaltedTask, event) for event in (Event.DEPENDENCY_PRESENT, Event.SUCCESS, Event.FAILURE, Event.BROKEN_TASK)),
    ]
    with ExitStack() as stack:
        for task_class, event in events:
            handler = partial(heard, event)
            task_class.event_handler(event)(handler)
            stack.callback(task_class.remove_event_handler, event, handler)
        yield heard
