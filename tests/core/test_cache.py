"""The cache: what is made once is made once, whoever asks, and each execution says why."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from saltern import BadInput, Source
from saltern.cache import Cache
from saltern.housekeeping.contents import Contents
from saltern.housekeeping.pruning import removals
from saltern.reasons import REASONS, kind
from saltern.recipe import Call
from saltern.steps import Step, step


def counting(version: str = "1") -> Step[..., Any]:
    @step(version=version, writes="json")
    def count(file: Path, *, unit: str = "lines") -> Any:
        return len(file.read_text().splitlines())

    return count


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "input.txt"
    path.write_text("1\n")
    return path


def called(cache: Cache, file: Path, declared: Step[..., Any] | None = None, **params: Any) -> Call:
    return cache.call(declared or counting(), {"file": Source.at(file)}, params)


def cache_of(tmp_path: Path, strategy: str = "content", run: str = "r") -> Cache:
    return Cache(str(tmp_path / "store"), strategy, run, engine="test")


def test_what_is_made_already_is_not_executed_again(tmp_path: Path, file: Path) -> None:
    cache = cache_of(tmp_path)
    first = cache.make(called(cache, file))
    assert cache.make(called(cache, file)) == first
    assert cache.ledger.executed() == ["count"]


@pytest.mark.parametrize("strategy", ["native", "lineage"])
def test_none_for_an_input_that_is_none_by_default_is_as_if_it_was_left_out(
    tmp_path: Path, file: Path, strategy: str
) -> None:
    @step(version="1", writes="json")
    def maybe(first: Path, extra: Any = None, /, *others: Path) -> list[Any]:
        return [first.name, extra, *(other.name for other in others)]

    cache, source, nothing = cache_of(tmp_path, strategy), Source.at(file), cast("Any", None)
    call = cache.call(maybe, {"first": source, "extra": nothing})
    assert call.artifact == cache.call(maybe, {"first": source}).artifact
    assert cache.load(cache.make(call)) == ["input.txt", None]
    call = cache.call(maybe, {"first": source, "extra": nothing, "others": [source]})
    assert cache.load(cache.execute(call)) == ["input.txt", None, "input.txt"]
    with pytest.raises(BadInput, match=r"maybe\.first: None is neither a Source nor an Artifact"):
        cache.call(maybe, {"first": nothing})


def test_under_native_it_is_executed_whenever_the_engine_says_so(tmp_path: Path, file: Path) -> None:
    cache = cache_of(tmp_path, "native")
    for _ in range(2):
        cache.make(called(cache, file))
    assert cache.ledger.executed() == ["count", "count"]


def test_many_that_ask_at_once_get_one_execution(tmp_path: Path, file: Path) -> None:
    caches = [cache_of(tmp_path, run=f"r{number}") for number in range(8)]
    start = threading.Barrier(len(caches))

    def ask(cache: Cache) -> None:
        start.wait()
        cache.make(called(cache, file))

    threads = [threading.Thread(target=ask, args=(cache,)) for cache in caches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [step for cache in caches for step in cache.ledger.executed()] == ["count"]
    assert sorted(path.suffix for path in (tmp_path / "store").iterdir() if path.is_file()) == [".json", ".json"]


def test_who_waited_in_vain_executes_itself(tmp_path: Path, file: Path) -> None:
    cache = cache_of(tmp_path)
    with pytest.raises(ZeroDivisionError), cache.alone(called(cache, file)):
        raise ZeroDivisionError
    assert cache.make(called(cache, file)).digest


def reasons_of(tmp_path: Path, file: Path, declared: Step[..., Any] | None = None, **params: Any) -> list[str]:
    """Why the ledger says that a step is executed now."""
    cache = cache_of(tmp_path, strategy="recorded", run=f"run-{len(list(tmp_path.glob('store/.ledger/*')))}")
    cache.execute(called(cache, file, declared, **params))
    (event,) = cache.ledger.events("started")
    found: list[str] = event["reasons"]
    return found


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A strategy with declaration and content, without code: the steps of these tests are made anew each time."""
    from saltern.strategies import STRATEGIES, Strategy

    made = Strategy("recorded", "declaration and content", declaration=True, content=True)
    monkeypatch.setitem(STRATEGIES, "recorded", made)


