"""Verification in the field: what a hit that is run again shows, and who is told."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from saltern import Source
from saltern.cache import Cache
from saltern.errors import BadInput
from saltern.housekeeping.commands import app
from saltern.recipe import Call
from saltern.steps import step
from saltern.verification import is_chosen

Count = Callable[[Path], Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "input.txt"
    path.write_text("1\n")
    return path


def cache_of(tmp_path: Path, strategy: str = "salted", verify: float = 1.0) -> Cache:
    return Cache(str(tmp_path / "store"), strategy, uuid.uuid4().hex, "test", verify=verify)


def lines(file: Path) -> Any:
    return len(file.read_text().splitlines())


def called(cache: Cache, file: Path, count: Count = lines, **params: Any) -> Call:
    @step(version="1", writes="json", name="count")
    def counted(file: Path, *, unit: str = "lines") -> Any:
        return count(file)

    return cache.call(counted, {"file": Source.at(file)}, params)


def verified(cache: Cache) -> list[bool]:
    return [event["same"] for event in cache.ledger.events("verified")]


def test_a_hit_that_would_be_made_so_again_is_noted_and_nobody_is_disturbed(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = cache_of(tmp_path)
    made = first.make(called(first, file))
    cache = cache_of(tmp_path)
    assert cache.reuse(called(cache, file)) == made
    (event,) = cache.ledger.events("verified")
    assert (event["step"], event["artifact"], event["digest"], event["same"]) == ("count", made.name, made.digest, True)
    assert cache.ledger.executed() == []
    assert caplog.messages == []


def test_what_a_run_made_itself_is_no_hit_and_a_hit_is_verified_once_in_a_run(tmp_path: Path, file: Path) -> None:
    runs: list[Path] = []
    first, second = cache_of(tmp_path), cache_of(tmp_path)
    for cache in (first, first, second, second):
        cache.make(called(cache, file, lambda file: runs.append(file) or 1))  # type: ignore[func-returns-value]
    assert (verified(first), verified(second)) == ([], [True])
    assert len(runs) == 2


def test_a_stale_hit_is_warned_of_with_both_digests_and_stays(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = cache_of(tmp_path)
    made = first.make(called(first, file))
    file.write_text("1\n2\n")
    cache = cache_of(tmp_path)
    assert cache.reuse(called(cache, file)) == made
    (event,) = cache.ledger.events("verified")
    assert (event["same"], event["deterministic"]) == (False, True)
    (said,) = caplog.messages
    assert (
        f"{made.name}: verified, and not the same: stored {made.digest}, made now {event['now']}; it is stale" in said
    )
    assert "what changed is not in a recipe of 'salted'. The stored one stays" in said
    assert cache.load(made) == 1


def test_a_parameter_that_the_strategy_does_not_see_is_named(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, cache = cache_of(tmp_path, "content"), cache_of(tmp_path, "content")
    first.make(called(first, file))
    cache.reuse(called(cache, file, lambda file: "one word", unit="words"))
    assert "it is stale: parameter changed: unit from lines to words" in caplog.text


def test_a_step_that_is_not_deterministic_is_told_from_one_that_is_stale(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    numbers: Iterator[int] = iter(range(3))
    first, cache = cache_of(tmp_path), cache_of(tmp_path)
    for one in (first, cache):
        one.make(called(one, file, lambda _: next(numbers)))
    (event,) = cache.ledger.events("verified")
    assert (event["same"], event["deterministic"]) == (False, False)
    assert "a third run made yet another: the step is not deterministic" in caplog.text


def test_a_step_that_fails_now_differs_and_the_run_goes_on(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, cache = cache_of(tmp_path), cache_of(tmp_path)
    made = first.make(called(first, file))
    assert cache.reuse(called(cache, file, lambda _: 1 / 0)) == made
    assert verified(cache) == [False]
    assert "made now ZeroDivisionError: division by zero" in caplog.text


def test_what_is_made_from_an_artifact_that_is_gone_cannot_be_verified(tmp_path: Path, file: Path) -> None:
    @step(version="1", writes="json")
    def double(number: int) -> Any:
        return 2 * number

    first, cache = cache_of(tmp_path), cache_of(tmp_path)
    below = first.make(called(first, file))
    made = first.make(first.call(double, {"number": below}))
    first.store.path(below.name).unlink()
    assert cache.reuse(cache.call(double, {"number": below})) == made
    assert verified(cache) == []


def test_under_native_a_file_of_that_name_is_a_hit_and_can_be_verified(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, cache = cache_of(tmp_path, "native"), cache_of(tmp_path, "native")
    first.make(called(first, file))
    file.write_text("")
    cache.reuse(called(cache, file))
    assert verified(cache) == [False]
    assert len(caplog.records) == 1


def test_the_share_decides_how_many_are_verified_and_the_run_which() -> None:
    salts = [f"{number:064x}" for number in range(10_000)]
    for share in (0, 0.01, 0.5, 1):
        chosen = sum(is_chosen(salt, "run", share) for salt in salts)
        assert chosen == pytest.approx(share * len(salts), abs=150 * (0 < share < 1))
    assert {salt for salt in salts if is_chosen(salt, "run", 0.01)} != {
        s for s in salts if is_chosen(s, "another", 0.01)
    }


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "much", None])
def test_a_share_that_is_none_is_refused(tmp_path: Path, share: Any) -> None:
    with pytest.raises(BadInput, match=f"verify={share}: it is a share of hits, a number from 0 to 1"):
        cache_of(tmp_path, verify=share)


def housekeeping(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def test_ls_counts_what_was_verified_and_what_differed(tmp_path: Path, file: Path) -> None:
    first = cache_of(tmp_path)
    first.make(called(first, file))
    other = first.make(called(first, file, unit="words"))
    caches = [cache_of(tmp_path) for _ in range(3)]
    counts: list[Count] = [lines, lines, str]
    for cache, count in zip(caches, counts, strict=True):
        cache.reuse(called(cache, file, count))
    store = str(tmp_path / "store")
    told = json.loads(housekeeping("ls", store, "--verified", "--json"))
    assert (told["verified"], told["differed"]) == (3, 1)
    assert {one["name"] == other.name: (one["verified"], one["differed"]) for one in told["artifacts"]} == {
        False: (3, 1),
        True: (0, 0),
    }
    shown = housekeeping("ls", store, "--verified")
    assert shown.splitlines()[0].split()[-2:] == ["verified", "differed"]
    assert shown.splitlines()[-1] == "of 3 hits run again, 1 differed"
    assert "verified" not in housekeeping("ls", store)

    caches[0].execute(called(caches[0], file, str))  # another artifact in its place, of which nothing is known
    assert json.loads(housekeeping("ls", store, "--verified", "--json"))["verified"] == 0


def test_prune_takes_what_is_noted_of_an_artifact_with_it(tmp_path: Path, file: Path) -> None:
    first, cache = cache_of(tmp_path, "native"), cache_of(tmp_path, "native")
    first.make(called(first, file))
    cache.reuse(called(cache, file))
    assert verified(cache) == [True]
    assert "why" in housekeeping("prune", str(tmp_path / "store"), "--before", "2999-01-01")
    assert verified(cache) == [True]
    housekeeping("prune", str(tmp_path / "store"), "--before", "2999-01-01", "--yes")
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


@pytest.fixture(autouse=True)
def _warnings_are_heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
