"""What many sequences showed, as a page of Markdown."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date

from tests.machine.sequences import Outcome
from tests.machine.workshop import PLAIN, ROOT

DISTRIBUTIONS = {"luigi": "luigi", "dask": "dask", "airflow": "apache-airflow", "prefect": "prefect"}


def summary(outcomes: Sequence[Outcome], command: str, day: date, engines: Sequence[str]) -> str:
    counts = sum((Counter(one.counts) for one in outcomes), Counter())
    found = [one for one in outcomes if one.counterexample]
    versions = ", ".join(f"{DISTRIBUTIONS[name]} {_version(DISTRIBUTIONS[name], name)}" for name in engines)
    python = ".".join(map(str, sys.version_info[:3]))
    lines = [
        "# Random sequences on random graphs",
        "",
        f"{day}, Python {python}, hypothesis {_version('hypothesis', 'luigi')}, {versions}. `{command}`, "
        f"{sum(one.seconds for one in outcomes) / 3600:.1f} hours of one process.",
        "",
        "Each sequence edits, runs, kills, damages, reverts and prunes a generated project of 2 to 30 steps. After "
        "each run, every artifact of the project is held against a clean evaluation.",
        "",
        f"- {counts['sequences']} sequences, {sum(counts[name] for name in (PLAIN, *engines))} runs: "
        + ", ".join(f"{counts[name]} {name}" for name in (PLAIN, *engines) if counts[name]),
        f"- {counts['executed']} steps executed, {counts['kills']} runs killed, {counts['two at once']} times two runs "
        f"at once, {counts['damage']} artifacts damaged, {counts['prunes']} times pruned",
        f"- {len(found)} counterexamples",
    ]
    for one in found:
        lines += ["", f"Seed {one.seed}:", "", "```text", one.counterexample, "```"]
    return "\n".join(lines) + "\n"


def _version(distribution: str, lock: str) -> str:
    """As the lock of an environment has it."""
    text = (ROOT / "locks" / f"{lock}.txt").read_text()
    pinned = re.search(rf"^{re.escape(distribution)}==(\S+)", text, re.MULTILINE)
    return pinned[1] if pinned else "?"
