"""Values that a program changes in memory count where the run is planned, and have to be there where it is executed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

STEPS = """
from saltern import step

SETTINGS = {"rate": 1}

@step(version="1", writes="json")
def out():
    return SETTINGS["rate"]
"""
PLAN = """
import pickle, sys, steps
from saltern import Cache
steps.SETTINGS["rate"] = int(sys.argv[1])
call = Cache("store", "lineage", run="r1", engine="none").call(steps.out, {}, {})
open("call", "wb").write(pickle.dumps(call))
"""
EXECUTE = """
import pickle, sys, steps
from saltern import BadInput, Cache
steps.SETTINGS["rate"] = int(sys.argv[1])
cache = Cache("store", "lineage", run="r1", engine="none")
try:
    print(cache.load(cache.make(pickle.load(open("call", "rb")))))
except BadInput as error:
    print(error)
"""


@pytest.mark.parametrize(("here", "said"), [(2, "2"), (1, "steps:SETTINGS in memory: not what it was in the process")])
def test_another_process_has_the_values_of_the_plan(tmp_path: Path, here: int, said: str) -> None:
    for name, text in (("pyproject.toml", ""), ("steps.py", STEPS), ("plan.py", PLAN), ("execute.py", EXECUTE)):
        (tmp_path / name).write_text(text)
    run(tmp_path, "plan.py", "2")
    assert run(tmp_path, "execute.py", str(here)).startswith(said)
    assert [*tmp_path.glob("store/out-*.json")] or here != 2


def run(folder: Path, *words: str) -> str:
    ran = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=True)
    return ran.stdout
