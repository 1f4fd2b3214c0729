"""Salted tasks as Luigi's users write them: many builds in one process, outputs and requirements of every form."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import luigi
import pytest
from luigi.mock import MockTarget

from saltern.luigi import Requirement, Requires, SaltedOutput, SaltedTask
from saltern.steps import Step
from tests.conformance.adapters import steps


class One(luigi.ExternalTask):
    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget("one.txt")


class Numbers(SaltedTask):
    step = steps.numbers

    requires = Requires()
    file = Requirement(One)
    output = SaltedOutput()


class Total(SaltedTask):
    step = steps.total
    factor = luigi.IntParameter(step.parameters["factor"])

    requires = Requires()
    values = Requirement(Numbers)
    output = SaltedOutput()


@pytest.fixture
def broken() -> Iterator[list[str]]:
    """What Luigi says of tasks that it could not schedule."""
    said: list[str] = []

    @luigi.Task.event_handler(luigi.Event.BROKEN_TASK)
    def listen(_task: luigi.Task, error: BaseException) -> None:
        said.append(f"{type(error).__name__}: {error}")

    yield said
    luigi.Task.remove_event_handler(luigi.Event.BROKEN_TASK, listen)


def built(task: SaltedTask, **options: Any) -> Any:
    """What a build in this process makes."""
    assert luigi.build([task], local_scheduler=True, log_level="CRITICAL", **options)
    found = task.cache.find(task.step_call)  # type: ignore[arg-type]
    assert found is not None
    return task.cache.load(found)


def task_of(step: Step[..., Any], **body: Any) -> SaltedTask:
    composed = {"step": step, "requires": Requires(), "output": SaltedOutput(), "__module__": __name__, **body}
    composed_class: type[SaltedTask] = type(f"Task{os.urandom(4).hex()}", (SaltedTask,), composed)
    return composed_class(strategy="lineage")


def external(output: Callable[[luigi.Task], Any]) -> type[luigi.Task]:
    return type("External", (luigi.ExternalTask,), {"output": output, "__module__": __name__})


@pytest.mark.parametrize("options", [{}, {"workers": 2}, {"parallel_scheduling": True}])
@pytest.mark.parametrize("strategy", ["lineage", "cutoff"])
def test_a_second_build_in_one_process_sees_what_has_changed(strategy: str, options: dict[str, Any]) -> None:
    """Luigi keeps its tasks from build to build: the same instance is asked again."""
    wanted = Total(strategy=strategy)
    assert built(wanted, **options) == 6
    Path("one.txt").write_text("10 20 30")
    assert built(wanted, **options) == 60
    Path("one.txt").write_text("100 200 300")
    assert built(Numbers(strategy=strategy), **options) == [100, 200, 300]
    Path("one.txt").write_text("7")
    assert built(wanted, **options) == 7, "only one that it needs was built last"


@pytest.mark.parametrize(("workers", "is_here"), [(1, True), (2, False)])
def test_where_a_worker_forks_so_does_what_verifies(workers: int, is_here: bool) -> None:
    """A fork of a process in which polars or OpenMP has started threads would wait for them for ever."""
    built(task_of(steps.process, file=Requirement(One)))
    options = {"run_id": luigi.Parameter("later", significant=False), "verify": luigi.FloatParameter(1.0)}
    built(task_of(steps.process, file=Requirement(One), **options), workers=workers)
    first, verifying = Path("one.txt.pids").read_text().split()
    assert first == str(os.getpid())
    assert (verifying == first) == is_here


def test_outside_of_a_build_a_task_is_asked_anew() -> None:
    wanted = Total(strategy="lineage")
    assert not wanted.complete()
    built(wanted)
    assert wanted.complete()
    Path("one.txt").write_text("9")
    assert not wanted.complete()


def test_the_outputs_of_a_task_that_is_not_salted_are_inputs_as_it_has_them() -> None:
    one, two = luigi.LocalTarget("one.txt"), luigi.LocalTarget("two.txt")
    paths = [Path("one.txt").resolve(), Path("two.txt").resolve()]
    several = task_of(steps.shown, given=Requirement(external(lambda _: [one, two])))
    assert built(several) == repr(paths)
    by_name = task_of(steps.shown, given=Requirement(external(lambda _: {"b": one, "a": [two]})))
    assert built(by_name) == repr({"b": paths[0], "a": [paths[1]]})
    Path("two.txt").write_text("6")
    assert not several.complete()
    assert not by_name.complete()


def test_several_tasks_may_be_one_input() -> None:
    tasks: dict[str, Any] = {"given": [Numbers(strategy="lineage"), {"b": Total(strategy="lineage"), "a": One()}]}
    wanted = task_of(steps.shown, requires=lambda _: tasks)
    assert built(wanted) == repr([[1, 2, 3], {"b": 6, "a": Path("one.txt").resolve()}])
    Path("one.txt").write_text("5")
    assert built(wanted) == repr([[5], {"b": 5, "a": Path("one.txt").resolve()}])


class Upper(luigi.Task):
    """Made again when its own input is newer, as Luigi's users write it."""

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget("upper.txt")

    def complete(self) -> bool:
        made, source = Path("upper.txt"), Path("words.txt")
        return made.exists() and made.stat().st_mtime_ns > source.stat().st_mtime_ns

    def run(self) -> None:
        Path("upper.txt").write_text(Path("words.txt").read_text().upper())
        os.utime("upper.txt", (2_000_000_000, Path("words.txt").stat().st_mtime + 1))


