"""What was tried and what was lost, as a page of Markdown."""

from __future__ import annotations

import json
import platform
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.trial import Trial


def write(path: Path, command: str, engine: str, trials: Sequence[Trial]) -> None:
    """The trials of one kind of faults on one engine."""
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for trial in trials:
        kinds[trial.kind][0] += trial.times
        kinds[trial.kind][1] += bool(trial.problem)
    document = {
        "command": command,
        "day": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "engine": engine,
        "kinds": kinds,
        "problems": [f"{trial.kind}: {trial.what}: {trial.problem}" for trial in trials if trial.problem],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")


def page(folder: Path) -> tuple[str, int]:
    """Of all that is there, and how often something was lost."""
    found = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    lines = [
        "# Faults",
        "",
        "After each: nothing partial or wrong was in the store, a clean run made what a clean build makes, and then",
        "every artifact was whole. After bad input: one line that names what is wrong, status 2, the store as it was.",
        "A kill that came after its run had ended does not count, nor what an interruption left untried.",
        "",
        "| fault | engine | tried | lost |",
        "| --- | --- | --- | --- |",
    ]
    for one in found:
        lines += [f"| {kind} | {one['engine']} | {tried} | {lost} |" for kind, (tried, lost) in one["kinds"].items()]
    lines += ["", *(f"- `{one['command']}` ({one['day']}, Python {one['python']})" for one in found)]
    problems = [problem for one in found for problem in one["problems"]]
    if problems:
        lines += ["", "What was lost, or not said as it has to be:", "", *(f"- {problem}" for problem in problems)]
    return "\n".join(lines) + "\n", len(problems)
