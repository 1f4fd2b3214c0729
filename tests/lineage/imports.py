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


def becomes_package(folder: Path) -> None:
    (folder / "helpers.py").unlink()
    (folder / "helpers").mkdir()
    (folder / "helpers/__init__.py").write_text("def f():\n    return 2\n")


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
    Case(
        name="import_submodule_as",
        about="import a.b as c, where importing a has an effect on a.b.",
        project="""
        --- a/__init__.py
        from a import b
        b.N = 5
        --- a/b.py
        N = 1
        --- steps.py
        import a.b as c
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return c.N
        """,
        edit=("a/__init__.py", "b.N = 5", "b.N = 6"),
        expect="rerun",
    ),
    Case(
        name="from_package_import_module",
        about="from . import x, handed on by the package.",
        project="""
        --- lab/__init__.py
        from . import x
        --- lab/x.py
        def f():
            return 1
        --- steps.py
        import lab
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return lab.x.f()
        """,
        edit=("lab/x.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="relative_two_levels_up",
        about="from ...tools import f, two packages down.",
        project="""
        --- lab/__init__.py
        --- lab/tools.py
        def f():
            return 1
        --- lab/deep/__init__.py
        --- lab/deep/down/__init__.py
        --- lab/deep/down/here.py
        from ...tools import f
        def g():
            return f()
        --- steps.py
        from lab.deep.down.here import g
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return g()
        """,
        edit=("lab/tools.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="circular_imports",
        about="Two modules that import each other.",
        project="""
        --- one.py
        import two
        def f():
            return two.g()
        def h():
            return 1
        --- two.py
        import one
        def g():
            return one.h()
        --- steps.py
        import one
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return one.f()
        """,
        edit=("one.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="star_with_all",
        about="from helpers import *, where __all__ lets a private name out.",
        project="""
        --- helpers.py
        __all__ = ["_f"]
        def _f():
            return 1
        --- steps.py
        from helpers import *
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return _f()
        """,
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="all_hides_a_name",
        about="from b import *: __all__ of the later one leaves out a name that the earlier one has.",
        project="""
        --- a.py
        def f():
            return 1
        --- b.py
        __all__ = []
        def f():
            return 7
        --- steps.py
        from a import *
        from b import *
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("b.py", "__all__ = []", '__all__ = ["f"]'),
        expect="rerun",
    ),
    Case(
        name="star_chain",
        about="A star import of a module that has its names by a star import of a third.",
        project="""
        --- api.py
        from impl import *
        --- impl.py
        from deep import *
        --- deep.py
        def f():
            return 1
        --- steps.py
        from api import *
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("deep.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="later_star_wins",
        about="Two star imports; a name is added to the later one.",
        project="""
        --- a.py
        def f():
            return 1
        --- b.py
        def g():
            return 2
        --- steps.py
        from a import *
        from b import *
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("b.py", "def g()", "def f()"),
        expect="rerun",
    ),
    Case(
        name="package_getattr",
        about="A package's __getattr__ imports its parts lazily (PEP 562).",
        project="""
        --- lab/__init__.py
        import importlib
        _LAZY = {"f": "lab.impl"}
        def __getattr__(name):
            if name in _LAZY:
                return getattr(importlib.import_module(_LAZY[name]), name)
            raise AttributeError(name)
        --- lab/impl.py
        def f():
            return 1
        --- steps.py
        import lab
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return lab.f()
        """,
        edit=("lab/impl.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="package_getattr_from_import",
        about="from package import name, where the package makes it in __getattr__.",
        project="""
        --- lab/__init__.py
        def __getattr__(name):
            if name == "f":
                from lab.impl import f
                return f
            raise AttributeError(name)
        --- lab/impl.py
        def f():
            return 1
        --- steps.py
        from lab import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("lab/impl.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="module_shadows_library",
        about="A project's module of the name of one of Python's own: statistics.py.",
        project="""
        --- statistics.py
        def mean(values):
            return 1
        --- steps.py
        import statistics
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return statistics.mean([1, 2])
        """,
        edit=("statistics.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="module_appears",
        about="try: import of a module that is not there, until the edit makes it.",
        project="""
        --- steps.py
        try:
            from fast import f
        except ImportError:
            def f():
                return 1
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=lambda folder: (folder / "fast.py").write_text("def f():\n    return 2\n"),
        expect="rerun",
    ),
    Case(
        name="package_instead_of_module",
        about="A module becomes a package of the same name.",
        project="""
        --- helpers.py
        def f():
            return 1
        --- steps.py
        import helpers
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return helpers.f()
        """,
        edit=becomes_package,
        expect="rerun",
    ),
    Case(
        name="import_in_class_body",
        about="An import in the body of a class.",
        project="""
        --- consts.py
        N = 1
        --- steps.py
        class Options:
            from consts import N
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return Options.N
        """,
        edit=("consts.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="import_in_a_loop",
        about="Modules imported in a loop by names in a tuple.",
        project="""
        --- one.py
        N = 1
        --- two.py
        N = 1
        --- steps.py
        import importlib
        MODULES = [importlib.import_module(name) for name in ("one", "two")]
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return sum(module.N for module in MODULES)
        """,
        edit=("two.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="pkgutil_plugins",
        about="All modules of a package, by pkgutil.iter_modules.",
        project="""
        --- plugins/__init__.py
        import importlib, pkgutil
        TABLE = {}
        for found in pkgutil.iter_modules(__path__):
            TABLE[found.name] = importlib.import_module(f"plugins.{found.name}").run
        --- plugins/a.py
        def run():
            return 1
        --- steps.py
        import plugins
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [plugins.TABLE[name]() for name in sorted(plugins.TABLE)]
        """,
        edit=lambda folder: (folder / "plugins/b.py").write_text("def run():\n    return 2\n"),
        expect="rerun",
    ),
    Case(
        name="import_effect_in_function",
        about="A function imports a module for its effect alone.",
        project="""
        --- state.py
        N = 1
        --- patch.py
        import state
        state.N = 2
        --- steps.py
        import state
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            import patch
            return state.N
        """,
        edit=("patch.py", "state.N = 2", "state.N = 3"),
        expect="rerun",
    ),
    Case(
        name="dotted_import_for_effect",
        about="import lab.setup, for its effect; the name lab is read elsewhere.",
        project="""
        --- lab/__init__.py
        N = 1
        --- lab/setup.py
        import lab
        lab.N = 2
        --- steps.py
        import lab
        import lab.setup
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return lab.N
        """,
        edit=("lab/setup.py", "lab.N = 2", "lab.N = 3"),
        expect="rerun",
    ),
    Case(
        name="unrelated_module_edited",
        about="A module that no step imports is edited.",
        project="""
        --- other.py
        N = 1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        """,
        edit=("other.py", "N = 1", "N = 2"),
        expect="reuse",
    ),
    Case(
        name="own_module_aliased",
        about="import of a module under another name, and a name of it under another.",
        project="""
        --- helpers.py
        def f():
            return 1
        --- steps.py
        import helpers as h
        g = h.f
        use = g
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return use()
        """,
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="handed_on_and_not_used",
        about="A helper that was moved to a module of its own, and is handed on; the step does not use it.",
        project="""
        --- moved.py
        def f():
            return 1
        --- helpers.py
        from moved import f
        def g():
            return 1
        --- steps.py
        from saltern import step
        from helpers import g
        @step(version="1", writes="json")
        def out(data):
            return g()
        """,
        edit=("moved.py", "return 1", "return 2"),
        expect="reuse",
    ),
    Case(
        name="handed_on_and_used",
        about="A helper that was moved to a module of its own, and is handed on to the step.",
        project="""
        --- moved.py
        def f():
            return 1
        --- helpers.py
        from moved import f
        --- steps.py
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("moved.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="unread_import_of_a_made_name",
        about="An import that nothing reads runs a module's __getattr__, which notes the name (PEP 562).",
        project="""
        --- table.py
        NAMES = []
        --- lazy.py
        import table
        def __getattr__(name):
            if name.startswith("_"):
                raise AttributeError(name)
            table.NAMES.append(name + "1")
            return name
        --- plugins.py
        from lazy import csv
        --- steps.py
        from saltern import step
        import plugins
        import table
        @step(version="1", writes="json")
        def out(data):
            return table.NAMES
        """,
        edit=("lazy.py", '"1"', '"2"'),
        expect="rerun",
    ),
    Case(
        name="unread_import_of_a_part",
        about="An import that nothing reads of a package's part, which registers itself.",
        project="""
        --- table.py
        NAMES = []
        --- parts/__init__.py
        --- parts/csv.py
        import table
        table.NAMES.append(1)
        --- plugins.py
        from parts import csv
        --- steps.py
        from saltern import step
        import plugins
        import table
        @step(version="1", writes="json")
        def out(data):
            return table.NAMES
        """,
        edit=("parts/csv.py", "append(1)", "append(2)"),
        expect="rerun",
    ),
]

_OLDER = """
--- _new.py
def f[T](x: T = 1) -> T: return x {note}
--- _old.py
def f(): return 1
--- h.py
{imported}
--- steps.py
from saltern import step
import h
@step(version="1", writes="json")
def out(data):
    return h.f()
"""
_BY_VERSION = "import sys\nif sys.version_info >= (3, 99):\n    from _new import f\nelse:\n    from _old import f\n"
CASES += (
    [
        Case(
            name=f"source_that_this_python_cannot_read_{name}",
            about="A module in the syntax of another Python is there, and nothing that runs here imports it.",
            project=_OLDER.format(imported=imported, note="and (:"),
            edit=("_old.py", "return 1", "return 2"),
            expect="rerun",
        )
        for name, imported in (
            ("by_version", _BY_VERSION),
            ("in_a_function", "from _old import f\ndef g():\n    from _new import f\n    return f()\n"),
            ("if_it_fails", "try:\n    from _new import f\nexcept SyntaxError:\n    from _old import f\n"),
        )
    ]
    + [
        Case(
            name=f"part_of_a_package_that_is_{name}",
            about="A package with an empty file is handed on; its module is an attribute, as somebody imports it.",
            project=f"""
        --- pk/__init__.py
        --- pk/sub.py
        def v(): return 1
        --- h.py
        import operator, inspect
        import pk, pk.sub
        {function}
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.f()
        """,
            edit=("pk/sub.py", "return 1", "return 2"),
            expect="rerun",
        )
        for name, function in (
            ("given_a_name", "def f(): p = pk; return p.sub.v()"),
            ("handed_to_a_function", "g = lambda m: m.sub.v()\n        def f(): return g(pk)"),
            ("in_a_table", "T = {'a': pk}\n        def f(): return T['a'].sub.v()"),
            ("asked_by_a_computed_name", "def f(): return getattr(pk, 'su' + 'b').v()"),
            ("asked_by_attrgetter", "def f(): return operator.attrgetter('su' + 'b')(pk).v()"),
            ("listed", "def f(): return dict(inspect.getmembers(pk))['sub'].v()"),
        )
    ]
    + [
        Case(
            name="module_loaded_by_its_loader",
            about="A package loads its modules as plug-ins, by the loaders that `pkgutil` finds.",
            project="""
        --- plug/__init__.py
        import pkgutil
        TABLE = {}
        for finder, name, _ in pkgutil.iter_modules(__path__):
            TABLE[name] = finder.find_spec(name).loader.load_module(name).run
        --- plug/a.py
        def run(): return 1
        --- steps.py
        from saltern import step
        import plug
        @step(version="1", writes="json")
        def out(data):
            return plug.TABLE["a"]()
        """,
            edit=("plug/a.py", "return 1", "return 2"),
            expect="rerun",
        ),
    ]
)
