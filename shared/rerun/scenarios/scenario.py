"""A scenario: a change made to the world between two runs, and the bounds on what may rerun."""

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
    """Leave the world as it is."""


@dataclass(frozen=True)
class Scenario:
    """A change to the world between two runs of one pipeline.

    The bounds are the same for every engine and strategy: ``least`` must run after the change, ``most`` may.
    """

    name: str
    pipeline: str
    change: str
    """What is changed, in words."""
    make: Change
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    changes_target: bool = False
    """Whether a clean build differs after the change. The harness holds the scenario to it, where the first run built.
    """
    before: Change = nothing
    """How the world is made different before the first run."""
    first: First = "built"
    then: Change | None = None
    """A second change. Between the two there is a build that is not judged."""
    together: bool = False
    """Whether the judged build is two runs, started at once."""
    harms: str | None = None
    """The step whose artifact is deleted or damaged, to see whether it is made again."""
    touches: tuple[str, ...] = ()
    """The steps whose outcome the change concerns directly, as a person who knows what was changed would say.

    Told to the runs after the change in the environment variable SALTWORKS_TOUCHED. For a person who clears these and
    lets the engine go on (``airflow/clear``), that is all there is to say, but for parameters: they belong to a run
    that has been told them, and another value needs another run.
    """
    quick: bool = False
    """Whether it is among those that are run where none is named."""


def harming(name: str, pipeline: str, words: str, make: Change, step: str, *, needed: bool) -> Scenario:
    """A scenario that harms the artifact of one step: it may run again, and where the target ``needed`` it must."""
    bounds = (step,)
    return Scenario(
        name, pipeline, words, make, least=bounds if needed else (), most=bounds, harms=step, touches=bounds
    )
