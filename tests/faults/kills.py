"""Runs that are killed at random moments, as a person, a power cut or the kernel does it when memory is short."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from tests.faults.site import Lost, Site
from tests.faults.trial import Trial


def trials(site: Site, number: int, seed: int, kind: str = "kill") -> Iterator[Trial]:
    """A new store each; one to three runs of a pipeline on it are killed, then one is let go on to its end.

    A moment is drawn from the time that a run takes. What a killed run had already ended is a kill too late: it counts
    as none.
    """
    draw = random.Random(f"kills/{seed}")
    usual = {pipeline: _seconds(site, pipeline) for pipeline in ("ml", "artists")}
    left = number
    while left > 0:
        pipeline, times = draw.choice(("ml", "artists")), min(left, draw.randint(1, 3))
        folder = site.new()
        store = site.store(folder)
        moments = [draw.uniform(0, usual[pipeline]) for _ in range(times)]
        killed, problem = 0, ""
        try:
            for moment in moments:
                killed += site.run(store, ["run", pipeline, "--json"], moment).hung
                site.check_nothing_partial(store)
            site.check_mended(store, pipeline)
        except Lost as lost:
            problem = str(lost)
        left -= times
        yield Trial(kind, f"{pipeline} killed after {', '.join(f'{one:.3f}' for one in moments)} s", problem, killed)
        site.clear(folder)


def _seconds(site: Site, pipeline: str) -> float:
    """How long a process is there that runs a pipeline on an empty store."""
    folder, begun = site.new(), time.monotonic()
    site.run(site.store(folder), ["run", pipeline, "--json"])
    site.clear(folder)
    return time.monotonic() - begun
