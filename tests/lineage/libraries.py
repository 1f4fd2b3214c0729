"""Libraries: what pip has installed, and Python itself."""

from __future__ import annotations

from pathlib import Path

from tests.lineage.case import Case, files, steps


def linked(folder: Path) -> None:
    (folder / "site-packages").mkdir()
    (folder / "site-packages/mylib").symlink_to(folder / "cache/mylib")


LOW = """
--- site-packages/low/__init__.py
def f(): return 1
--- site-packages/low-1.0.dist-info/METADATA
Metadata-Version: 2.1
Name: low
Version: 1.0
"""
HERE = {"PYTHONPATH": "site-packages"}


def upgraded(folder: Path) -> None:
    old = folder / "site-packages/low-1.0.dist-info"
    (old / "METADATA").write_text((old / "METADATA").read_text().replace("1.0", "2.0"))
    old.rename(folder / "site-packages/low-2.0.dist-info")
    (folder / "site-packages/low/__init__.py").write_text("def f(): return 2\n")


def installed(folder: Path) -> None:
    """What was not there: the library of ``LOW``."""
    for name, text in files(LOW).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def pickled(folder: Path) -> None:
    """An object of the library's, as an input file."""
    (folder / "site-packages/low/__init__.py").write_text("class Model:\n    value = 1\n")
    (folder / "in.pickle").write_bytes(b"clow\nModel\n.")


def pickled_and_upgraded(folder: Path) -> None:
    upgraded(folder)
    (folder / "site-packages/low/__init__.py").write_text("class Model:\n    value = 2\n")


PLUG_IN = """
--- site-packages/{name}.py
def f(): return "{name}"
--- site-packages/{name}-1.0.dist-info/METADATA
Metadata-Version: 2.1
Name: {name}
Version: 1.0
--- site-packages/{name}-1.0.dist-info/entry_points.txt
[mine.plugins]
{name} = {name}:f
"""


