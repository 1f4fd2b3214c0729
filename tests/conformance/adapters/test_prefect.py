"""Salted tasks as Prefect's users write them: inputs in lists and dictionaries, functions that do more than execute."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect import State, Task, flow, get_client, task, unmapped
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import flow_run
from prefect.task_worker import TaskWorker

from prefect_flows.engine import _quiet, _settings
from saltern import Artifact, BadInput, Cache, Source
from saltern.code import reached
from saltern.housekeeping.contents import Contents
from saltern.prefect import Salting, execute
from saltern.steps import Step
from shared.conformance.command_line import Served
from tests.conformance.adapters import steps

Body = Callable[["Run"], Any]
# Where Prefect has an event loop of its own for a moment, it leaves its connections open.
LEFT_OPEN = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@task
def numbers(file: Source, cache: Cache) -> Artifact:
    return execute(steps.numbers, cache, file=file)


@task
def shown(given: Any, cache: Cache) -> Artifact:
    return execute(steps.shown, cache, given=given)


@task
def total(values: Artifact, cache: Cache, factor: int = 1) -> Artifact:
    return execute(steps.total, cache, values=values, factor=factor)


@task
def plain_total(values: Artifact, cache: Cache) -> Artifact:
    """It leaves the parameter to the step."""
    return execute(steps.total, cache, values=values)


@task
def doubled(values: Artifact, cache: Cache, factor: int = 1) -> Artifact:
    return execute(steps.total, cache, values=values, factor=factor * 2)


@task
def forgetful(values: Artifact, cache: Cache, factor: int = 1) -> Artifact:
    return execute(steps.total, cache, values=values)


@task
def kept(values: Artifact, within: Cache, factor: int = 1) -> Artifact:
    return execute(steps.total, within, values=values, factor=factor)


@task
def words(file: Source, cache: Cache) -> Artifact:
    return execute(steps.words, cache, file=file)


@task
def named_by_data(names: Artifact, cache: Cache) -> Artifact:
    return execute(steps.named_by_data, cache, names=names)


class Run:
    """A flow run: the tasks with what a strategy adds to them."""

    def __init__(self, strategy: str) -> None:
        self.cache = Cache("store", strategy, str(flow_run.id), "prefect")
        self.salting = Salting(self.cache)

    def of(self, declared: Task[..., Any], step: Step[..., Any]) -> Task[..., Any]:
        return declared.with_options(**self.salting(step))

    def numbers(self, file: str) -> Artifact:
        found: Artifact = self.of(numbers, steps.numbers)(Source.at(file), self.cache)
        return found

    def shown(self, given: Any) -> Any:
        return self.of(shown, steps.shown)(given, self.cache)

    def total(self, declared: Task[..., Any], **params: int) -> Any:
        return self.of(declared, steps.total)(self.numbers("one.txt"), self.cache, **params)


def built(body: Body, strategy: str = "lineage") -> tuple[Any, list[str]]:
    """What a flow run makes, and which steps ran for it."""

    @flow
    def whole() -> tuple[Any, list[str]]:
        run = Run(strategy)
        made = body(run)
        return run.cache.load(made), run.cache.ledger.executed()

    found: tuple[Any, list[str]] = whole()
    return found


@pytest.fixture(autouse=True)
def server(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One that knows of the runs."""
    for name, value in served[1].items():
        monkeypatch.setenv(name, value)
    with _quiet(), _settings():
        yield
    gc.collect()  # what is left open is closed by the test that opened it


def several(run: Run) -> Any:
    one, two = run.numbers("one.txt"), run.numbers("two.txt")
    return run.shown({"b": [one, {"a": two}], "a": two})


def mapped(run: Run) -> Any:
    """What ``map`` returns, as it is."""
    files = [Source.at("one.txt"), Source.at("two.txt")]
    return run.shown(run.of(numbers, steps.numbers).map(files, unmapped(run.cache)))


@pytest.mark.parametrize(
    ("body", "expected"),
    [(several, repr({"b": [[1, 2, 3], {"a": [4, 5]}], "a": [4, 5]})), (mapped, repr([[1, 2, 3], [4, 5]]))],
)
def test_a_step_is_given_what_the_flow_says(body: Body, expected: str) -> None:
    made, ran = built(body)
    assert made == expected
    assert ran
    assert built(body) == (expected, [])
    Path("one.txt").write_text("9")
    assert built(body)[0] != expected


