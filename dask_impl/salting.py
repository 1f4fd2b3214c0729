"""Salted reuse for graphs of ``dask.delayed`` functions, in the style of ``dask.graph_manipulation``.

Dask forgets a result with the last reference to it: between computations it keeps nothing. ``reuse`` takes a graph and
returns one for the same target that looks in a store first. It is an explicit function from graph to graph, on the
client, and no ``delayed_optimize`` hook: on a cluster, that hook runs in the scheduler's process and gives one key two
meanings. Here what differs has different keys, as dask/dask#9888 asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dask.base import tokenize
from dask.delayed import Delayed
from dask.highlevelgraph import HighLevelGraph, MaterializedLayer
from dask.task_spec import DataNode, GraphNode, Task, TaskRef
from dask.typing import Key

from shared.cache import Cache
from shared.errors import BadInput, StepFailed
from shared.salting import Artifact, Call, Source, fold
from shared.steps import Step

Annotations = dict[str, Any]


def calls(node: Delayed, cache: Cache) -> dict[Key, Call]:
    """The key of every step in a graph -> its call, dependencies first. Nothing is run.

    A task is evaluated as Dask does it, but with artifacts in place of values: whatever its arguments are nested in,
    its call receives the artifacts in the same places. The annotation ``partition`` becomes the call's partition.
    Raises TypeError for a task that runs no ``Step``: what it does would be in nobody's salt.
    """
    graph, annotations = node.__dask_graph__().to_dict(), _annotations(node)

    def call(key: Key, inputs: Sequence[Call | Source]) -> Call | Source:
        task = graph[key]
        if isinstance(task, DataNode):
            return Source.at(task.value)
        if not (isinstance(task, Task) and isinstance(task.func, Step)):
            raise TypeError(f"{key}: {task!r} runs no step, so it has no salt")
        step, partition = task.func, annotations[key].get("partition")
        partition = partition if isinstance(partition, str) else None

        def applied(*args: Any, **kwargs: Any) -> Call:
            params = {name: value for name, value in kwargs.items() if name in step.parameters}
            return cache.call(step, _inputs(step, args, kwargs), params, partition)

        made = [one.artifact if isinstance(one, Call) else one for one in inputs]
        bound: Call = Task(key, applied, *task.args, **task.kwargs)(dict(zip(task.dependencies, made, strict=True)))
        return bound

    found: dict[Key, Call | Source] = {}
    fold(node.key, lambda key: graph[key].dependencies, call, found)
    return {key: one for key, one in found.items() if isinstance(one, Call)}


def salted(key: Key, call: Call, cache: Cache) -> Key:
    """A step's key with its salt in it, ``train-<salt>-<store>``; the key that Dask gave it where there is no salt.

    The salt as in its artifact's name, so that runs on one cluster share the work that they have in common. The store,
    because saving for one run does not save for another that keeps its artifacts elsewhere.
    """
    if call.artifact.salt is None:
        return key
    return f"{call.artifact.name.removesuffix(f'.{call.step.writes}')}-{tokenize(cache.store_url)[:8]}"


def reuse(node: Delayed, cache: Cache) -> Delayed:
    """The artifact of a delayed step, made only as far as it is not in the store.

    Walking down from the wanted key, a key with an artifact becomes ``load-<key>`` and the walk stops: what that key
    needs is not in the new graph. Any other key is kept, and followed by ``save-<key>`` on which its dependents now
    wait: no step starts before all that it builds on is stored. Without salts nothing is looked for, as out of the box
    Dask has no rule to find it by; it is saved all the same.

    What is computed is an ``Artifact`` and not its value, so that when all is done nothing has to be read, and no value
    is sent to the client that may not want it; ``cache.load`` has it. Linear in the size of the graph.
    """
    graph, annotations, steps = node.__dask_graph__().to_dict(), _annotations(node), calls(node, cache)
    found: dict[Key, Artifact | None] = {}
    todo = [node.key]
    while todo:
        key = todo.pop()
        if key not in found:
            found[key] = cache.find(steps[key]) if key in steps and cache.strategy.salts else None
            if found[key] is None:
                todo.extend(graph[key].dependencies)

    keys = {key: salted(key, steps[key], cache) if key in steps else key for key in found}
    ends = {key: f"{'load' if found[key] else 'save'}-{keys[key]}" if key in steps else key for key in found}
    layers: dict[Key, MaterializedLayer] = {}

    def add(task: GraphNode, notes: Annotations | None = None) -> None:
        layers[task.key] = MaterializedLayer({task.key: task}, annotations=notes)

    for key, artifact in found.items():
        call, task, end = steps.get(key), graph[key], ends[key]
        if call is None:
            add(task)
        elif artifact:
            add(DataNode(end, artifact) if key == node.key else Task(end, _load, cache, call, artifact))
        else:
            add(Task(keys[key], _apply, cache, call, *task.args, **task.kwargs).substitute(ends), annotations[key])
            add(Task(end, _save_target if key == node.key else _save, cache, call, TaskRef(keys[key])))
    needs = {key: set(layer[key].dependencies) for key, layer in layers.items()}
    return Delayed(ends[node.key], HighLevelGraph(layers, needs))


def _apply(cache: Cache, call: Call, /, *args: Any, **kwargs: Any) -> Any:
    with _named(call):
        return cache.apply(call, **_inputs(call.step, args, kwargs))


def _save(cache: Cache, call: Call, value: Any) -> Any:
    _save_target(cache, call, value)
    return value


def _save_target(cache: Cache, call: Call, value: Any) -> Artifact:
    with _named(call):
        return cache.commit(call, value)


def _load(cache: Cache, call: Call, artifact: Artifact) -> Any:
    with _named(call):
        return cache.load(artifact)


@contextmanager
def _named(call: Call) -> Iterator[None]:
    """Name the step in an error: Dask raises a task's exception on the client, and does not say whose it is."""
    try:
        yield
    except BadInput:
        raise
    except Exception as error:
        raise StepFailed(f"{call.key}: {type(error).__name__}: {error}") from error


def _inputs(step: Step[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a step by name, however they were given."""
    named = {name: value for name, value in kwargs.items() if name in step.inputs}
    return dict(zip(step.inputs, args, strict=False)) | named


def _annotations(node: Delayed) -> dict[Key, Annotations]:
    """Each key's annotations. A callable one depends on the key, as ``dask.annotate`` has it."""
    return {
        key: {name: value(key) if callable(value) else value for name, value in (layer.annotations or {}).items()}
        for layer in node.__dask_graph__().layers.values()
        for key in layer
    }
