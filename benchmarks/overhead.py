"""What a step costs beside its work, and whether that grows with the store: ``python benchmarks/overhead.py``.

A store with few artifacts and one with many. In each: the CPU time of the reasons of a step, of a step that is made and
of one that is reused, how often a made one waits for the disk, and the CPU time of the digest of a small file, new and
seen before. ``--against CHECKOUT`` measures another checkout too, in turns.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
FEW, TIMES = 64, 30  # artifacts in the small store, each with its manifest; calls that are measured


def filled(folder: Path, number: int) -> None:
    """A store of artifacts of other days, as a pipeline with a step a day leaves it."""
    folder.mkdir()
    facts = {"step": "day", "strategy": "salted", "digest": "0" * 64, "made": "2018-03-05", "recipe": {}, "size": 3}
    for one in range(number):
        name = f"day[{one}]-{one:016x}.json"
        (folder / name).write_text("{}\n")
        (folder / f"{name}.manifest.json").write_text(json.dumps({**facts, "name": name, "partition": str(one)}))


def ms(act: Callable[[int], object]) -> float:
    """The median of CPU milliseconds."""
    taken = []
    for index in range(TIMES):
        begun = time.process_time_ns()
        act(index)
        taken.append(time.process_time_ns() - begun)
    return statistics.median(taken) / 1e6


def measured(folder: Path) -> dict[str, float]:
    """In a process of its own, with the code that ``PYTHONPATH`` says."""
    from saltern import Cache
    from saltern.files import file_digest
    from saltern.steps import step

    @step(version="1", writes="json")
    def day(*, number: int = 0) -> int:
        return number

    found: dict[str, float] = {}
    waits = 0
    sync = os.fsync

    def counted(descriptor: Any) -> None:
        nonlocal waits
        waits += 1
        sync(descriptor)

    for label in ("few", "many"):
        cache = Cache(str(folder / label), "salted", f"run-{os.getpid()}", "plain")
        first = (os.getpid() + (label == "many")) * 10 * TIMES

        def call(index: int, cache: Cache = cache, first: int = first) -> Any:
            return cache.call(day, {}, {"number": first + index}, f"{first + index}")

        cache.make(call(-1))  # a store that was made before there were notes of the newest is listed until the first
        found[f"reasons, {label}"] = ms(lambda index, cache=cache, call=call: cache.reasons(call(index)))  # type: ignore[misc]
        waits = 0
        os.fsync = counted  # type: ignore[assignment]
        found[f"made, {label}"] = ms(lambda index, cache=cache, call=call: cache.make(call(index)))  # type: ignore[misc]
        os.fsync = sync
        found[f"fsyncs of one made, {label}"] = waits / TIMES
        found[f"reused, {label}"] = ms(lambda index, cache=cache, call=call: cache.find(call(index)))  # type: ignore[misc]
    small = [folder / f"small-{os.getpid()}-{index}" for index in range(TIMES)]
    for index, path in enumerate(small):
        path.write_bytes(b"%d" % index * 100)
        os.utime(path, (1e9, 1e9))
    time.sleep(2.1)  # a digest is kept of what was old when it was read
    found["digest of a small file, new"] = ms(lambda index: file_digest(small[index]))
    found["digest of a small file, again"] = ms(lambda index: file_digest(small[index]))
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, measured in turns")
    options.add_argument("--many", type=int, default=32_000, help="artifacts in the large store")
    options.add_argument("--one", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        return print(json.dumps(measured(given.one)))
    checkouts = [*filter(None, [given.against]), HERE.parents[1]]
    found: dict[Path, list[dict[str, float]]] = {checkout: [] for checkout in checkouts}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for label, number in (("few", FEW), ("many", given.many)):
            filled(folder / label, number)
        for checkout in checkouts * 2:
            env = {**os.environ, "PYTHONPATH": str(checkout), "SALTWORKS_CACHE_DIR": str(folder / "digests")}
            command = [sys.executable, str(HERE), "--one", str(folder)]
            ran = subprocess.run(command, env=env, cwd=scratch, stdout=subprocess.PIPE, check=True, text=True)
            found[checkout].append(json.loads(ran.stdout))
    print(f"{'ms of CPU':34}" + "".join(f"{checkout.name[-24:]:>26}" for checkout in checkouts))
    for name in found[checkouts[0]][0]:
        cells = (" / ".join(f"{one[name]:.3f}" for one in found[checkout]) for checkout in checkouts)
        print(f"{name:34}" + "".join(f"{cell:>26}" for cell in cells))


if __name__ == "__main__":
    main()
