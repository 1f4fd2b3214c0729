"""What a step goes by that lies around it: files that are not there, listings, times, other processes, variables."""

from __future__ import annotations

import os
from pathlib import Path

from tests.lineage.case import Case, steps


def linked_folder(folder: Path) -> None:
    for name in ("real", "images"):
        (folder / name).mkdir()
    (folder / "real/a.txt").write_text("1")
    (folder / "images/more").symlink_to("../real")
    (folder / "images/itself").symlink_to(".")


def two_files(folder: Path) -> None:
    (folder / "parts").mkdir()
    for name in ("a", "b"):
        (folder / "parts" / f"{name}.csv").write_text(name)


def touched(path: Path) -> None:
    os.utime(path, (1_600_000_500, 1_600_000_500))


_HERE = "Path(__file__).parent"
_PARTS = "--- parts/1.txt\na\n--- parts/2.txt\nb\n"
_LOAD = f"def load(n): return ({_HERE} / 'parts' / f'{{n}}.txt').read_text()\n"
_CONFIG = """
--- conf/a.json
1
--- cfg.py
import json
from pathlib import Path
KIND = 'a'
LIMIT = json.loads((Path(__file__).parent / 'conf' / (KIND + '.' + 'json')).read_text())
"""
_RUN = """
--- run.py
import json, os, sys
from pathlib import Path
import steps
here = Path(__file__).parent
os.chdir(here / os.environ.get('WHERE', '.'))
sys.argv += os.environ.get('GIVEN', '').split()
from saltern import Cache, Source
cache = Cache(sys.argv[1], 'lineage', run=sys.argv[2], engine='plain')
call = cache.call(steps.out, {'data': Source.at(here / 'in.txt')})
found = cache.reuse(call)
artifact = found or cache.make(call)
print(json.dumps({'ran': [] if found else ['out'], 'value': cache.load(artifact)}))
"""


# About what, what the steps' module says first, what the step returns, the variable, and its two values.
_VARIABLES = {
    "home": ("Path.home() goes by $HOME.", "", "str(Path.home())", "HOME", "/tmp", "/var"),
    "user_expanded": ("expanduser() of a path.", "", "str(Path('~/a').expanduser())", "HOME", "/tmp", "/var"),
    "user_name": ("getpass.getuser().", "import getpass", "getpass.getuser()", "LOGNAME", "ann", "bob"),
    "temporary_folder": ("tempfile.gettempdir().", "import tempfile", "tempfile.gettempdir()", "TMPDIR", "/tmp", "/"),
    "search_path": ("shutil.which().", "import shutil", "bool(shutil.which('sh'))", "PATH", "/usr/bin:/bin", "/none"),
    "in_a_command": (
        "A shell command names a variable.",
        "import subprocess",
        "subprocess.run('echo $MODE', shell=True, capture_output=True, text=True).stdout",
        "MODE",
        "1",
        "2",
    ),
    "of_a_program": (
        "A program is started that prints a variable.",
        "import subprocess",
        "subprocess.run(['printenv', 'MODE'], capture_output=True, text=True).stdout",
        "MODE",
        "1",
        "2",
    ),
    "as_bytes": ("os.environb.", "import os", "os.environb.get(b'MODE', b'').decode()", "MODE", "1", "2"),
    "as_a_parameter": (
        "All variables are handed on by their names.",
        "import os\ndef f(MODE=None, **others): return MODE",
        "f(**os.environ)",
        "MODE",
        "1",
        "2",
    ),
}  # fmt: skip

# A pool of processes that are started anew, which read or ask; what the module says first, and what the step returns.
_POOLS = {
    "spawned": (
        "from multiprocessing import get_context\ndef read(name): return open('look' + name).read()",
        "get_context('spawn').Pool(1).map(read, ['.txt'])",
    ),
    "of_a_fork_server": (
        "from multiprocessing import get_context\ndef read(name): return Path('look' + name).stat().st_size",
        "get_context('forkserver').Pool(1).map(read, ['.txt'])",
    ),
    "of_joblib": (
        "from joblib import Parallel, delayed\ndef read(name): return open('look' + name).read()",
        "Parallel(n_jobs=2)(delayed(read)(name) for name in ['.txt', '.txt'])",
    ),
}  # fmt: skip

