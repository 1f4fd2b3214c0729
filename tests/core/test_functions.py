"""``saltern.fingerprint``: of any function, for caches that ask for a version of its code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from saltern import BadInput, fingerprint
from shared.steps import ml, models

NAMES = ("load", "train", "power", "decorated")
HELPERS = '"""Help."""\nFACTOR = 2\n\ndef doubled(x):\n    return x * FACTOR\n'
TASKS = """
from helpers import doubled

def load():
    return 1

def train(rows):
    # a comment
    return doubled(rows)

def power(n):
    return lambda x, m=n: x ** m + n
"""
FLOW = """
import json
import tasks
from saltern import fingerprint

def versioned(function):
    FOUND[function.__name__] = fingerprint(function)
    return [function]  # as some engines' decorators do: no function any more

FOUND = {}

@versioned
def decorated():
    return tasks.load()

if __name__ == "__main__":
    FOUND |= {function.__name__: fingerprint(function) for function in (tasks.load, tasks.train, tasks.power)}
    FOUND |= {"again": fingerprint(decorated[0]), "2": fingerprint(tasks.power(2)), "3": fingerprint(tasks.power(3))}
    print(json.dumps(FOUND))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"pyproject.toml": "", "helpers.py": HELPERS, "tasks.py": TASKS, "flow.py": FLOW}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def found(project: Path) -> dict[str, str]:
    """The fingerprints as a fresh process finds them."""
    done = subprocess.run([sys.executable, "flow.py"], cwd=project, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_fingerprint_is_another_when_what_the_function_reaches_is(project: Path) -> None:
    edits = [
        ("helpers.py", "FACTOR = 2", "FACTOR = 3", {"train"}),
        ("tasks.py", "return doubled(rows)", "return doubled(rows) + 1", {"train"}),
        ("tasks.py", "return 1", "return 1.5", {"load", "decorated"}),
        ("tasks.py", "# a comment", "# another", set()),
        (
            "helpers.py",
            '"""Help."""',
            "import sys\nsys.setrecursionlimit(2000)",
            {"load", "train", "power", "decorated"},
        ),
    ]
    before = found(project)
    for file, old, new, others in edits:
        text = (project / file).read_text()
        assert text.count(old) == 1
        (project / file).write_text(text.replace(old, new))
        after = found(project)
        assert {name for name in NAMES if before[name] != after[name]} == others
        assert after["decorated"] == after["again"], "while its module is imported, and afterwards"
        assert after["2"] != after["3"], "what a function was made with counts"
        before = after


def test_a_step_has_one_too_and_so_has_a_helper() -> None:
    assert len({fingerprint(ml.train), fingerprint(ml.evaluate), fingerprint(models.classifier)}) == 3
    assert len(fingerprint(ml.train)) == 64


def test_what_cannot_be_fingerprinted_is_refused_by_name() -> None:
    thing = object()

    def held() -> object:
        return thing

    with pytest.raises(BadInput, match="'thing' is an object that it was made with"):
        fingerprint(held)
    with pytest.raises(BadInput, match="neither a function nor a step"):
        fingerprint(print)
    typed_in: dict[str, object] = {"__name__": "nowhere"}
    exec("def typed(): return 1", typed_in)
    with pytest.raises(BadInput, match="nowhere"):
        fingerprint(typed_in["typed"])  # type: ignore[arg-type]
