"""Reads: what a step opens, lists and starts beside its inputs, and the environment."""

from __future__ import annotations

import shutil
import sqlite3
from importlib import import_module
from pathlib import Path

from tests.lineage.case import Case, steps


def database(folder: Path, number: int) -> None:
    (folder / "lookup.db").unlink(missing_ok=True)
    connection = sqlite3.connect(folder / "lookup.db")
    connection.execute("create table t as select ? as n", [number])
    connection.commit()
    connection.close()


def library(folder: Path, name: str) -> None:
    """A shared library of Python's own, in the place of one of the project's."""
    (folder / "own.so").unlink(missing_ok=True)
    shutil.copy(Path(import_module(name).__file__ or ""), folder / "own.so")


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
    Case(
        name="open_relative_to_current_folder",
        about="open('lookup.csv'), relative to the current folder.",
        project="""
        --- lookup.csv
        a,1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            with open("lookup.csv") as file:
                return file.read()
        """,
        edit=("lookup.csv", "a,1", "a,2"),
        expect="rerun",
    ),
    Case(
        name="importlib_resources",
        about="importlib.resources.files(package) / name.",
        project="""
        --- lab/__init__.py
        --- lab/q.sql
        select 1
        --- steps.py
        from importlib.resources import files
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return (files("lab") / "q.sql").read_text()
        """,
        edit=("lab/q.sql", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="pkgutil_get_data",
        about="pkgutil.get_data(package, name).",
        project="""
        --- lab/__init__.py
        --- lab/q.sql
        select 1
        --- steps.py
        import pkgutil
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return pkgutil.get_data("lab", "q.sql").decode()
        """,
        edit=("lab/q.sql", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="config_read_at_import",
        about="A configuration is read when a module is imported, by a computed path.",
        project="""
        --- conf/main.json
        {"n": 1}
        --- config.py
        import json
        from pathlib import Path
        HERE = Path(__file__).parent
        NAME = "main"
        CONFIG = json.loads((HERE / "conf" / f"{NAME}.json").read_text())
        --- steps.py
        import config
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return config.CONFIG["n"]
        """,
        edit=("conf/main.json", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="config_by_open_at_import",
        about="A configuration is opened when a module is imported, its name put together from parts.",
        project="""
        --- conf/main.ini
        1
        --- config.py
        import os
        with open(os.path.join(os.path.dirname(__file__), "conf", "ma" + "in.ini")) as file:
            N = file.read()
        --- steps.py
        import config
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return config.N
        """,
        edit=("conf/main.ini", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="polars_lookup",
        about="A lookup that polars reads by a constant name: no audit event tells of it.",
        project="""
        --- lookup.csv
        a,b
        1,2
        --- steps.py
        import polars as pl
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return pl.read_csv("lookup.csv")["b"].to_list()
        """,
        edit=("lookup.csv", "1,2", "1,3"),
        expect="rerun",
        needs=("polars",),
    ),
    Case(
        name="polars_lookup_by_path_constant",
        about="A lookup that polars reads by a path put together from constants.",
        project="""
        --- tables/lookup.csv
        a,b
        1,2
        --- steps.py
        from pathlib import Path
        import polars as pl
        TABLES = Path(__file__).parent / "tables"
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return pl.read_csv(TABLES / "lookup.csv")["b"].to_list()
        """,
        edit=("tables/lookup.csv", "1,2", "1,3"),
        expect="rerun",
        needs=("polars",),
    ),
    Case(
        name="polars_scan_folder",
        about="polars scans all files of a folder by a pattern.",
        project="""
        --- tables/a.csv
        a,b
        1,2
        --- steps.py
        import polars as pl
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return pl.scan_csv("tables/*.csv").collect()["b"].to_list()
        """,
        edit=("tables/a.csv", "1,2", "1,3"),
        expect="rerun",
        needs=("polars",),
    ),
    Case(
        name="pandas_lookup",
        about="A lookup that pandas reads by a constant name.",
        project="""
        --- lookup.csv
        a,b
        1,2
        --- steps.py
        import pandas as pd
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return pd.read_csv("lookup.csv")["b"].tolist()
        """,
        edit=("lookup.csv", "1,2", "1,3"),
        expect="rerun",
        needs=("pandas",),
        needs_312=True,
    ),
    Case(
        name="sqlite_lookup",
        about="A lookup in SQLite, which opens its file by itself.",
        project="""
        --- steps.py
        import sqlite3
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sqlite3.connect("lookup.db").execute("select n from t").fetchall()
        """,
        setup=lambda folder: database(folder, 1),
        edit=lambda folder: database(folder, 2),
        expect="rerun",
    ),
    Case(
        name="sqlite_lookup_by_uri",
        about="The same, by a URI with a name that is computed.",
        project="""
        --- steps.py
        import sqlite3
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            lookup = sqlite3.connect("file:look" + "up" + ".db?mode=ro", uri=True)
            return lookup.execute("select n from t").fetchall()
        """,
        setup=lambda folder: database(folder, 1),
        edit=lambda folder: database(folder, 2),
        expect="rerun",
    ),
    Case(
        name="own_library_of_c",
        about="`ctypes.CDLL` of a file beside the code, whose name is computed.",
        project="""
        --- steps.py
        import ctypes
        from pathlib import Path
        from saltern import step
        C = ctypes.CDLL(str(Path(__file__).parent / ("own" + ".so")))
        @step(version="1", writes="json")
        def out(data):
            return hasattr(C, "PyInit__bz2")
        """,
        setup=lambda folder: library(folder, "_bz2"),
        edit=lambda folder: library(folder, "_lzma"),
        expect="rerun",
    ),
    Case(
        name="device_opened_at_import",
        about="A module reads from a device while it is imported; who looks what is in it waits for ever.",
        project="""
        --- numbers_.py
        with open("/dev/zero", "rb") as device:
            FIRST = device.read(1)[0]
        --- steps.py
        from saltern import step
        import numbers_
        @step(version="1", writes="json")
        def out(data):
            return numbers_.FIRST
        """,
        expect="reuse",
    ),
    Case(
        name="file_appears",
        about="A step goes by whether a file is there.",
        project="""
        --- steps.py
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return Path("flag.txt").exists()
        """,
        edit=lambda folder: (folder / "flag.txt").write_text("1"),
        expect="rerun",
    ),
    Case(
        name="optional_file_appears",
        about="try: open(...) of a file that is not there, until the edit makes it.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            try:
                with open("own.cfg") as file:
                    return file.read()
            except FileNotFoundError:
                return "none"
        """,
        edit=lambda folder: (folder / "own.cfg").write_text("1"),
        expect="rerun",
    ),
    Case(
        name="folder_listed",
        about="A step lists a folder of its own choice; a file is added.",
        project="""
        --- parts/a.txt
        1
        --- steps.py
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sorted(one.name for one in Path("parts").iterdir())
        """,
        edit=lambda folder: (folder / "parts/b.txt").write_text("1"),
        expect="rerun",
    ),
    Case(
        name="folder_globbed",
        about="A step globs a folder and below; a file is added in a folder below.",
        project="""
        --- parts/x/a.txt
        1
        --- steps.py
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sorted(one.name for one in Path("parts").rglob("*.txt"))
        """,
        edit=lambda folder: (folder / "parts/x/b.txt").write_text("1"),
        expect="rerun",
    ),
    Case(
        name="environment_by_constant",
        about="An environment variable by a name that is a constant of another module.",
        project="""
        --- names.py
        MODE = "LAB_MODE"
        --- steps.py
        import os
        import names
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return os.environ[names.MODE]
        """,
        env={"LAB_MODE": "a"},
        expect="rerun",
        env_after={"LAB_MODE": "b"},
    ),
    Case(
        name="environment_at_import",
        about="An environment variable that another module reads when it is imported.",
        project="""
        --- config.py
        import os
        MODE = os.getenv("LAB_MODE", "none")
        --- steps.py
        import config
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return config.MODE
        """,
        expect="rerun",
        env_after={"LAB_MODE": "b"},
    ),
    Case(
        name="environment_by_alias",
        about="from os import environ as env.",
        project="""
        --- steps.py
        from os import environ as env
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return env.get("LAB_MODE")
        """,
        expect="rerun",
        env_after={"LAB_MODE": "b"},
    ),
    Case(
        name="environment_in_loop",
        about="Environment variables by names in a tuple.",
        project="""
        --- steps.py
        import os
        NAMES = ("LAB_A", "LAB_B")
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [os.environ.get(name) for name in NAMES]
        """,
        expect="rerun",
        env_after={"LAB_B": "b"},
    ),
    Case(
        name="environment_by_helper",
        about="A helper reads the environment variable whose name it is given.",
        project="""
        --- config.py
        import os
        def setting(name):
            return os.environ.get(name)
        --- steps.py
        import config
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return config.setting("LAB_MODE")
        """,
        expect="rerun",
        env_after={"LAB_MODE": "b"},
    ),
    Case(
        name="environment_expandvars",
        about="os.path.expandvars.",
        project="""
        --- steps.py
        import os
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return os.path.expandvars("$LAB_MODE")
        """,
        env={"LAB_MODE": "a"},
        expect="rerun",
        env_after={"LAB_MODE": "b"},
    ),
    Case(
        name="environment_membership",
        about="'LAB_MODE' in os.environ.",
        project="""
        --- steps.py
        import os
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return "LAB_MODE" in os.environ
        """,
        expect="rerun",
        env_after={"LAB_MODE": "b"},
    ),
    Case(
        name="environment_unread",
        about="An environment variable that nothing reads.",
        project="""
        --- steps.py
        import os
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return os.sep
        """,
        expect="reuse",
        env_after={"LAB_MODE": "b"},
    ),
    Case(
        name="shell_script",
        about="A shell script that a step starts by its name.",
        project="""
        --- count.sh
        echo 1
        --- steps.py
        import subprocess
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return subprocess.run(["sh", "count.sh"], capture_output=True, text=True).stdout
        """,
        edit=("count.sh", "echo 1", "echo 2"),
        expect="rerun",
    ),
]

_WRITTEN = {
    "text_that_is_written": '(Path(__file__).parent / "t.txt").write_text(str(time.time()))',
    "text_that_is_appended": 'with (Path(__file__).parent / "t.txt").open("a") as file: file.write("x")',
    "log_that_is_appended": 'with open("steps.log", "a") as file: file.write("x")',
    "made_name_that_is_written": 'Path(f"{data.stem}-t.txt").write_text(str(time.time()))',
    "table_that_is_written": 'import polars; polars.DataFrame({"t": [time.time()]}).write_parquet("t.parquet")',
    "array_that_is_saved": 'import numpy; numpy.save("t.npy", numpy.array([time.time()]))',
    "archive_that_is_written": 'import zipfile; zipfile.ZipFile("t.zip", "w").writestr("t", str(time.time()))',
}
_LOGS = {
    "log_of_a_handler": 'LOG.addHandler(logging.FileHandler(Path(__file__).with_name("run.log")))\n',
    "log_of_a_rotating_handler": (
        "from logging.handlers import RotatingFileHandler\nFILE = Path(__file__).parent / 'run.log'\n"
        "LOG.addHandler(RotatingFileHandler(FILE, maxBytes=100, backupCount=2))\n"
    ),
    "log_by_basic_config": 'FILE = "run.log"\nlogging.basicConfig(filename=FILE)\n',
}
CASES += [
    *(
        Case(
            name=name,
            about="A file that a step writes beside its output, and does not read: a plot, a report, a log.",
            project="\n" + steps(f"{line}\n    return 1", "import time"),
            expect="reuse",
        )
        for name, line in _WRITTEN.items()
    ),
    *(
        Case(
            name=name,
            about="The log of the step's module.",
            project="\n"
            + steps('LOG.warning("x")\n    return 1', f"import logging\nLOG = logging.getLogger(__name__)\n{line}"),
            expect="reuse",
        )
        for name, line in _LOGS.items()
    ),
    Case(
        name="text_handed_to_a_function_that_is_called_save",
        about="A function of the user's that has the name of one that writes.",
        project="""
        --- steps.py
        from saltern import step
        def save(path):
            with open(path) as file:
                return file.read()
        @step(version="1", writes="json")
        def out(data):
            return save("kept.txt")
        --- kept.txt
        1
        """,
        edit=("kept.txt", "1", "2"),
        expect="rerun",
    ),
    *(
        Case(
            name=name,
            about="A log that is what the step reads.",
            project="\n".join(["", steps(line), "--- server.log\n1"]),
            edit=("server.log", "1", "2"),
            expect="rerun",
        )
        for name, line in {
            "log_that_is_read": 'return open("server.log").read()',
            "log_that_a_library_reads": (
                'import polars; return polars.read_csv("server.log", has_header=False).item(0, 0)'
            ),
        }.items()
    ),
]
