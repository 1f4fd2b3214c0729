"""The canary: what is different between two results files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from shared.pipelines import PROJECT
from shared.rerun.results import Results
from tests.browser.volume import results


def told(before: Path, now: Path) -> tuple[int, list[str], str]:
    command = [sys.executable, "-m", "shared.report.canary", str(before), str(now)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


def written(found: Results, path: Path) -> Path:
    found.write(path)
    return path


def test_a_cell_that_changed_is_told_with_both_versions(tmp_path: Path) -> None:
    luigi, dask, *_ = results(240)
    old = written(luigi, tmp_path / "old.json")
    assert told(old, old) == (0, [f"luigi 1.2.3 -> 1.2.3: 0 of {len(luigi.cells)} cells are different"], "")

    cell = next(cell for cell in luigi.cells if cell.verdict == "exact" and cell.executed)
    changed = [
        one.model_copy(update={"verdict": "stale", "executed": []}) if one is cell else one for one in luigi.cells
    ]
    new = written(luigi.model_copy(update={"engine_version": "2.0.0", "cells": changed}), tmp_path / "new.json")
    status, (first, last), _ = told(old, new)
    place = f"{cell.strategy} {cell.pipeline} {cell.scenario}"
    assert (status, first) == (1, f"{place}: exact (ran {', '.join(cell.executed)}) -> stale (ran nothing)")
    assert last == f"luigi 1.2.3 -> 2.0.0: 1 of {len(luigi.cells)} cells are different"

    status, _, error = told(old, written(dask, tmp_path / "dask.json"))
    assert (status, error) == (2, f"error: {tmp_path}/dask.json: of dask, and {old} is of luigi\n")
