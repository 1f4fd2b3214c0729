"""Random sequences on random graphs, a few here; ``nox -s machine`` runs many. And that they find what is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from saltern.files import digest
from saltern.ledger import Ledger
from saltern.store import Store
from shared.rerun.fresh import Finished
from tests.machine.project import FILES, WAYS, Node, Project
from tests.machine.sequences import Outcome, Sequences
from tests.machine.summary import summary
from tests.machine.workshop import ROOT, Workshop, python_of

# What the test suite runs in the part of an engine; the core's part is that of the two engines that start fast.
PARTS = {
    "reference": (("luigi", "dask"), 12),
    "airflow": (("airflow",), 2),
    "prefect": (("prefect",), 2),
}
# A fault that the library does not have, as edits of its source.
FAULTS = {
    "the code of helpers is left out": (
        (
            "strategies.py",
            'recipe["code"] = code_fingerprint(whole)',
            'recipe["code"] = {at: found for at, found in code_fingerprint(whole).items() if at == step.place}',
        ),
        ("cache.py", 'check_unchanged(whole(call), (call.recipe or {})["code"])', "pass"),
    ),
}


@pytest.fixture
def part(request: pytest.FixtureRequest) -> tuple[tuple[str, ...], int]:
    name = request.config.getoption("--engine")
    if name not in PARTS:
        pytest.skip(f"{name} is tried in the core's part")
    for engine in PARTS[name][0]:
        if not python_of(engine).exists():
            pytest.skip(f"no environment of {engine}: nox -s {engine} --install-only")
    return PARTS[name]


def test_what_a_sequence_of_runs_makes_is_what_a_clean_evaluation_makes(
    part: tuple[tuple[str, ...], int], tmp_path: Path
) -> None:
    engines, count = part
    with Sequences(engines, tmp_path) as sequences:
        outcome = sequences.run("tests", count, length=10, largest=6)
    assert not outcome.counterexample, outcome.counterexample
    assert all(outcome.counts.get(engine) for engine in engines), "an engine was never run, so nothing is said of it"


@pytest.mark.thorough_if_slow
def test_what_a_step_needs_may_be_given_in_every_way(part: tuple[tuple[str, ...], int], tmp_path: Path) -> None:
    """One by one, in a list, by name, to ``*parts``; and what is mapped among them. By name, 10 comes after 9."""
    engines, _ = part
    several = tuple(Node(number, file=number % FILES) for number in (1, 2, 9, 10))
    ways = tuple(Node(20 + number, (1, 2, 9, 10, 11), how=way) for number, way in enumerate(WAYS))
    alone = tuple(Node(30 + number, (1,), file=2, how=way) for number, way in enumerate(WAYS))
    project = Project((*several, Node(11, mapped=True), *ways, *alone))
    edited = replace(project, files=(1, 5, 1), days=(1, 7))
    with Workshop(tmp_path) as workshop:
        for engine in engines:
            home = tmp_path / f"of-{engine}" / "project"
            store = Store(home.parent / "store")
            executed = []
            for run, state in enumerate((project, project, edited)):
                state.write(home)
                request = {"strategy": "lineage", "store": str(store.root), "run": f"r{run}"}
                found = _said(workshop.run(home, engine, do=engine, **request))
                clean = _said(workshop.run(home, engine, do="clean"))
                assert {step: digest(store.read(name)) for step, name in found.items()} == clean
                executed.append(len(Ledger(store, f"r{run}").executed()))
            assert executed == [len(clean), 0, len(clean) - 3], "all; nothing; all but steps 2 and 9, and a day"


def _said(finished: Finished) -> dict[str, str]:
    assert finished.status == 0, finished.complaint
    return json.loads(finished.stdout.strip().splitlines()[-1])  # type: ignore[no-any-return]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_library_is_found_and_told_in_a_few_lines(
    fault: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--engine") != "reference":
        pytest.skip("the core's part tries it")
    library = tmp_path / "library"
    shutil.copytree(ROOT / "saltern", library / "saltern", ignore=shutil.ignore_patterns("__pycache__"))
    for name, right, wrong in FAULTS[fault]:
        source = library / "saltern" / name
        assert source.read_text().count(right) == 1
        source.write_text(source.read_text().replace(right, wrong))
    with Sequences(["plain"], tmp_path, library) as sequences:
        outcome = sequences.run("faults", 100, length=6, largest=3, tries=40)
    lines = outcome.counterexample.splitlines()
    assert lines, f"{outcome.counts['sequences']} sequences, and none showed it"
    assert len(lines) <= 8, outcome.counterexample


def test_a_page_keeps_the_rows_of_other_seeds_and_sums_them() -> None:
    day, outcome = date(2026, 1, 2), Outcome("1/0", 9.0, {"sequences": 25, "luigi": 1200})
    page = summary([outcome], 1, day)
    page = summary([outcome], 2, day, page)
    page = summary([outcome, outcome], 2, day, page)  # it has gone on
    rows = [line.split(" | ")[2:5] for line in page.splitlines() if line.startswith("| 2026")]
    assert rows == [["1", "25", "1,200"], ["2", "50", "2,400"]]
    assert "| in all |  |  | **75** | **3,600** |" in page


def test_an_engine_that_there_is_not_is_one_line() -> None:
    command = [sys.executable, "-m", "tests.machine", "--engines", "luigi=2,spark"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --engines spark: no such engine (there are: plain, luigi, dask, airflow, prefect)\n"
