"""What many sequences showed, as a page of Markdown: a row for each time that it was run."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date

from shared.engines import ENGINES
from shared.rerun.ingredients import commit
from tests.machine.sequences import Outcome
from tests.machine.workshop import PLAIN, ROOT

DISTRIBUTIONS = {"luigi": "luigi", "dask": "dask", "airflow": "apache-airflow", "prefect": "prefect"}
COUNTED = {
    "sequences": "sequences",
    **{f"runs on {name}": name for name in ENGINES},
    "without an engine": PLAIN,
    "steps executed": "executed",
    "runs killed": "kills",
    "two at once": "two at once",
    "artifacts damaged": "damage",
    "pruned": "prunes",
    "counterexamples": "counterexamples",
}
_IS_ROW = re.compile(r"\| \d{4}-")


def summary(outcomes: Sequence[Outcome], seed: int, day: date, before: str = "") -> str:
    """``before``: the page as it was, whose rows of other commits and seeds are kept."""
    counts = sum((Counter(one.counts) for one in outcomes), Counter())
    found = [one for one in outcomes if one.counterexample]
    counts["counterexamples"] = len(found)
    own = [commit() or "none", str(seed)]
    rows = [_cells(line) for line in before.splitlines() if _IS_ROW.match(line)]
    rows = [row for row in rows if row[1:3] != own]
    rows.append([str(day), *own, *(f"{counts[name]:,}" for name in COUNTED.values())])
    totals = [sum(int(row[3 + number].replace(",", "")) for row in rows) for number in range(len(COUNTED))]
    pinned = [("hypothesis", "luigi"), *((name, engine) for engine, name in DISTRIBUTIONS.items())]
    versions = [f"{one} {_version(one, lock)}" for one, lock in pinned]
    lines = [
        "# Random sequences on random graphs",
        "",
        "Each sequence edits, runs, kills, damages, reverts and prunes a generated project of 2 to 30 steps. After "
        "each run, every artifact of the project is held against a clean evaluation. This adds a row:",
        "",
        "```console",
        "nox -s machine -- --sequences 1000 --seed 1 --summary benchmarks/results/machine.md",
        "```",
        "",
        _line(["date", "commit", "seed", *COUNTED]),
        _line(["---"] * 3 + ["--:"] * len(COUNTED)),
        *map(_line, rows),
        _line(["in all", "", "", *(f"**{total:,}**" for total in totals)]),
        "",
        f"The last row: Python {'.'.join(map(str, sys.version_info[:3]))}, {', '.join(versions)}.",
    ]
    for one in found:
        lines += ["", f"Seed {one.seed}:", "", "```text", one.counterexample, "```"]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("| ").split("|")]


def _version(distribution: str, lock: str) -> str:
    """As the lock of an environment has it."""
    text = (ROOT / "locks" / f"{lock}.txt").read_text()
    pinned = re.search(rf"^{re.escape(distribution)}==(\S+)", text, re.MULTILINE)
    return pinned[1] if pinned else "?"
