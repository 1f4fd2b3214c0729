"""Prefect as an engine: a flow run per build, watched at its task runner."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast
from uuid import uuid4

from saltern.errors import BadInput, StepFailed
from shared.engine.build import Build
from shared.engine.protocol import Engine, Native, Page

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.context import SettingsContext
    from prefect.futures import PrefectFuture
    from prefect.task_runners import TaskRunner

# Prefect is imported where it is used: that takes two seconds, which ``tree`` and a refused input need not wait for.


class Prefect(Engine):
    name = "prefect"
    package = "prefect_flows"
    distribution = "prefect"
    looks_at = "every step"
    natives: ClassVar = {
        "native": Native(
            "the default policy's key holds the id of the flow run: nothing is found in a later one",
            "https://docs.prefect.io/v3/concepts/caching",
            memory="none",
        ),
        "prefect/inputs": Native(
            "cache_policy=INPUTS + TASK_SOURCE: what a task returned is kept, found by its arguments and its source",
            "https://docs.prefect.io/v3/concepts/caching#cache-policies",
            memory="its own",
        ),
        "prefect/files": Native(
            "as prefect/inputs, but a cache_key_fn puts what is in a task's files into the key, and not their paths",
            "https://docs.prefect.io/v3/concepts/caching#cache-key-functions",
            memory="its own",
        ),
    }
    says_ran = frozenset({"Completed"})
    port = 4200
    preload = (
        "anyio._backends._asyncio",
        "encodings.idna",
        "fastapi",
        "prefect.events.worker",
        "prefect.flow_engine",
        "prefect.main",
        "prefect.runtime.flow_run",
        "prefect.task_engine",
        "prefect.utilities.visualization",
        "pydantic.v1",
    )

    def run(self, build: Build) -> Mapping[str, str]:
        with _quiet(), _settings():
            import httpx
            from prefect import tags
            from prefect.settings import get_current_settings

            from prefect_flows.inputs import keep
            from prefect_flows.summaries import somebody_looks
            from prefect_flows.task_runners import Witness

            witness = Witness()
            flow, parameters = _flow(build)
            runner = cast("TaskRunner[PrefectFuture[Any]]", witness)  # a runner of one kind of future is one of all
            observed = flow.with_options(task_runner=runner, flow_run_name=build.run, **_results(build))
            # For each tag, each task run asks the server for its limit: not where nobody sees them.
            labels = (build.pipeline, build.strategy) if somebody_looks() else ()
            try:
                with tags(*labels):
                    final: Any = observed(**parameters, return_state=True)
            except httpx.ConnectError:
                url = get_current_settings().api.url
                raise BadInput(f"PREFECT_API_URL={url}: no Prefect server answers there") from None
            states = {node: future.state for node, future in witness.futures.items()}
            for node, state in states.items():
                if state.is_failed() or state.is_crashed():
                    error = state.result(raise_on_failure=False)
                    if isinstance(error, BadInput):
                        raise error
                    raise StepFailed.of(node, error) from error
            final.result()  # raises what went wrong outside of the tasks
        return {node: str(state.name) for node, state in states.items() if node != keep.name}

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        """Walks the flow with a task runner that runs nothing. No server is asked.

        ``Flow.visualize``, Prefect's own dry walk, supports neither ``submit`` nor ``map``.
        """
        from prefect.client.orchestration import SyncPrefectClient
        from prefect.client.schemas.objects import FlowRun
        from prefect.context import FlowRunContext
        from prefect.results import ResultStore

        from prefect_flows.inputs import keep
        from prefect_flows.task_runners import Draft

        draft = Draft()
        flow, parameters = _flow(build)
        context = FlowRunContext(
            flow=flow,
            flow_run=FlowRun(flow_id=uuid4(), name=build.run),
            task_runner=draft,
            result_store=ResultStore(),
            client=SyncPrefectClient("http://127.0.0.1/api"),  # required, and not used
        )
        with draft, context:
            # with salts the edges are those of ``native``, which needs no server
            strategy = build.strategy if build.strategy in self.natives else "native"
            flow.fn(**parameters | {"strategy": strategy})
        return {node: needs for node, needs in draft.edges.items() if node != keep.name}

    @contextmanager
    def service(self, folder: Path) -> Iterator[Mapping[str, str]]:
        from prefect_flows.server import serving

        with serving(folder) as env:
            yield env

    def ui(self, folder: Path, store: Path, port: int, *, password: bool) -> AbstractContextManager[Page]:
        from prefect_flows.ui import serving

        return serving(self, folder, store, port, password=password)


def _results(build: Build) -> dict[str, Any]:
    """Where Prefect keeps what tasks return, under a way of its own: with the artifacts."""
    if "/" not in build.strategy:
        return {}
    store = build.cache.store
    if not store.is_local:
        raise BadInput(f"--store {store.url}: under '{build.strategy}' it must be a folder")
    return {"result_storage": store.path(".prefect"), "persist_result": False}  # of the flow, not of its tasks


def _flow(build: Build) -> tuple[Flow[..., Any], dict[str, Any]]:
    """The flow of a build's pipeline, and the parameters that say the same as the build."""
    parameters: dict[str, Any] = {"store": build.store, "strategy": build.strategy, "force": list(build.force)}
    parameters["verify"] = build.verify
    for step in build.graph.steps:
        parameters |= build.params(step)
    if build.pipeline == "ml":
        from prefect_flows.ml import ml_flow

        return ml_flow, parameters | {"csv": str(build.input)}
    from prefect_flows.artists import artists_flow

    return artists_flow, parameters | {"streams": str(build.input), "start": build.start, "end": build.end}


