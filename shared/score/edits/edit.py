"""What an edit is given, and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from shared.rerun.scenarios.ground import Ground
from shared.rerun.workspace import Workspace

Demanded = frozenset[str]
"""The steps that the person who makes the edit wants to run again, whatever comes of it: a raised version says so."""

Make = Callable[[Workspace, Ground, Random], Demanded]
"""Changes a workspace of the pipeline that stands on this ground."""

NOTHING: Demanded = frozenset()
