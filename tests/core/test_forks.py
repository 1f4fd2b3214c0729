"""A fork of a process whose other threads are at work goes on, and what forks a program has is its own matter."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

from saltern import forks, watch

FORK = multiprocessing.get_context("fork")


def ends_well(in_fork: Callable[[], Any]) -> bool:
    process = FORK.Process(target=in_fork)
    process.start()
    process.join(60)
    process.kill()
    return process.exitcode == 0


def test_a_lock_that_another_thread_holds_is_free_in_a_fork() -> None:
    lock, begun, go_on = forks.lock(), threading.Event(), threading.Event()
    os.register_at_fork(before=go_on.set)  # the last is called first

    def hold() -> None:
        with lock:
            begun.set()
            go_on.wait()

    threading.Thread(target=hold).start()
    begun.wait()
    assert ends_well(lock.acquire)
    with lock:
        assert not lock.acquire(blocking=False), "here it is as it was"


def test_a_property_that_another_thread_computes_is_computed_in_a_fork() -> None:
    here, begun, go_on = os.getpid(), threading.Event(), threading.Event()

    class Slow:
        @forks.cached_property
        def answer(self) -> int:
            if os.getpid() == here:
                begun.set()
                go_on.wait()
            return 42

    slow = Slow()
    thread = threading.Thread(target=lambda: slow.answer)
    thread.start()
    begun.wait()
    assert ends_well(lambda: slow.answer)
    go_on.set()
    thread.join()
    assert vars(slow) == {"answer": 42}


def test_the_exit_code_of_a_programs_own_process_is_left_for_who_waits_for_it() -> None:
    process = FORK.Process(target=os.getpid)
    process.start()
    wait([process.sentinel])
    assert watch.elders() == []
    assert os.waitpid(process.pid or 0, 0)[1] == 0, "else it is nobody's child any more"
