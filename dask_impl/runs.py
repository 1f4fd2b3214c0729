"""One build on Dask: on this process's threads, or on a cluster when asked.

The scheduler is the one that Dask's own rules choose, in this order:
- the cluster at the address that ``run --scheduler`` names;
- what its option ``scheduler`` names (``DASK_SCHEDULER=synchronous``);
- the cluster of a ``distributed.Client`` that is active in this process;
- the cluster at its option ``scheduler-address`` (``DASK_SCHEDULER_ADDRESS=tcp://...``);
- threads, the default for delayed functions.

The workers of a cluster must be able to import this project, and must reach the store and the inputs by the same paths.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

import dask
from dask.base import get_scheduler
from dask.callbacks import Callback
from dask.delayed import Delayed
from dask.typing import Key

from dask_impl import JOBLIB, LIVE, artists, memory, ml
from saltern import dask as salting
from saltern.errors import BadInput, StepFailed
from saltern.places import check_shared
from shared.engine.build import Build

if TYPE_CHECKING:
    from distributed import Client


def run(build: Build) -> Mapping[str, str]:
    """See ``Engine.run``."""
    steps: dict[Key, str] = {}
    with _cluster() as client, _finished(client) as finished:
        scheduler = _scheduler(client)
        for front in _fronts(build, client):
            steps |= salting.steps(front, memory.recalled)
            try:
                front.compute(scheduler=scheduler)
            except (BadInput, StepFailed) as error:  # the scheduler 'processes' wraps it, traceback and all
                raise getattr(error, "exception", error) from error.__cause__
            except Exception as error:  # not the step's own: say, its workers died (distributed.KilledWorker)
                key = getattr(error, "task", front.key)
                raise StepFailed.of(steps.get(key, str(key)), error) from error
    return dict.fromkeys(build.graph.nodes, "not in graph") | _claims(steps, finished)


def use(scheduler: str) -> None:
    """See ``Engine.use``."""
    dask.config.set({"scheduler": "distributed", "scheduler-address": scheduler})


def graph(build: Build) -> Mapping[str, frozenset[str]]:
    """See ``Engine.graph``."""
    wiring = salting.Wiring(_pipeline(build), build.cache)
    names = wiring.names()
    return {name: frozenset(names[need] for need in wiring.needs(key) if need in names) for key, name in names.items()}


def check_store(store: str) -> None:
    """See ``Engine.check_store``."""
    if address := dask.config.get("scheduler-address", None):
        check_shared(store, f"the cluster at {address}")


def _pipeline(build: Build) -> Delayed:
    """The build's target, lazy, as the wiring makes it."""
    params = {name: value for step in build.graph.steps for name, value in build.params(step).items()}
    if build.pipeline == "ml":
        return ml.pipeline(build.input, **params)
    return artists.pipeline(build.input, build.start, build.end, **params)


def _fronts(build: Build, client: Client | None) -> Iterator[Delayed]:
    """What to compute, front after front."""
    if build.strategy == JOBLIB:
        return memory.fronts(_pipeline(build), build.cache)
    if build.strategy != LIVE:
        return salting.fronts(_pipeline(build), build.cache)
    if client is None:
        raise BadInput(f"--strategy {LIVE}: there is no cluster (--scheduler tcp://... says where one is)")
    from dask_impl import live

    return live.fronts(_pipeline(build), build.cache, client)


def _claims(steps: Mapping[Key, str], finished: Container[Key]) -> dict[str, str]:
    """What Dask has to say of the steps that were in its graphs: whether it finished their keys."""
    claims: dict[str, str] = {}
    for key, step in steps.items():
        word = "loaded" if str(key).startswith("load:") else "computed"
        # "in memory": a cluster has its value already. And what one front computed, the next may load.
        claims.setdefault(step, word if key in finished else "in memory")
    return claims


@contextmanager
def _cluster() -> Iterator[Client | None]:
    """The client of the cluster to run on, or None. What the steps log on its workers is shown here.

    The forwarding stays on: it is one for the whole cluster, and runs beside this one would lose it too.
    """
    with _client() as client:
        if client:
            client.forward_logging("saltworks", logging.WARNING)
        yield client


def _client() -> AbstractContextManager[Client | None]:
    """The active client, to be left open, or one for Dask's option ``scheduler-address``, to be closed.

    distributed is imported only where it was before or is asked for. Raises BadInput when no scheduler is there.
    """
    if dask.config.get("scheduler", None) not in (None, "distributed", "dask.distributed"):
        return nullcontext()
    if "distributed" in sys.modules:
        from distributed import get_client

        with suppress(ValueError):  # no client is active
            return nullcontext(get_client())
    if address := dask.config.get("scheduler-address", None):
        from distributed import Client

        try:
            return Client(address)  # type: ignore[no-any-return]
        except (OSError, ValueError) as error:
            raise BadInput(f"--scheduler {address}: no Dask scheduler answers there ({error})") from None
    return nullcontext()


def _scheduler(client: Client | None) -> Any:
    """The ``scheduler=`` to compute with.

    Threads are passed as the function that they are: given a name or nothing, Dask imports distributed, which takes
    half a second, to see whether there is a client.
    """
    asked = dask.config.get("scheduler", None)
    if client or not asked:
        return client or Delayed.__dask_scheduler__
    try:
        return get_scheduler(scheduler=asked)
    except (ValueError, RuntimeError) as error:
        raise BadInput(f"DASK_SCHEDULER={asked}: {error}") from None


@contextmanager
def _finished(client: Client | None) -> Iterator[set[Key]]:
    """The keys that Dask finishes, by its own record: the cluster's task stream, or a callback of a local scheduler."""
    finished: set[Key] = set()
    if client is None:
        with Callback(posttask=lambda key, *_: finished.add(key)):
            yield finished
    else:
        from distributed import get_task_stream

        with get_task_stream(client) as stream:
            yield finished
        finished.update(message["key"] for message in stream.data if message["status"] == "OK")
