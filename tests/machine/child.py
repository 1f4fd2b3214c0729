"""What a fresh process does for the machine, in the project's folder: a run of an engine, a clean evaluation, a prune.

``python -m tests.machine.child '{"do": "luigi", "strategy": "lineage", "store": "store", "run": "r1"}'``
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from saltern import files, remembered
from saltern.cache import Cache
from saltern.housekeeping.contents import Contents
from saltern.housekeeping.pruning import removals
from saltern.store import Store
from tests.machine import graph
from tests.machine.wirings import plain

# What is remembered is believed when it was this old, in ns. The library's own time, two seconds, is that of the
# coarsest file system: no sequence would live to see anything remembered. Those that Linux makes tick in 10 ms at most.
CLOCK_RESOLUTION = 20_000_000
CHANGES = ("open", "os.rename", "os.remove")


def die_at(moment: int, store: Path) -> None:
    """End this process, as SIGKILL does, just before its so-manieth change of a file in the store."""
    changes = itertools.count()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in CHANGES or not isinstance(arguments[0], str | os.PathLike):
            return
        reads = event == "open" and not (arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if not reads and Path(arguments[0]).is_relative_to(store) and next(changes) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def prune(store: Store) -> None:
    """As ``saltern prune --yes``."""
    for removal in [*removals(Contents.of(store), None)]:
        removal.delete()


def main(do: str, strategy: str = "", store: str = "", run: str = "", moment: int | None = None) -> Any:
    for module in (files, remembered):
        vars(module)["CLOCK_RESOLUTION"] = CLOCK_RESOLUTION
    if do == "clean":
        return plain.clean(graph.read())
    if moment is not None:
        die_at(moment, Path(store).resolve())
    if do == "prune":
        return prune(Store(store))
    wired = graph.read()
    importlib.import_module(f"tests.machine.wirings.{do}").run(wired, Cache(store, strategy, run, do))
    return plain.found(wired, Cache(store, strategy, run, "plain"))


if __name__ == "__main__":
    print("\n" + json.dumps(main(**json.loads(sys.argv[1]))))
