"""One fault that was tried, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trial:
    kind: str
    what: str
    problem: str = ""
    """What was lost, or not said as it has to be. Empty: nothing."""
    times: int = 1
    """How often the fault befell."""
