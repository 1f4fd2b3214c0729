"""A store on S3: runs that are killed while they talk to it, and a server that answers badly, for a while or not."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from clusters.s3 import Kind, Server, serving
from saltern.places import leases
from shared.rerun.fresh import Finished
from tests.faults import kills
from tests.faults.site import Lost, Site
from tests.faults.trial import Trial

TRIES = 3  # of a request. Two that fail are then no loss
FOR_GOOD = 10**9
PASSING: tuple[Kind, ...] = ("500", "503", "cut", "half")  # what is tried again
KINDS: tuple[Kind, ...] = (*PASSING, "403")


@dataclass(frozen=True)
class OnS3(Site):
    """The same engine, with its stores on S3."""

    s3: Server = field(kw_only=True)

    def store(self, folder: Path) -> str:
        return self.s3.bucket()

    def run(self, store: Path | str, words: Sequence[str], patience: float | None = None, **world: int) -> Finished:
        finished = super().run(store, words, patience, **world)
        if finished.hung:  # nobody waits here until the lease of who was killed is over
            self.s3.later(leases.SECONDS + 1)
        return finished


def trials(site: Site, number: int, seed: int) -> Iterator[Trial]:
    """Half of the trials are runs that are killed, half are requests that fail."""
    with serving() as server:
        env = {**server.env, "AWS_MAX_ATTEMPTS": str(TRIES)}
        there = OnS3(site.engine, site.server, site.folder, {**site.env, **env}, site._numbers, s3=server)
        with patch.dict(os.environ, env):  # as this process looks into the stores too
            yield from kills.trials(there, number // 2, seed, "S3: kill")
            yield from _answers(there, number - number // 2, seed)


def _answers(site: OnS3, number: int, seed: int) -> Iterator[Trial]:
    """From some request on, which is drawn, one, two or all are answered badly, in one way."""
    draw = random.Random(f"answers/{seed}")
    usual = {pipeline: _requests(site, pipeline) for pipeline in ("ml", "artists")}
    for _ in range(number):
        pipeline, kind = draw.choice(("ml", "artists")), draw.choice(KINDS)
        times, skip = draw.choice((1, TRIES - 1, FOR_GOOD)), draw.randrange(usual[pipeline])
        store, problem = site.store(site.folder), ""
        fault = site.s3.fault(kind, times=times, skip=skip)
        finished = site.run(store, ["run", pipeline, "--json"])
        site.s3.faults.clear()
        try:
            _said(finished, store, passing=kind in PASSING and times < TRIES)
            site.check_nothing_partial(store)
            site.s3.later(leases.SECONDS + 1)  # of a lease that could not be given back
            site.check_mended(store, pipeline)
        except Lost as lost:
            problem = str(lost)
        often = "for good" if times == FOR_GOOD else f"{times} times"
        yield Trial(
            "S3: bad answer",
            f"{pipeline}, {kind} from request {skip + 1} on, {often}",
            problem,
            int(fault.happened > 0),
        )


def _requests(site: OnS3, pipeline: str) -> int:
    """How many requests a run of a pipeline on an empty store takes."""
    site.s3.requests.clear()
    site.run(site.store(site.folder), ["run", pipeline, "--json"])
    return len(site.s3.requests)


def _said(finished: Finished, store: str, *, passing: bool) -> None:
    """What is over in a moment is no failure; what is not is one line that names the store."""
    if finished.hung:
        raise Lost("hangs")
    if finished.status == 0:
        return
    last = finished.complaint
    if passing:
        raise Lost(f"not tried again: {last}")
    if not last.startswith("error: ") or store not in last:
        raise Lost(f"does not name the store in a line: {last}")
