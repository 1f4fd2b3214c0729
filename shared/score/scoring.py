"""All edits of a score: several workers, progress, and a file that grows as they come."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from shared.engine.protocol import Engine
from shared.rerun.bench import opened
from shared.rerun.harness import progress
from shared.rerun.ingredients import SHOWN, host, ingredients
from shared.rerun.record import resumable, say_kept
from shared.score.kept import Kept, today
from shared.score.population import Population
from shared.score.results import Score
from shared.score.trials import Lane, due

PATIENCE = 60  # seconds for one run: a mutant may have no end


def score(
    engine: Engine,
    edits: int,
    seed: int,
    strategies: Sequence[str],
    folder: Path,
    jobs: int,
    *,
    only: int | None = None,
    again: bool = False,
) -> Score:
    """Measure the first ``edits`` edits of a seed, or ``only`` one of them: ``<folder>/score/<engine>.json``.

    Edits that the file holds, measured under the same conditions, are not measured again unless ``again`` says so, and
    are part of what is returned. Raises BadInput for an unknown strategy.
    """
    for name in strategies:
        engine.check(name)
    wanted = list(dict.fromkeys(strategies)) or engine.strategies
    path = folder / "score" / f"{engine.name}.json"
    numbers = [only] if only is not None else list(range(edits))
    kept = Kept(_empty(engine, seed), path)
    missing = [number for number in numbers if again or not kept.has(number, due(engine, wanted, number))]
    say_kept(len(numbers) - len(missing), len(numbers), "edits")
    if missing:
        _measure(engine, missing, seed, wanted, jobs, kept)
    return kept.of(set(numbers))


def _empty(engine: Engine, seed: int) -> Score:
    return Score(
        engine=engine.name,
        engine_version=engine.version(),
        python=platform.python_version(),
        host=host(),
        ingredients=ingredients(engine, SHOWN),
        date=today(),
        seed=seed,
        trials=[],
    )


def _measure(engine: Engine, numbers: Sequence[int], seed: int, wanted: Sequence[str], jobs: int, kept: Kept) -> None:
    todo, population = iter(numbers), Population(engine.package)
    with (
        closing(kept),
        resumable(lambda: kept.added, len(numbers), "edits"),
        progress(engine) as advance,
        opened(engine, PATIENCE) as bench,
        ExitStack() as stack,
    ):

        def work(lane: Lane) -> None:
            while (number := next(todo, None)) is not None:
                edit = population.drawn(number, seed)
                kept.add(lane.trial(edit, due(engine, wanted, number)), lane.settled)
                advance(kept.added, len(numbers))

        bench.side_by_side(jobs, work, [(Lane(bench, stack),) for _ in range(min(jobs, len(numbers)))])
