"""Luigi's own ways beside the one out of the box: what its users put into ``Task.output`` and ``Task.complete``.

``luigi/params``: the parameters are in the output's name, as in Luigi's example, so another one is another output.
``luigi/mtime``: a task is up to date when its output, and each below, is no older than its own inputs, as in make.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import luigi

from luigi_impl import MTIME, PARAMS
from saltern import luigi as salted
from saltern.strategies import STRATEGIES
from saltern.walk import fold


class SaltedTask(salted.SaltedTask):
    """The library's task, which may be asked to go by the times of files instead of salts."""

    strategy = luigi.ChoiceParameter("salted", choices=[*STRATEGIES, PARAMS, MTIME], positional=False)

    def up_to_date(self) -> bool:
        return super().up_to_date() and (self.strategy != MTIME or _in_order_of_time(self))


def _in_order_of_time(task: luigi.Task) -> bool:
    """Whether a task's output, and each that it is made from, is there and no older than its own inputs: make's rule.

    Luigi leaves the rule to ``Task.complete``, and this is what its users put there, after
    https://stackoverflow.com/a/29304506. That asks a task once for each path that leads to it; this asks it once.
    """

    def written(task: luigi.Task, inputs: Sequence[float | None]) -> float | None:
        """When its output was, in seconds since 1970; None where it is missing or out of date."""
        try:
            mine: float = Path(task.output().path).stat().st_mtime
        except FileNotFoundError:
            return None
        return mine if all(theirs is not None and theirs <= mine for theirs in inputs) else None

    return fold(task, luigi.Task.deps, written, {}) is not None
