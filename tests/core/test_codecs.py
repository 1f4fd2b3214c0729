"""Codecs: what is stored is what is read, and the same value is always the same bytes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from saltern.codecs import CODECS
from shared.pipelines import CSV
from shared.steps import ml

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(values)
def test_json_reads_back_as_it_was(value: Any) -> None:
    assert CODECS["json"].load(CODECS["json"].dump(value)) == value


@given(st.dictionaries(st.text(), st.integers()))
def test_json_does_not_depend_on_the_order_of_names(value: dict[str, int]) -> None:
    assert CODECS["json"].dump(value) == CODECS["json"].dump(dict(reversed(value.items())))


def test_json_refuses_what_other_readers_could_not_read() -> None:
    with pytest.raises(ValueError, match="JSON"):
        CODECS["json"].dump(float("nan"))


@given(st.lists(st.tuples(st.text(), st.integers(-(2**63), 2**63 - 1))))
def test_parquet_reads_back_as_it_was(rows: list[tuple[str, int]]) -> None:
    frame = pl.DataFrame(rows, schema={"artist": pl.String, "plays": pl.Int64}, orient="row")
    data = CODECS["parquet"].dump(frame)
    assert data == CODECS["parquet"].dump(frame)
    assert_frame_equal(CODECS["parquet"].load(data), frame)


@given(st.text())
def test_html_reads_back_as_it_was(page: str) -> None:
    assert CODECS["html"].load(CODECS["html"].dump(page)) == page


def test_a_model_predicts_after_the_journey_as_before() -> None:
    dataset = ml.preprocess(CSV)
    model = ml.train(dataset)
    again = CODECS["skops"].load(CODECS["skops"].dump(model))
    assert ml.evaluate(again, dataset) == ml.evaluate(model, dataset)


def test_a_model_trained_twice_in_two_processes_is_the_same_file() -> None:
    program = (
        "import hashlib; from shared.steps import ml; from shared.pipelines import CSV;"
        "from saltern.codecs import CODECS;"
        "print(hashlib.sha256(CODECS['skops'].dump(ml.train(ml.preprocess(CSV)))).hexdigest())"
    )
    digests = {
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert len(digests) == 1