def test_a_function_that_does_more_than_execute_is_not_skipped() -> None:
    """The key would be that of a call which it does not make."""
    assert built(lambda run: run.total(plain_total)) == (6, ["numbers", "total"])
    assert built(lambda run: run.total(total, factor=4)) == (24, ["total"])
    assert built(lambda run: run.total(total, factor=2)) == (12, ["total"])
    assert built(lambda run: run.total(doubled, factor=2)) == (24, [])
    assert built(lambda run: run.total(forgetful, factor=2)) == (6, [])


def test_a_plain_value_is_refused_in_one_line() -> None:
    with pytest.raises(BadInput, match=r"shown\.given\[1\]: 5 is neither a Source nor an Artifact"):
        built(lambda run: run.shown([run.numbers("one.txt"), 5]))


def test_the_argument_that_is_the_cache_may_have_any_name() -> None:
    @flow
    def named() -> Any:
        run = Run("lineage")
        return run.of(kept, steps.total)(run.numbers("one.txt"), run.cache, return_state=True).name

    assert [named(), named()] == ["Completed", "Cached"]


def test_a_task_whose_artifact_shall_expire_is_refused_whether_it_is_there_or_not() -> None:
    expiring = total.with_options(cache_expiration=timedelta(days=1))
    for _ in range(2):
        with pytest.raises(BadInput, match=r"total: cache_expiration: an artifact is right .* refresh_cache"):
            built(lambda run: run.total(expiring))
        built(lambda run: run.total(total))


@pytest.mark.parametrize("strategy", ["lineage", "cutoff"])
def test_a_flow_that_does_its_work_again_sees_what_has_changed_meanwhile(strategy: str) -> None:
    Path("names.txt").write_text("rate.txt")

    def again(run: Run) -> Any:
        for rate in ("2", "30", "30"):
            Path("rate.txt").write_text(rate)
            names = run.of(words, steps.words)(Source.at("names.txt"), run.cache)
            found = run.of(named_by_data, steps.named_by_data)(names, run.cache)
            shown = run.shown(found)
            assert run.cache.load(shown) == rate
        return shown

    ran = ["named_by_data", "shown"]
    assert built(again, strategy) == ("30", ["words", *ran, *ran])


@LEFT_OPEN
def test_a_task_that_is_delayed_is_given_its_arguments() -> None:
    """Prefect stores them in the result storage of the task, for a task worker in another process."""
    cache = Cache("store", "lineage", "delayed", "prefect")

    async def work(run: TaskRun) -> None:
        await TaskWorker(numbers.with_options(**Salting(cache)(steps.numbers))).execute_task_run(run)

    delayed = numbers.with_options(**Salting(cache)(steps.numbers)).delay(Source.at("one.txt"), cache)
    with get_client(sync_client=True) as client:
        asyncio.run(work(client.read_task_run(delayed.task_run_id)))
    assert cache.ledger.executed() == ["numbers"]
    assert len(Contents.of(cache.store).documented) == 1


@LEFT_OPEN
def test_what_a_task_returned_is_there_for_another_process() -> None:
    """It asks the server, which knows where the result is and not what it is."""

    @flow
    def returned() -> list[State[Artifact]]:
        run = Run("lineage")
        one = run.numbers("one.txt")
        options = run.salting(steps.total)
        return [
            total.with_options(**options)(one, run.cache, 2, return_state=True),
            doubled.with_options(**options)(one, run.cache, 2, return_state=True),
            total.with_options(**options, refresh_cache=True)(one, run.cache, 2, return_state=True),
        ]

    cache = Cache("store", "lineage", "later", "prefect")
    for names in (["Completed", "Completed", "Completed"], ["Cached", "Completed", "Completed"]):
        states = returned()
        assert [state.name for state in states] == names
        known = [state.model_copy(update={"data": state.data.metadata}) for state in states]
        assert [cache.load(state.result()) for state in known] == [12, 24, 12]
    assert len(Contents.of(cache.store).documented) == 3


def test_a_variable_of_prefect_that_a_step_asks_for_is_said_to_be_unheld() -> None:
    assert reached(steps.of_prefect).unheld == ["the engine's database: prefect.variables.Variable.get"]
