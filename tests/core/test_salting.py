"""Recipes, salts, strategies, and the walk over a graph."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltern import Artifact, Source
from saltern.errors import BadInput
from saltern.libraries import library_fingerprint
from saltern.recipe import canonical, salt
from saltern.steps import Step, step
from saltern.strategies import strategy
from saltern.walk import fold
from shared.steps import ml

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.dictionaries(st.text(), st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=8))


def make(**declared: Any) -> Step[..., Any]:
    @step(**{"version": "1", "writes": "json", **declared})
    def train(dataset: Any, *, C: float = 1.0) -> Any:
        return C

    return train


UPSTREAM = Artifact("preprocess", None, "preprocess-aa.parquet", salt="a" * 64)


def salted(declared: Step[..., Any] | None = None, upstream: Artifact = UPSTREAM, **params: Any) -> str:
    declared = declared or make()
    call = strategy("salted").bind(declared, {"dataset": upstream}, declared.checked(params))
    assert call.artifact.salt is not None
    return call.artifact.salt


@given(documents)
def test_canonical_json_reads_back_as_it_was(document: dict[str, Any]) -> None:
    assert json.loads(canonical(document)) == document


@given(documents)
def test_the_order_in_which_names_were_given_does_not_matter(document: dict[str, Any]) -> None:
    assert canonical(dict(reversed(document.items()))) == canonical(document)


@given(documents, documents)
def test_recipes_that_differ_have_salts_that_differ(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (salt(canonical(one)) == salt(canonical(other))) == (canonical(one) == canonical(other))


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {1, 2}, b"bytes", Path("x"), object(), {1: "a"}, [1, [2, {3}]]]
)
def test_what_json_cannot_hold_exactly_is_refused_by_name(value: Any) -> None:
    with pytest.raises(BadInput, match=r"train\.params\.C"):
        canonical({"params": {"C": value}}, "train")


def test_the_name_the_version_each_parameter_and_each_upstream_salt_are_in_the_salt() -> None:
    assert salted() == salted(C=1.0)
    other = Artifact("preprocess", None, "preprocess-bb.parquet", salt="b" * 64)
    different = {salted(), salted(C=2), salted(make(version="2")), salted(make(name="fit")), salted(upstream=other)}
    assert len(different) == 5


def test_one_and_one_point_zero_are_the_same_float_parameter() -> None:
    assert salted(C=1) == salted(C="1") == salted(C=1.0)


def test_the_partition_is_in_the_salt_and_in_the_name() -> None:
    calls = [strategy("salted").bind(make(), {"dataset": UPSTREAM}, {}, day) for day in ("2018-03-05", "2018-03-06")]
    assert calls[0].artifact.salt != calls[1].artifact.salt
    assert calls[0].artifact.name == f"train[2018-03-05]-{str(calls[0].artifact.salt)[:16]}.json"
    assert calls[0].key == "train[2018-03-05]"


def test_salted_trusts_a_file_and_content_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "input.csv"

    def salts(text: str) -> tuple[str | None, str | None]:
        file.write_text(text)
        calls = [strategy(name).bind(make(), {"dataset": Source.at(file)}, {}) for name in ("salted", "content")]
        return calls[0].artifact.salt, calls[1].artifact.salt

    first, second = salts("1"), salts("2")
    assert first[0] == second[0]
    assert first[1] != second[1]
    assert salts("1") == first


def test_salted_tells_files_of_different_places_apart(tmp_path: Path) -> None:
    names = {
        strategy("salted").bind(make(), {"dataset": Source.at(tmp_path / folder / "x.csv")}, {}).artifact.name
        for folder in ("a", "b")
    }
    assert len(names) == 2


def test_content_ignores_everything_that_is_not_an_external_input(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("1")
    source = {"dataset": Source.at(tmp_path / "x")}
    salts = {
        strategy("content").bind(declared, source, params).artifact.salt
        for declared, params in ((make(), {"C": 1.0}), (make(version="2"), {"C": 1.0}), (make(), {"C": 2.0}))
    }
    assert len(salts) == 1


def test_lineage_is_in_the_recipe_in_full() -> None:
    call = strategy("lineage").bind(ml.train, {"dataset": UPSTREAM}, ml.train.parameters)
    assert call.recipe is not None
    assert call.recipe["version"] == ml.train.version
    assert "shared.steps.ml:_features_and_labels" in call.recipe["code"]
    assert set(call.recipe["libraries"]) > {*ml.train.libraries, "joblib", "python"}


def test_cutoff_knows_an_input_by_what_is_in_it_and_by_nothing_else() -> None:
    def name(salt_: str, digest: str) -> str:
        upstream = Artifact("preprocess", None, f"preprocess-{salt_}.parquet", salt=salt_ * 64, digest=digest)
        return strategy("cutoff").bind(ml.train, {"dataset": upstream}, ml.train.parameters).artifact.name

    assert name("a", "same") == name("b", "same")
    assert name("a", "same") != name("a", "other")


def test_under_cutoff_an_input_that_is_not_made_yet_is_an_error_and_never_a_weaker_salt() -> None:
    with pytest.raises(ValueError, match="preprocess is not made yet"):
        strategy("cutoff").bind(ml.train, {"dataset": UPSTREAM}, ml.train.parameters)


def test_a_library_that_is_declared_and_not_installed_is_an_error() -> None:
    declared: Step[..., Any] = step(version="1", writes="json", libraries=["no-such-distribution"])(ml.report.function)
    with pytest.raises(BadInput, match="'no-such-distribution', which is not installed"):
        library_fingerprint(declared)


def test_an_input_that_is_missing_is_an_error_and_never_a_weaker_salt(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        strategy("content").bind(make(), {"dataset": Source.at(tmp_path / "gone")}, {})
    with pytest.raises(BadInput, match="no salt to build on"):
        strategy("salted").bind(make(), {"dataset": Artifact("p", None, "p.parquet")}, {})


def test_native_names_are_plain_and_carry_the_interval() -> None:
    native = strategy("native")
    day = {d: Artifact("daily", d, f"daily[{d}].json") for d in ("2018-03-06", "2018-03-05")}
    aggregate = native.bind(make(name="sum"), {"dataset": day}, {})
    assert aggregate.artifact.name == "sum-2018-03-05--2018-03-06.json"
    top = native.bind(make(name="top"), {"dataset": aggregate.artifact}, {})
    assert top.artifact.name == "top-2018-03-05--2018-03-06.json"
    assert native.bind(make(), {"dataset": UPSTREAM}, {}).artifact.name == "train.json"


def test_an_artifact_survives_its_journey_as_json() -> None:
    assert Artifact.from_json(json.loads(json.dumps(UPSTREAM.to_json()))) == UPSTREAM


def test_an_unknown_strategy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="native, content, salted, lineage"):
        strategy("nope")


def visits(needs: Callable[[int], list[int]], root: int) -> int:
    memo: dict[int, str] = {}
    seen: list[int] = []

    def value(task: int, below: Any) -> str:
        seen.append(task)
        return salt(canonical({"step": str(task), "inputs": list(below)}))

    fold(root, needs, value, memo)
    return len(seen)


def test_a_long_chain_a_deep_diamond_and_a_wide_graph_cost_one_visit_per_task() -> None:
    assert visits(lambda task: [task - 1] if task else [], 5000) == 5001
    assert visits(lambda task: [task - 1, task - 2] if task > 1 else [], 40) == 41  # 2**20 paths and more
    assert visits(lambda task: list(range(1, 10_000)) if task == 0 else [], 0) == 10_000


def test_a_cycle_is_an_error_and_no_endless_walk() -> None:
    with pytest.raises(BadInput, match="cycle"):
        visits(lambda task: [(task + 1) % 3], 0)


@given(st.lists(st.lists(st.integers(0, 30), max_size=4), max_size=30))
def test_dependencies_always_come_first(needed: list[list[int]]) -> None:
    needs = {task: sorted({need for need in below if need < task}) for task, below in enumerate(needed, start=1)}
    needs[0] = []
    order: list[int] = []
    memo: dict[int, None] = {}
    root = max(needs)

    def value(task: int, below: Any) -> None:
        assert all(need in memo for need in needs[task])
        order.append(task)

    fold(root, needs.__getitem__, value, memo)
    assert len(order) == len(set(order))
