"""The cache: what is made once is made once, whoever asks, and each execution says why."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from saltern import Source
from saltern.cache import Cache
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
