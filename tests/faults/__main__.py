"""Faults on one engine, in its environment: ``python -m tests.faults luigi --kills 100``; ``nox -s faults`` for all.

Writes what was tried into the folder of the results. ``python -m tests.faults`` alone makes the page of what is there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from shared.engine.servers import sigterm_as_exit
from shared.engines import ENGINES
from shared.pipelines import PROJECT
from tests.faults import bucket, disks, inputs, kills
from tests.faults.site import Site, opened
from tests.faults.summary import page, write
from tests.faults.trial import Trial

KINDS = ("kills", "inputs", "disks", "bucket")
MEMORY = Path("/dev/shm")  # a store on a disk waits for it at each file


def main() -> int:
    options = argparse.ArgumentParser("faults", description="Faults, and what is lost by them.")
    options.add_argument("engine", nargs="?", choices=[*ENGINES, "reference"], help="default: none, but the page")
    options.add_argument("--kills", type=int, default=20, help="runs that are killed at random moments (default: 20)")
    options.add_argument("--inputs", type=int, default=200, help="bad inputs (default: 200)")
    options.add_argument("--bucket", type=int, default=60, help="kills and bad answers of a store on S3 (default: 60)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", choices=KINDS, action="append", help="one kind of faults; may be repeated")
    options.add_argument("--results", type=Path, default=PROJECT / "results" / "faults", metavar="FOLDER")
    given = options.parse_args()
    lost = 0
    if given.engine:
        place = MEMORY if MEMORY.is_dir() else None
        with (
            sigterm_as_exit(),
            tempfile.TemporaryDirectory(prefix="faults-", dir=place) as folder,
            opened(given.engine, Path(folder).resolve()) as site,
        ):
            for kind in given.only or KINDS:
                lost += _tried(site, kind, given)
    given.results.mkdir(parents=True, exist_ok=True)
    text, lost_of_all = page(given.results)
    (given.results / "faults.md").write_text(text)
    print(text)
    return int((lost if given.engine else lost_of_all) > 0)


def _tried(site: Site, kind: str, given: argparse.Namespace) -> int:
    """Try one kind of faults, and keep what came of it. How often something was lost."""
    trials = {
        "kills": lambda: kills.trials(site, given.kills, given.seed),
        "inputs": lambda: inputs.trials(site, given.inputs, given.seed),
        "disks": lambda: disks.trials(site),
        "bucket": lambda: bucket.trials(site, given.bucket, given.seed),
    }
    done: list[Trial] = []
    try:
        for trial in trials[kind]():
            done.append(trial)
            if trial.problem:
                print(f"{trial.kind}: {trial.what}: {trial.problem}", flush=True)
    finally:  # what was tried before an interruption counts too
        command = f"python -m tests.faults {given.engine} --only {kind}"
        command += f" --{kind} {vars(given)[kind]} --seed {given.seed}" if kind in vars(given) else ""
        engine = f"{given.engine} {site.engine.version()}"
        write(given.results / f"{given.engine}-{kind}.json", command, engine, done)
    return sum(bool(trial.problem) for trial in done)


if __name__ == "__main__":
    sys.exit(main())
