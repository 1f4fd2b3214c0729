"""What a process has in memory, beside what its files say: programs that live on, notebooks, stale bytecode."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.lineage.case import Case, helped


def in_an_hour(folder: Path) -> None:
    os.utime(folder / "steps.py", (time.time() + 3600, time.time() + 3600))


def same_time_and_size(folder: Path) -> None:
    path = folder / "helpers.py"
    before = path.stat()
    path.write_text(path.read_text().replace("111", "222"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


# A step reads settings whose names are computed by ``load``, which the text of a case defines; then another step does.
_SETTINGS = """
--- conf/a.json
1
--- conf/b.json
1
--- steps.py
from saltern import step
from settings import load
@step(version="1", writes="json")
def one(data):
    return load("a")
@step(version="1", writes="json")
def out(data):
    return load("{other}") + 1
--- program.py
from build import tell
import steps
def both(build):
    build.value(steps.one)
    return build.value(steps.out)
tell(both)
--- settings.py
import functools, json
from pathlib import Path
def read(name): return json.loads((Path(__file__).parent / "conf" / (name + ".json")).read_text())
"""
_REMEMBER = {
    "functools_cache": "@functools.cache\ndef load(name): return read(name)\n",
    "a_dictionary": (
        "KNOWN = {}\ndef load(name):\n    if name not in KNOWN: KNOWN[name] = read(name)\n    return KNOWN[name]\n"
    ),
    "a_global_name": (
        "KNOWN = None\ndef load(name):\n    global KNOWN\n    KNOWN = KNOWN or read(name)\n    return KNOWN\n"
    ),
    "an_object": (
        "class Settings:\n    known = None\n    def load(self, name):\n"
        "        if self.known is None: self.known = read(name)\n        return self.known\nload = Settings().load\n"
    ),
    "a_function_that_another_made": (
        "def make():\n    known = {}\n    def inner(name):\n"
        "        if name not in known: known[name] = read(name)\n        return known[name]\n    return inner\n"
        "load = make()\n"
    ),
    "a_decorator_of_its_own": (
        "def remember(function):\n    known = {}\n    def inner(name):\n"
        "        if name not in known: known[name] = function(name)\n        return known[name]\n    return inner\n"
        "@remember\ndef load(name): return read(name)\n"
    ),
    "a_cache_of_another_name": "get = functools.cache(read)\ndef load(name): return get(name)\n",
    "a_default": (
        "def load(name, known={}):\n    if name not in known: known[name] = read(name)\n    return known[name]\n"
    ),
    "an_attribute_of_a_function": (
        "def load(name):\n    if name not in load.known: load.known[name] = read(name)\n    return load.known[name]\n"
        "load.known = {}\n"
    ),
    "an_object_with_a_dictionary": (
        "class Settings:\n    def __init__(self): self.known = {}\n    def load(self, name):\n"
        "        if name not in self.known: self.known[name] = read(name)\n        return self.known[name]\n"
        "SETTINGS = Settings()\ndef load(name): return SETTINGS.load(name)\n"
    ),
    "an_object_by_setattr": (
        "class Settings:\n    known = None\n    def load(self, name):\n"
        "        if self.known is None: setattr(self, 'known', read(name))\n        return self.known\n"
        "SETTINGS = Settings()\ndef load(name): return SETTINGS.load(name)\n"
    ),
    "a_list_of_an_object": (
        "class Settings:\n    def __init__(self): self.known = []\n    def load(self, name):\n"
        "        if not self.known: self.known.append(read(name))\n        return self.known[0]\n"
        "SETTINGS = Settings()\ndef load(name): return SETTINGS.load(name)\n"
    ),
    "the_only_object_of_a_class": (
        "class Settings:\n    one = None\n    def __new__(cls):\n        if cls.one is None:\n"
        "            cls.one = super().__new__(cls)\n            cls.one.known = read('a')\n        return cls.one\n"
        "def load(name): return Settings().known\n"
    ),
    "a_context_variable": (
        "import contextvars\nKNOWN = contextvars.ContextVar('known', default=None)\ndef load(name):\n"
        "    if KNOWN.get() is None: KNOWN.set(read(name))\n    return KNOWN.get()\n"
    ),
    "names_of_the_module": (
        "def load(name):\n    if 'KNOWN' not in globals(): globals()['KNOWN'] = read(name)\n    return KNOWN\n"
    ),
}  # fmt: skip
_EDITED_MEANWHILE = """
--- program.py
from pathlib import Path
from build import tell
import steps
def twice(build):
    build.value(steps.out)
    Path("conf/a.json").write_text("2")
    return build.value(steps.out)