def plugged_in(folder: Path) -> None:
    """A second plug-in is installed."""
    for name, text in files(PLUG_IN.format(name="high")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


CASES = [
    Case(
        name="a_library_notes_something_on_a_class_of_the_users",
        about="As luigi.Config does when one is made: it is no setting of the program's, and one process runs it once.",
        project="""
        --- site-packages/base.py
        class Config:
            def __init__(self):
                if not hasattr(type(self), "_asked"): type(self)._asked = set()
                self._asked.add("rate")
        --- steps.py
        import base
        from saltern import step
        class Rates(base.Config):
            rate = 3
        @step(version="1", writes="json")
        def out(data): return Rates().rate
        --- program.py
        import steps
        from build import tell
        def twice(build):
            build.value(steps.out)
            first = build.cache.ledger.executed()
            build.value(steps.out)
            return [first, build.cache.ledger.executed()]
        tell(twice, lambda: [["out"], ["out"]])
        """,
        program=("program.py",),
        env=HERE,
        expect="reuse",
    ),
    Case(
        name="a_library_keeps_what_it_has_read",
        about="python-decouple reads its file once in a process, for whichever step asks first.",
        project="""
        --- site-packages/decouple.py
        _known = {}
        def config(name):
            if not _known:
                _known.update(line.split("=") for line in open("settings.txt").read().split())
            return _known[name]
        --- settings.txt
        RATE=3
        --- steps.py
        from decouple import config
        from saltern import step
        @step(version="1", writes="json")
        def one(data): return config("RATE")
        @step(version="1", writes="json")
        def out(data): return config("RA" + "TE")
        --- program.py
        import steps
        from build import tell
        def both(build):
            build.value(steps.one)
            return build.value(steps.out)
        tell(both)
        """,
        program=("program.py",),
        edit=("settings.txt", "3", "4"),
        env=HERE,
        expect="rerun",
    ),
    Case(
        name="a_plug_in_is_installed",
        about="Entry points: what is installed says what runs, and nothing names what is not there yet.",
        project=PLUG_IN.format(name="low")
        + steps(
            "return sorted(one.load()() for one in entry_points(group='mine.plugins'))",
            "from importlib.metadata import entry_points",
        ),
        edit=plugged_in,
        env=HERE,
        expect="rerun",
    ),
    *(
        Case(
            name=f"library_{name}",
            about=about,
            project=LOW + steps(body, "import importlib.metadata\nimport importlib.util"),
            edit=upgraded,
            env=HERE,
            expect="rerun",
        )
        for name, about, body in (
            ("version_read", "importlib.metadata.version().", "return importlib.metadata.version('low')"),
            ("version_of_a_made_name", "The same, by a made name.", "return importlib.metadata.version('l' + 'ow')"),
            (
                "versions_of_all",
                "Whatever is installed.",
                "return [one.version for one in importlib.metadata.distributions() if one.metadata['Name'] == 'low']",
            ),
            (
                "imported_by_a_made_name",
                "As a configuration names it.",
                "return importlib.import_module('l' + 'ow').f()",
            ),
        )
    ),
    *(
        Case(
            name=f"library_{name}",
            about=about,
            project="\n" + steps(body, "import importlib.util"),
            edit=installed,
            env=HERE,
            expect="rerun",
        )
        for name, about, body in (
            ("that_appears", "find_spec() of a library.", "return importlib.util.find_spec('low') is not None"),
            ("of_a_made_name_that_appears", "The same.", "return importlib.util.find_spec('l' + 'ow') is not None"),
        )
    ),
    Case(
        name="library_of_an_unpickled_object",
        about="The class of an object in an input file: no code names its library.",
        project=LOW + steps("return pickle.loads(data.read_bytes()).value", "import pickle"),
        setup=pickled,
        calls=(("out", {"data": "in.pickle"}, "{}"),),
        edit=pickled_and_upgraded,
        env=HERE,
        expect="rerun",
    ),
    Case(
        name="symlinked_library",
        about=(
            "A library in site-packages that is a symbolic link (uv --link-mode=symlink, pdm's install "
            "cache): not the project's."
        ),
        project="""
        --- cache/mylib/__init__.py
        from mylib.core import *
        def g():
            return f()
        --- cache/mylib/core.py
        def f():
            return 1
        --- steps.py
        from saltern import step
        from mylib import g
        @step(version="1", writes="json")
        def out(data):
            return g()
        """,
        setup=linked,
        expect="reuse",
        env={"PYTHONPATH": "site-packages"},
    ),
    Case(
        name="library_same_version",
        about="A library is installed anew from git: another content, the same version.",
        project="""
        --- site-packages/low/__init__.py
        def f():
            return 1
        --- site-packages/low-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: low
        Version: 1.0
        --- site-packages/low-1.0.dist-info/direct_url.json
        {"url": "https://example.org/low", "vcs_info": {"vcs": "git", "commit_id": "aaaa"}}
        --- steps.py
        from saltern import step
        from low import f
        @step(version="1", writes="json", libraries=["low"])
        def out(data):
            return f()
        """,
        edit=(
            ("site-packages/low/__init__.py", "return 1", "return 2"),
            ("site-packages/low-1.0.dist-info/direct_url.json", "aaaa", "bbbb"),
        ),
        expect="rerun",
        env={"PYTHONPATH": "site-packages"},
    ),
    Case(
        name="targets_package_functions",
        about=(
            "A library's version changes and the step does not declare it. Seen in: ropensci/targets#132; "
            "treeverse/dvc.org#2502."
        ),
        project="""
        --- site-packages/mylib/__init__.py
        def f():
            return 1
        --- site-packages/mylib-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: mylib
        Version: 1.0
        --- steps.py
        from saltern import step
        from mylib import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=(
            ("site-packages/mylib/__init__.py", "return 1", "return 2"),
            ("site-packages/mylib-1.0.dist-info/METADATA", "Version: 1.0", "Version: 2.0"),
        ),
        expect="rerun",
        env={"PYTHONPATH": "site-packages"},
    ),
    Case(
        name="sum_on_python_312",
        about=(
            "Another Python: sum() of floats is exact from 3.12 on, and docs/lift.md's own stats.mean says sum(values)."
        ),
        project="""
        --- stats.py
        def mean(values):
            return sum(values) / len(values)
        --- steps.py
        import stats
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return stats.mean([0.1] * 10)
        """,
        expect="rerun",
        then_312=True,
    ),
    Case(
        name="type_hint_for_a_compiler",
        about="A library compiles the source of a function, as TorchScript does, by the hints of its variables.",
        project="""
        --- site-packages/torch/__init__.py
        import inspect
        def script(function):
            return lambda: "int" in inspect.getsource(function)
        --- site-packages/torch-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: torch
        Version: 1.0
        --- helpers.py
        def f():
            y: float = 1
            return y
        --- steps.py
        import torch
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return torch.script(f)()
        """,
        env=HERE,
        edit=("helpers.py", "float", "int"),
        expect="rerun",
    ),
    Case(
        name="library_upgraded_below",
        about="A library that the imported one requires gets another version.",
        project="""
        --- site-packages/top/__init__.py
        from low import f
        --- site-packages/top-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: top
        Version: 1.0
        Requires-Dist: low
        --- site-packages/low/__init__.py
        def f():
            return 1
        --- site-packages/low-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: low
        Version: 1.0
        --- steps.py
        from top import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        env={"PYTHONPATH": "site-packages"},
        edit=(
            ("site-packages/low/__init__.py", "return 1", "return 2"),
            ("site-packages/low-1.0.dist-info/METADATA", "Version: 1.0\n", "Version: 2.0\n"),
        ),
        expect="rerun",
    ),
    Case(
        name="library_through_helper",
        about="A helper imports the library, the step does not.",
        project="""
        --- site-packages/mylib/__init__.py
        def f():
            return 1
        --- site-packages/mylib-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: mylib
        Version: 1.0
        --- helpers.py
        def g():
            import mylib
            return mylib.f()
        --- steps.py
        from helpers import g
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return g()
        """,
        env={"PYTHONPATH": "site-packages"},
        edit=(
            ("site-packages/mylib/__init__.py", "return 1", "return 2"),
            ("site-packages/mylib-1.0.dist-info/METADATA", "Version: 1.0", "Version: 2.0"),
        ),
        expect="rerun",
    ),
    Case(
        name="library_without_metadata",
        about="A library that no distribution claims.",
        project="""
        --- site-packages/mylib.py
        def f():
            return 1
        --- steps.py
        from mylib import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        env={"PYTHONPATH": "site-packages"},
        edit=("site-packages/mylib.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="library_by_constant_name",
        about="importlib.import_module('mylib').",
        project="""
        --- site-packages/mylib/__init__.py
        def f():
            return 1
        --- site-packages/mylib-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: mylib
        Version: 1.0
        --- steps.py
        import importlib
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return importlib.import_module("mylib").f()
        """,
        env={"PYTHONPATH": "site-packages"},
        edit=(
            ("site-packages/mylib/__init__.py", "return 1", "return 2"),
            ("site-packages/mylib-1.0.dist-info/METADATA", "Version: 1.0", "Version: 2.0"),
        ),
        expect="rerun",
    ),
    Case(
        name="library_by_variable_name",
        about="importlib.import_module(NAME), a constant of the module.",
        project="""
        --- site-packages/mylib/__init__.py
        def f():
            return 1
        --- site-packages/mylib-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: mylib
        Version: 1.0
        --- steps.py
        import importlib
        NAME = "mylib"
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return importlib.import_module(NAME).f()
        """,
        env={"PYTHONPATH": "site-packages"},
        edit=(
            ("site-packages/mylib/__init__.py", "return 1", "return 2"),
            ("site-packages/mylib-1.0.dist-info/METADATA", "Version: 1.0", "Version: 2.0"),
        ),
        expect="rerun",
    ),
    Case(
        name="unused_library_upgraded",
        about="A library that nothing imports gets another version.",
        project="""
        --- site-packages/mylib/__init__.py
        def f():
            return 1
        --- site-packages/mylib-1.0.dist-info/METADATA
        Metadata-Version: 2.1
        Name: mylib
        Version: 1.0
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        """,
        env={"PYTHONPATH": "site-packages"},
        edit=("site-packages/mylib-1.0.dist-info/METADATA", "Version: 1.0", "Version: 2.0"),
        expect="reuse",
    ),
]
