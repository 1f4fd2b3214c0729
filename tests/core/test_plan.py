"""The plan: what a run would do, and why, before it does it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.console import Console

from shared.engine.build import Build, build
from shared.engine.plan import plan, tree
from shared.engine.protocol import Engine, Native
from shared.reference import ENGINE as REFERENCE


class Caching(Engine):
    """An engine with a cache, for which nothing needs to be run here."""

    name = "caching"
    package = "nowhere"
    distribution = "saltern"
    looks_at = "target"
    natives: ClassVar = {
        "native": Native("an artifact of that name is enough", "docs", memory="artifacts"),
        "caching/server": Native("a server remembers", "docs", memory="its own"),
    }
    says_ran = frozenset({"ran"})


ENGINE = Caching()


def made(store: Path, **options: Any) -> Any:
    return build("ml", "caching", store=str(store), strategy=options.pop("strategy", "lineage"), **options)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that holds a whole build."""
    REFERENCE.run(made(tmp_path / "store"))
    return tmp_path / "store"


def whys(store: Path, **options: Any) -> dict[str, str]:
    prospects = plan(made(store, **options), ENGINE)
    return {step: "; ".join(p.reasons) for step, p in prospects.items() if p.state == "to run"}


def test_with_an_empty_store_everything_is_a_first_run(tmp_path: Path) -> None:
    assert set(whys(tmp_path / "empty").values()) == {"first run"}


def test_when_all_is_there_nothing_is_to_run(store: Path) -> None:
    assert whys(store) == {}


def test_a_changed_parameter_is_named_with_its_old_and_new_value(store: Path) -> None:
    assert whys(store, settings={"train": {"C": "10"}}) == {
        "train": "parameter changed: C from 1.0 to 10.0",
        "evaluate": "upstream changed: model",
        "report": "upstream changed: metrics",
    }


def test_in_short_it_is_the_kind_of_reason_alone(store: Path) -> None:
    assert plan(made(store, settings={"train": {"C": "10"}}), ENGINE)["train"].why == "parameter changed"


def test_a_changed_input_is_told_from_a_changed_upstream(store: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("a,label\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    reasons = whys(store, input=own)
    assert reasons["preprocess"] == "input data changed: csv"
    assert reasons["train"] == "upstream changed: dataset"


@pytest.mark.parametrize(("damage", "why"), [(False, "output missing"), (True, "output damaged")])
def test_a_missing_and_a_damaged_target_are_told_apart(store: Path, damage: bool, why: str) -> None:
    report = next(store.glob("report*.html"))
    report.write_text("half a pa") if damage else report.unlink()
    assert whys(store) == {"report": why}


def test_a_hole_below_a_finished_target_is_missing_and_not_to_run(store: Path) -> None:
    next(store.glob("train*.skops")).unlink()
    assert whys(store) == {}
    assert plan(made(store), ENGINE)["train"].state == "missing"


def test_cutoff_decides_step_by_step_and_says_so(tmp_path: Path) -> None:
    first = made(tmp_path, strategy="cutoff")
    assert states(first) == ["to run", "undecided", "undecided", "undecided"]
    REFERENCE.run(first)
    assert states(made(tmp_path, strategy="cutoff")) == ["done"] * 4
    changed = made(tmp_path, strategy="cutoff", settings={"train": {"C": "10"}})
    assert states(changed) == ["done", "to run", "undecided", "undecided"]


def test_cutoff_looks_at_every_step_even_where_the_engine_would_not(tmp_path: Path) -> None:
    REFERENCE.run(made(tmp_path, strategy="cutoff"))
    next(tmp_path.glob("train*.skops")).unlink()
    assert states(made(tmp_path, strategy="cutoff")) == ["done", "to run", "undecided", "undecided"]


def test_what_an_engine_alone_remembers_nobody_foretells(tmp_path: Path) -> None:
    assert states(made(tmp_path, strategy="caching/server")) == ["undecided"] * 4


def states(build: Build) -> list[str]:
    return [prospect.state for prospect in plan(build, ENGINE).values()]


def test_an_engine_that_keeps_nothing_runs_everything(store: Path) -> None:
    assert {p.state for p in plan(made(store), REFERENCE).values()} == {"to run"}


def test_the_tree_draws_a_shared_node_out_once_and_says_so_below(store: Path) -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(tree(made(store), ENGINE))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    drawn = [index for index, line in enumerate(lines) if "preprocess" in line]
    assert len(drawn) == 2
    assert "drawn above" not in lines[drawn[0]]
    assert "drawn above" in lines[drawn[1]]
    assert [line for line in lines if "digits.csv" in line] == [lines[drawn[0] + 1]]
