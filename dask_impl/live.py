"""Dask's own way of keeping results from run to run: publish them on a cluster that lives on.

What is published stays in the workers' memory when the client that asked for it is gone. The key that Dask derives from
a pure function and its arguments is the same in every run, and what a cluster holds under a key it does not compute
again. Such a key knows a function by its name and a file by its path: edits of either go unseen, and workers keep the
code that they loaded first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dask.delayed import Delayed
from dask.task_spec import List, Task, TaskRef
from distributed import Client

from saltern.cache import Cache
from saltern.dask import Wiring
from saltern.dask.tasks import as_stored, commit


def fronts(node: Delayed, cache: Cache, client: Client) -> Iterator[Delayed]:
    """What to compute, as ``salting.fronts`` has it. When it is computed, all steps are published under its key.

    Each run stores every artifact, whether the cluster computed its value now or held it: writing is no pure task.
    """
    wiring = Wiring(node, cache)
    pure, saves = dict(wiring.tasks), {}
    for key, call in wiring.calls().items():
        task = wiring.task(key)
        pure[key] = Task(key, as_stored, cache, call, *task.args, **task.kwargs)
        save = f"save:{key}-{cache.run}"
        saves[save] = Task(save, commit, cache, call, TaskRef(key))
    steps = client.persist([Delayed(key, pure) for key in pure])
    front = Task(f"front-{cache.run}", list, List(*map(TaskRef, saves)))
    yield Delayed(front.key, {**pure, **saves, front.key: front})
    client.publish_dataset(steps, name=node.key, override=True)  # a run beside this one may have published the same
