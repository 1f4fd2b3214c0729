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
from shared.rerun.harness import measure
from shared.rerun.ingredients import content, ingredients
from shared.rerun.record import Record, resumable, say_kept
from shared.rerun.results import Cell, Place, Results
from shared.rerun.scenarios.scenario import Scenario, nothing
from shared.rerun.workspace import Workspace

NAME = "handover"
STRATEGIES = ("salted", "lineage", "cutoff")  # under these, an artifact's name says enough for any engine to trust it
SCENARIOS = {
    pipeline: Scenario(NAME, pipeline, "another engine built it", nothing, first="none") for pipeline in PIPELINES
}


def give(engine: Engine, folder: Path, jobs: int, *, again: bool = False) -> None:
    """Build every pipeline under each strategy, and leave the stores in ``<folder>/handover/<engine>/``.

    What lies there already, and was built with the same ingredients, is not built ``again``.
    """
    ours = folder / NAME / engine.name
    noted, present = ours.with_name(f"{engine.name}.ingredients"), ingredients(engine)
    if again or not noted.is_file() or noted.read_text() != present:
        shutil.rmtree(ours, ignore_errors=True)
        ours.mkdir(parents=True)
        noted.write_text(present)
    wanted = list(product(PIPELINES, STRATEGIES))
    todo = [build for build in wanted if not _left(ours, *build).exists()]
    say_kept(len(wanted) - len(todo), len(wanted), "builds", "made")
    if not todo:
        return

    with resumable(lambda: len(list(ours.iterdir())), len(wanted), "builds"), opened(engine) as bench:

        def build(pipeline: str, strategy: str) -> None:
            with _site(bench, pipeline, strategy) as site, tempfile.TemporaryDirectory(dir=folder) as half:
                site.build()
                shutil.copytree(site.world.store, Path(half) / "store").rename(_left(ours, pipeline, strategy))

        bench.side_by_side(jobs, build, todo)


def _left(folder: Path, pipeline: str, strategy: str) -> Path:
    return folder / f"{pipeline}-{strategy}"


def take(engine: Engine, folder: Path, jobs: int, *, again: bool = False) -> Results:
    """Run on what each engine left in ``<folder>/handover/``, and return the cells.

    They are added to ``<folder>/<engine>.json`` as they come. A cell that is there, of the same build and ingredients,
    is not measured ``again``. Raises BadInput when nothing was left.
    """
    left = sorted(path for path in (folder / NAME).glob("*/*") if path.is_dir())
    if not left:
        raise BadInput(f"{folder / NAME}: nothing to take; leave it with 'python -m {engine.package} handover --give'")
    record = Record(engine, folder)
    todo: dict[Path, str] = {}
    for built in left:
        cell, taken = record.known(_place(built)), content(built, ["."])
        if again or cell is None or cell.taken != taken:
            todo[built] = taken

    def reuse(bench: Bench, built: Path, taken: str) -> Iterator[Cell]:
        pipeline, strategy, _, partner = _place(built)
        with _site(bench, pipeline, strategy) as site:
            shutil.copytree(built, site.world.store)
            cell = site.cell(SCENARIOS[pipeline], None)
        yield cell.model_copy(update={"partner": partner, "taken": taken})

    measure(engine, record, jobs, reuse, todo.items(), len(left) - len(todo), len(left))
    return record.results(map(_place, left))


def _place(built: Path) -> Place:
    pipeline, _, strategy = built.name.partition("-")
    return pipeline, strategy, NAME, built.parent.name


@contextmanager
def _site(bench: Bench, pipeline: str, strategy: str) -> Iterator[Site]:
    world = Workspace(Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=bench.scratch)), [bench.engine.package])
    try:
        yield Site(bench, world, pipeline, strategy, bench.env)
    finally:
        world.remove()
