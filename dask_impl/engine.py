"""Dask as an engine. It runs on this process's threads, or on a cluster when asked.

The scheduler is the one that Dask's own rules choose, in this order:
- what its option ``scheduler`` names (``DASK_SCHEDULER=synchronous``);
- the cluster of a ``distributed.Client`` that is active in this process;
- the cluster at its option ``scheduler-address`` (``DASK_SCHEDULER_ADDRESS=tcp://...``), whose workers must be able to
  import this project, and must reach the store and the inputs by the same paths;
- threads, the default for delayed functions.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, ClassVar

import dask
from dask.base import get_scheduler
from dask.callbacks import Callback
from dask.delayed import Delayed
from dask.typing import Key

from dask_impl import artists, ml, salting
from shared.build import Build
from shared.engine import Engine, Native
from shared.errors import BadInput, StepFailed

if TYPE_CHECKING:
    from distributed import Client


class Dask(Engine):
    name = "dask"
    package = "dask_impl"
    distribution = "dask"
    looks_at = "target"
    natives: ClassVar = {
        "native": Native(
            "nothing is kept between one compute() and the next",
            "https://docs.dask.org/en/stable/delayed.html",
            memory="none",
        ),
    }
    says_ran = frozenset({"computed"})
    # distributed is not among them: its import is half a second that runs on threads do not need
    preload = ("dask.delayed", "dask.threaded", "dask.highlevelgraph", "dask.task_spec", "dask.callbacks")

    def run(self, build: Build) -> Mapping[str, str]:
        cache, node = build.cache, _pipeline(build)
        steps = salting.calls(node, cache)
        keys = {salting.salted(key, call, cache): call.key for key, call in steps.items()}
        wanted = salting.reuse(node, cache)
        with _cluster() as client, _finished(client) as finished:
            scheduler = _scheduler(client)
            try:
                wanted.compute(scheduler=scheduler)
            except (BadInput, StepFailed) as error:  # the scheduler 'processes' wraps it, traceback and all
                raise getattr(error, "exception", error) from error.__cause__
            except Exception as error:  # not the step's own: say, its workers died (distributed.KilledWorker)
                key = getattr(error, "task", wanted.key)
                raise StepFailed(f"{keys.get(key, key)}: {type(error).__name__}: {error}") from error
        return {step: _claim(key, wanted, finished) for key, step in keys.items()}

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        node = _pipeline(build)
        graph, steps = node.__dask_graph__().to_dict(), salting.calls(node, build.cache)
        return {
            call.key: frozenset(steps[need].key for need in graph[key].dependencies if need in steps)
            for key, call in steps.items()
        }


def _pipeline(build: Build) -> Delayed:
    """The build's target, lazy, as the wiring makes it."""
    params = {name: value for step in build.graph.steps for name, value in build.params(step).items()}
    if build.pipeline == "ml":
        return ml.pipeline(build.input, **params)
    return artists.pipeline(build.input, build.start, build.end, **params)


def _claim(key: Key, wanted: Delayed, finished: Container[Key]) -> str:
    """What Dask has to say of a step: which of its keys it finished, or at least had in its graph."""
    load, graph = f"load-{key}", wanted.__dask_graph__()
    if load == wanted.key:
        return "found"  # and nothing done: nobody needs the target's value
    if load in finished:
        return "loaded"
    if key in finished:
        return "computed"
    return "in memory" if key in graph or load in graph else "not in graph"  # a cluster's, from a run beside this one


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
            raise BadInput(f"DASK_SCHEDULER_ADDRESS={address}: no Dask scheduler answers there ({error})") from None
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


ENGINE = Dask()
