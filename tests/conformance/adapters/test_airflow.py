"""Salted tasks as Airflow's users write them: mapped, after skips, with inputs that Airflow puts together."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from airflow_dags import database
from airflow_dags.settings import TEMPLATE
from saltern import Source
from saltern.airflow import salted
from saltern.cache import Cache
from saltern.code import reached
from saltern.recipe import Artifact
from shared.conformance.command_line import Served
from tests.conformance.adapters import steps

pytestmark = pytest.mark.filterwarnings("ignore")  # of Airflow's own, in this process

STEPS = (steps.numbers, steps.total, steps.shown, steps.type_of, steps.maybe)
numbers, total, shown, type_of, maybe = (salted(step) for step in STEPS)


@pytest.fixture(scope="module", autouse=True)
def airflow(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Airflow in this process, with a database of its own and no DAG files."""
    home = tmp_path_factory.mktemp("airflow")
    (home / "dags").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**served[1], "AIRFLOW_HOME": str(home)}.items():
            patch.setenv(name, value)
        patch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(home / "dags"))
        from airflow import settings

        settings.configure_vars()
        database.connect_to(home / "airflow.db", Path(os.environ[TEMPLATE]))
        yield


class Ended(NamedTuple):
    """How a DAG run ended: its tasks' states, what was made, which steps ran and how tasks failed."""

    states: dict[str, str]
    made: dict[str, Any]
    ran: list[str]
    failures: list[str]


def run(wire: Callable[[], Any], **options: Any) -> Ended:
    """Run the DAG that a function wires."""
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
    from airflow.sdk import dag

    from saltern.airflow.operators import reuse

    failures: list[str] = []

    def note(context: Any) -> None:
        failures.append(f"{type(context['exception']).__name__}: {context['exception']}")

    options = {"params": reuse("store", "lineage"), **options}
    tested = dag(dag_id=wire.__name__, schedule=None, **options)(wire)()
    for task in tested.tasks:
        task.on_failure_callback = task.on_retry_callback = [note]
    bag = DagBag(os.devnull)
    bag.bag_dag(tested)
    sync_bag_to_db(bag, "dags-folder", None)
    dag_run = tested.test()
    instances = {
        f"{one.task_id}[{one.map_index}]" if one.map_index >= 0 else one.task_id: one
        for one in dag_run.get_task_instances()
    }
    cache, made = Cache("store", "lineage", dag_run.run_id, "airflow"), {}
    for name, one in instances.items():
        pushed = one.xcom_pull(one.task_id, map_indexes=one.map_index)
        if pushed and "salt" in pushed:
            made[name] = cache.load(Artifact.from_json(pushed))
    states = {name: str(one.state) for name, one in instances.items()}
    return Ended(states, made, cache.ledger.executed(), failures)


def source(path: str) -> Any:
    return Source.at(path).to_json()


def file(path: str) -> Any:
    """A task that finds a file."""
    from airflow.sdk import task

    return task(source, multiple_outputs=False)(path)


def several(*paths: str) -> Any:
    """A task that finds several."""
    from airflow.sdk import task

    @task
    def files() -> list[Any]:
        return [source(path) for path in paths]

    return files()


def test_a_mapped_task_after_one_that_was_found_is_found_too() -> None:
    def mapped() -> None:
        shown(total.partial(values=numbers(file("one.txt"))).expand(factor=[1, 10]))

    assert run(mapped).made["shown"] == "[6, 60]"
    again = run(mapped)
    assert (again.made["shown"], again.ran) == ("[6, 60]", [])


def test_what_airflow_puts_together_is_an_input_as_it_has_it() -> None:
    def together() -> None:
        one, two = numbers(file("one.txt")), numbers.expand(file=several("two.txt", "one.txt"))
        shown.override(task_id="map")(two.map(lambda made: [made]))
        shown.override(task_id="zip")(two.zip(several("one.txt", "two.txt").map(lambda found: found)))
        shown.override(task_id="concat")(two.concat(numbers.expand(file=several("one.txt"))))
        total.expand(values=two.concat(two))
        shown.override(task_id="both")([one, two])
        maybe(one, None)

    one, two = Path("one.txt").resolve(), Path("two.txt").resolve()
    made = run(together).made
    assert made["map"] == repr([[[4, 5]], [[1, 2, 3]]])
    assert made["zip"] == repr([[[4, 5], one], [[1, 2, 3], two]])
    assert made["concat"] == repr([[4, 5], [1, 2, 3], [1, 2, 3]])
    assert [made[f"total[{number}]"] for number in range(4)] == [9, 6, 9, 6]
    assert made["both"] == repr([[1, 2, 3], [[4, 5], [1, 2, 3]]])
    assert made["maybe"] == [[1, 2, 3], None]


