"""How each of our command lines starts and ends: errors said in one line, and the exit status."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from typing import NoReturn

import typer

from saltern.errors import BadInput, StepFailed


def start(app: typer.Typer, program: str) -> NoReturn:
    """Run a command line under a name (``saltern``) and exit, with errors said in one line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name of a file need not be text
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr, force=True)
    try:
        status = app(standalone_mode=False, prog_name=program)
        if status == 130:  # Typer takes Ctrl-C for an exit with this status, without a word
            _complain("interrupted", status)
    except typer.TyperException as error:
        status = _complain(error.format_message().replace("\n", " "), 2)
    except BadInput as error:
        status = _complain(str(error), 2)
    except StepFailed as error:
        status = _complain(str(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        status = _complain("interrupted", 130)
    except BrokenPipeError:
        status = _cut_short()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = _cut_short()
    sys.exit(status or 0)


def _cut_short() -> int:
    """Nobody reads on, as in ``ls | head``. A shell's programs end with this status then, without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _complain(message: str, status: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return status
