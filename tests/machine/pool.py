"""Sequences on several processes, each of which keeps its fork servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.machine.sequences import Outcome, Sequences

CHUNK = 25  # sequences per seed: of those that are drawn together, as many as one waits for
MEMORY = Path("/dev/shm")  # a store on a disk waits for it at each file, whatever else is done

_sequences: Sequences


def run(seeds: Sequence[str], engines: Sequence[str], jobs: int) -> Iterator[Outcome]:
    """The outcomes of the seeds as they come, with a bar that says how far it is."""
    columns = (TextColumn("sequences"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    console = Console(stderr=True)
    totals: Counter[str] = Counter()
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (engines,))
    with pool, Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as progress:
        bar = progress.add_task("", total=len(seeds) * CHUNK, rate="")
        futures = [pool.submit(_outcome, seed) for seed in seeds]
        try:
            for future in as_completed(futures):
                outcome = future.result()
                totals.update(outcome.counts)
                progress.update(bar, advance=CHUNK, rate=f"{sum(totals[name] for name in {*engines})} runs")
                yield outcome
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(engines: Sequence[str]) -> None:
    """In each process: its fork servers live as long as it, and end when it does."""
    global _sequences
    _sequences = Sequences(engines, MEMORY if MEMORY.is_dir() else None)
    Finalize(None, _sequences.__exit__, exitpriority=1)  # a process of a pool has no other end
    _sequences.__enter__()


def _outcome(seed: str) -> Outcome:
    return _sequences.run(seed, CHUNK)
