"""Verdicts: the laws that they keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.rerun.verdict import VERDICTS, Verdict, disputed, judge, needless, overlooked

MOST = ("train", "evaluate")
steps = some.lists(some.sampled_from(["preprocess", "train", "evaluate", "report"]), max_size=8)
digests = some.sampled_from(["right", "wrong"])


@pytest.mark.parametrize(
    ("executed", "target", "expected"),
    [
        (["train", "evaluate"], "right", "exact"),
        ([], "right", "exact"),
        (["train"], "wrong", "stale"),
        (["train", "evaluate", "report"], "wrong", "stale"),
        (["preprocess", "train"], "right", "wasteful"),
        (["train", "train"], "right", "wasteful"),
        (["train"], None, "error"),
    ],
)
def test_a_verdict(executed: list[str], target: str | None, expected: Verdict) -> None:
    assert judge(executed, target, "right", MOST) == expected


def test_a_step_that_runs_twice_is_one_too_many() -> None:
    assert needless(["train", "train", "report"], MOST) == ["report", "train"]
    assert overlooked(["train"], MOST) == ["evaluate"]


@given(steps, digests, steps)
def test_a_wrong_target_is_stale_whatever_ran(executed: list[str], clean: str, most: list[str]) -> None:
    assert judge(executed, f"not {clean}", clean, most) == "stale"


@given(steps, steps)
def test_of_right_targets_those_are_exact_where_nothing_needless_ran(executed: list[str], most: list[str]) -> None:
    verdict = judge(executed, "right", "right", most)
    assert verdict == ("wasteful" if needless(executed, most) else "exact")
    assert judge([*executed, "unheard of"], "right", "right", most) == "wasteful"
    assert judge([], "right", "right", most) == "exact"


@given(steps, steps)
def test_more_freedom_never_makes_a_verdict_worse(executed: list[str], most: list[str]) -> None:
    narrow, wide = (judge(executed, "right", "right", bound) for bound in (most, [*most, *executed]))
    assert VERDICTS.index(wide) <= VERDICTS.index(narrow)


@given(steps)
def test_an_engine_that_says_what_ran_is_not_disputed_and_one_that_says_nothing_is(executed: list[str]) -> None:
    assert disputed(dict.fromkeys(executed, "done"), executed, {"done"}) == []
    assert disputed({}, executed, {"done"}) == sorted(set(executed))


def test_a_claim_is_disputed_both_ways() -> None:
    claimed = {"train": "success", "report": "present", "evaluate": "success"}
    assert disputed(claimed, ["train", "report"], {"success"}) == ["evaluate", "report"]
