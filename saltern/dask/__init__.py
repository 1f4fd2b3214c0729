"""Salted reuse for graphs of ``dask.delayed`` functions, in the style of ``dask.graph_manipulation``.

Dask forgets a result with the last reference to it: between computations it keeps nothing. ``reuse`` takes a graph and
returns one for the same target that looks in a store first. It is an explicit function from graph to graph, on the
client, and no ``delayed_optimize`` hook: on a cluster, that hook runs in the scheduler's process and gives one key two
meanings. Here what differs has different keys, as dask/dask#9888 asks for.

``cutoff`` needs more than one graph: a graph is fixed when it is computed, and a recipe that names its inputs by their
content is known when they are made. ``fronts`` yields graph after graph, each for all that is known and missing by
then. It costs a barrier (the next front waits for the slowest step of this one), a look at every step instead of those
above the first artifacts that are there, and reading inputs from the store that one graph hands on in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

from dask._task_spec import convert_legacy_graph  # dask.task_spec does not export it
from dask.base import tokenize
from dask.delayed import Delayed
from dask.highlevelgraph import HighLevelGraph, MaterializedLayer
from dask.task_spec import DataNode, GraphNode, List, Task, TaskRef
from dask.typing import Key

from saltern.cache import Cache
from saltern.dask.arguments import as_input, as_parameter, given, inlined
from saltern.dask.tasks import after, as_stored, load, make, stored, verify
from saltern.errors import BadInput
from saltern.places import check_shared
from saltern.recipe import SALT_IN_NAME, Artifact, Call, Source, mapped
from saltern.recipe import key as named
from saltern.steps import Step
from saltern.walk import fold

Annotations = dict[str, Any]
Layers = dict[Key, MaterializedLayer]  # each of one task, as each has annotations of its own


def reuse(node: Delayed, cache: Cache) -> Delayed:
    """The artifact of a delayed step, made only as far as it is not in the store.

    Walking down from the wanted key, a key with an artifact becomes ``load:<key>`` and the walk stops: what that key
    needs is not in the new graph. Any other key becomes a task that makes its artifact and hands on its value: no step
    starts before all that it builds on is stored. Without salts nothing is looked for, as out of the box Dask has no
    rule to find it by; it is stored all the same.

    What is computed is an ``Artifact`` and not its value, so that when all is done nothing has to be read, and no value
    is sent to the client that may not want it; ``cache.load`` has it. Linear in the size of the graph.

    Hits that the cache verifies are tasks of the new graph too, and with them the hits below them.
    """
    wiring = Wiring(node, cache)
    calls = wiring.calls()
    above = wiring.above_forced()
    found: dict[Key, Artifact | Source] = {}
    missing: set[Key] = set()
    todo = [node.key]
    while todo:
        key = todo.pop()
        if key in found or key in missing:
            continue
        item = wiring.found(key, calls.get(key))
        if item and key not in above:
            found[key] = item
        else:
            missing.add(key)
            todo.extend(wiring.needs(key))
    if node.key in found:
        artifact = DataNode(f"artifact:{node.key}", found[node.key])
        end, layers = artifact.key, _layers(artifact)
    else:
        to_make = {key: call for key, call in calls.items() if key in missing}
        (end,), layers = wiring.rewritten([node.key], to_make, found)
    if checks := wiring.checks(call for key, call in calls.items() if key not in missing):
        last = Task(f"verified:{end}", after, TaskRef(end), List(*map(TaskRef, checks)))
        return _lazy(last.key, layers | checks | _layers(last))
    return _lazy(end, layers)


def fronts(node: Delayed, cache: Cache) -> Iterator[Delayed]:
    """What to compute, front after front, so that the artifact of a delayed step is in the store at the end.

    Each front must be computed before the next is asked for. Under most strategies there is one, that of ``reuse``;
    under one that knows inputs by their content, as many as it takes, or none, and a last one that verifies hits.
    Linear in the size of the graph.
    """
    if not cache.strategy.digests:
        yield reuse(node, cache)
        return
    wiring = Wiring(node, cache)
    order = TopologicalSorter({key: wiring.needs(key) for key in wiring.tasks})
    order.prepare()
    found: dict[Key, Artifact | Source] = {}
    hits: list[Call] = []
    while order.is_active():
        missing: dict[Key, Call] = {}
        while ready := order.get_ready():
            for key in ready:
                call = wiring.task_call(key, found)
                if item := wiring.found(key, call):
                    found[key] = item
                    hits += [call] if call else []
                    order.done(key)
                elif call:
                    missing[key] = call
        if missing:
            yield _front(*wiring.rewritten(missing, missing, found))
            found |= {key: stored(cache, call) for key, call in missing.items()}
            order.done(*missing)
    if checks := wiring.checks(hits):
        yield _front(checks, checks)


class Wiring:
    """The graph of a delayed step as its author wired it, and how to rewrite it for a cache."""

    def __init__(self, node: Delayed, cache: Cache) -> None:
        graph: HighLevelGraph = node.dask
        if address := _elsewhere():
            check_shared(cache.store_url, f"the cluster at {address}")
        self.cache = cache
        self.target: Key = node.key
        self.tasks = inlined(convert_legacy_graph(graph.to_dict()))  # ``dask.graph_manipulation`` has tuples
        if self.target not in self.tasks:
            raise BadInput(
                f"{node.key}: this is several steps and not one; ask for each of them, or gather them in a step"
            )
        self._annotations: dict[Key, Annotations] = {
            key: {name: value(key) if callable(value) else value for name, value in (layer.annotations or {}).items()}
            for layer in graph.layers.values()
            for key in layer
        }

    def needs(self, key: Key) -> frozenset[Key]:
        """The keys that a key directly depends on."""
        needs: frozenset[Key] = self.tasks[key].dependencies
        return needs

    def task(self, key: Key) -> Task:
        """The task of a key that is no external input."""
        task = self.tasks[key]
        assert isinstance(task, Task)
        return task

    def source(self, key: Key) -> Source:
        """The external input that a key is."""
        node = self.tasks[key]
        assert isinstance(node, DataNode)
        return Source.at(str(node.value))  # a path, of fsspec's too

    def step(self, key: Key) -> Step[..., Any] | None:
        """The step that a task runs; None for what the wiring gives.

        Raises BadInput for a task that is neither: what it does would be in nobody's salt.
        """
        task = self.tasks[key]
        if isinstance(task, DataNode):
            return None
        if isinstance(task, Task) and isinstance(task.func, Step):
            return task.func
        function = getattr(task, "func", task)
        name = getattr(function, "__name__", type(function).__name__)
        raise BadInput(f"{key}: '{name}' is no step, so no salt holds what it does; decorate it with @step(...)")

    def partition(self, key: Key) -> str | None:
        """What the annotation ``partition`` says of a key."""
        partition = self._annotations[key].get("partition")
        return partition if isinstance(partition, str) else None

    def names(self) -> dict[Key, str]:
        """The key of every step -> ``train``, or ``daily_counts[2018-03-05]``."""
        return {key: named(step.name, self.partition(key)) for key in self.tasks if (step := self.step(key))}

    def task_call(self, key: Key, made: Mapping[Key, Artifact | Source]) -> Call | None:
        """The call of a step, None of an external input. ``made`` has what it needs.

        A task is evaluated as Dask does it, but with artifacts in place of values: whatever its arguments are nested
        in, its call receives the artifacts in the same places.
        """
        step = self.step(key)
        if step is None:
            return None

        def applied(*args: Any, **kwargs: Any) -> Call:
            inputs, params = step.bound(args, kwargs)
            return self.cache.call(step, mapped(inputs, as_input), as_parameter(params), self.partition(key))

        task = self.task(key)
        known = {need: given(self.tasks[need]) or made[need] for need in task.dependencies}
        bound: Call = Task(key, applied, *task.args, **task.kwargs)(known)
        return bound

    def calls(self) -> dict[Key, Call]:
        """The key of every step -> its call, dependencies first. Nothing is run.

        Raises ValueError under a strategy that knows inputs by their content.
        """
        calls: dict[Key, Call] = {}

        def artifact(key: Key, inputs: Sequence[Artifact | Source]) -> Artifact | Source:
            call = self.task_call(key, dict(zip(self.needs(key), inputs, strict=True)))
            if call is None:
                return self.source(key)
            calls[key] = call
            return call.artifact

        fold(self.target, self.needs, artifact, {})
        return calls

    def above_forced(self) -> set[Key]:
        """The keys that need a step which the cache's run is to make in any case: the walk must not stop there."""
        above: set[Key] = set()
        if not self.cache.force:
            return above

        def forced(key: Key, below: Sequence[bool]) -> bool:
            if any(below):
                above.add(key)
            step = self.step(key)
            return any(below) or (step is not None and step.name in self.cache.force)

        fold(self.target, self.needs, forced, {})
        return above

    def found(self, key: Key, call: Call | None) -> Artifact | Source | None:
        """What there is of a key already: an external input, or a call's artifact. Without salts, nothing is."""
        if call is None:
            return self.source(key)
        return self.cache.find(call) if self.cache.strategy.salts else None

    def rewritten(
        self, wanted: Iterable[Key], missing: Mapping[Key, Call], found: Mapping[Key, Artifact | Source]
    ) -> tuple[list[Key], Layers]:
        """A graph that makes what is missing, and loads what that needs. First its keys for the wanted artifacts.

        ``missing`` is in order, dependencies first, and has the wanted ones; what it needs is in it or in ``found``.
        """
        layers: Layers = {}
        values: dict[Key, Key] = {}  # a key of the wiring -> the key that has its value here

        def add(task: GraphNode, annotations: Annotations | None = None) -> Key:
            layers.update(_layers(task, annotations))
            return task.key

        for need in {need for key in missing for need in self.needs(key)} - missing.keys():
            item = found[need]
            if isinstance(item, Source):
                values[need] = add(self.tasks[need])
            else:
                values[need] = add(Task(f"load:{self._name(need, item)}", load, self.cache, item))
        for key, call in missing.items():
            task = self.task(key)
            name = self._name(key, call.artifact, [values[need] for need in self.needs(key)])
            maker = Task(name, make, self.cache, call, *task.args, **task.kwargs).substitute({**values})
            values[key] = add(maker, self._annotations[key])
        ends = [
            add(Task(f"artifact:{values[key]}", stored, self.cache, missing[key], TaskRef(values[key])))
            for key in wanted
        ]
        return ends, layers

    def checks(self, hits: Iterable[Call]) -> Layers:
        """A task for each hit that is to be verified in this run. No other run may share it."""
        tasks = (
            Task(f"verify:{call.artifact.name}-{self.cache.run}", verify, self.cache, call)
            for call in hits
            if self.cache.verifies(call)
        )
        return {key: layer for task in tasks for key, layer in _layers(task).items()}

    def _name(self, key: Key, artifact: Artifact, needs: Iterable[Key] = ()) -> Key:
        """A key with the salt in it, so that runs on one cluster share the work that they have in common.

        Without a salt they share none: the run is in it. Dask groups keys by what is before the first hyphen: the step,
        or ``load:`` and the step. The last part tells apart stores, as what is saved in one is not in another; and what
        a task depends on, as one key must not be submitted with different dependencies (dask/dask#9888).
        """
        if artifact.salt is None:
            return f"{key}-{self.cache.run}"
        rest = tokenize(artifact.key, self.cache.store_url, set(needs))
        return f"{artifact.step}-{artifact.salt[:SALT_IN_NAME]}-{rest}"


