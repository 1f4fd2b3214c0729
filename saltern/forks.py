"""What a fork of a process can rely on, which has none of the other threads that its parent had.

A lock that such a thread held when the process was forked is held for ever in the fork. Engines fork (Luigi's workers),
and so do steps (pools of ``multiprocessing``).
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

T = TypeVar("T")


def lock() -> threading.Lock:
    """A lock that no other thread holds when this process is forked: the fork waits until it is free."""
    found = threading.Lock()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=found.acquire, after_in_parent=found.release, after_in_child=found.release)
    return found


class cached_property(functools.cached_property[T]):  # noqa: N801 - in the place of Python's own
    """As Python has it since 3.12: without a lock, so two threads may compute it, each the same."""

    def __init__(self, function: Callable[[Any], T]) -> None:
        super().__init__(function)
        self.lock = nullcontext()  # what Python 3.11 holds while it computes
