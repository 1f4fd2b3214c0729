"""Many sequences: ``nox -s machine -- --sequences 10000 --seed 1``. Where it was interrupted, the work goes on."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import NoReturn

from shared.engine import servers
from shared.engines import ENGINES
from tests.machine.pool import CHUNK, run
from tests.machine.sequences import Outcome
from tests.machine.summary import summary
from tests.machine.workshop import PLAIN, ROOT, python_of

WEIGHTS = f"luigi=8,dask=8,{PLAIN}=4,airflow=1,prefect=1"  # Airflow and Prefect take seconds for a run


def main() -> int:
    given = _arguments().parse_args()
    engines = _engines(given.engines)
    given.work.mkdir(parents=True, exist_ok=True)
    outcomes = given.work / f"machine-{given.seed}-{_state(given.engines)}.jsonl"
    known = [Outcome(**json.loads(line)) for line in outcomes.read_text().splitlines()] if outcomes.exists() else []
    done = {one.seed for one in known}
    seeds = [f"{given.seed}/{number}" for number in range(-(-given.sequences // CHUNK))]
    wanted = [given.only] if given.only else [seed for seed in seeds if seed not in done]
    for outcome in run(wanted, engines, given.jobs):
        if given.only:
            print(outcome.counterexample or "no counterexample")
            return int(bool(outcome.counterexample))
        known.append(outcome)
        with outcomes.open("a") as file:
            file.write(json.dumps(asdict(outcome)) + "\n")
        if outcome.counterexample:
            print(f"\nseed {outcome.seed}:\n{outcome.counterexample}", flush=True)
    known = [one for one in known if one.seed in seeds]
    page = given.summary or given.work / "machine.md"
    text = summary(known, given.seed, datetime.now(UTC).date(), page.read_text() if page.exists() else "")
    page.write_text(text)
    print(text)
    return int(any(one.counterexample for one in known))


def _arguments() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser("machine", description="Random sequences of edits, runs and accidents.")
    options.add_argument("--sequences", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--engines", default=WEIGHTS, help=f"and how often each is drawn (default: {WEIGHTS})")
    options.add_argument("--jobs", type=int, default=2, help="sequences at a time")
    options.add_argument("--only", metavar="SEED", help="draw the sequences of one seed again, as 1/17")
    options.add_argument("--work", type=Path, default=ROOT / "results", help="where outcomes are kept, to go on from")
    options.add_argument("--summary", type=Path, help="the page that gets a row (default: machine.md in --work)")
    return options


def _engines(given: str) -> list[str]:
    """Each engine as often as it is to be drawn. Ends the program where there is none of that name."""
    drawn: list[str] = []
    for word in given.split(","):
        name, _, times = word.partition("=")
        if name not in (PLAIN, *ENGINES) or not (times or "1").isdigit():
            _end(f"--engines {word}: no such engine (there are: {PLAIN}, {', '.join(ENGINES)})")
        if not python_of(name).exists():
            _end(f"--engines {name}: it has no environment; make it with 'nox -s {name} --install-only'")
        drawn += [name] * int(times or 1)
    return drawn


def _end(message: str) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


def _state(engines: str) -> str:
    """Of the library and of the machine: what was found with others is not gone on from."""
    hashed = blake2b(engines.encode(), digest_size=4)
    for folder in (ROOT / "saltern", Path(__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            hashed.update(path.read_bytes())
    return hashed.hexdigest()


if __name__ == "__main__":
    with servers.sigterm_as_exit():  # what was begun ends first, and with it all that was started
        sys.exit(main())
