"""The ledger: every execution is in it once, whoever writes."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from saltern.errors import BadInput
from saltern.ledger import Ledger
from saltern.store import Store

PROCESSES, EXECUTIONS = 6, 40


def _write(folder: str, writer: int) -> None:
    ledger = Ledger(Store(folder), "run")
    for number in range(EXECUTIONS):
        with ledger.executing(f"step[{writer}-{number}]"):
            pass


def test_many_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(tmp_path), writer)) for writer in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    executed = Ledger(Store(tmp_path), "run").executed()
    assert len(executed) == len(set(executed)) == PROCESSES * EXECUTIONS


def test_steps_are_listed_in_the_order_of_their_start_as_often_as_they_ran(tmp_path: Path) -> None:
    ledger = Ledger(Store(tmp_path), "run")
    for step in ("a", "b", "a"):
        with ledger.executing(step):
            pass
    assert ledger.executed() == ["a", "b", "a"]
    assert len(ledger.events("finished")) == 3


def test_runs_do_not_see_each_other(tmp_path: Path) -> None:
    with Ledger(Store(tmp_path), "one").executing("a"):
        pass
    assert Ledger(Store(tmp_path), "two").executed() == []


def test_a_step_that_fails_has_executed_and_its_error_is_kept(tmp_path: Path) -> None:
    ledger = Ledger(Store(tmp_path), "run")
    with pytest.raises(ZeroDivisionError), ledger.executing("a"):
        _ = 1 / 0
    assert ledger.executed() == ["a"]
    assert ledger.failures() == {"a": "ZeroDivisionError: division by zero"}


def test_a_step_that_refuses_its_input_has_not_executed_and_leaves_no_trace(tmp_path: Path) -> None:
    ledger = Ledger(Store(tmp_path), "run")
    with pytest.raises(BadInput), ledger.executing("a"):
        raise BadInput("no")
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_keeps_what_others_executed(tmp_path: Path) -> None:
    ledger = Ledger(Store(tmp_path), "run")
    with ledger.executing("a"):
        pass
    with pytest.raises(BadInput), ledger.executing("b"):
        raise BadInput("no")
    assert ledger.executed() == ["a"]


def test_any_store_can_hold_it() -> None:
    ledger = Ledger(Store("memory://ledger-test"), "run")
    with ledger.executing("a"):
        pass
    assert ledger.executed() == ["a"]