tell(twice, lambda: 3)
"""

CASES = [
    Case(
        name="main_script_under_a_profiler",
        about="python -m cProfile prog.py: the module that is named __main__ is the profiler's.",
        project="""
        --- prog.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        if __name__ == "__main__":
            from build import tell
            tell(lambda build: build.value(out))
        """,
        program=("-m", "cProfile", "-o", "profile", "prog.py"),
        edit=("prog.py", "return 1", "return 2"),
        expect="refuse",
    ),
    Case(
        name="step_that_was_kept_over_a_reload",
        about="A registry keeps the step of the module as it was before importlib.reload; its name is of no step.",
        project="""
        --- steps.py
        from saltern import step
        STEPS = {}
        def register(function):
            STEPS[function.__name__] = step(version="1", writes="json")(function)
        @register
        def out(data): return 1
        --- program.py
        import importlib, os
        import steps
        from build import tell
        kept = steps.STEPS["out"]
        if os.environ.get("RELOADED"):
            text = open("steps.py").read()
            open("steps.py", "w").write(text.replace("return 1", "return 2"))
            importlib.reload(steps)
        tell(lambda build: build.value(kept))
        """,
        program=("program.py",),
        env_after={"RELOADED": "1"},
        expect="refuse",
    ),
    Case(
        name="another_module_of_the_name",
        about="Two folders have a steps.py each; a program imports one after the other.",
        project="""
        --- a/steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data): return 1
        --- b/steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data): return 2
        --- program.py
        import sys
        sys.path.insert(0, "a")
        import steps
        first = steps.out
        del sys.modules["steps"]
        sys.path[0] = "b"
        import steps
        from build import tell
        tell(lambda build: build.value(first))
        """,
        program=("program.py",),
        edit=("a/steps.py", "return 1", "return 3"),
        expect="refuse",
    ),
    *(
        Case(
            name=f"settings_remembered_by_{name}",
            about="The first step reads a file, and a helper remembers what it said: the second step reads nothing.",
            project=_SETTINGS.format(other="a") + load,
            program=("program.py",),
            edit=("conf/a.json", "1", "2"),
            expect="rerun",
            reruns=("one", "out"),
        )
        for name, load in _REMEMBER.items()
    ),
    Case(
        name="settings_that_nobody_remembers",
        about="The same helper reads another file for each step: each depends on its own.",
        project=_SETTINGS.format(other="b") + "def load(name): return read(name)\n",
        program=("program.py",),
        edit=("conf/a.json", "1", "2"),
        expect="rerun",
        reruns=("one",),
        same_value=True,
    ),
    Case(
        name="inputs_read_by_a_helper_that_remembers",
        about="A helper remembers what it read by path, also inputs: each step depends on its own input only.",
        project="""
        --- a.txt
        1
        --- b.txt
        2
        --- helpers.py
        import functools
        @functools.cache
        def load(path): return int(path.read_text())
        --- steps.py
        from saltern import step
        from helpers import load
        @step(version="1", writes="json")
        def one(data):
            return load(data)
        @step(version="1", writes="json")
        def out(data):
            return load(data) + 1
        """,
        calls=(("one", {"data": "a.txt"}, "{}"), ("out", {"data": "b.txt"}, "{}")),
        edit=("a.txt", "1", "3"),
        expect="rerun",
        reruns=("one",),
        same_value=True,
    ),
    Case(
        name="settings_read_by_the_program",
        about="The program has read the file before it builds, by a helper that remembers.",
        project=_SETTINGS.format(other="a").replace("tell(both)", "from settings import load\nload('a')\ntell(both)")
        + _REMEMBER["functools_cache"],
        program=("program.py",),
        edit=("conf/a.json", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="settings_edited_while_the_process_lives",
        about="A helper remembers the old content, and the file has the new: a notebook, a worker that lives on.",
        project=_SETTINGS.format(other="a") + _REMEMBER["functools_cache"] + _EDITED_MEANWHILE[1:],
        program=("program.py",),
        expect="refuse",
    ),
    Case(
        name="settings_of_an_import_edited_while_the_process_lives",
        about="A module has read a file while it was imported, and the file is edited.",
        project=_SETTINGS.format(other="a") + "A = read('a')\ndef load(name): return A\n" + _EDITED_MEANWHILE[1:],
        program=("program.py",),
        expect="refuse",
    ),
    Case(
        name="variable_set_after_the_import",
        about="A module keeps a variable, and the program sets it later: another process finds nothing of that.",
        project="""
        --- settings.py
        import os
        LIMIT = os.environ.get("LIMIT", "1")
        --- steps.py
        from saltern import step
        import settings
        @step(version="1", writes="json")
        def out(data):
            return settings.LIMIT
        --- program.py
        import os
        from build import tell
        import steps
        def twice(build):
            build.value(steps.out)
            os.environ["LIMIT"] = "2"
            return build.value(steps.out)
        tell(twice)
        """,
        program=("program.py",),
        env_after={"LIMIT": "2"},
        expect="rerun",
    ),
    Case(
        name="source_from_the_future",
        about=(
            "A source file whose time is an hour ahead (unzipped in another time zone, a skewed clock): "
            "starting anew does not help."
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        """,
        setup=in_an_hour,
        expect="reuse",
        old=False,
    ),
    Case(
        name="stale_bytecode",
        about=(
            "The source changes within the same second and to the same size: Python runs the old bytecode, "
            "the recipe has the new. Seen in: python/cpython#75953. (the first process writes __pycache__; "
            "the truth is the run without bytecode)"
        ),
        project="""
        --- helpers.py
        def f():
            return 111
        --- steps.py
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=same_time_and_size,
        expect="refuse",
        bytecode=True,
    ),
    Case(
        name="reload_in_process",
        about="importlib.reload, or IPython's %autoreload, of the steps' module after an edit: what notebooks do.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 111
        --- program.py
        import importlib
        from pathlib import Path
        import steps
        from build import tell

        def reloaded(build):
            before = build.value(steps.out)
            path = Path(steps.__file__)
            path.write_text(path.read_text().replace("111", "222"))
            importlib.reload(steps)
            return [before, build.value(steps.out)]

        tell(reloaded, lambda: [111, 222])
        """,
        program=("program.py",),
        expect="rerun",
    ),
    Case(
        name="helper_loaded_before_edit",
        about="A helper is imported, edited, then the steps are imported: they are younger than the edit, it is not.",
        project="""
        --- helpers.py
        def f():
            return 111
        --- steps.py
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        --- program.py
        import sys
        from pathlib import Path
        import helpers
        if sys.argv[2] == "first":
            path = Path(helpers.__file__)
            path.write_text(path.read_text().replace("111", "222"))
        import steps
        from build import tell
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        expect="refuse",
    ),
    Case(
        name="python_dash_m_in_package",
        about="python -m lab.main: the step is in the module that runs, with a relative import.",
        project="""
        --- lab/__init__.py
        --- lab/helpers.py
        def f():
            return 1
        --- lab/main.py
        from build import tell
        from saltern import step
        from .helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        if __name__ == "__main__":
            tell(lambda build: build.value(out))
        """,
        program=("-m", "lab.main"),
        edit=("lab/helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="main_script",
        about="A step in the script itself: python pipeline.py.",
        project="""
        --- helpers.py
        def f():
            return 1
        --- pipeline.py
        from build import tell
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        if __name__ == "__main__":
            tell(lambda build: build.value(out))
        """,
        program=("pipeline.py",),
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="notebook_cell",
        about="A step in a notebook's cell: compiled text, in a __main__ without a file, its source in linecache.",
        project="""
        --- helpers.py
        def f():
            return 1
        --- cell.txt
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        --- program.py
        import linecache, sys
        from pathlib import Path
        from build import tell
        cell = Path("cell.txt").read_text()
        del sys.modules["__main__"].__file__
        linecache.cache["<ipython-input-1>"] = (len(cell), None, cell.splitlines(True), "<ipython-input-1>")
        exec(compile(cell, "<ipython-input-1>", "exec"), globals())
        tell(lambda build: build.value(out))
        """,
        program=("program.py",),
        edit=("helpers.py", "return 1", "return 2"),
        expect="refuse",
    ),
    Case(
        name="nothing_is_run",
        about="A module that is imported late has an effect; to ask for a call's salt must not run it.",
        project="""
        --- lab/__init__.py
        --- lab/late.py
        from pathlib import Path
        Path(__file__).with_name("was_run").write_text("")
        def f():
            return 1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            from lab.late import f
            return f()
        --- program.py
        from pathlib import Path
        import steps
        from build import tell

        def was_run(build):
            build.call(steps.out)
            return Path("lab/was_run").exists()

        tell(was_run, lambda: False)
        """,
        program=("program.py",),
        expect="reuse",
    ),
    Case(
        name="lazy_import_edited_before_run",
        about="A process that lives on: what a function imports late is edited after the salt, and before it runs.",
        project="""
        --- helpers.py
        def f():
            return 111
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            from helpers import f
            return f()
        --- program.py
        from pathlib import Path
        import steps
        from build import tell

        def edited(build):
            call = build.call(steps.out)
            path = Path("helpers.py")
            path.write_text(path.read_text().replace("111", "222"))
            return build.cache.load(build.artifact(call))

        tell(edited, lambda: 111)
        """,
        program=("program.py",),
        expect="refuse",
    ),
    Case(
        name="program_changes_the_folder",
        about="The program changes its current folder before it builds. Seen in: streamlit/streamlit#1797.",
        project="""
        --- helpers.py
        def f():
            return 1
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            from helpers import f
            return f()
        --- program.py
        import os
        from pathlib import Path
        here = Path(__file__).resolve().parent
        os.chdir("/")
        import steps
        from build import tell
        tell(lambda build: build.value(steps.out, {"data": str(here / "in.txt")}))
        """,
        program=("program.py",),
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="two_closures_one_source",
        about="Two steps of one source text that differ in what they close over. Seen in: PrefectHQ/prefect#23062.",
        project="""
        --- steps.py
        from saltern import step
        def make(power):
            def run(data):
                return 2**power
            return run
        two = step(version="1", writes="json", name="same")(make(2))
        three = step(version="1", writes="json", name="same")(make(3))
        --- program.py
        import steps
        from build import tell
        tell(lambda build: [build.value(steps.two), build.value(steps.three)], lambda: [4, 8])
        """,
        program=("program.py",),
        expect="rerun",
    ),
    Case(
        name="monkeypatched_in_program",
        about="A program replaces a helper by one of its own before it builds.",
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
        --- program.py
        import helpers, steps
        from build import tell
        def better():
            return 10
        helpers.f = better
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "return 10", "return 20"),
        expect="rerun|refuse",
    ),
    Case(
        name="constant_set_in_program",
        about="A program sets a constant of a module before it builds.",
        project="""
        --- config.py
        N = 1
        --- steps.py
        import config
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return config.N
        --- program.py
        import config, steps
        from build import tell
        config.N = 10
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "config.N = 10", "config.N = 20"),
        expect="rerun|refuse",
    ),
    Case(
        name="replaced_between_calls",
        about="A function is replaced between two calls of one process.",
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
        --- program.py
        import helpers, steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            helpers.f = lambda: 2
            return [before, build.value(steps.out)]
        tell(both, lambda: [1, 2])
        """,
        program=("program.py",),
        expect="rerun|refuse",
    ),
    Case(
        name="helper_reloaded",
        about="A helper is edited and reloaded, the steps are not: they hold what they imported from it.",
        project="""
        --- helpers.py
        def f():
            return 111
        --- steps.py
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        --- program.py
        import importlib
        from pathlib import Path
        import helpers, steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            path = Path(helpers.__file__)
            path.write_text(path.read_text().replace("111", "222"))
            importlib.reload(helpers)
            return [before, build.value(steps.out)]
        tell(both, lambda: [111, 111])
        """,
        program=("program.py",),
        expect="refuse",
    ),
    Case(
        name="helper_edited_not_reloaded",
        about="A helper is edited while the process lives on.",
        project="""
        --- helpers.py
        def f():
            return 111
        --- steps.py
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        --- program.py
        from pathlib import Path
        import helpers, steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            path = Path(helpers.__file__)
            path.write_text(path.read_text().replace("111", "222"))
            return [before, build.value(steps.out)]
        tell(both, lambda: [111, 111])
        """,
        program=("program.py",),
        expect="refuse|reuse",
    ),
    Case(
        name="class_attribute_set_in_program",
        about="A program sets an attribute of a class before it builds.",
        project="""
        --- model.py
        class M:
            n = 1
        --- steps.py
        from model import M
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return M.n
        --- program.py
        import model, steps
        from build import tell
        model.M.n = 10
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "model.M.n = 10", "model.M.n = 20"),
        expect="rerun|refuse",
    ),
    Case(
        name="imported_constant_set_in_program",
        about="A program sets a constant in the module of the step, which imports it.",
        project="""
        --- config.py
        N = 1
        --- steps.py
        from saltern import step
        from config import N
        @step(version="1", writes="json")
        def out(data):
            return N
        --- program.py
        import steps
        from build import tell
        steps.N = 10
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "10", "20"),
        expect="rerun|refuse",
    ),
    Case(
        name="constant_set_by_a_module_of_the_program",
        about="A module that the step does not import sets a constant: a command line.",
        project="""
        --- config.py
        N = 1
        --- cli.py
        import config
        def go(n): config.N = n
        --- steps.py
        from saltern import step
        import config
        @step(version="1", writes="json")
        def out(data):
            return config.N
        --- program.py
        import steps
        from build import tell
        import cli
        cli.go(10)
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "10", "20"),
        expect="rerun|refuse",
    ),
    Case(
        name="object_set_in_program",
        about="A program sets an object in the place of None.",
        project="""
        --- config.py
        N = None
        --- steps.py
        from saltern import step
        import config
        @step(version="1", writes="json")
        def out(data):
            return len(config.N)
        --- program.py
        import steps
        from build import tell
        import config
        config.N = [1]
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "[1]", "[1, 2]"),
        expect="rerun|refuse",
    ),
    Case(
        name="method_replaced_by_another_of_the_class",
        about="A program puts a method of a class in the place of another one.",
        project="""
        --- h.py
        class K:
            def f(self): return 1
            def g(self): return 2
        --- steps.py
        from saltern import step
        from h import K
        @step(version="1", writes="json")
        def out(data):
            return K().f()
        --- program.py
        import steps
        from build import tell
        import h
        if True: h.K.f = h.K.g
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "if True", "if False"),
        expect="rerun|refuse",
    ),
    Case(
        name="function_replaced_by_another_of_the_file",
        about="A program puts a function in the place of another one of the same file.",
        project="""
        --- h.py
        def f(): return 1
        def g(): return 2
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.f()
        --- program.py
        import steps
        from build import tell
        import h
        if True: h.f = h.g
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "if True", "if False"),
        expect="rerun|refuse",
    ),
    Case(
        name="class_replaced_by_another_of_the_file",
        about="A program puts a class in the place of another one of the same file.",
        project="""
        --- h.py
        class A:
            n = 1
        class B:
            n = 2
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.A.n
        --- program.py
        import steps
        from build import tell
        import h
        if True: h.A = h.B
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "if True", "if False"),
        expect="rerun|refuse",
    ),
    Case(
        name="constant_set_between_calls",
        about="A program sets a constant between two calls.",
        project="""
        --- config.py
        N = 1
        --- steps.py
        from saltern import step
        import config
        @step(version="1", writes="json")
        def out(data):
            return config.N
        --- program.py
        import steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            import config; config.N = 2
            return [before, build.value(steps.out)]
        tell(both, lambda: [1, 2])
        """,
        program=("program.py",),
        expect="rerun|refuse",
    ),
    Case(
        name="class_attribute_set_between_calls",
        about="A program sets an attribute of a class between two calls.",
        project="""
        --- h.py
        class K:
            n = 1
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.K.n
        --- program.py
        import steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            import h; h.K.n = 2
            return [before, build.value(steps.out)]
        tell(both, lambda: [1, 2])
        """,
        program=("program.py",),
        expect="rerun|refuse",
    ),
    Case(
        name="method_replaced_between_calls",
        about="A method is replaced between two calls.",
        project="""
        --- h.py
        class K:
            def f(self): return 1
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.K().f()
        --- program.py
        import steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            import h; h.K.f = lambda self: 2
            return [before, build.value(steps.out)]
        tell(both, lambda: [1, 2])
        """,
        program=("program.py",),
        expect="rerun|refuse",
    ),
    Case(
        name="counter_of_the_step",
        about="A step counts its calls in another module, which is no reason to run again.",
        project="""
        --- h.py
        COUNT = 0
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            h.COUNT += 1
            return 1
        --- program.py
        import steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            pass
            return [before, build.value(steps.out)]
        tell(both, lambda: [1, 1])
        """,
        program=("program.py",),
        expect="reuse",
    ),
    Case(
        name="object_made_once",
        about="A function keeps an object in another module, which is no reason to refuse.",
        project="""
        --- h.py
        M = None
        --- k.py
        import h
        def get():
            if h.M is None: h.M = object()
            return 1
        --- steps.py
        from saltern import step
        import h
        from k import get
        @step(version="1", writes="json")
        def out(data):
            get()
            return h.M is not None
        --- program.py
        import steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            pass
            return [before, build.value(steps.out)]
        tell(both, lambda: [True, True])
        """,
        program=("program.py",),
        expect="reuse",
    ),
    Case(
        name="classes_that_are_made_otherwise",
        about="Dataclasses, enumerations, models and slots are not what their source says, and nobody set them.",
        project="""
        --- h.py
        from dataclasses import dataclass
        from enum import Enum, IntEnum
        from typing import NamedTuple, TypedDict
        from pydantic import BaseModel
        @dataclass(slots=True)
        class D:
            a: int = 1
        class E(Enum):
            A = 1
        class I(IntEnum):
            A = 1
        class T(NamedTuple):
            a: int = 1
        class M(BaseModel):
            a: int = 1
            def f(self): return self.a
        class G:
            __slots__ = ('a',)
            __hash__ = None
            x: int = 3
        --- steps.py
        from saltern import step
        import h
        from h import E as EE
        @step(version="1", writes="json")
        def out(data):
            return [h.D().a, h.E.A.value, h.I.A.value, h.T().a, h.M().f(), EE.A.value, h.G.x]
        """,
        edit=("steps.py", "import h\n", "import h  # x\n"),
        expect="reuse",
    ),
    Case(
        name="method_wrapped_by_a_base",
        about="A base class of the project wraps the methods of its subclasses.",
        project="""
        --- h.py
        class B:
            def __init_subclass__(cls):
                f = cls.f
                def w(self): return f(self)
                cls.f = w
        class K(B):
            def f(self): return 1
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.K().f()
        """,
        edit=("steps.py", "import h\n", "import h  # x\n"),
        expect="reuse",
    ),
    Case(
        name="objects_are_not_asked",
        about="An object answers any attribute, and notes what it was asked: nobody but the project asks it.",
        project="""
        --- reg.py
        class E:
            seen = []
            def __getattr__(self, k): self.seen.append(k); return self
        e = E()
        --- plugin.py
        def use(): return 0
        from reg import e
        x = 1
        --- steps.py
        from saltern import step
        from reg import e
        import plugin
        @step(version="1", writes="json")
        def out(data):
            plugin.use()
            return [e.seen, plugin.x]
        """,
        edit=("plugin.py", "x = 1", "x = 2"),
        expect="rerun",
    ),
    Case(
        name="dictionary_filled_by_main_of_the_same_file",
        about="The file of the steps has a function main() that fills its settings.",
        project="""
        --- steps.py
        from saltern import step
        SETTINGS = {"n": 1}
        @step(version="1", writes="json")
        def out(data):
            return SETTINGS["n"]
        def main(n):
            SETTINGS["n"] = n
        --- program.py
        import steps
        from build import tell
        steps.main(10)
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "main(10)", "main(20)"),
        expect="rerun",
    ),
    Case(
        name="dictionary_changed_between_calls",
        about="A program changes an item between two calls.",
        project="""
        --- steps.py
        from saltern import step
        SETTINGS = {"n": 1}
        @step(version="1", writes="json")
        def out(data):
            return SETTINGS["n"]
        --- program.py
        import steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            steps.SETTINGS["n"] = 2
            return [before, build.value(steps.out)]
        tell(both, lambda: [1, 2])
        """,
        program=("program.py",),
        expect="rerun",
    ),
    *(
        Case(
            name=f"dictionary_that_the_step_fills_{name}",
            about="A helper keeps something in a module's dictionary: no reason to run again, or to refuse.",
            project=f"""
            --- helpers.py
            KNOWN = {{}}
            def keep(known, n):
                known[n] = n * n
            def square(n):
                {body}
                return KNOWN[n]
            --- steps.py
            from saltern import step
            from helpers import square
            @step(version="1", writes="json")
            def out(data):
                return square(3)
            --- other.py
            N = 1
            """,
            edit=("other.py", "1", "2"),
            expect="reuse",
        )
        for name, body in (
            ("by_its_name", "KNOWN[n] = n * n"),
            ("by_a_method", "KNOWN.setdefault(n, n * n)"),
            ("by_another_name", "keep(KNOWN, n)"),
        )
    ),
    Case(
        name="registry_filled_by_a_program",
        about="A dictionary holds functions that other modules register.",
        project="""
        --- registry.py
        KNOWN = {}
        def register(function):
            KNOWN[function.__name__] = function
            return function
        --- plugin.py
        from registry import register
        @register
        def f(): return 1
        --- steps.py
        from saltern import step
        from registry import KNOWN
        import plugin
        @step(version="1", writes="json")
        def out(data):
            return KNOWN["f"]()
        """,
        edit=("plugin.py", "return 1", "return 2"),
        expect="rerun",
    ),
    *(
        Case(
            name=f"counted_{name}",
            about="Code that a step reaches counts on a class of its own: that is no change by somebody else.",
            project=helped(helper, "work()"),
            expect="reuse",
        )
        for name, helper in (
            (
                "by_init",
                """
                class Node:
                    count = 0
                    def __init__(self):
                        self.id = Node.count
                        Node.count += 1
                def work(): return [Node().id for _ in range(3)]
                """,
            ),
            (
                "by_post_init",
                """
                from dataclasses import dataclass
                class Seen:
                    ids = []
                @dataclass
                class Node:
                    id: int
                    def __post_init__(self): Seen.ids.append(self.id)
                def work(): return Node(1).id
                """,
            ),
            (
                "by_a_comparison",
                """
                class Version:
                    compared = 0
                    def __init__(self, n): self.n = n
                    def __lt__(self, other):
                        Version.compared += 1
                        return self.n < other.n
                def work(): return [one.n for one in sorted([Version(2), Version(1)])]
                """,
            ),
            (
                "below_a_decorator",
                """
                import functools
                def timed(f):
                    @functools.wraps(f)
                    def inner(*args): return f(*args)
                    return inner
                class Stats:
                    calls = 0
                @timed
                def work():
                    Stats.calls += 1
                    return 1
                """,
            ),
            (
                "by_a_lambda",
                """
                class Stats:
                    calls = 0
                count = lambda: setattr(Stats, "calls", Stats.calls + 1)
                def work():
                    count()
                    return 1
                """,
            ),
        )
    ),
    Case(
        name="counted_by_init_and_set_by_a_program",
        about="What a program sets of such a class counts.",
        project="""
        --- helper.py
        class Node:
            count = 0
            scale = 1
            def __init__(self): Node.count += 1
        def work(): return Node().scale
        --- steps.py
        from saltern import step
        from helper import work
        @step(version="1", writes="json")
        def out(data): return work()
        --- program.py
        from build import tell
        import helper
        helper.Node.scale = 10
        def value(build):
            import steps
            return build.value(steps.out)
        tell(value)
        """,
        program=("program.py",),
        edit=("program.py", "10", "20"),
        expect="rerun|refuse",
    ),
]
