"""Graphs of delayed steps as Dask's users wire them: inputs in lists and dictionaries, values as parameters."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dask.delayed import Delayed, delayed
from dask.graph_manipulation import wait_on
from distributed import Client

from saltern import BadInput, Cache, Source
from saltern.dask import fronts
from tests.conformance.adapters import steps

numbers, total, pair, shown, gathered, named, type_of = (
    delayed(step, pure=True)
    for step in (steps.numbers, steps.total, steps.pair, steps.shown, steps.gathered, steps.named, steps.type_of)
)


def of(file: str) -> Delayed:
    return numbers(Path(file).resolve())


def built(node: Delayed, strategy: str) -> tuple[Any, list[str]]:
    """What is made, and which steps ran for it. When all is there, ``cutoff`` has nothing to compute: it is None."""
    cache = Cache("store", strategy, uuid.uuid4().hex, "dask")
    made: Any = None
    for front in fronts(node, cache):
        made = front.compute(scheduler="sync")
    artifact = made[-1] if isinstance(made, list) else made
    return artifact and cache.load(artifact), cache.ledger.executed()


@pytest.mark.parametrize("strategy", ["lineage", "cutoff"])
@pytest.mark.parametrize(
    ("wired", "expected"),
    [
        (lambda: shown([of("one.txt"), of("two.txt")]), repr([[1, 2, 3], [4, 5]])),
        (lambda: shown((of("one.txt"), of("two.txt"))), repr(([1, 2, 3], [4, 5]))),
        (lambda: shown({"b": of("one.txt"), "a": of("two.txt")}), repr({"b": [1, 2, 3], "a": [4, 5]})),
        (lambda: shown({"b": [of("one.txt"), (of("two.txt"),)]}), repr({"b": [[1, 2, 3], ([4, 5],)]})),
        (lambda: shown(delayed([of("one.txt"), {"a": of("two.txt")}])), repr([[1, 2, 3], {"a": [4, 5]}])),
        (lambda: gathered(of("one.txt"), of("two.txt")), [[1, 2, 3], [4, 5]]),
        (lambda: gathered(of("one.txt")), [[1, 2, 3]]),
        (lambda: named(b=of("one.txt"), a=of("two.txt")), {"b": [1, 2, 3], "a": [4, 5]}),
        (lambda: pair(left=of("one.txt"), right=of("two.txt")), [[1, 2, 3], [4, 5]]),
        (lambda: total(of("one.txt"), factor=delayed(3)), 18),
        (lambda: numbers(Source.at("one.txt")), [1, 2, 3]),
        (lambda: type_of(of("one.txt"), option=OrderedDict(a=1)), ["OrderedDict", [1, 2, 3]]),
        (lambda: numbers(delayed("one.txt")), [1, 2, 3]),
    ],
)
def test_a_step_is_given_what_the_wiring_says(wired: Callable[[], Delayed], expected: Any, strategy: str) -> None:
    made, ran = built(wired(), strategy)
    assert made == expected
    assert ran
    assert built(wired(), strategy) == (expected if strategy == "lineage" else None, [])
    Path("one.txt").write_text("9")
    assert built(wired(), strategy)[0] != expected


@pytest.mark.parametrize("strategy", ["lineage", "cutoff"])
def test_another_order_is_another_artifact(strategy: str) -> None:
    one, two = of("one.txt"), of("two.txt")
    first, second = [1, 2, 3], [4, 5]
    for given, expected in (
        ({"a": one, "b": two}, {"a": first, "b": second}),
        ({"b": two, "a": one}, {"b": second, "a": first}),
        ([one, two], [first, second]),
        ((one, two), (first, second)),
    ):
        assert built(shown(given), strategy)[0] == repr(expected)


@pytest.mark.parametrize(
    ("wired", "complaint"),
    [
        (lambda: numbers("one.txt"), "numbers.file: 'one.txt' is neither a Source nor an Artifact"),
        (lambda: shown(delayed(5)), "shown.given: 5 is neither a Source nor an Artifact"),
        (lambda: total(of("one.txt"), facter=3), "step 'total': got an unexpected keyword argument 'facter'"),
        (lambda: total(of("one.txt"), 3), "step 'total': too many positional arguments"),
        (lambda: pair(of("one.txt")), "pair.right: step 'pair' needs this input, and it is not given"),
        (lambda: total(of("one.txt"), factor=total(of("one.txt"))), "what 'total' makes is given as a parameter"),
        (lambda: shown(of("one.txt")[0]), "'getitem' is no step, so no salt holds what it does"),
        (lambda: shown(delayed(sum)(of("one.txt"))), "'sum' is no step, so no salt holds what it does"),
        (lambda: wait_on(of("one.txt")), "'checkpoint' is no step, so no salt holds what it does"),
        (lambda: delayed([of("one.txt"), of("two.txt")]), "this is several steps and not one"),
    ],
)
def test_what_no_salt_would_hold_is_refused_in_one_line(wired: Callable[[], Delayed], complaint: str) -> None:
    with pytest.raises(BadInput) as refused:
        built(wired(), "lineage")
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_cluster_on_which_a_step_may_compute_is_said() -> None:
    """What its workers read is not seen."""
    cache = Cache("store", "lineage", "run", "dask")
    with Client(n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
        artifact = cache.make(cache.call(steps.computed, {}))
        address = client.scheduler.address
    assert cache.load(artifact) == 3
    assert (cache.store.manifest(artifact.name) or {})["unheld"] == [f"network: workers of {address}"]
