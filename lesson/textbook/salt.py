"""The textbook salt: a short recursive function, good for showing the idea on a small graph.

After https://github.com/gorlins/salted and the class that grew from it, in which the file's name had six digits of it.
It is written as it was taught, faults included. The salt of this project is in ``saltern/strategies.py``.
"""

from __future__ import annotations

from hashlib import sha256

import luigi
from luigi.task import flatten

DIGITS = 6  # hex digits in the file's name: 24 bits


def get_salted_version(task: luigi.Task) -> str:
    """64 hex digits that stand for a task and all below it: class name, version and significant parameters."""
    message = ""
    for needed in flatten(task.requires()):
        message += get_salted_version(needed)
    params = [f"{name}={task.param_kwargs[name]!r}" for name, param in sorted(task.get_params()) if param.significant]
    message += ",".join([type(task).__name__, task.__version__, *params])
    return sha256(message.encode()).hexdigest()


def salted_target(task: luigi.Task, pattern: str) -> luigi.LocalTarget:
    """The file that a task makes; ``{salt}`` in the pattern becomes the beginning of the task's salt."""
    return luigi.LocalTarget(pattern.format(task=task, salt=get_salted_version(task)[:DIGITS]))
