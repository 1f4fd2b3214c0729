"""Whose a file is, and whose code asks for it: the user's, a library's or the system's.

What the user's own code opens counts wherever it lies. What a library opens counts if it is not the system's: every
library reads something there, such as certificates, fonts and time zones.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import FrameType

from saltern import sources
from saltern.files import is_within

_PYTHON = str(Path(os.__file__).parent)
_OURS = str(Path(__file__).parent)
_DEVICES = ("/proc/", "/sys/", "/dev/")
_MEMORY = "/dev/shm/"  # noqa: S108 - nothing is made there
# What an installation of Python has in its folder, in which a project may lie, too: ``python -m venv .``.
_INSTALLED = ("DLLs", "Lib", "Scripts", "bin", "etc", "include", "lib", "lib32", "lib64", "libexec", "share", "ssl")
_SYSTEM = ("/etc/", "/usr/", "/lib/", "/lib64/", "/bin/", "/sbin/", "/run/")


def is_pythons(file: str) -> bool:
    """Whether code is of Python's own library."""
    return file.startswith(("<frozen ", _PYTHON)) and "site-packages" not in file


def is_ours(file: str) -> bool:
    """Whether code is of this library."""
    return file.startswith(_OURS)


def asker(frame: FrameType | None) -> str:
    """The file of the code that asks, by itself or by functions of Python's own library; empty where none is seen."""
    while frame and is_pythons(frame.f_code.co_filename):
        frame = frame.f_back
    return frame.f_code.co_filename if frame else ""


def is_by_user(frame: FrameType | None, own: str = "") -> bool:
    """Whether the user's code asks.

    ``own``: the user's package, which counts as such where it is installed too. Where nobody is seen, a function of
    Python's is what a thread or a pool of the user's runs.
    """
    file = asker(frame)
    return bool(own and is_within(file, own)) or not ("site-packages" in file or is_ours(file))


def is_for_user(frame: FrameType | None) -> bool:
    """Whether the user's code asks, by itself or by libraries, of which this one is none."""
    while frame and (is_pythons(frame.f_code.co_filename) or "site-packages" in frame.f_code.co_filename):
        frame = frame.f_back
    return frame is not None and not is_ours(frame.f_code.co_filename)


@cache
def counts(folder: str, *, by_user: bool = False) -> bool:
    """Whether a step depends on what lies in a folder, if the user's code opens it or a library does."""
    place = f"{folder}/"
    if place.startswith(_DEVICES) and not place.startswith(_MEMORY):
        return False
    if sources.is_library(folder):
        return False
    if by_user:
        return True
    if any(is_within(folder, f"{prefix}/{name}") for prefix in {sys.prefix, sys.base_prefix} for name in _INSTALLED):
        return False
    if place.startswith(_SYSTEM) and not folder.startswith(tempfile.gettempdir()):
        return False
    home = str(Path.home())
    return not (is_within(folder, home) and folder[len(home) :].lstrip("/").startswith("."))