@contextmanager
def _settings() -> Iterator[None]:
    """Prefect's settings for a run on whatever server the environment or the profile names, or on one of its own."""
    from prefect.context import refresh_global_settings_context
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker
    from prefect.settings import get_current_settings

    # Prefect reads the environment when it is imported, which in a forked process was before the fork.
    if os.environ.get("PREFECT_API_URL", "") != (get_current_settings().api.url or ""):
        refresh_global_settings_context()
    with ExitStack() as stack:
        if not get_current_settings().api.url:
            stack.enter_context(_own_server())
        stack.enter_context(_without_heartbeats())
        try:
            yield
        finally:
            for service in (EventsWorker, APILogWorker):
                service.drain_all()  # they report behind the run's back; what they still hold is sent now


def _without_heartbeats() -> SettingsContext:
    """The settings as they are, but for the heartbeats of a flow run, to be entered.

    Without heartbeats nobody misses a run that dies. With them every run ends a second later, because it waits for a
    thread that sleeps in whole seconds (prefect.flow_engine._send_heartbeats). ``temporary_settings`` would make all
    settings anew, which takes a tenth of a second.
    """
    from prefect.context import SettingsContext, get_settings_context

    now = get_settings_context()
    flows = now.settings.flows.model_copy(update={"heartbeat_frequency": None})
    return SettingsContext(profile=now.profile, settings=now.settings.model_copy(update={"flows": flows}))


@contextmanager
def _own_server() -> Iterator[None]:
    """A server for the duration of one run. Prefect's own answer, the ephemeral server, loses task runs."""
    from prefect.context import refresh_global_settings_context

    print("PREFECT_API_URL is not set: starting a Prefect server for this run", file=sys.stderr)
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="saltworks-prefect-") as folder, ENGINE.service(Path(folder)) as env:
        # By the environment and not by ``temporary_settings``: the threads that report to the server do not inherit
        # the settings of this one.
        os.environ.update(env)
        refresh_global_settings_context()
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
    refresh_global_settings_context()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Prefect's log off the console; it still goes to the server."""
    import prefect.main  # noqa: F401 - sets up Prefect's logging, so before this undoes a part of it

    loggers = [logging.getLogger(name) for name in ("prefect", "EventsWorker", "APILogWorker")]
    nowhere = logging.NullHandler()
    for logger in loggers:
        logger.addHandler(nowhere)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(nowhere)
            logger.propagate = True


ENGINE = Prefect()
