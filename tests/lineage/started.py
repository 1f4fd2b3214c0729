"""What a step takes from the process it is in: variables of the environment by any name, the time zone, programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lineage.case import Case, steps


def tools(folder: Path) -> None:
    """Two folders with a program of one name."""
    for name in ("first", "second"):
        tool(folder / name, name)


def tool(folder: Path, says: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "mytool").write_text(f"#!/bin/sh\necho {says}\n")
    (folder / "mytool").chmod(0o755)


def settings(folder: Path, text: str) -> None:
    (folder / ".lab").mkdir(exist_ok=True)
    (folder / ".lab/a.txt").write_text(text)


_ASK = "capture_output=True, text=True, check=True).stdout"
_PATH, _OTHER_PATH = {"PATH": "first:/usr/bin:/bin"}, {"PATH": "second:/usr/bin:/bin"}
_POOL = """from concurrent.futures import ThreadPoolExecutor
import os, subprocess
POOL = ThreadPoolExecutor(1)
@step(version="1", writes="json")
def warm(data):
    return [*POOL.map(len, ["a"])]
def mode(name): return os.environ.get(name[::-1], "none")
def said(words): return subprocess.run(words.split(), capture_output=True, text=True, check=True).stdout
"""
_OWN_THREAD = """import os
from queue import SimpleQueue
from threading import Thread
ASKED, TOLD = SimpleQueue(), SimpleQueue()
def work():
    while True:
        TOLD.put(os.environ.get(ASKED.get()[::-1], "none"))
def mode(name):
    ASKED.put(name)
    return TOLD.get()
@step(version="1", writes="json")
def warm(data):
    Thread(target=work, daemon=True).start()
    return mode("EDOM")
"""


def older(name: str, about: str, body: str, before: str = _POOL, *, files: str = "", **changed: Any) -> Case:
    """A case with a step ``warm``, which runs first in the same process. MODE changes unless something else does."""
    project = f"\n{files}" + steps(body, f"from saltern import step\n{before}")
    calls = tuple((step, {"data": "in.txt"}, "{}") for step in ("warm", "out"))
    changed = changed or {"env": {"MODE": "a"}, "env_after": {"MODE": "b"}}
    return Case(name=name, about=about, project=project, calls=calls, expect="rerun", **changed)


_PROGRAM = """
--- program.py
import steps
from build import tell
tell(lambda build: build.value(steps.out))
"""

_INSTALLED = """
--- site-packages/lab/__init__.py
--- site-packages/lab/data/a.txt
1
--- site-packages/lab-1.0.dist-info/METADATA
Metadata-Version: 2.1
Name: lab
Version: 1.0
--- site-packages/lab/steps.py
import os
from pathlib import Path
from saltern import step
HERE = Path(__file__).parent / "data"
@step(version="1", writes="json")
def out(data):
    BODY
