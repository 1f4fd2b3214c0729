"""The files of expectations: what they may say, and what is wrong with them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from saltern.errors import BadInput
from saltern.strategies import STRATEGIES
from shared.pipelines import PROJECT
from shared.reference import ENGINE
from shared.rerun.expectations import FILE, draft, load, marked, of_today, parse, unexpected
from shared.rerun.results import Cell, Results
from shared.rerun.scenarios import SCENARIOS
from shared.rerun.verdict import Verdict

GOOD = """
[[expect]]
strategy = "salted"
scenarios = ["change-input", "edit-helper"]
verdict = "stale"
kind = "by design"
because = "It trusts its inputs and the code."
"""


def cell(scenario: str, verdict: Verdict, pipeline: str = "ml", strategy: str = "salted") -> Cell:
    named = {"pipeline": pipeline, "strategy": strategy, "scenario": scenario, "verdict": verdict}
    nothing: dict[str, Any] = {name: [] for name in ("executed", "disputed", "least", "most")}
    nothing |= {"reasons": {}, "claimed": {}, "healed": None, "seconds": 0, "edit": "", "note": ""}
    return Cell.model_validate(named | nothing)


def results(*cells: Cell) -> Results:
    return Results(engine="luigi", engine_version="3", python="3.11", host="Linux", cells=list(cells))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "expectations.toml"
    path.write_text(GOOD)
    return path


def test_an_entry_holds_for_every_pipeline_that_goes_through_its_scenarios(path: Path) -> None:
    assert set(parse(path, STRATEGIES)) == {
        ("ml", "salted", "change-input"),
        ("ml", "salted", "edit-helper"),
        ("artists", "salted", "edit-helper"),
    }


def test_results_that_are_read_are_held_against_the_expectations_of_today() -> None:
    """As the report reads those of an engine that it cannot import."""
    read = marked(results(cell("edit-helper", "wasteful", strategy="content")), {})
    assert unexpected(read)
    (found,) = of_today(read, ENGINE.package).cells
    assert found.expected == load(ENGINE)["ml", "content", "edit-helper"]
    assert not found.is_unexpected


def test_an_entry_may_hold_for_some_pipelines_only(path: Path) -> None:
    path.write_text(GOOD.replace('"change-input", ', "") + 'pipelines = ["artists"]')
    assert set(parse(path, STRATEGIES)) == {("artists", "salted", "edit-helper")}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"salted"', '"salty"', "entry 1: the engine has no strategy 'salty'"),
        ('"edit-helper"', '"edit-hleper"', "entry 1: there is no scenario 'edit-hleper'"),
        (
            'because = "',
            'pipelines = ["nope"]\nbecause = "',
            "it names no cell: no pipeline 'nope' goes through 'change-",
        ),
        ('because = "', 'pipelines = ["artists"]\nbecause = "', "no pipeline 'artists' goes through 'change-input'"),
        ('because = "', 'pipelines = []\nbecause = "', "entry 1: pipelines"),
        ('["change-input", "edit-helper"]', "[]", "entry 1: scenarios"),
        ('"edit-helper"', '"change-input"', "entry 1: ml, salted, change-input stands in an earlier entry too"),
        ('"stale"', '"exact"', "entry 1: verdict"),
        ('"by design"', '"by accident"', "entry 1: kind"),
        ('"by design"', '"upstream"', "entry 1: upstream behaviour needs a link"),
        ('because = "', 'link = "ftp://x"\nbecause = "', "entry 1: link"),
        ('because = "It trusts its inputs and the code."', "", "entry 1: because"),
        ('because = "It trusts its inputs and the code."', 'because = ""', "entry 1: because"),
        ('because = "', 'becuase = "', "entry 1: "),
        ("[[expect]]", "[expect]", "only \\[\\[expect\\]\\] has a place in it"),
        ("[[expect]]", "[[expects]]", "only \\[\\[expect\\]\\] has a place in it .found: expects"),
        ("[[expect]]", "[[expect", "expectations.toml: "),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_entry(path: Path, old: str, new: str, complaint: str) -> None:
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(BadInput, match=complaint) as error:
        parse(path, STRATEGIES)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_two_entries_for_one_cell_are_refused(path: Path) -> None:
    path.write_text(GOOD + GOOD)
    with pytest.raises(BadInput, match="entry 2: ml, salted, change-input stands in an earlier entry too"):
        parse(path, STRATEGIES)


def test_cells_worse_or_better_than_expected_are_unexpected(path: Path) -> None:
    expected = parse(path, STRATEGIES)
    measured = results(cell("change-input", "stale"), cell("edit-helper", "exact"), cell("unchanged", "wasteful"))
    found = unexpected(marked(measured, expected))
    assert [(c.scenario, c.expected.because if c.expected else None) for c in found] == [
        ("edit-helper", "It trusts its inputs and the code."),
        ("unchanged", None),
    ]


def test_the_reference_engine_has_no_cache_and_its_file_says_so() -> None:
    expected = load(ENGINE)
    assert {expectation.verdict for expectation in expected.values()} == {"wasteful"}
    missing = {
        (s.pipeline, name, s.name)
        for s in SCENARIOS
        for name in STRATEGIES
        if (s.pipeline, name, s.name) not in expected
    }
    assert {scenario for _, _, scenario in missing} == {"change-input", "late-input"}


def test_a_draft_names_each_cell_that_is_not_exact_and_parses_when_its_reasons_are_written(tmp_path: Path) -> None:
    measured = results(
        cell("edit-helper", "stale"),
        cell("edit-helper", "stale", "artists"),
        cell("edit-body", "stale"),
        cell("edit-body", "exact", "artists"),
        cell("unchanged", "exact"),
        cell("noise-input", "wasteful", strategy="lineage"),
        cell("noise-input", "wasteful", "artists", strategy="lineage"),
    )
    measured.write(tmp_path / "luigi.json")
    command = [sys.executable, "-m", "shared.rerun.expectations"]
    printed = subprocess.run([*command, tmp_path / "luigi.json"], check=True, capture_output=True, text=True).stdout
    assert printed == draft(measured) + "\n"
    path = tmp_path / "expectations.toml"
    path.write_text(printed)
    with pytest.raises(BadInput, match="entry 1: because"):
        parse(path, STRATEGIES)
    path.write_text(printed.replace('because = ""', 'because = "So it is."'))
    expected = parse(path, STRATEGIES)
    assert unexpected(marked(measured, expected)) == []
    assert len(tomllib.loads(printed)["expect"]) == 3
    missing = subprocess.run([*command, tmp_path / "nope.json"], check=False, capture_output=True, text=True)
    assert missing.returncode == 2
    assert missing.stderr.startswith("error: ")
    assert missing.stderr.count("\n") == 1


def test_nothing_that_is_ours_counts_against_an_engine() -> None:
    """Where an engine's own way looks bad because of how we wired it, the wiring is to be mended."""
    for package in ("luigi_impl", "dask_impl", "airflow_dags", "prefect_flows"):
        entries = tomllib.loads((PROJECT / package / FILE).read_text())["expect"]
        own = [entry for entry in entries if entry["strategy"] == "native" or "/" in entry["strategy"]]
        assert own
        assert [entry for entry in own if entry["kind"] == "ours"] == []
