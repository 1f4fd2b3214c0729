"""Imports: every way to say what is imported, and from where."""

from __future__ import annotations

import py_compile
import zipfile
from pathlib import Path

from tests.lineage.case import Case


def zipped(folder: Path, number: int) -> None:
    with zipfile.ZipFile(folder / "lib.zip", "w") as file:
        file.writestr("zipped.py", f"def f(x):\n    return x + {number}\n")


def compiled(folder: Path, number: int) -> None:
    source = folder / "secret.py"
    source.write_text(f"def f(x):\n    return x + {number}\n")
    py_compile.compile(str(source), cfile=str(folder / "secret.pyc"), doraise=True)
    source.unlink()


CASES = [
    Case(
        name="try_import_else",
        about="try: from fast import f / except ImportError: from slow import f; there is no fast.",
        project="""
        --- lab/__init__.py
        --- lab/slow.py
        def f(x):
            return x + 1
        --- steps.py
        from saltern import step
        try:
            from lab.fast import f
        except ImportError:
            from lab.slow import f
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        edit=("lab/slow.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="try_import_first",
        about="try: from lab.fast import f / except ImportError: from lab.slow import f; fast is there.",
        project="""
        --- lab/__init__.py
        --- lab/fast.py
        def f(x):
            return x + 1
        --- lab/slow.py
        def f(x):
            return x + 1
        --- steps.py
        from saltern import step
        try:
            from lab.fast import f
        except ImportError:
            from lab.slow import f
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        edit=("lab/fast.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="if_import_else",
        about="if sys.platform ...: from a import f / else: from b import f.",
        project="""
        --- a.py
        def f(x):
            return x - 1
        --- b.py
        def f(x):
            return x + 1
        --- steps.py
        import sys
        from saltern import step
        if sys.platform == "none":
            from a import f
        else:
            from b import f
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        edit=("b.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="if_import_then",
        about="if condition: from a import f / else: from b import f; the first branch is taken.",
        project="""
        --- a.py
        def f(x):
            return x - 1
        --- b.py
        def f(x):
            return x + 1
        --- steps.py
        import sys
        from saltern import step
        if sys.version_info >= (3, 11):
            from a import f
        else:
            from b import f
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        edit=("a.py", "x - 1", "x - 2"),
        expect="rerun",
    ),
    Case(
        name="second_import_wins",
        about="The same name is imported twice; the later import is what Python uses.",
        project="""
        --- a.py
        def f(x):
            return x - 1
        --- b.py
        def f(x):
            return x + 1
        --- steps.py
        from saltern import step
        from a import f
        from b import f
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        edit=("b.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="local_if_import",
        about="An import inside a function, one of two.",
        project="""
        --- a.py
        def f(x):
            return x - 1
        --- b.py
        def f(x):
            return x + 1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, fast: bool = True):
            if fast:
                from a import f
            else:
                from b import f
            return f(1)
        """,
        edit=("a.py", "x - 1", "x - 2"),
        expect="rerun",
    ),
    Case(
        name="getattr_constant_reexport",
        about='getattr(package, "f"), where the package\'s __init__ hands f on.',
        project="""
        --- lab/__init__.py
        from .impl import f
        --- lab/impl.py
        def f(x):
            return x + 1
        --- steps.py
        from saltern import step
        import lab
        @step(version="1", writes="json")
        def out(data, *, how: str = "f"):
            return getattr(lab, how)(1)
        """,
        edit=("lab/impl.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="import_module",
        about=(
            "importlib.import_module, by name, as dispatchers do. (the name is a constant here and could be followed)"
        ),
        project="""
        --- helpers.py
        def f(x):
            return x + 1
        --- steps.py
        import importlib
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return importlib.import_module("helpers").f(1)
        """,
        edit=("helpers.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="star_import_own",
        about="from helpers import *: the project's own module.",
        project="""
        --- helpers.py
        def f(x):
            return x + 1
        --- steps.py
        from saltern import step
        from helpers import *
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        edit=("helpers.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="star_import_hides_builtin",
        about=(
            "from helpers import *, which defines a function of a builtin's name. Seen in: from "
            "pyspark.sql.functions import *, from numpy import *, own compat modules."
        ),
        project="""
        --- helpers.py
        def round(x):
            return x + 1
        --- steps.py
        from saltern import step
        from helpers import *
        @step(version="1", writes="json")
        def out(data):
            return round(1)
        """,
        edit=("helpers.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="star_import_library",
        about="from math import *: a library's.",
        project="""
        --- steps.py
        from math import *
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sqrt(4)
        """,
        expect="reuse",
    ),
    Case(
        name="submodule_hidden_by_name",
        about="from lab import clean: __init__ takes the function from another module than lab/clean.py.",
        project="""
        --- lab/__init__.py
        from .fast import clean
        --- lab/fast.py
        def clean(x):
            return x + 1
        --- lab/clean.py
        def clean(x):
            return x
        --- steps.py
        from saltern import step
        from lab import clean
        @step(version="1", writes="json")
        def out(data):
            return clean(1)
        """,
        edit=("lab/fast.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="lazy_path",
        about="sys.path is extended inside the function, just before the import.",
        project="""
        --- vendor/helper2.py
        def f(x):
            return x + 1
        --- steps.py
        import os, sys
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            sys.path.insert(0, os.path.join(os.path.dirname(__file__), "vendor"))
            from helper2 import f
            return f(1)
        """,
        edit=("vendor/helper2.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="zip",
        about="A project that is imported from a zip file (Airflow's packaged DAGs, spark --py-files).",
        project="""
        --- steps.py
        import sys, os
        sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib.zip"))
        from saltern import step
        from zipped import f
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        setup=lambda folder: zipped(folder, 1),
        edit=lambda folder: zipped(folder, 2),
        expect="rerun",
    ),
    Case(
        name="bytecode_only",
        about=(
            "A module of the project without source (.pyc only). (an .so or .pyd of the project is the same: "
            "it lies there and could be hashed whole)"
        ),
        project="""
        --- steps.py
        from saltern import step
        from secret import f
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        setup=lambda folder: compiled(folder, 1),
        edit=lambda folder: compiled(folder, 2),
        expect="rerun",
    ),
    Case(
        name="import_style",
        about="An unused import is added, imports are sorted, another function is added.",
        project="""
        --- steps.py
        from saltern import step
        import os
        import json
        @step(version="1", writes="json")
        def out(data):
            return json.loads("1")
        """,
        edit=("steps.py", "import os\nimport json\n", "import json\nimport os\nimport sys\n"),
        expect="reuse",
    ),
    Case(
        name="namespace_package",
        about="A folder without __init__.py: from ns.tools import f, import ns.tools as t.",
        project="""
        --- ns/tools.py
        def f():
            return 1
        --- steps.py
        import ns.tools as t
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return t.f()
        """,
        edit=("ns/tools.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="conditional_module_not_run",
        about=(
            "A module for another platform, imported in a function only there: it cannot be imported here, "
            "and need not be. (code.py says: nothing is run to find out. find_spec('lab.win.f') imports "
            "lab.win)"
        ),
        project="""
        --- lab/__init__.py
        --- lab/win.py
        import sys
        assert sys.platform == 'win32'
        def f():
            return 1
        --- steps.py
        import sys
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            if sys.platform == "win32":
                from lab.win import f
                return f()
            return 0
        """,
        expect="reuse",
    ),
    Case(
        name="relative_import_in_function",
        about=(
            "A relative import at call time, in a package. Seen in: streamlit/streamlit#2790 (ValueError: "
            "Empty module name)."
        ),
        project="""
        --- spam/__init__.py
        def load():
            from . import eggs
            return eggs.N
        --- spam/eggs.py
        N = 1
        --- steps.py
        from saltern import step
        import spam
        @step(version="1", writes="json")
        def out(data):
            return spam.load()
        """,
        edit=("spam/eggs.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="type_checking_import",
        about=("A type's import under TYPE_CHECKING, and its name in a signature (ruff's TCH rules move it there)."),
        project="""
        --- helpers.py
        from __future__ import annotations
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from collections.abc import Sequence
        def f(x: Sequence[int]) -> int:
            return x[0]
        --- steps.py
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f([1])
        """,
        edit=("helpers.py", "x[0]", "x[0] + 1"),
        expect="rerun",
    ),
    Case(
        name="type_checking_else",
        about="if TYPE_CHECKING: ... else: ...; the else is what runs.",
        project="""
        --- steps.py
        from typing import TYPE_CHECKING
        from saltern import step
        LIMIT = 1
        if TYPE_CHECKING:
            LIMIT: int
        else:
            LIMIT = 3
        @step(version="1", writes="json")
        def out(data):
            return LIMIT
        """,
        edit=("steps.py", "LIMIT = 3", "LIMIT = 4"),
        expect="rerun",
    ),
]
