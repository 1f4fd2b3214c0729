"""What the scenarios showed on one deployment, as a page of Markdown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date

from clusters.deployment import STRATEGY, Deployment
from clusters.scenarios import Finding, in_words

COLUMNS = ("scenario", "how it ended", "expected to run", "ran", "right", "seconds")


def page(deployment: Deployment, findings: Sequence[Finding], day: date, command: str) -> str:
    """Date, versions, command, processes, and a row for each scenario."""
    python = ".".join(map(str, sys.version_info[:3]))
    wrong = [finding for finding in findings if finding.complaint]
    seconds, folder = sum(one.seconds for one in findings), str(deployment.site.folder)
    rows = [
        (one.scenario, one.ended, one.expected, in_words(one.executed), one.complaint or "yes", f"{one.seconds:.1f}")
        for one in findings
    ]
    lines = [
        f"# {deployment.engine.capitalize()} on a cluster",
        "",
        f"{day}, Python {python}, {', '.join(deployment.versions())}. `{command}`, {seconds:.0f} seconds.",
        "",
        f"{deployment.processes} All are on one machine, each in a checkout of its own. They share the inputs and the "
        f"store, `{deployment.site.store.replace(folder, '/shared')}`. The strategy is `{STRATEGY}`. *Right*: "
        "the target is in the store under the name and with the bytes that a clean build of the reference engine gives "
        "it, and no step ran that was not expected to.",
        "",
        *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in (COLUMNS, ["---"] * len(COLUMNS), *rows)),
        "",
        f"{len(findings)} scenarios, {len(wrong)} not as expected.",
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
