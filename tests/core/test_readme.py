"""The README is kept true by running it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from saltern.strategies import STRATEGIES
from shared.rerun.scenarios import SCENARIOS
from shared.rerun.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_the_example_of_lifting_the_salting_runs_and_the_second_time_reuses(tmp_path: Path) -> None:
    world = Workspace(tmp_path / "w", ["shared"])
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    runs = [
        subprocess.run([sys.executable, "-c", example], cwd=world.folder, check=True, capture_output=True, text=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.startswith("train-")
    assert len(list((world.folder / "store" / ".ledger" / "today").glob("*-started.json"))) == 2


def test_every_file_it_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_its_tables_name_every_strategy_and_its_picture_every_quick_scenario() -> None:
    assert all(f"| `{name}` |" in README for name in STRATEGIES)
    picture = (ROOT / "docs" / "matrix.svg").read_text()
    assert [scenario.name for scenario in SCENARIOS if scenario.quick and scenario.name not in picture] == []
