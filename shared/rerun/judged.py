"""What came of the commits of a project that were built: in a word, in a sentence, on a page."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["exact", "wasteful", "stale", "error", "fails"]
ODD = {"error": "failed where a clean build did not", "fails": "could not be built at all"}


@dataclass
class Judged:
    """A commit. ``fails``: neither build succeeds, as the project's own code is broken."""

    commit: str
    subject: str
    state: State
    steps: int  # artifacts of the clean build
    executed: list[str]
    stale: list[str] = field(default_factory=list)  # not as the clean build makes them
    wasted: list[str] = field(default_factory=list)  # executed, and made what they had made for the commit before
    seconds: float = 0.0
    clean_seconds: float = 0.0
    note: str = ""


def sentence(judged: Sequence[Judged]) -> str:
    """All in one sentence."""
    count = {state: sum(one.state == state for one in judged) for state in ("stale", "wasteful", "error", "fails")}
    saved = sum(one.clean_seconds - one.seconds for one in judged if one.state in ("exact", "wasteful"))
    executed, steps = sum(len(one.executed) for one in judged), sum(one.steps for one in judged)
    odd = "".join(f", {count[state]} {words}" for state, words in ODD.items() if count[state])
    return (
        f"of {len(judged)} commits, stale {count['stale']}, wasteful {count['wasteful']}{odd}; "
        f"{executed} of {steps} steps executed, {saved / 60:.1f} minutes saved"
    )


def line(one: Judged) -> str:
    """One commit, and what is to be said of it."""
    return f"{one.commit} {one.state}: {told(one)} ({one.subject})"


def told(one: Judged) -> str:
    """The steps that are not as they should be, or why there is none."""
    return ", ".join(one.stale or one.wasted) or one.note


def page(walked: Sequence[Mapping[str, Any]]) -> str:
    """Markdown about several projects. ``walked``: what ``history`` has written of each."""
    lines = [
        "# Histories",
        "",
        f"Python {platform.python_version()}, `nox -s history`. Each commit is built on what those before it left, and "
        "into an empty store.",
        "",
        "A commit is stale where an artifact is not as the clean build makes it, and wasteful where a step executed "
        "and made what it had made for the commit before.",
        "",
        *(f"- {one['project']}, {one['day']}: {one['sentence']}" for one in walked),
    ]
    for one in walked:
        odd = [Judged(**commit) for commit in one["commits"] if commit["state"] != "exact"]
        lines += ["", f"## {one['project']}", "", "| commit | | steps |", "|---|---|---|"]
        lines += [f"| {each.subject} | {each.state} | {told(each)} |" for each in odd]
    return "\n".join(lines) + "\n"
