"""Tasks that take a given time, many of them: what an engine needs for a task, and for one that it skips."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable

from saltern.steps import step


@step(version="1", writes="json")
def spin(*, number: int = 0, seconds: float = 0.0) -> int:
    """Keep a core busy, for seconds of its own time."""
    return spun(number, seconds)


def spun(number: int, seconds: float) -> int:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass
    return number


def main(*, raw: Callable[[int, float, str], object], salted: Callable[[int, float, str], object]) -> None:
    """Run it once, in this process, and print how long that took: by the clock, and of CPU, in seconds."""
    options = argparse.ArgumentParser()
    options.add_argument("way", choices=["raw", "salted"])
    options.add_argument("number", type=int)
    options.add_argument("seconds", type=float)
    options.add_argument("folder")
    given = options.parse_args()
    run = raw if given.way == "raw" else salted
    run(1, 0.0, f"{given.folder}-first")  # what is imported and compiled at a first run is not of each task
    clock, cpu = time.monotonic(), _cpu()
    run(given.number, given.seconds, given.folder)
    print(json.dumps([time.monotonic() - clock, _cpu() - cpu]))


def _cpu() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)
