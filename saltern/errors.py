"""The errors a person can act on."""


class BadInput(ValueError):
    """Something the user gave is wrong: the message names the file, column or option, and the way out.

    Every command line turns it into one line on standard error and exit status 2.
    """


class MissingInput(BadInput, FileNotFoundError):
    """An external input is not there. Engines that look for inputs themselves catch it as a FileNotFoundError."""


class StepFailed(RuntimeError):
    """A step failed while it ran. The command line's exit status is 1."""