CASES = [
    *(
        Case(
            name=f"variable_{name}",
            about=about,
            project="\n" + steps(f"return {body}", before),
            env={variable: first},
            env_after={variable: then},
            expect="rerun",
        )
        for name, (about, before, body, variable, first, then) in _VARIABLES.items()
    ),
    *(
        Case(
            name=f"read_by_processes_{name}",
            about="Processes of a pool that are not forked read a file, or ask about it.",
            project="\n--- look.txt\n1\n" + steps(f"return {body}", before),
            edit=("look.txt", "1", "12"),
            needs=("joblib",) if name == "of_joblib" else (),
            expect="rerun",
        )
        for name, (before, body) in _POOLS.items()
    ),
    Case(
        name="module_that_a_process_loads",
        about="A process of a pool loads the step's module, and with it another one that the step does not use.",
        project="\n--- other.py\nX = 1\n--- look.txt\n1\n"
        + steps(f"return {_POOLS['spawned'][1]}", f"import other\n{_POOLS['spawned'][0]}"),
        edit=("other.py", "1", "2"),
        expect="reuse",
    ),
    Case(
        name="variable_in_a_shell_script",
        about="A shell script that a step starts names a variable.",
        project="\n--- s.sh\necho $MODE\n"
        + steps(
            "return subprocess.run(['sh', 's.sh'], capture_output=True, text=True).stdout", before="import subprocess"
        ),
        env={"MODE": "1"},
        env_after={"MODE": "2"},
        expect="rerun",
    ),
    Case(
        name="variable_in_a_python_script",
        about="A Python script that a step starts names a variable.",
        project="\n--- s.py\nimport os\nprint(os.environ['MODE'])\n"
        + steps(
            "return subprocess.run([sys.executable, 's.py'], capture_output=True, text=True).stdout",
            before="import subprocess, sys",
        ),
        env={"MODE": "1"},
        env_after={"MODE": "2"},
        expect="rerun",
    ),
    Case(
        name="arguments_of_the_program",
        about="A step looks at `sys.argv`.",
        project="\n" + steps("return '--fast' in sys.argv", before="import sys") + _RUN[1:],
        program=("run.py",),
        env_after={"GIVEN": "--fast"},
        expect="rerun",
    ),
    Case(
        name="current_folder_as_data",
        about="A step tells in which folder it runs.",
        project="\n" + steps("return Path.cwd().name") + "--- A/x\n\n--- B/x\n" + _RUN,
        program=("run.py",),
        env={"WHERE": "A"},
        env_after={"WHERE": "B"},
        expect="rerun",
    ),
    Case(
        name="file_of_another_current_folder",
        about="A file that is named from the current folder is another one in another folder.",
        project="\n--- A/look.txt\n1\n--- B/look.txt\n2\n" + steps("return open('look' + '.txt').read()") + _RUN[1:],
        program=("run.py",),
        env={"WHERE": "A"},
        env_after={"WHERE": "B"},
        expect="rerun",
    ),
    Case(
        name="linked_folder_in_a_folder",
        about="An input folder has a link to another folder, in which a file is edited, and one that leads in a circle.",  # noqa: E501
        project="\n" + steps("return (data / 'more/a.txt').read_text()"),
        setup=linked_folder,
        calls=(("out", {"data": "images"}, "{}"),),
        edit=lambda folder: (folder / "real/a.txt").write_text("2"),
        expect="rerun",
    ),
    Case(
        name="time_of_an_input",
        about="A step looks at the time of its input: `st_mtime`.",
        project="\n" + steps("return data.stat().st_mtime"),
        edit=lambda folder: touched(folder / "in.txt"),
        expect="rerun",
    ),
    Case(
        name="size_of_an_input",
        about="A step looks at the size of its input, which is touched.",
        project="\n" + steps("return data.stat().st_size"),
        edit=lambda folder: touched(folder / "in.txt"),
        expect="reuse",
    ),
    Case(
        name="rights_of_an_input",
        about="A step looks at whether its input is a program.",
        project="\n" + steps("return os.access(data, os.X_OK)", before="import os"),
        edit=lambda folder: (folder / "in.txt").chmod(0o755),
        expect="rerun",
    ),
    Case(
        name="newest_of_a_folder",
        about="A step takes the newest file of a folder, its input.",
        project="\n"
        + steps(
            "return max(sorted(data.glob('*.csv'), reverse=True), key=os.path.getmtime).read_text()", before="import os"
        ),
        setup=two_files,
        calls=(("out", {"data": "parts"}, "{}"),),
        edit=lambda folder: touched(folder / "parts/a.csv"),
        expect="rerun",
    ),
    Case(
        name="sizes_in_a_listing",
        about="A step adds up the sizes of files that it does not open.",
        project="\n"
        + steps(f"return sum(one.stat().st_size for one in os.scandir({_HERE} / 'parts'))", before="import os"),
        setup=two_files,
        edit=lambda folder: (folder / "parts/a.csv").write_text("aaa"),
        expect="rerun",
    ),
    Case(
        name="files_not_there",
        about="A step tries to open files of computed names, one of which appears.",
        project="""
        --- steps.py
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            found = []
            for n in data.read_text().split():
                try:
                    found.append((Path(__file__).parent / f'part{n}.txt').read_text())
                except FileNotFoundError:
                    pass
            return found
        """,
        edit=lambda folder: (folder / "part2.txt").write_text("b"),
        expect="rerun",
    ),
    Case(
        name="folder_listed_at_import",
        about="A module lists a folder when it is imported.",
        project="\n--- sql/a.sql\n1\n--- cfg.py\nfrom pathlib import Path\n"
        + f"NAMES = sorted(one.name for one in ({_HERE} / 'sql').iterdir())\n"
        + steps("return cfg.NAMES", before="import cfg"),
        edit=lambda folder: (folder / "sql/b.sql").write_text("2"),
        expect="rerun",
    ),
    Case(
        name="imported_by_the_step_before",
        about="A step imports a module that reads a file then; the next step has the module already.",
        project=_CONFIG
        + "--- steps.py\nfrom saltern import step\n"
        + '@step(version="1", writes="json")\ndef first(data):\n    import cfg\n    return 1\n'
        + '@step(version="1", writes="json")\ndef out(data):\n    import cfg\n    return cfg.LIMIT\n',
        calls=(("first", {"data": "in.txt"}, "{}"), ("out", {"data": "in.txt"}, "{}")),
        edit=("conf/a.json", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="read_by_forked_processes",
        about="A pool of processes reads files of computed names.",
        project="\n"
        + _PARTS
        + steps(
            "with ProcessPoolExecutor(2) as pool:\n        return list(pool.map(load, '12'))",
            before=f"from concurrent.futures import ProcessPoolExecutor\n{_LOAD}",
        ),
        edit=("parts/2.txt", "b", "c"),
        expect="rerun",
    ),
    Case(
        name="read_by_an_older_thread",
        about="A pool of threads that is older than the step reads for it.",
        project="\n"
        + _PARTS
        + steps(
            "return list(POOL.map(load, '2'))",
            before="from concurrent.futures import ThreadPoolExecutor\n"
            f"POOL = ThreadPoolExecutor(1)\n{_LOAD}POOL.submit(int).result()",
        ),
        edit=("parts/2.txt", "b", "c"),
        expect="rerun",
    ),
    Case(
        name="modules_by_a_computed_all",
        about="`from plug import *`, where `__all__` lists the modules of the package.",
        project="\n--- plug/__init__.py\nfrom pathlib import Path\n"
        + f"__all__ = [one.stem for one in {_HERE}.glob('[a-z]*.py')]\n--- plug/a.py\nLIMIT = 1\n"
        + steps("return a.LIMIT", before="from plug import *"),
        edit=("plug/a.py", "1", "2"),
        expect="rerun",
    ),
    *(
        Case(
            name=f"line_{name}",
            about=about,
            project=f"\n--- h.py\nimport logging, warnings\ndef f():\n    {does}\n"
            + steps(body, before="import h, io, logging, traceback, warnings"),
            edit=("h.py", "def f", "# a comment\ndef f"),
            expect="rerun",
        )
        for name, about, does, body in (
            (
                "in_a_printed_traceback",
                "A traceback is printed into a text.",
                "raise ValueError",
                "told = io.StringIO()\n    try: h.f()\n"
                "    except ValueError: traceback.print_exc(file=told)\n    return told.getvalue()",
            ),
            (
                "of_a_warning",
                "A warning tells where it was given.",
                "warnings.warn('x')",
                "with warnings.catch_warnings(record=True) as told:\n"
                "        warnings.simplefilter('always'); h.f()\n        return told[0].lineno",
            ),
            (
                "in_a_log",
                "A log has the numbers of lines.",
                "logging.getLogger('x').warning('y')",
                "told = io.StringIO(); one = logging.StreamHandler(told)\n"
                "    one.setFormatter(logging.Formatter('%(lineno)d')); logging.getLogger('x').addHandler(one); h.f()\n"
                "    return told.getvalue()",
            ),
        )
    ),
    *(
        Case(
            name=f"source_{name}",
            about=about,
            project=f"\n--- h.py\n{there}\n" + steps(f"return {body}", before=before),
            edit=("h.py", "one", "two"),
            expect="rerun",
        )
        for name, about, there, before, body in (
            (
                "comments",
                "inspect.getcomments().",
                "# one\ndef f(): pass",
                "import h, inspect",
                "inspect.getcomments(h.f)",
            ),
            ("by_tokenize", "tokenize.open() of a module.", "# one", "import h, tokenize", "tokenize.open(h.__file__).read()"),  # noqa: E501
            ("constants", "The docstring among a code's constants.", "def f():\n    'one'", "import h", "h.f.__code__.co_consts[0]"),  # noqa: E501
        )
    ),
    Case(
        name="docstring_of_a_module_imported_by_a_step",
        about="`__doc__` of another module, which the step imports while it runs.",
        project="\n--- h.py\n'one'\n" + steps("import h\n    return h.__doc__"),
        edit=("h.py", "one", "two"),
        expect="rerun",
    ),
]  # fmt: skip