def test_a_task_that_is_not_salted_is_an_input_once_it_is_complete() -> None:
    """Its output may be there, and old: then Luigi runs it before the step."""
    wanted = task_of(steps.text, file=Requirement(Upper))
    Path("words.txt").write_text("old")
    assert built(wanted) == "OLD"
    Path("words.txt").write_text("new")
    os.utime("words.txt", (2_000_000_000, 2_000_000_000))
    assert built(wanted) == "NEW"


def test_range_tools_ask_which_of_many_are_complete() -> None:
    built(Total(strategy="lineage"))
    several = [(factor, "store", "lineage") for factor in (1, 2)]
    asked = [dict(zip(("factor", "store", "strategy"), one, strict=True)) for one in several]
    assert Total.bulk_complete(asked) == asked[:1]


def test_a_parameter_that_the_task_does_not_declare_has_the_default_of_the_step() -> None:
    """Though every task of Luigi's has an attribute ``priority``, and every salted task one ``strategy``."""
    assert built(task_of(steps.total, values=Requirement(Numbers))) == 6
    assert built(task_of(steps.urgent, values=Requirement(Numbers))) == [7, "fast"]
    assert built(task_of(steps.urgent, values=Requirement(Numbers), priority=luigi.IntParameter(3))) == [3, "fast"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"requires": lambda _: [One()]}, "requires() must say which input of 'numbers' each task is"),
        ({"requires": lambda _: One()}, "requires() must say which input of 'numbers' each task is"),
        ({"step": steps.numbers.function}, "it has no step; declare one, as in 'step = steps.train'"),
        ({"fil": Requirement(One)}, "numbers.fil: step 'numbers' has no input 'fil' (it has: file)"),
        ({}, "numbers.file: step 'numbers' needs this input, and it is not given"),
        (
            {"step": steps.cached, "file": Requirement(One), "cache": luigi.BoolParameter()},
            "every task has a 'cache'; give the step's parameter another name",
        ),
        ({"file": Requirement(external(lambda _: []))}, "it has no output, so it cannot be the input of a step"),
        ({"file": Requirement(external(lambda _: MockTarget("one.txt")))}, "neither a file of this machine nor a URL"),
    ],
)
def test_a_task_that_is_wired_wrong_is_refused_in_one_line(
    body: dict[str, Any], complaint: str, broken: list[str]
) -> None:
    wanted = task_of(**{"step": steps.numbers, **body})
    assert not luigi.build([wanted], local_scheduler=True, log_level="CRITICAL")
    (said,) = broken
    assert said.startswith("BadInput: ")
    assert complaint in said
