"""What a step reaches is remembered from process to process, and looked for anew where something has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# The files of a user are older than the coarsest clock of a file system ticks, as those of a test are not.
PROGRAM = """
import json, sys
from saltern import Cache, code, remembered

remembered.CLOCK_RESOLUTION = -(10**15)
walked, walk = [], code._walked
code._walked = lambda *given: walked.append(given) or walk(*given)
import steps

name = Cache("store", "lineage", "run", "plain").call(steps.made, {}).artifact.name
print(json.dumps([name, len(walked)]))
"""
STEP = """
from saltern import step

@step(version="1", writes="json")
def made():
    return %s
"""
OPTIONAL = "try:\n    import faster\nexcept ImportError:\n    faster = None\n" + STEP % "faster is None"
DAYS = "from pathlib import Path\n" + STEP % "sorted(path.read_text() for path in Path().glob('{}/*.csv'))"
PROJECT = STEP % "__import__('oth' + 'er').VALUE"


def looked(project: Path) -> tuple[str, int]:
    """In a new process: the name of the step's artifact, and how often its code was walked for that."""
    env = {**os.environ, "SALTWORKS_CACHE_DIR": str(project.parent / "memory")}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=project, env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    name, walks = json.loads(ran.stdout)
    return name, walks


@pytest.mark.parametrize(
    ("steps", "changed", "now"),
    [
        (OPTIONAL, "plugins/faster.py", "VALUE = 1\n"),  # what is not on the path yet
        (DAYS.format("plugins"), "plugins/one.csv", "1\n"),  # a pattern with a folder in it
        (DAYS.format("p*"), "past/one.csv", "1\n"),  # in a folder that is not there yet
        (DAYS.format("days"), "days/one.csv", "1\n"),
        (PROJECT, "other.py", "VALUE = 2\n"),  # of which no name leads to the module
        (PROJECT, "another.py", "VALUE = 1\n"),
    ],
)
def test_what_a_step_reaches_is_looked_for_once_until_it_changes(
    steps: str, changed: str, now: str, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    (project / "plugins").mkdir(parents=True)
    for name, text in {"steps.py": steps, "other.py": "VALUE = 1\n", "pyproject.toml": ""}.items():
        (project / name).write_text(text)
    before, walks = looked(project)
    assert walks == 1
    assert looked(project) == (before, 0)
    (project / changed).parent.mkdir(exist_ok=True)
    (project / changed).write_text(now)
    after, _ = looked(project)
    assert after != before
    assert looked(project) == (after, 0)