def test_a_parameter_that_is_a_pair_is_no_partition() -> None:
    def pairs() -> None:
        one = numbers(file("one.txt"))
        type_of(one, option=("x", "y"))
        shown(type_of.override(task_id="mapped").partial(values=one).expand(option=[("x", "y"), ("x", "z")]))

    ended = run(pairs)
    assert ended.made["type_of"] == ["tuple", [1, 2, 3]]
    assert ended.made["shown"] == repr([["tuple", [1, 2, 3]]] * 2)
    assert ended.ran == ["numbers", "type_of", "type_of", "shown"]


def test_what_follows_a_task_that_was_really_skipped_is_skipped() -> None:
    from airflow.sdk import task, task_group
    from airflow.sdk.exceptions import AirflowSkipException

    @task.branch
    def choose() -> str:
        return "left"

    @task(multiple_outputs=False)
    def fresh(found: Any) -> Any:
        if found["path"].endswith("two.txt"):
            raise AirflowSkipException("nothing new")
        return found

    @task_group
    def each(found: Any) -> Any:
        return total.override(task_id="each_total")(numbers.override(task_id="each_numbers")(fresh(found)))

    def skipping() -> None:
        one, two = file("one.txt"), file("two.txt")
        left, right = numbers.override(task_id="left")(one), numbers.override(task_id="right")(one)
        both = numbers.override(task_id="mapped").expand(file=several("one.txt", "two.txt"))
        choose() >> [left, right, both]
        shown.override(task_id="after_left")(left)
        shown.override(task_id="after_right")([left, right])
        shown.override(task_id="after_mapped")(both)
        maybe.override(task_id="after_skip")(left, numbers(fresh(two)))
        shown.override(task_id="after_each")(each.expand(found=several("one.txt", "two.txt", "one.txt")))
        nothing = numbers.override(task_id="nothing").expand(file=several())
        shown.override(task_id="after_nothing")(total.override(task_id="still_nothing").expand(values=nothing))

    first, again = run(skipping), run(skipping)
    for ended in (first, again):
        assert ended.failures == []
        assert ended.made == {
            "left": [1, 2, 3],
            "after_left": "[1, 2, 3]",
            "each.each_numbers[0]": [1, 2, 3],
            "each.each_numbers[2]": [1, 2, 3],
            "each.each_total[0]": 6,
            "each.each_total[2]": 6,
            "after_each": "[6, 6]",
            "after_nothing": "[]",
        }
        assert {"failed", "upstream_failed"}.isdisjoint(ended.states.values())
    assert again.ran == []


def test_a_plain_task_that_returns_nothing_is_no_input() -> None:
    from airflow.sdk import task

    def nothing() -> None:
        numbers(task(lambda: None, task_id="nothing")())

    assert "numbers.file: None is neither a Source nor an Artifact" in run(nothing).failures[0]


def test_what_may_go_well_at_a_retry_is_retried_and_what_may_not_is_not() -> None:
    def retried() -> None:
        options = {"retries": 2, "retry_delay": timedelta(0)}
        salted(steps.unsteady, **options)(file("one.txt"))
        total.override(**options)(numbers(file("two.txt")), factor="many")

    ended = run(retried)
    assert ended.made == {"unsteady": "1 2 3!", "numbers": [4, 5]}
    changed, refused = sorted(ended.failures)[::-1]
    assert re.fullmatch(
        "BadInput: .*one.txt: changed while 'unsteady' ran, so nothing was stored; run it again", changed
    )
    assert refused.startswith("AirflowFailException: total.factor=many: ")


def test_options_may_stand_above_a_step() -> None:
    from airflow.sdk import task

    declared = task.salted(retries=2, task_id="one")(steps.numbers)

    def options() -> None:
        assert declared(file("one.txt")).operator.retries == 2
        declared.expand(file=several("one.txt"))

    assert run(options).made == {"one": [1, 2, 3], "one__1[0]": [1, 2, 3]}


def test_a_dag_without_the_params_says_which_it_needs() -> None:
    def bare() -> None:
        numbers(file("one.txt"))

    (said,) = run(bare, params={"store": "store"}).failures
    assert said == "AirflowFailException: the DAG has no param 'strategy': give it params=reuse(STORE, ...)"


def test_one_artifact_or_file_is_nothing_to_map_over() -> None:
    def over_one() -> None:
        total.expand(values=numbers(file("one.txt")))
        numbers.expand(file=file("one.txt"))

    said = set(run(over_one).failures)
    assert said == {
        f"AirflowFailException: {argument}: mapped over what describes one artifact or file; "
        "expand over a list or a dictionary of them"
        for argument in ("total.values", "numbers.file")
    }


def test_a_variable_of_airflow_that_a_step_asks_for_is_said_to_be_unheld() -> None:
    assert reached(steps.of_airflow).unheld == ["the engine's database: airflow.sdk.Variable.get"]
