"""Verdicts: what a scenario showed, from the ledger and from a clean build of the same changed project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Literal

Verdict = Literal["exact", "wasteful", "stale", "error"]
VERDICTS: tuple[Verdict, ...] = ("exact", "wasteful", "stale", "error")


def judge(executed: Sequence[str], target: str | None, clean: str, most: Iterable[str]) -> Verdict:
    """The verdict on a run that succeeded.

    ``executed`` lists the steps that the ledger saw, ``target`` and ``clean`` are the digests of the target artifact
    and of the clean build's, ``most`` are the steps that were allowed to run, once each.
    """
    if target is None:
        return "error"
    if target != clean:
        return "stale"
    return "wasteful" if needless(executed, most) else "exact"


def needless(executed: Sequence[str], most: Iterable[str]) -> list[str]:
    """The executions that were not allowed: of other steps, or a second time."""
    return sorted((Counter(executed) - Counter(set(most))).elements())


def overlooked(executed: Sequence[str], least: Iterable[str]) -> list[str]:
    """The steps that had to run and did not. Where the target is right all the same, it is right by luck."""
    return sorted(set(least) - set(executed))


def disputed(claimed: Mapping[str, str], executed: Iterable[str], says_ran: Container[str]) -> list[str]:
    """The steps of which the engine and the ledger do not say the same.

    ``says_ran`` are the words by which the engine claims that a step ran. What it says nothing of, it claims not to
    have run.
    """
    said = {step for step, word in claimed.items() if word in says_ran}
    return sorted(said ^ set(executed))
