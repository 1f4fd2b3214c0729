"""How long the commands of ``saltern`` take on a large store: ``python benchmarks/housekeeping.py``.

The store is what a cache has left of a project with a step for each day and one above each ten of them, under
``lineage``. Half of the days were made by an earlier version of the step, so that half of the store can go. Of each
command: the seconds until its first output and until its end, and its peak of memory. ``--against CHECKOUT`` measures
another checkout too. A command that takes longer than ``--patience`` is ended.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve()
STEPS = """\
from saltern import step


@step(version="{version}", writes="json")
def day(*, number: int = 0):
    return number


@step(version="1", writes="json")
def total(counts):
    return sum(counts.values())
"""
# Makes the artifacts; no file waits for the disk, which is not what is measured.
FILL = """\
import os, sys
import steps
from saltern import Cache

os.fsync = lambda descriptor: None
cache, made = Cache("store", "lineage", "run", "plain"), {}
for number in range(int(sys.argv[1]), int(sys.argv[2])):
    made[str(number)] = cache.commit(cache.call(steps.day, {}, {"number": number}, str(number)), number)
    if len(made) == 10:
        cache.commit(cache.call(steps.total, {"counts": made}, {}, str(number // 10)), 0)
        made = {}
"""
COMMANDS = {  # the last one changes the store
    "ls": ["ls", "store"],
    "ls --json": ["ls", "store", "--json"],
    "ls | head -1": ["ls", "store"],
    "show": ["show", "store", "total[1]"],
    "verify": ["verify", "store"],
    "prune": ["prune", "store"],
    "prune --yes": ["prune", "store", "--yes"],
}


def fill(folder: Path, artifacts: int) -> None:
    """A project in a folder, and its store."""
    days = artifacts * 10 // 11
    for version, first, last in (("0", 0, days // 20 * 10), ("1", days // 20 * 10, days)):
        (folder / "steps.py").write_text(STEPS.format(version=version))
        command = [sys.executable, "-B", "-c", FILL, str(first), str(last)]
        subprocess.run(command, cwd=folder, check=True, env={**os.environ, "PYTHONPATH": f"{HERE.parents[1]}:."})


def measured(command: str, folder: Path, checkout: Path, patience: float) -> list[str]:
    """Seconds to the first output and to the end, peak of memory in MB, and lines of output."""
    env = {**os.environ, "PYTHONPATH": f"{checkout}:.", "SALTWORKS_CACHE_DIR": str(folder / "digests")}
    words = [sys.executable, "-B", "-m", "saltern", *COMMANDS[command]]
    begun = time.monotonic()
    process = subprocess.Popen(words, cwd=folder, env=env, stdout=subprocess.PIPE)
    assert process.stdout is not None
    end = threading.Timer(patience, process.send_signal, [signal.SIGKILL])
    end.start()
    lines, first = 0, float("nan")
    for _ in process.stdout:
        lines += 1
        first = time.monotonic() - begun if lines == 1 else first
        if "head" in command:
            break
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    end.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    taken = time.monotonic() - begun
    hung = process.returncode == -signal.SIGKILL
    cells = [f"{first:.1f}", f"> {patience:.0f}" if hung else f"{taken:.1f}", f"{usage.ru_utime + usage.ru_stime:.1f}"]
    return [*cells, f"{usage.ru_maxrss / 1024:.0f}", str(lines)]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--artifacts", type=int, default=100_000)
    options.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, measured first")
    options.add_argument("--patience", type=float, default=300, metavar="SECONDS", help="for one command")
    options.add_argument("--work", type=Path, metavar="FOLDER", help="where the store is made, and kept")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.work or Path(scratch)).absolute()
        if not (folder / "store").exists():
            folder.mkdir(exist_ok=True)
            fill(folder, given.artifacts)
        print("| command | checkout | first output, s | all, s | CPU, s | peak, MB | lines |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for command in COMMANDS:
            # only one may delete what there is
            for checkout in [HERE.parents[1]] if "--yes" in command else filter(None, [given.against, HERE.parents[1]]):
                cells = measured(command, folder, checkout.absolute(), given.patience)
                print(f"| `{command}` | {checkout.name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
