"""Definitions: functions, classes and constants that a step reaches."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.lineage.case import Case

LIBRARY = Path(__file__).resolve().parents[2] / "saltern"


def own_codec(folder: Path) -> None:
    shutil.copytree(LIBRARY, folder / "saltern", ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "saltern/codecs.py"
    path.write_text(path.read_text() + '\nCODECS["txt"] = Codec(lambda value: f"{value:.2f}".encode(), bytes.decode)\n')


CASES = [
    Case(
        name="helper_edited",
        about=(
            "A helper called by the cached function is edited. Seen in: joblib/joblib#1287, #1621; "
            "zenml-io/zenml#1011; PrefectHQ/prefect#7056."
        ),
        project="""
        --- helpers.py
        def f(x):
            return x + 1
        --- steps.py
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f(1)
        """,
        edit=("helpers.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="module_constant",
        about="A constant of the module, no function. Seen in: insitro/redun#99.",
        project="""
        --- steps.py
        from saltern import step
        planet = "World"
        @step(version="1", writes="json")
        def out(data):
            return planet
        """,
        edit=("steps.py", "World", "Mars"),
        expect="rerun",
    ),
    Case(
        name="depth",
        about="An upstream value that differs only deep inside. Seen in: apache/hamilton#1715.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def model(data):
            return [[[[[[[[1]]]]]]]]
        @step(version="1", writes="json")
        def out(model):
            return model[0][0][0][0][0][0][0][0]
        """,
        calls=(("model", {"data": "in.txt"}, "{}"), ("out", {"model": "model"}, "{}")),
        edit=("steps.py", "[[[[[[[[1]]]]]]]]", "[[[[[[[[2]]]]]]]]"),
        expect="rerun",
    ),
    Case(
        name="dispatch_table",
        about="A dictionary of functions and of lambdas, written out.",
        project="""
        --- ops.py
        def add(x):
            return x + 1
        OPS = {"add": add, "sub": lambda x: x - 1}
        --- steps.py
        from saltern import step
        from ops import OPS
        @step(version="1", writes="json")
        def out(data, *, how: str = "add"):
            return [OPS[how](3), OPS["sub"](3)]
        """,
        edit=("ops.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="this_module_by_sys_modules",
        about="getattr(sys.modules[__name__], name).",
        project="""
        --- steps.py
        import sys
        from saltern import step
        def f(x):
            return x + 1
        @step(version="1", writes="json")
        def out(data, *, how: str = "f"):
            return getattr(sys.modules[__name__], how)(1)
        """,
        edit=("steps.py", "x + 1", "x + 2"),
        expect="rerun",
    ),
    Case(
        name="property_setter",
        about="A property with a setter.",
        project="""
        --- steps.py
        from saltern import step
        class Scaler:
            def __init__(self):
                self._x = 1
            @property
            def x(self):
                return self._x
            @x.setter
            def x(self, value):
                self._x = value * 2
        @step(version="1", writes="json")
        def out(data):
            scaler = Scaler()
            scaler.x = 3
            return scaler.x
        """,
        edit=("steps.py", "value * 2", "value * 3"),
        expect="rerun",
    ),
    Case(
        name="inheritance",
        about="The method resolution order: a mixin's base in a third file; a metaclass; a descriptor.",
        project="""
        --- base.py
        class Meta(type):
            def __call__(cls, *args):
                made = super().__call__(*args)
                made.bonus = 5
                return made
        class Root(metaclass=Meta):
            def f(self):
                return 1
        --- mixin.py
        from base import Root
        class Mixin(Root):
            pass
        --- steps.py
        from saltern import step
        from mixin import Mixin
        class Model(Mixin):
            def g(self):
                return self.f() + self.bonus
        @step(version="1", writes="json")
        def out(data):
            return Model().g()
        """,
        edit=("base.py", "bonus = 5", "bonus = 6"),
        expect="rerun",
    ),
    Case(
        name="callable_instance",
        about="An instance with __call__, and a partial of it, as module constants.",
        project="""
        --- helpers.py
        from functools import partial
        class Add:
            def __init__(self, n):
                self.n = n
            def __call__(self, x, y=0):
                return x + self.n + y
        ADD = Add(1)
        ADD2 = partial(ADD, y=2)
        --- steps.py
        from saltern import step
        from helpers import ADD2
        @step(version="1", writes="json")
        def out(data):
            return ADD2(1)
        """,
        edit=("helpers.py", "Add(1)", "Add(2)"),
        expect="rerun",
    ),
    Case(
        name="default_argument",
        about="A default argument that is a constant of another module.",
        project="""
        --- consts.py
        N = 1
        --- helpers.py
        from consts import N
        def f(x=N, *, g=lambda y: y + N):
            return g(x)
        --- steps.py
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("consts.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="step_in_loop",
        about="Steps made in a loop, kept in a dictionary.",
        project="""
        --- steps.py
        from saltern import step
        def make(n):
            def run(data):
                return n
            return step(version="1", writes="json", name=f"out{n}")(run)
        STEPS = {n: make(n) for n in (1, 2)}
        def __getattr__(name):
            return STEPS[int(name[-1])]
        """,
        calls=(("out2", {"data": "in.txt"}, "{}"),),
        edit=("steps.py", "return n\n", "return n + 1\n"),
        expect="rerun",
    ),
    Case(
        name="codec_edited",
        about="The user's own line in saltern/codecs.py, as docs/lift.md invites to write, is edited.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="txt")
        def out(data):
            return 1.23456
        --- program.py
        import steps
        from build import tell
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        setup=own_codec,
        edit=("saltern/codecs.py", ":.2f", ":.3f"),
        expect="rerun",
    ),
    Case(
        name="two_steps_one_function",
        about="One function as two steps; only one's option is edited.",
        project="""
        --- steps.py
        from saltern import step
        def f(data):
            return 1
        a = step(version="1", writes="json", name="a")(f)
        b = step(version="1", writes="json", name="b")(f)
        """,
        calls=(("a", {"data": "in.txt"}, "{}"), ("b", {"data": "in.txt"}, "{}")),
        edit=("steps.py", 'version="1", writes="json", name="a"', 'version="2", writes="json", name="a"'),
        expect="rerun",
        reruns=("a",),
        same_value=True,
    ),
    Case(
        name="helper_step_version",
        about=(
            "A step calls another step as a plain function; only that one's version is raised, or its "
            "libraries. (the author said: make it again. What includes its code does not hear of it)"
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def a(data):
            return 1
        @step(version="1", writes="json")
        def out(data):
            return a(data) + 1
        """,
        edit=("steps.py", 'version="1", writes="json")\ndef a', 'version="2", writes="json")\ndef a'),
        expect="rerun",
        same_value=True,
    ),
    Case(
        name="decorator_with_arguments",
        about="Own decorators with arguments, functools.wraps, two deep; the inner part is edited.",
        project="""
        --- deco.py
        import functools
        def times(n):
            def decorate(function):
                @functools.wraps(function)
                def call(*args, **kwargs):
                    return function(*args, **kwargs) * n + EXTRA
                return call
            return decorate
        EXTRA = 0
        --- steps.py
        from saltern import step
        from deco import times
        @times(2)
        def f(x):
            return x
        @step(version="1", writes="json")
        @times(3)
        def out(data, *, k: int = 1):
            return f(k)
        """,
        edit=("deco.py", "EXTRA = 0", "EXTRA = 1"),
        expect="rerun",
    ),
    Case(
        name="decorator_above_step",
        about="A decorator above @step(...), such as a timer or a cache of one's own.",
        project="""
        --- steps.py
        import functools
        from saltern import step
        def timed(function):
            @functools.wraps(function)
            def call(*args, **kwargs):
                return function(*args, **kwargs)
            return call
        @timed
        @step(version="1", writes="json")
        def out(data):
            return 1
        """,
        expect="refuse",
    ),
    Case(
        name="unpickled_class",
        about=(
            "An object of the project's own class comes in pickled, from an input file: its methods are in no import."
        ),
        project="""
        --- shapes.py
        class Square:
            a = 3
            def area(self):
                return self.a * self.a
        --- steps.py
        import pickle
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return pickle.loads(data.read_bytes()).area()
        """,
        setup=lambda folder: (folder / "in.txt").write_bytes(b"cshapes\nSquare\n)\x81."),
        edit=("shapes.py", "self.a * self.a", "self.a * self.a + 1"),
        expect="rerun",
    ),
]
