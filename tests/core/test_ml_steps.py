"""The ml steps, as functions of values."""

from __future__ import annotations

import logging
from pathlib import Path

import polars as pl
import pytest

from saltern.errors import BadInput
from shared.pipelines import CSV
from shared.steps import ml

GOOD = "a,b,kind\n" + "".join(f"{i},{i % 7},{'even' if i % 2 == 0 else 'odd'}\n" for i in range(20))


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(GOOD)
    return path


def preprocess(csv: Path) -> pl.DataFrame:
    return ml.preprocess(csv, target="kind")


def test_every_usable_row_is_in_the_training_or_the_test_part(csv: Path) -> None:
    dataset = preprocess(csv)
    assert dataset.columns == ["a", "b", ml.TARGET, ml.SPLIT, ml.ROW]
    assert dataset.group_by(ml.SPLIT).len().sort(ml.SPLIT).rows() == [("test", 5), ("train", 15)]
    assert dataset[ml.ROW].to_list() == list(range(20))


def test_the_split_keeps_the_shares_of_the_classes(csv: Path) -> None:
    test = preprocess(csv).filter(pl.col(ml.SPLIT) == "test")
    assert set(test[ml.TARGET]) == {"even", "odd"}


@pytest.mark.parametrize(
    ("bad_row", "reason"),
    [
        ("1,2,3,even", "too many fields"),
        ("1,2", "too few fields"),
        ("one,2,even", "a feature that is no number"),
        ("nan,2,even", "a feature that is no number"),
        ("inf,2,even", "a feature that is no number"),
        ("1,2,", "no target"),
    ],
)
def test_a_bad_row_is_dropped_and_counted_and_leaves_the_output_as_it_was(
    csv: Path, caplog: pytest.LogCaptureFixture, bad_row: str, reason: str
) -> None:
    clean = preprocess(csv)
    csv.write_text(GOOD.replace("kind\n", f"kind\n{bad_row}\n"))
    with caplog.at_level(logging.WARNING):
        assert preprocess(csv).equals(clean)
    assert "dropped 1 rows" in caplog.text
    assert reason in caplog.text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "no column 'kind' (found: a, b)"),
        ("a,b,kind\n", "no rows"),
        ("kind\nx\n", "no feature"),
        ("a,a,kind\n1,2,x\n", "'a' stands twice"),
        ("a,b,kind\nx,1,even\ny,2,odd\n", "no usable row among 2: no number in column 'a'"),
        ("a,b,kind\n1,2\n1,2,3,4\n", "no usable row among 2"),
        (GOOD.replace("odd", "even"), "one class only, 'even'"),
        (GOOD + "1,2,rare\n", "class 'rare' has one row"),
        ("a,__split__,kind\n1,2,x\n", "__split__"),
    ],
)
def test_a_csv_that_cannot_be_split_is_refused_by_name(csv: Path, content: str, complaint: str) -> None:
    csv.write_text(content)
    with pytest.raises(BadInput) as refused:
        preprocess(csv)
    assert str(csv) in str(refused.value)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("content", [b"a,b,k\xff\n1,2,x\n", GOOD.encode() + b"1,2,\xff\n", GOOD.encode("utf-16")])
def test_a_csv_that_is_not_utf8_is_refused(csv: Path, content: bytes) -> None:
    csv.write_bytes(content)
    with pytest.raises(BadInput, match="UTF-8"):
        preprocess(csv)


def test_a_byte_order_mark_is_no_part_of_the_first_name(csv: Path) -> None:
    csv.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert preprocess(csv).columns[0] == "a"


def test_a_test_part_smaller_than_the_number_of_classes_is_refused_by_option(csv: Path) -> None:
    with pytest.raises(BadInput, match=r"preprocess\.test_size=0\.01"):
        ml.preprocess(csv, target="kind", test_size=0.01)


def test_the_bundled_digits_are_learned_well() -> None:
    dataset = ml.preprocess(CSV)
    metrics = ml.evaluate(ml.train(dataset), dataset)
    assert metrics["accuracy"] > 0.97
    assert metrics["test_rows"] + metrics["train_rows"] == 1797
    assert sum(map(sum, metrics["confusion"])) == metrics["test_rows"]
    assert metrics["classes"] == [str(digit) for digit in range(10)]
    page = ml.report(metrics)
    assert f"{100 * metrics['accuracy']:.2f} %" in page
    assert page.count("<svg") == len(metrics["some_mistakes"]) > 0


def test_text_from_a_users_csv_is_escaped_in_the_report(csv: Path) -> None:
    csv.write_text(GOOD.replace("odd", "<script>alert(1)</script>"))
    dataset = preprocess(csv)
    assert "<script>" not in ml.report(ml.evaluate(ml.train(dataset), dataset))
