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
        name="object_in_the_place_of_its_module",
        about="A module that puts an object in its own place, which has every attribute (the library sh does this).",
        project="""
        --- conf.py
        import sys
        class Settings:
            rate = 1
            def __getattr__(self, name):
                return name
        sys.modules[__name__] = Settings()
        --- steps.py
        from saltern import step
        import conf
        @step(version="1", writes="json")
        def out(data):
            return conf.rate
        """,
        edit=("conf.py", "rate = 1", "rate = 2"),
        expect="rerun",
    ),
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
    Case(
        name="class_attribute_of_other_name",
        about="A class attribute that uses another constant.",
        project="""
        --- steps.py
        BASE = 2
        class Options:
            limit = BASE * 10
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return Options.limit
        """,
        edit=("steps.py", "BASE = 2", "BASE = 3"),
        expect="rerun",
    ),
    Case(
        name="enum_of_functions",
        about="Enum members that hold functions.",
        project="""
        --- steps.py
        import enum
        from functools import partial
        def double(x):
            return x * 2
        class How(enum.Enum):
            DOUBLE = partial(double)
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return How["DOUBLE"].value(3)
        """,
        edit=("steps.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="nonlocal",
        about="Nested functions with nonlocal.",
        project="""
        --- helpers.py
        STEP = 1
        def counter():
            n = 0
            def count():
                nonlocal n
                n += STEP
                return n
            return count
        --- steps.py
        from helpers import counter
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            c = counter()
            c()
            return c()
        """,
        edit=("helpers.py", "STEP = 1", "STEP = 2"),
        expect="rerun",
    ),
    Case(
        name="lambda_defaults",
        about="A lambda whose default is a constant of another module.",
        project="""
        --- consts.py
        N = 1
        --- steps.py
        import consts
        add = lambda x, n=consts.N: x + n
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return add(1)
        """,
        edit=("consts.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="async_code",
        about="Async functions, generators, with and for.",
        project="""
        --- helpers.py
        import contextlib
        @contextlib.asynccontextmanager
        async def opened():
            yield 1
        async def each():
            yield 2
        async def f():
            async with opened() as a:
                return [a + b async for b in each()]
        --- steps.py
        import asyncio
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return asyncio.run(f())
        """,
        edit=("helpers.py", "yield 2", "yield 3"),
        expect="rerun",
    ),
    Case(
        name="default_factory",
        about="A dataclass field whose default_factory is the project's own function.",
        project="""
        --- helpers.py
        def fresh():
            return [1]
        --- steps.py
        from dataclasses import dataclass, field
        from helpers import fresh
        @dataclass
        class Options:
            items: list = field(default_factory=fresh)
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return Options().items
        """,
        edit=("helpers.py", "[1]", "[2]"),
        expect="rerun",
    ),
    Case(
        name="descriptor",
        about="A descriptor in another module.",
        project="""
        --- fields.py
        class Doubled:
            def __init__(self, n):
                self.n = n
            def __get__(self, obj, kind):
                return self.n * 2
        --- steps.py
        from fields import Doubled
        class M:
            x = Doubled(3)
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return M().x
        """,
        edit=("fields.py", "self.n * 2", "self.n * 3"),
        expect="rerun",
    ),
    Case(
        name="conditional_function",
        about="A function that is defined in one of two branches, by a constant of another module.",
        project="""
        --- config.py
        FAST = True
        --- steps.py
        import config
        if config.FAST:
            def f():
                return 1
        else:
            def f():
                return 2
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("config.py", "FAST = True", "FAST = False"),
        expect="rerun",
    ),
    Case(
        name="decorator_argument_elsewhere",
        about="A decorator whose argument is a constant of another module.",
        project="""
        --- consts.py
        TIMES = 2
        --- deco.py
        def times(n):
            def decorate(function):
                return lambda *args: function(*args) * n
            return decorate
        --- steps.py
        from consts import TIMES
        from deco import times
        @times(TIMES)
        def f(x):
            return x
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f(3)
        """,
        edit=("consts.py", "TIMES = 2", "TIMES = 3"),
        expect="rerun",
    ),
    Case(
        name="super_method",
        about="super() reaches a method of a base in another module.",
        project="""
        --- base.py
        class Base:
            def f(self):
                return 1
        --- steps.py
        import base
        class M(base.Base):
            def f(self):
                return super().f() + 1
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return M().f()
        """,
        edit=("base.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="method_of_returned_object",
        about="A method of an object that a function of another module returns.",
        project="""
        --- model.py
        class M:
            def f(self):
                return 1
        --- make.py
        import model
        def make():
            return model.M()
        --- steps.py
        from make import make
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return make().f()
        """,
        edit=("model.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="dynamic_class",
        about="A class made by type(name, bases, dict).",
        project="""
        --- steps.py
        def run(self):
            return 1
        M = type("M", (), {"run": run})
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return M().run()
        """,
        edit=("steps.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="generator_helper",
        about="A generator that delegates with yield from.",
        project="""
        --- steps.py
        def inner():
            yield 1
        def outer():
            yield from inner()
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return list(outer())
        """,
        edit=("steps.py", "yield 1", "yield 2"),
        expect="rerun",
    ),
    Case(
        name="cached_property_chain",
        about="functools.cached_property, and a property that reads it.",
        project="""
        --- steps.py
        import functools
        N = 1
        class M:
            @functools.cached_property
            def a(self):
                return N
            @property
            def b(self):
                return self.a + 1
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return M().b
        """,
        edit=("steps.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="reduce_over_steps",
        about="A pipe of functions in a tuple, applied by functools.reduce.",
        project="""
        --- clean.py
        def strip(x):
            return x.strip()
        def upper(x):
            return x.upper()
        PIPE = (strip, upper)
        --- steps.py
        import functools
        from clean import PIPE
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return functools.reduce(lambda x, f: f(x), PIPE, data.read_text())
        """,
        edit=("clean.py", "x.upper()", "x.upper() + '!'"),
        expect="rerun",
    ),
    Case(
        name="attrgetter_by_text",
        about="operator.attrgetter and methodcaller on a module.",
        project="""
        --- helpers.py
        def f():
            return 1
        --- steps.py
        import operator
        import helpers
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return operator.attrgetter("f")(helpers)()
        """,
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="getattr_on_imported_class",
        about="getattr(M, name): a method found by a name in data.",
        project="""
        --- model.py
        class M:
            def run_a(self):
                return 1
        --- steps.py
        from model import M
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, how: str = "a"):
            return getattr(M(), f"run_{how}")()
        """,
        edit=("model.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="module_dict",
        about="vars(helpers)[name], helpers.__dict__[name].",
        project="""
        --- helpers.py
        def f():
            return 1
        --- steps.py
        import helpers
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return helpers.__dict__["f"]() + vars(helpers)["f"]()
        """,
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="del_at_top",
        about="A name is deleted and bound again.",
        project="""
        --- steps.py
        n = 1
        del n
        n = 2
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return n
        """,
        edit=("steps.py", "n = 2", "n = 3"),
        expect="rerun",
    ),
    Case(
        name="unpacking_at_top",
        about="Several names bound in one statement, with a star.",
        project="""
        --- steps.py
        (a, *b), c = (1, 2, 3), 4
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [a, b, c]
        """,
        edit=("steps.py", "3), 4", "5), 4"),
        expect="rerun",
    ),
    Case(
        name="for_else_try_finally",
        about="Names bound in for, else and finally.",
        project="""
        --- steps.py
        for i in range(3):
            pass
        else:
            last = i
        try:
            done = last
        finally:
            total = done + 1
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return total
        """,
        edit=("steps.py", "range(3)", "range(4)"),
        expect="rerun",
    ),
    Case(
        name="named_tuple_default",
        about="namedtuple with defaults from a constant.",
        project="""
        --- steps.py
        from collections import namedtuple
        N = 1
        Point = namedtuple("Point", "x y", defaults=[N])
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return Point(0).y
        """,
        edit=("steps.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="step_calls_step_of_other_module",
        about="A step calls another module's step as a plain function.",
        project="""
        --- other.py
        from saltern import step
        @step(version="1", writes="json")
        def inner(data):
            return 1
        --- steps.py
        from other import inner
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return inner(data) + 1
        """,
        edit=("other.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="type_alias_runs",
        about="An alias of a type that the step calls.",
        project="""
        --- steps.py
        Number = int
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return Number(3.7)
        """,
        edit=("steps.py", "Number = int", "Number = float"),
        expect="rerun",
    ),
    Case(
        name="operator_overloads",
        about="Operators of a class: __add__, __getitem__, __contains__.",
        project="""
        --- vec.py
        class V:
            def __init__(self, x):
                self.x = x
            def __add__(self, other):
                return V(self.x + other.x)
        --- steps.py
        from vec import V
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return (V(1) + V(2)).x
        """,
        edit=("vec.py", "self.x + other.x", "self.x - other.x"),
        expect="rerun",
    ),
    Case(
        name="name_of_module_as_data",
        about="A step returns where a class lies: its __module__ and __qualname__.",
        project="""
        --- model.py
        class M:
            pass
        --- steps.py
        from model import M
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f"{M.__module__}:{M.__qualname__}"
        """,
        edit=("model.py", "class M:\n    pass", "class N:\n    pass\nM = N"),
        expect="rerun",
    ),
    Case(
        name="signature_as_data",
        about="inspect.signature of a helper: names of parameters and annotations are data.",
        project="""
        --- helpers.py
        def f(a: int):
            return a
        --- steps.py
        import inspect
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return str(inspect.signature(f))
        """,
        edit=("helpers.py", "a: int", "a: str"),
        expect="rerun",
    ),
    *(
        Case(
            name=f"other_name_of_a_special_method_{expect}",
            about="A class gives one of its special methods another name, as urllib3 and networkx do.",
            project="""
            --- h.py
            class Limit:
                def __repr__(self): return "limit 1"
                def __dir__(self): return ["limit"]
                __str__ = __repr__
                names = __dir__
            class Other:
                def __repr__(self): return "other"
            --- steps.py
            from saltern import step
            from h import Limit
            @step(version="1", writes="json")
            def out(data):
                return [str(Limit()), Limit().names()]
            """,
            edit=("h.py", *edit),
            expect=expect,
        )
        for edit, expect in ((("limit 1", "limit 2"), "rerun"), (("other", "another"), "reuse"))
    ),
]