def test_the_ledger_says_why_a_step_was_executed(tmp_path: Path, file: Path) -> None:
    told = [reasons_of(tmp_path, file)]
    told.append(reasons_of(tmp_path, file, unit="words"))
    told.append(reasons_of(tmp_path, file, counting("2"), unit="words"))
    file.write_text("1\n2\n")
    told.append(reasons_of(tmp_path, file, counting("2"), unit="words"))
    told.append(reasons_of(tmp_path, file, counting("2"), unit="words"))
    cache = cache_of(tmp_path, "recorded")
    made = cache.store.path(called(cache, file, counting("2"), unit="words").artifact.name)
    made.write_text("3")
    told.append(reasons_of(tmp_path, file, counting("2"), unit="words"))
    made.unlink()
    told.append(reasons_of(tmp_path, file, counting("2"), unit="words"))
    assert told == [
        ["first run"],
        ["parameter changed: unit from lines to words"],
        ["version raised: 1 to 2"],
        ["input data changed: file"],
        ["forced"],
        ["output damaged"],
        ["output missing"],
    ]
    assert {kind(reason) for reasons in told for reason in reasons} < set(REASONS)


@step(version="1", writes="json")
def shown(given: Any, other: Any = None) -> str:
    return repr(given)


@step(version="1", writes="json")
def counted(*files: Path) -> int:
    return len(files)


def test_several_inputs_reach_a_step_as_they_are_given(tmp_path: Path, file: Path) -> None:
    """Another order, or a tuple for a list, is another artifact: the step may look at it."""
    cache = cache_of(tmp_path, "lineage")
    source = Source.at(file)
    one = cache.make(cache.call(counting(), {"file": source}))
    several: list[Any] = [[one, source], (one, source), {"b": one, "a": [source]}, {"a": [source], "b": one}, [], {}]
    expected = [[1, file], (1, file), {"b": 1, "a": [file]}, {"a": [file], "b": 1}, [], {}]
    made = [cache.make(cache.call(shown, {"given": given})) for given in several]
    assert [cache.load(artifact) for artifact in made] == [repr(value) for value in expected]
    assert len({artifact.name for artifact in made}) == len(several)
    file.write_text("1\n2\n")
    assert not any(cache.find(cache.call(shown, {"given": given})) for given in several[:4])


def test_what_a_star_gathers_may_be_one(tmp_path: Path, file: Path) -> None:
    cache = cache_of(tmp_path, "lineage")
    for given, count in ((Source.at(file), 1), ([file, file], 2), ((), 0)):
        assert cache.load(cache.make(cache.call(counted, {"files": given}))) == count


def test_an_artifact_of_a_step_with_an_input_to_spare_is_current(tmp_path: Path, file: Path) -> None:
    cache = cache_of(tmp_path, "lineage")
    cache.make(cache.call(shown, {"given": (file,)}))
    assert [*removals(Contents.of(cache.store), None)] == []


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        ({}, "shown.given: step 'shown' needs this input, and it is not given"),
        ({"gven": 1}, "shown.gven: step 'shown' has no input 'gven' (it has: given, other)"),
        ({"given": ["in.txt"]}, "shown.given[0]: 'in.txt' is neither a Source nor an Artifact"),
        ({"given": {"a": {"b": 5}}}, "shown.given[a][b]: 5 is neither a Source nor an Artifact"),
    ],
)
def test_a_wrong_input_is_named(tmp_path: Path, inputs: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadInput, match=re.escape(complaint)):
        cache_of(tmp_path).call(shown, inputs)
