"""Files and folders that a step reads, and that the step or somebody else changes or touches while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lineage.case import Case, steps

# The times of files go in ticks of some milliseconds: what is done within the step's first is as old as the step.
_TICK = """
import os, tempfile, time
HERE = Path(__file__).parent
def tick():
    start = time.time_ns()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "now"
        while not path.exists() or path.stat().st_ctime_ns <= start:
            path.write_text("")
"""
_DATA = "--- days/a.csv\n1\n--- x.json\n1"


def _case(name: str, about: str, body: str, expect: str, *edits: str, **more: Any) -> Case:
    def edit(folder: Path) -> None:
        for file in edits:
            (folder / file).write_text("2")

    head = "@step(version='1', writes='json')\ndef out(data, *, name: str = 'x'):\n    tick()\n    "
    project = f"\n--- steps.py\nfrom pathlib import Path\nfrom saltern import step\n{_TICK}{head}{body}\n{_DATA}"
    return Case(name=name, about=about, project=project, expect=expect, edit=edit, **more)


_LIST = "sorted(one for one in os.listdir(HERE / 'days') if one.endswith('.csv'))"
_READ = "(HERE / f'{name}.json').read_text()"

CASES = [
    _case(
        "meanwhile_a_report_is_written_into_a_listed_folder",
        "A step lists a folder and writes a summary into it.",
        f"found = {_LIST}\n    (HERE / 'days' / f'{{name}}.txt').write_text(str(found))\n    return found",
        "rerun",
        "days/b.csv",
    ),
    _case(
        "meanwhile_a_report_is_written_and_nothing_else_changes",
        "The same, and the second build finds the summary there.",
        f"found = {_LIST}\n    (HERE / 'days' / f'{{name}}.txt').write_text(str(found))\n    return found",
        "reuse",
    ),
    _case(
        "meanwhile_a_report_is_written_before_the_folder_is_listed",
        "The folder is younger than the step when it is listed.",
        f"(HERE / 'days' / f'{{name}}.txt').write_text('')\n    return {_LIST}",
        "rerun",
        "days/b.csv",
    ),
    _case(
        "meanwhile_a_file_is_locked_in_a_listed_folder",
        "A lock file in the folder that is listed.",
        f"from filelock import FileLock\n    with FileLock(HERE / 'days' / '.lock'):\n        return {_LIST}",
        "rerun",
        "days/b.csv",
    ),
    _case(
        "meanwhile_a_temporary_file_is_moved_into_place",
        "A temporary file comes into the listed folder and goes, as of an atomic write.",
        f"found = {_LIST}\n    path = HERE / 'days' / f'{{name}}.tmp'\n    path.write_text('')\n"
        "    path.replace(path.with_suffix('.txt'))\n    return found",
        "rerun",
        "days/b.csv",
    ),
    _case(
        "meanwhile_somebody_adds_to_a_listed_folder",
        "A file appears after the folder was listed: the next build has to look again.",
        f"found = {_LIST}\n    if (HERE / 'once').exists():\n        import subprocess\n"
        "        subprocess.run(['sh', '-c', 'rm once; echo 2 > days/c.csv'], cwd=HERE, check=True)\n    return found",
        "rerun",
        setup=lambda folder: (folder / "once").write_text(""),
    ),
    _case(
        "meanwhile_a_folder_is_made_that_is_there",
        "``mkdir(exist_ok=True)`` makes nothing: what is missing in the folder counts.",
        "folder = HERE / 'days'\n    folder.mkdir(exist_ok=True)\n    path = folder / f'{name}.json'\n"
        "    return path.read_text() if path.exists() else 'none'",
        "rerun",
        "days/x.json",
    ),
    _case(
        "meanwhile_a_file_gets_a_second_name",
        "A hard link changes the time of a file's change.",
        f"os.link(HERE / f'{{name}}.json', HERE / 'link')\n    os.unlink(HERE / 'link')\n    return {_READ}",
        "rerun",
        "x.json",
    ),
    _case(
        "meanwhile_a_file_is_touched",
        "The step sets the time of a file that it has read.",
        f"found = {_READ}\n    os.utime(HERE / f'{{name}}.json')\n    return found",
        "rerun",
        "x.json",
    ),
    _case(
        "meanwhile_a_file_is_touched_and_nothing_else_changes",
        "That is no reason to run again.",
        f"found = {_READ}\n    os.utime(HERE / f'{{name}}.json')\n    return found",
        "reuse",
    ),
    _case(
        "meanwhile_a_file_is_edited",
        "A file is edited after the step has read it: its result is of the old text.",
        f"found = {_READ}\n    if (HERE / 'once').exists():\n        import subprocess\n"
        "        subprocess.run(['sh', '-c', 'rm once; echo 2 > x.json'], cwd=HERE, check=True)\n    return found",
        "rerun",
        setup=lambda folder: (folder / "once").write_text(""),
    ),
    _case(
        "meanwhile_a_file_is_read_and_written_back",
        "A file is sorted or indented in place: an edit of it counts.",
        f"found = {_READ}.strip()\n    (HERE / f'{{name}}.json').write_text(found)\n    return found",
        "rerun",
        "x.json",
    ),
    _case(
        "meanwhile_a_file_is_written_and_read_back",
        "What a step writes first is its own.",
        "path = HERE / f'{name}.json'\n    path.write_text('3')\n    return path.read_text()",
        "reuse",
        "x.json",
    ),
    _case(
        "meanwhile_a_program_writes_what_is_read",
        "So is what a program makes that the step starts.",
        "import subprocess\n    path = HERE / f'{name}.made'\n"
        "    subprocess.run(['sh', '-c', f'echo 3 > {path}'], check=True)\n    return path.read_text()",
        "reuse",
        "x.made",
    ),
    _case(
        "meanwhile_a_database_gets_a_row",
        "A database that a step adds to does not count: each step would be a reason for all others to run again.",
        "import sqlite3\n    with sqlite3.connect(HERE / f'{name}.db') as db:\n"
        "        db.execute('create table if not exists t(n)')\n        db.execute('insert into t values (1)')\n"
        "    db.close()\n    return 1",
        "reuse",
    ),
    *(
        Case(
            name=f"written_{name}",
            about="A step writes a file beside its result; a constant of its code says which.",
            project="\n" + steps(body, before),
            expect="reuse",
            needs=needs,
        )
        for name, before, body, needs in (
            ("by_a_constant", "OUT = Path('report.html')", "OUT.write_text('1'); return 1", ()),
            ("by_a_local_name", "", "out = Path('report.html'); out.write_text('1'); return 1", ()),
            (
                "by_an_attribute",
                "class Settings:\n    out = 'report.html'",
                "open(Settings.out, 'w').write('1'); return 1",
                (),
            ),
            ("each_time_anew", "import time", "Path('report.html').write_text(str(time.time_ns())); return 1", ()),
            ("by_dump", "import joblib, time", "joblib.dump(time.time_ns(), 'model.joblib'); return 1", ("joblib",)),
            (
                "by_a_function_of_ones_own",
                "def save(what, path): Path(path).write_text(what)",
                "save('1', 'report.html'); return 1",
                (),
            ),
            (
                "and_moved",
                "import os",
                "Path('report.tmp').write_text('1'); os.replace('report.tmp', 'report.html'); return 1",
                (),
            ),
        )
    ),
    Case(
        name="written_by_name_and_read",
        about="A function whose name says that it writes, and that reads.",
        project="\n" + steps("return save('x.cfg')", "def save(path): return Path(path).read_text()") + "--- x.cfg\n1",
        edit=("x.cfg", "1", "2"),
        expect="rerun",
    ),
]