def steps(front: Delayed, *makers: Callable[..., Any]) -> dict[Key, str]:
    """The keys of a front that make or load the artifact of a step -> that step, as ``train``.

    ``makers`` are functions that do so, beside those of this package; a cache and a call are what they are given first.
    """
    tasks = [task for task in front.__dask_graph__().values() if isinstance(task, Task)]
    return {task.key: task.args[1].key for task in tasks if task.func in (as_stored, make, load, *makers)}


def _elsewhere() -> str | None:
    """The address of the cluster that the active client was given, if there is one: its workers stand anywhere."""
    if "distributed" not in sys.modules:
        return None
    from distributed import get_client

    try:
        client = get_client()
    except ValueError:  # no client is active
        return None
    return str(client.scheduler.address) if client.scheduler and client.cluster is None else None


def _front(keys: Iterable[Key], layers: Layers) -> Delayed:
    """What computes several keys."""
    front = Task(f"front-{tokenize(list(keys))}", list, List(*map(TaskRef, keys)))
    return _lazy(front.key, layers | _layers(front))


def _layers(task: GraphNode, annotations: Annotations | None = None) -> Layers:
    return {task.key: MaterializedLayer({task.key: task}, annotations=annotations)}


def _lazy(key: Key, layers: Layers) -> Delayed:
    needs = {str(name): {str(need) for need in layer[name].dependencies} for name, layer in layers.items()}
    return Delayed(key, HighLevelGraph({str(name): layer for name, layer in layers.items()}, needs))
