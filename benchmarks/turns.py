"""What processes take that are run in turns, printed as a table; and files of plays for them to read."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Taken(NamedTuple):
    """Of a process: seconds by the clock, seconds of CPU with those of its children, peak of memory in MB, output."""

    clock: float
    cpu: float
    peak: float
    output: str


def taken(command: Sequence[str], env: Mapping[str, str], cwd: Path = ROOT) -> Taken:
    """What a command takes. Raises RuntimeError where it fails."""
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(command)}: {errors.read()[-2000:]}{output[-500:]}")
    return Taken(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def in_turns(variants: Mapping[str, Callable[[], Taken]], turns: int) -> dict[str, list[Taken]]:
    """Each variant, and all again: so that what else the machine does befalls all of them."""
    found: dict[str, list[Taken]] = {name: [] for name in variants}
    for _ in range(turns):
        for name, run in variants.items():
            found[name].append(run())
    return found


def table(found: Mapping[str, Sequence[Taken]], to: str) -> None:
    """A line for each variant; ratios are the median of those of each turn."""
    heads = ("", "clock, s", "CPU, s", "peak, MB", "ratio by the clock", "ratio of CPU")
    print(f"\n| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    for name, taken in found.items():
        against = list(zip(taken, found[to], strict=True))
        clock = statistics.median(one.clock / raw.clock for one, raw in against)
        cpu = statistics.median(one.cpu / raw.cpu for one, raw in against)
        cells = (" / ".join(f"{one[index]:.{digits}f}" for one in taken) for index, digits in ((0, 2), (1, 2), (2, 0)))
        print(f"| {name} | {' | '.join(cells)} | {clock:.2f} | {cpu:.2f} |", flush=True)


def plays(folder: Path, days: int, each: int) -> Path:
    """A folder with a file of plays for each day, the same for the same numbers."""
    folder.mkdir(parents=True)
    drawn = random.Random(days * each)  # noqa: S311 - so that it is the same each time
    artists = [int(drawn.paretovariate(0.5)) % 50_000 for _ in range(100_000)]
    block = [f"user-{number % 1000}\tartist-{artist}\ttrack-{number}\n" for number, artist in enumerate(artists)]
    for number in range(days):
        start = drawn.randrange(len(block))
        with (folder / f"{date(2018, 1, 1) + timedelta(days=number)}.tsv").open("w") as file:
            file.write("user\tartist\ttrack\n")
            for done in range(0, each, len(block)):
                lines = block[start:] + block[:start]
                file.writelines(lines[: each - done])
    return folder
