"""A scenario: a change to a workspace between two runs, and the limits on which steps may run again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from shared.rerun.workspace import Workspace

Change = Callable[[Workspace], None]

First = Literal["built", "killed", "failed", "refused", "none"]
"""How the first run ends: it builds the target; a signal kills it; a step of it fails (exit status 1); its input is
refused (exit status 2, nothing executed). Or there is none."""


def nothing(world: Workspace) -> None:
    """Change nothing."""


@dataclass(frozen=True)
class Scenario:
    """A change to a workspace between two runs of one pipeline.

    The limits are the same for every engine and strategy: the steps in ``least`` must run after the change, and those
    in ``most`` may.
    """

    name: str
    pipeline: str
    change: str
    """What is changed, in words."""
    make: Change
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    changes_target: bool = False
    """Whether a clean build differs after the change. The harness checks this, if the first run built the target."""
    before: Change = nothing
    """What is changed in the workspace before the first run."""
    first: First = "built"
    then: Change | None = None
    """A second change. Between the two there is a build that is not judged."""
    together: bool = False
    """Whether the judged build is two runs, started at once."""
    harms: str | None = None
    """The step whose artifact is deleted or damaged, to see whether it is made again."""
    touches: tuple[str, ...] = ()
    """The steps that the change concerns directly, as a person would say who knows what was changed.

    The runs after the change get them in the environment variable SALTWORKS_TOUCHED. ``airflow/clear`` clears these
    steps, as a person would. Parameters are the exception: they belong to a run, so another value needs another run.
    """
    quick: bool = False
    """Whether it is among the scenarios that run when none is named."""


def harming(name: str, pipeline: str, words: str, make: Change, step: str, *, needed: bool) -> Scenario:
    """A scenario that harms the artifact of one step: it may run again, and where the target ``needed`` it must."""
    bounds = (step,)
    return Scenario(
        name, pipeline, words, make, least=bounds if needed else (), most=bounds, harms=step, touches=bounds
    )
