"""What the lesson on descriptors claims. It needs Luigi's environment, for its last part."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest

from lesson.descriptors import kinds, lookup, methods, tasks
from lesson.descriptors.__main__ import Idea
from luigi_impl.ml import Evaluate, Train
from saltern import luigi as salted
from shared.pipelines import PROJECT
from shared.report.sources import Sources

WAYS = ("plain", "managed", "validated")


@pytest.mark.parametrize("idea", Idea)
def test_each_idea_runs_by_itself_and_says_something(idea: Idea, capsys: pytest.CaptureFixture[str]) -> None:
    import_module(f"lesson.descriptors.{idea}").main()
    assert capsys.readouterr().out


def test_every_file_of_the_lesson_is_an_idea() -> None:
    files = {path.stem for path in (PROJECT / "lesson" / "descriptors").glob("[!_]*.py")}
    assert files == set(Idea)


def test_the_command_shows_code_and_then_what_it_prints() -> None:
    command = [sys.executable, "-m", "lesson.descriptors", "named", "plain"]
    said = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    places = [said.index(part) for part in ("class Named", "I am Training.gamma", "class Training:\n    def __init__")]
    assert all(one < other for one, other in pairwise(places))


def training(way: str) -> Any:
    kind = import_module(f"lesson.descriptors.{way}").Training
    return kind(0.1) if way == "plain" else kind(0.1, 0.001)


@pytest.mark.parametrize("way", WAYS)
def test_all_three_ways_refuse_a_wrong_value_at_the_start(way: str) -> None:
    with pytest.raises(ValueError, match="gamma must be positive, not -1"):
        type(training(way))(*(-1, 1)[: 1 if way == "plain" else 2])


@pytest.mark.parametrize("way", WAYS)
def test_all_but_the_plain_way_refuse_it_later_too(way: str) -> None:
    one = training(way)
    if way == "plain":
        one.gamma = -1
        assert one.gamma == -1
    else:
        with pytest.raises(ValueError, match="gamma must be positive"):
            one.gamma = -1
        assert one.gamma == 0.1


def test_two_objects_do_not_share_a_value() -> None:
    one, other = training("validated"), training("validated")
    one.gamma = 5
    assert other.gamma == 0.1


FOUND = {
    "1 data descriptor": "the data descriptor",
    "2 object's dict": "the object's value",
    "3 non-data descriptor": "the non-data descriptor",
    "4 class's value": "the class's value",
    "5 __getattr__": "what __getattr__ says",
}


def test_where_an_attribute_is_said_to_be_is_where_python_finds_it() -> None:
    found = {(one, other): lookup.where(thing, "x") for one, other, thing in lookup.things()}
    for one, other, thing in lookup.things():
        assert FOUND[found[one, other]] == thing.x, (one, other)
    assert set(found.values()) == set(FOUND), "each place is the answer once at least"


def test_where_looks_into_what_a_class_inherits_from_and_may_find_nothing() -> None:
    class Child(kinds.Thing): ...

    assert lookup.where(Child(), "data") == "1 data descriptor"
    assert lookup.where(Child(), "plain") == "3 non-data descriptor"
    assert lookup.where(Child(), "elsewhere") == "nowhere"


def test_what_has_get_is_tied_to_its_object_and_what_has_not_is_not() -> None:
    task = methods.Task()
    assert task.unbound() == "called with 0 arguments"
    assert task.bound() == "called with 1 arguments"


@pytest.mark.parametrize("name", ["Requirement.needed_by", "Requires.__call__", "SaltedOutput.__call__"])
def test_what_is_quoted_is_what_stands_there(name: str) -> None:
    owner, function = name.split(".")
    piece = Sources(PROJECT).find("saltern/luigi.py", name)
    quote = tasks.quoted(vars(getattr(salted, owner))[function])
    assert quote == f"# {piece.file}:{piece.line}\n{piece.code}\n"


@pytest.mark.parametrize("descriptor", [salted.Requirement, salted.Requires, salted.SaltedOutput])
def test_our_descriptors_are_non_data_and_answer_with_themselves_on_the_class(descriptor: type) -> None:
    assert hasattr(descriptor, "__get__")
    assert not hasattr(descriptor, "__set__")
    (own,) = [name for name in ("dataset", "requires", "output") if isinstance(vars(Train)[name], descriptor)]
    assert getattr(Train, own) is vars(Train)[own]
    assert lookup.where(Train(), own) == "3 non-data descriptor"


def test_a_requirement_is_a_task_to_which_the_parameters_are_handed_down() -> None:
    assert Evaluate(C=10.0).model == Train(C=10.0)
    assert Evaluate(C=10.0).model != Train(C=1.0)