"""
_EDIT = ("site-packages/lab/data/a.txt", "1", "2")
_MORE = lambda folder: (folder / "site-packages/lab/data/b.txt").touch()  # noqa: E731

CASES = [
    Case(
        name="variable_of_a_name_turned_round",
        about="os.environ.get() of a name that no text of the code shows.",
        project="\n" + steps("return os.environ.get(''.join(reversed('EDOM')))", "import os"),
        env={"MODE": "a"},
        env_after={"MODE": "b"},
        expect="rerun",
    ),
    Case(
        name="variable_named_in_a_file",
        about="The name of the variable comes from a file.",
        project="\n--- name.txt\nMODE\n" + steps("return os.getenv(Path('name.txt').read_text().strip())", "import os"),
        env={"MODE": "a"},
        env_after={"MODE": "b"},
        expect="rerun",
    ),
    Case(
        name="variable_that_is_looked_for",
        about="`in os.environ`, by a name that is made.",
        project="\n" + steps("return 'EDOM'[::-1] in os.environ", "import os"),
        env={},
        env_after={"MODE": ""},
        expect="rerun",
    ),
    Case(
        name="variable_read_in_a_forked_process",
        about="A process of a pool reads a variable of a made name.",
        project="\n"
        + steps(
            "with get_context('fork').Pool(1) as pool:\n        return pool.map(mode, ['EDOM'])",
            "import os\nfrom multiprocessing import get_context\ndef mode(name): return os.environ[name[::-1]]",
        ),
        env={"MODE": "a"},
        env_after={"MODE": "b"},
        expect="rerun",
    ),
    older(
        "variable_read_in_a_thread_that_is_older",
        "A pool of threads that an earlier step has used reads a variable of a made name.",
        "return [*POOL.map(mode, ['EDOM'])]",
    ),
    older(
        "variable_read_by_a_function_of_pythons_in_a_thread_that_is_older",
        "The same, by a function of Python's that the pool is given.",
        "return [*POOL.map(os.environ.get, ['EDOM'[::-1]])]",
    ),
    older(
        "variable_read_in_a_thread_of_ones_own_that_is_older",
        "A thread that an earlier step has started takes work from a queue.",
        "return mode('EDOM')",
        _OWN_THREAD,
    ),
    older(
        "file_of_a_command_of_a_thread_that_is_older",
        "A pool of threads that an earlier step has used starts a program, which reads a file of a made name.",
        "return [*POOL.map(said, ['cat ' + 'txt.a'[::-1]])]",
        files="--- a.txt\n1\n",
        edit=("a.txt", "1", "2"),
    ),
    older(
        "program_of_a_thread_that_is_older",
        "Such a thread starts a program of the project's, of a made name.",
        "return [*POOL.map(said, ['first/' + 'lootym'[::-1]])]",
        setup=lambda folder: tool(folder / "first", "one"),
        edit=lambda folder: tool(folder / "first", "two"),
    ),
    Case(
        name="variables_by_a_word_in_capitals",
        about="All variables that start with a text that does not end in a line: APP1, APP2.",
        project="\n" + steps("return sorted(name for name in os.environ if name.startswith('APP'))", "import os"),
        env={"APP1": "a"},
        env_after={"APP1": "a", "APP2": "b"},
        expect="rerun",
    ),
    Case(
        name="all_variables_handed_on",
        about="The environment is copied for a program. A variable that nothing reads is no reason to run.",
        project="\n"
        + steps(f"return subprocess.run(['true'], env={{**os.environ, 'X': '1'}}, {_ASK}", "import os, subprocess"),
        env={"RUN_ID": "1"},
        env_after={"RUN_ID": "2"},
        expect="reuse",
    ),
    Case(
        name="variable_that_the_step_sets",
        about="What a step sets itself and reads again is no ingredient.",
        project="\n" + steps("os.environ['X' + 'Y'] = '1'\n    return os.environ['X' + 'Y']", "import os"),
        expect="reuse",
    ),
    Case(
        name="program_of_another_path",
        about="PATH leads to another program of the same name.",
        project="\n" + steps(f"return subprocess.run(['mytool'], {_ASK}", "import subprocess"),
        setup=tools,
        env=_PATH,
        env_after=_OTHER_PATH,
        expect="rerun",
    ),
    Case(
        name="program_edited",
        about="A program that PATH leads to is installed anew.",
        project="\n" + steps(f"return subprocess.run(['mytool'], {_ASK}", "import subprocess"),
        setup=tools,
        env=_PATH,
        edit=lambda folder: tool(folder / "first", "third"),
        expect="rerun",
    ),
    Case(
        name="program_in_a_command",
        about="A program in the middle of a shell's command.",
        project="\n"
        + steps(
            "command = 'true # a comment\\nX=a@b:c true&&mytool|cat'\n"
            f"    return subprocess.run(command, shell=True, {_ASK}",
            "import subprocess",
        ),
        setup=tools,
        env=_PATH,
        env_after=_OTHER_PATH,
        expect="rerun",
    ),
    Case(
        name="program_by_popen",
        about="os.popen() of a made command.",
        project="\n" + steps("return os.popen('my' + 'tool').read()", "import os"),
        setup=tools,
        env=_PATH,
        edit=lambda folder: tool(folder / "first", "third"),
        expect="rerun",
    ),
    Case(
        name="program_in_an_environment_of_its_own",
        about="The step makes the PATH by which the program is found.",
        project="\n"
        + steps(f"return subprocess.run(['mytool'], env={{'PATH': 'sec' + 'ond:/bin'}}, {_ASK}", "import subprocess"),
        setup=tools,
        edit=lambda folder: tool(folder / "second", "third"),
        expect="rerun",
    ),
    *(
        Case(
            name=f"time_zone_{name}",
            about=f"The time zone of the process: {code}.",
            project="\n" + steps(f"return str({code})", "import datetime as d, time") + _PROGRAM,
            program=("program.py",),
            env={"TZ": "UTC"},
            env_after={"TZ": "Asia/Tokyo"},
            expect=expect,
        )
        for name, code, expect in (
            ("of_an_instant", "d.datetime.fromtimestamp(0)", "rerun"),
            ("of_local_time", "time.localtime(0).tm_hour", "rerun"),
            ("of_a_naive_time", "d.datetime(2020, 1, 1).timestamp()", "rerun"),
            ("of_a_zoned_time", "d.datetime(2020, 1, 1, tzinfo=d.timezone.utc).astimezone()", "rerun"),
            ("unread", "d.date(2020, 1, 1) + d.timedelta(days=1)", "reuse"),
        )
    ),
    Case(
        name="settings_in_a_hidden_folder",
        about="A file below the home folder, as programs keep their settings, opened by a made name.",
        project="\n" + steps("return (Path.home() / '.lab' / ('a' + '.txt')).read_text()"),
        setup=lambda folder: settings(folder, "1"),
        env={"HOME": "."},
        edit=lambda folder: settings(folder, "2"),
        expect="rerun",
    ),
    *(
        Case(
            name=f"installed_project_{name}",
            about=f"The project itself lies in site-packages, as in an image: {about}",
            project=_INSTALLED.replace("BODY", body),
            module="lab.steps",
            env={"PYTHONPATH": "site-packages", "MODE": "a"},
            edit=edit,
            env_after=after,
            expect="rerun",
        )
        for name, about, body, edit, after in (
            ("variable", "it reads a variable.", "return os.environ['EDOM'[::-1]]", (), {"MODE": "b"}),
            ("file", "it opens a file of its own.", "return (HERE / ('a' + '.txt')).read_text()", _EDIT, {}),
            ("listing", "it lists a folder.", "return sorted(one.name for one in HERE.iterdir())", _MORE, {}),
        )
    ),
    Case(
        name="encoding_of_text_files",
        about="open() without an encoding, in a process whose locale is not UTF-8.",
        project="\n--- u.txt\n\u00e9\n" + steps("return ascii(open('u.txt', errors='replace').read())") + _PROGRAM,
        program=("program.py",),
        env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "1"},
        env_after={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        expect="rerun",
    ),
]
