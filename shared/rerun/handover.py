"""Handover: what one engine built, any other reuses.

In two legs, as no environment holds two engines: first each leaves its builds (``give``), then each takes those of all
(``take``) and runs on them. A salt does not know which engine runs, so nothing may run again.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from saltern.errors import BadInput
from shared.engine.protocol import Engine
from shared.pipelines import PIPELINES
from shared.rerun.bench import Bench, Site, opened
from shared.rerun.harness import progress
from shared.rerun.results import Cell, Results, measured_with, merged
from shared.rerun.scenarios.scenario import Scenario, nothing
from shared.rerun.workspace import Workspace

NAME = "handover"
STRATEGIES = ("salted", "lineage", "cutoff")  # under these, an artifact's name says enough for any engine to trust it
SCENARIOS = {
    pipeline: Scenario(NAME, pipeline, "another engine built it", nothing, first="none") for pipeline in PIPELINES
}


def give(engine: Engine, folder: Path, jobs: int) -> None:
    """Build every pipeline under each strategy, and leave the stores in ``<folder>/handover/<engine>/``."""
    ours = folder / NAME / engine.name
    shutil.rmtree(ours, ignore_errors=True)

    with opened(engine) as bench:

        def build(pipeline: str, strategy: str) -> None:
            with _site(bench, pipeline, strategy) as site:
                site.build()
                shutil.copytree(site.world.store, ours / f"{pipeline}-{strategy}")

        bench.side_by_side(jobs, build, product(PIPELINES, STRATEGIES))


def take(engine: Engine, folder: Path, jobs: int) -> Results:
    """Run on what each engine left in ``<folder>/handover/``, and return the cells.

    They are added to ``<folder>/<engine>.json``. Raises BadInput when nothing was left.
    """
    left = sorted(path for path in (folder / NAME).glob("*/*") if path.is_dir())
    if not left:
        raise BadInput(f"{folder / NAME}: nothing to take; leave it with 'python -m {engine.package} handover --give'")
    cells: dict[Path, Cell] = {}
    with progress(engine) as advance, opened(engine) as bench:

        def reuse(built: Path) -> None:
            pipeline, _, strategy = built.name.partition("-")
            with _site(bench, pipeline, strategy) as site:
                shutil.copytree(built, site.world.store)
                cell = site.cell(SCENARIOS[pipeline], None)
            cells[built] = cell.model_copy(update={"partner": built.parent.name})
            advance(len(cells), len(left))

        bench.side_by_side(jobs, reuse, zip(left))
    results = measured_with(engine, [cells[built] for built in left])
    path = folder / f"{engine.name}.json"
    merged(results, path).write(path)
    return results


@contextmanager
def _site(bench: Bench, pipeline: str, strategy: str) -> Iterator[Site]:
    world = Workspace(Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=bench.scratch)), [bench.engine.package])
    try:
        yield Site(bench, world, pipeline, strategy, bench.env)
    finally:
        world.remove()
