"""The errors a person can act on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

# Where code lies that is not the user's: the library itself, and Python's own; other libraries are in a site-packages.
NOT_THEIRS = (Path(__file__).parent, Path(os.__file__).parent)


class BadInput(ValueError):
    """Something that the user gave is wrong. The message names the file, column or option, and says what to do.

    Every command line turns it into one line on standard error and exit status 2.
    """


class MissingInput(BadInput, FileNotFoundError):
    """An external input is not there. Engines that look for inputs themselves catch it as a FileNotFoundError."""


class StoreFailed(BadInput):
    """The store refused, and so did all further tries. It may work at another time."""


class StepFailed(RuntimeError):
    """A step failed while it ran. The command line's exit status is 1.

    ``trace`` is the traceback of what the step raised; empty where there is none.
    """

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message, trace)  # both are kept when it is pickled
        self.trace = trace

    def __str__(self) -> str:
        return str(self.args[0])

    @classmethod
    def of(cls, step: str, error: BaseException) -> Self:
        """Of a step's name and what it raised. The message is one line with the place in the user's code."""
        import traceback

        said = " ".join(f"{type(error).__name__}: {error}".split())
        place = _place(error)
        return cls(f"{step}: {said}{f' ({place})' if place else ''}", "".join(traceback.format_exception(error)))


def _place(error: BaseException) -> str | None:
    """``steps.py:12``: the last line of the user's own code on the way to an error, from the current folder on."""
    import traceback

    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        library = "site-packages" in path.parts or any(path.is_relative_to(folder) for folder in NOT_THEIRS)
        if path.is_file() and not library:
            here = Path.cwd()
            return f"{path.relative_to(here) if path.is_relative_to(here) else path}:{frame.lineno}"
    return None
