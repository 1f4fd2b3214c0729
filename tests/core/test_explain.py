"""``saltern explain``: what a step's result depends on, which of it is coarse, and the way out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.pipelines import PROJECT

STEPS = """
import random, socket, sys, uuid
from saltern import step
import helpers

@step(version="1", writes="json", env=["MODE"], files=["*.sql"], ignore=["helpers:<whole>"])
def fine(data):
    return helpers.f(data.read_text())

@step(version="1", writes="json", code=["plugin:g"])
def coarse(data, *, how: str = "f"):
    return getattr(helpers, how)(data.stem)

@step(version="1", writes="json")
def fickle(data):
    random.seed(1)
    return helpers.now().year, random.random(), str(uuid.uuid4())

@step(version="1", writes="json")
def placed(data):
    return sys.platform, socket.gethostname()

@step(version="1", writes="json")
def drawing(data):
    return helpers.drawn()

@step(version="1", writes="json")
def deep(data):
    return helpers.total()

@step(version="1", writes="json")
def looking(data):
    return data.parent.name
"""

HELPERS = """
from array import array
from datetime import datetime
from logging import getLogger
from random import choice
from threading import Lock

NUMBERS = {"in": array("d", [1.0])}
MANY = [*range(101)]
LOCK, LOG = Lock(), getLogger(__name__)

def total():
    with LOCK:
        LOG.info("adding")
        return sum(NUMBERS["in"]) + sum(MANY)

def f(x):
    return x

def now():
    return datetime.now()

def drawn():
    return choice("ab")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {"steps.py": STEPS, "helpers.py": HELPERS, "plugin.py": "def g(): ...\n", "a.sql": ""}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def explain(project: Path, place: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "saltern", "explain", place, *options]
    path = {"PYTHONPATH": str(PROJECT), "PATH": ""}
    return subprocess.run(command, cwd=project, env=path, capture_output=True, text=True, timeout=60)


def test_what_a_step_depends_on_is_said_and_what_it_declares_is_in_it(project: Path) -> None:
    found = json.loads(explain(project, "steps:fine", "--json").stdout)
    assert {"helpers:f", "steps:fine"} <= set(found["code"])
    assert found["coarse"] == ["none"]
    assert found["environment"] == ["MODE"]
    assert found["files"] == ["a.sql"]
    assert found["inputs"] == ["data: what is in it"]


def test_a_coarse_place_is_named_with_the_way_out(project: Path) -> None:
    done = explain(project, "steps:coarse")
    said = " ".join(done.stdout.split())
    assert "helpers:<whole>: the module itself is handed around. To make it finer: import the names" in said
    assert "plugin:g" in said
    assert "data: what is in it; of a file its name" in said


def test_clocks_and_random_numbers_that_its_code_asks_are_named(project: Path) -> None:
    assert json.loads(explain(project, "steps:fine", "--json").stdout)["not held"] == ["none"]
    # the generator that all share is seeded
    fickle = json.loads(explain(project, "steps:fickle", "--json").stdout)["not held"]
    assert fickle == ["clock: datetime.datetime.now", "random numbers: uuid.uuid4"]
    drawing = json.loads(explain(project, "steps:drawing", "--json").stdout)["not held"]
    assert drawing == ["random numbers: random.choice"]


def test_values_that_nobody_looks_into_are_named(project: Path) -> None:
    found = json.loads(explain(project, "steps:deep", "--json").stdout)["not held"]
    assert found == [
        "what a program changes inside of: helpers:MANY (more than 100 values)",
        "what a program changes inside of: helpers:NUMBERS['in'] (array.array)",
    ]


def test_a_step_that_asks_for_the_platform_depends_on_it_and_what_differs_from_machine_to_machine_is_named(
    project: Path,
) -> None:
    found = json.loads(explain(project, "steps:placed", "--json").stdout)
    assert found["environment"] == ["<platform>"]
    assert found["not held"] == ["machine: socket.gethostname"]


def test_a_step_that_looks_at_folders_has_the_path_of_its_input(project: Path) -> None:
    assert "data: what is in it; of a file its path" in explain(project, "steps:looking").stdout


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("steps", "steps: write it as MODULE:STEP"),
        ("steps:none", "steps:none: there is no step of that name in steps"),
        ("nowhere:none", "nowhere:none: No module named 'nowhere'; run this command in the project's folder"),
    ],
)
def test_what_is_no_step_is_one_line(project: Path, place: str, said: str) -> None:
    done = explain(project, place)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "said"), [('code=["nowhere"]', "the code 'nowhere'"), ('files=["b"]', "the file 'b'")]
)
def test_a_declaration_that_means_nothing_is_an_error(project: Path, given: str, said: str) -> None:
    text = (project / "steps.py").read_text()
    (project / "steps.py").write_text(text.replace('code=["plugin:g"]', given))
    done = explain(project, "steps:coarse")
    assert done.returncode == 2
    assert f"step 'coarse' declares {said}" in done.stderr
