"""Reads: what a step opens, lists and starts beside its inputs, and the environment."""

from __future__ import annotations

from tests.lineage.case import Case

CASES = [
    Case(
        name="file_beside",
        about=(
            'A template or a query beside the code: Path(__file__).with_name("q.sql").read_text(), importlib.resources.'
        ),
        project="""
        --- q.sql
        select 1
        --- steps.py
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return Path(__file__).with_name("q.sql").read_text()
        """,
        edit=("q.sql", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="subprocess_script",
        about='subprocess.run([sys.executable, "script.py"]).',
        project="""
        --- script.py
        print(1)
        --- steps.py
        import subprocess, sys
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            script = Path(__file__).with_name("script.py")
            return subprocess.run([sys.executable, script], capture_output=True, text=True).stdout
        """,
        edit=("script.py", "1", "2"),
        expect="rerun",
    ),
]
