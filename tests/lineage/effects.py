"""Effects: what happens when modules are imported, beside definitions."""

from __future__ import annotations

from tests.lineage.case import Case, helped

CASES = [
    Case(
        name="registry_same_module",
        about="A registry that a decorator fills; the step looks its function up by name.",
        project="""
        --- steps.py
        from saltern import step
        REGISTRY = {}
        def register(name):
            def put(function):
                REGISTRY[name] = function
                return function
            return put
        @register("double")
        def double(x):
            return x * 2
        @step(version="1", writes="json")
        def out(data, *, how: str = "double"):
            return REGISTRY[how](3)
        """,
        edit=("steps.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="registry_other_module",
        about=(
            "A registry filled by a decorator in a module that is imported for that only. Seen in: plugin "
            "registries: sphinx, kedro hooks, detectron2, every 'import plugins  # noqa: F401'."
        ),
        project="""
        --- registry.py
        TABLE = {}
        def register(function):
            TABLE[function.__name__] = function
            return function
        --- plugins.py
        from registry import register
        @register
        def double(x):
            return x * 2
        --- steps.py
        from saltern import step
        import registry
        import plugins  # noqa: F401
        @step(version="1", writes="json")
        def out(data, *, how: str = "double"):
            return registry.TABLE[how](3)
        """,
        edit=("plugins.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="import_for_effect",
        about="A module imported for its effect: it sets an option of a library.",
        project="""
        --- settings.py
        import decimal
        decimal.getcontext().prec = 5
        --- steps.py
        from decimal import Decimal
        from saltern import step
        import settings  # noqa: F401
        @step(version="1", writes="json")
        def out(data):
            return str(Decimal(1) / Decimal(3))
        """,
        edit=("settings.py", "prec = 5", "prec = 7"),
        expect="rerun",
    ),
    Case(
        name="config_mutated_elsewhere",
        about="`import config; config.X = 3` in another module of the project.",
        project="""
        --- config.py
        X = 1
        --- local.py
        import config
        config.X = 3
        --- steps.py
        from saltern import step
        import config
        import local
        @step(version="1", writes="json")
        def out(data):
            return config.X
        """,
        edit=("local.py", "= 3", "= 4"),
        expect="rerun",
    ),
    Case(
        name="monkeypatch_elsewhere",
        about="A function is replaced at import, in another module.",
        project="""
        --- helpers.py
        def f(x):
            return x
        --- patch.py
        import helpers
        def better(x):
            return x + 10
        helpers.f = better
        --- steps.py
        import patch
        from saltern import step
        import helpers
        @step(version="1", writes="json")
        def out(data):
            return helpers.f(1)
        """,
        edit=("patch.py", "x + 10", "x + 20"),
        expect="rerun",
    ),
    Case(
        name="monkeypatch_same_module",
        about="A function of another module is replaced in the steps' own module.",
        project="""
        --- helpers.py
        def f(x):
            return x
        --- steps.py
        from saltern import step
        import helpers
        def better(x):
            return x + 10
        helpers.f = better
        @step(version="1", writes="json")
        def out(data):
            return helpers.f(1)
        """,
        edit=("steps.py", "x + 10", "x + 20"),
        expect="rerun",
    ),
    Case(
        name="changed_by_function_call",
        about="A list changed at import by a library's function: heapq.heappush(Q, 1), random.shuffle(Q).",
        project="""
        --- steps.py
        import heapq
        from saltern import step
        Q = []
        heapq.heappush(Q, 3)
        @step(version="1", writes="json")
        def out(data):
            return Q
        """,
        edit=("steps.py", "Q, 3", "Q, 4"),
        expect="rerun",
    ),
    Case(
        name="changed_by_assigned_call",
        about="An effect in an assignment: `_ = setup(3)`.",
        project="""
        --- steps.py
        from saltern import step
        TABLE = {}
        def setup(value):
            TABLE["a"] = value
            return True
        done = setup(3)
        @step(version="1", writes="json")
        def out(data):
            return TABLE
        """,
        edit=("steps.py", "setup(3)", "setup(4)"),
        expect="rerun",
    ),
    Case(
        name="seed_at_import",
        about="random.seed() at the top of the steps' module; the drawing is in a helper.",
        project="""
        --- helpers.py
        import random
        def draw():
            return random.random()
        --- steps.py
        import random
        from saltern import step
        from helpers import draw
        random.seed(1)
        @step(version="1", writes="json")
        def out(data):
            return draw()
        """,
        edit=("steps.py", "seed(1)", "seed(2)"),
        expect="rerun",
    ),
    Case(
        name="global_statement",
        about="A module's constant that only a function sets, called at import.",
        project="""
        --- steps.py
        from saltern import step
        def init():
            global LIMIT
            LIMIT = 3
        init()
        @step(version="1", writes="json")
        def out(data):
            return LIMIT
        """,
        edit=("steps.py", "LIMIT = 3", "LIMIT = 4"),
        expect="rerun",
    ),
    Case(
        name="setattr_on_class",
        about=("setattr and a class attribute set at the top of the same module; an augmented assignment; a slice."),
        project="""
        --- steps.py
        from saltern import step
        class M:
            a = 1
        M.a = 2
        L = [1, 2]
        L += [3]
        L[0:1] = [7]
        setattr(M, "b", 5)
        @step(version="1", writes="json")
        def out(data):
            return [M.a, M.b, L]
        """,
        edit=("steps.py", '"b", 5', '"b", 6'),
        expect="rerun",
    ),
    Case(
        name="functools_cached_module_state",
        about="A constant computed at import by a function of another module.",
        project="""
        --- calc.py
        def table(n):
            return {i: i * 2 for i in range(n)}
        --- steps.py
        from saltern import step
        from calc import table
        TABLE = table(3)
        @step(version="1", writes="json")
        def out(data):
            return TABLE[2]
        """,
        edit=("calc.py", "i * 2", "i * 3"),
        expect="rerun",
    ),
    Case(
        name="init_subclass_registry",
        about="__init_subclass__ fills a registry, with classes of another module.",
        project="""
        --- base.py
        REGISTRY = {}
        class Plugin:
            def __init_subclass__(cls):
                REGISTRY[cls.__name__] = cls
        --- plugins.py
        from base import Plugin
        class Double(Plugin):
            def run(self, x):
                return x * 2
        --- steps.py
        import plugins
        from base import REGISTRY
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return REGISTRY["Double"]().run(3)
        """,
        edit=("plugins.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="subclasses_walked",
        about="Base.__subclasses__(): classes of another module, found by their base.",
        project="""
        --- base.py
        class Plugin:
            pass
        --- plugins.py
        from base import Plugin
        class Double(Plugin):
            def run(self, x):
                return x * 2
        --- steps.py
        import plugins
        from base import Plugin
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [one().run(3) for one in Plugin.__subclasses__()]
        """,
        edit=("plugins.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="subclasses_of_same_module",
        about="Base.__subclasses__() in the module that has them.",
        project="""
        --- steps.py
        class Plugin:
            pass
        class Double(Plugin):
            def run(self, x):
                return x * 2
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [one().run(3) for one in Plugin.__subclasses__()]
        """,
        edit=("steps.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="abc_subclasses",
        about="Subclasses of an ABC, found by it.",
        project="""
        --- steps.py
        from abc import ABC
        class Plugin(ABC):
            pass
        class Double(Plugin):
            def run(self, x):
                return x * 2
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [one().run(3) for one in Plugin.__subclasses__()]
        """,
        edit=("steps.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="singledispatch_elsewhere",
        about="functools.singledispatch, registered for in another module.",
        project="""
        --- show.py
        from functools import singledispatch
        @singledispatch
        def show(value):
            return "?"
        --- kinds.py
        from show import show
        @show.register
        def _(value: int):
            return "int"
        --- steps.py
        import kinds
        from show import show
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return show(1)
        """,
        edit=("kinds.py", 'return "int"', 'return "whole"'),
        expect="rerun",
    ),
    Case(
        name="singledispatch_same_module",
        about="functools.singledispatch, registered for in the same module.",
        project="""
        --- steps.py
        from functools import singledispatch
        @singledispatch
        def show(value):
            return "?"
        @show.register(int)
        def _(value):
            return "int"
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return show(1)
        """,
        edit=("steps.py", 'return "int"', 'return "whole"'),
        expect="rerun",
    ),
    Case(
        name="registry_by_plain_call",
        about="register(name, function), called at the top of another module.",
        project="""
        --- registry.py
        TABLE = {}
        def register(name, function):
            TABLE[name] = function
        --- plugins.py
        from registry import register
        def double(x):
            return x * 2
        register("double", double)
        --- steps.py
        import plugins, registry
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return registry.TABLE["double"](3)
        """,
        edit=("plugins.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="entry_points_by_name",
        about='Entry points of one\'s own: {"double": "plugins:double"}, resolved when the step runs.',
        project="""
        --- plugins.py
        def double(x):
            return x * 2
        --- steps.py
        import importlib
        ENTRIES = {"double": "plugins:double"}
        def load(name):
            module, _, attribute = ENTRIES[name].partition(":")
            return getattr(importlib.import_module(module), attribute)
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return load("double")(3)
        """,
        edit=("plugins.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="metaclass_registry",
        about="A metaclass puts classes of another module into a table.",
        project="""
        --- base.py
        class Meta(type):
            table = {}
            def __new__(mcs, name, bases, space):
                made = super().__new__(mcs, name, bases, space)
                mcs.table[name] = made
                return made
        class Root(metaclass=Meta):
            pass
        --- plugins.py
        from base import Root
        class Double(Root):
            n = 2
        --- steps.py
        import plugins
        from base import Meta
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return Meta.table["Double"].n
        """,
        edit=("plugins.py", "n = 2", "n = 3"),
        expect="rerun",
    ),
    Case(
        name="import_hook_order",
        about="Two modules set the same value; their imports are put in another order.",
        project="""
        --- state.py
        N = 0
        --- a.py
        import state
        state.N = 1
        --- b.py
        import state
        state.N = 2
        --- steps.py
        import state
        import a
        import b
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return state.N
        """,
        edit=("steps.py", "import a\nimport b", "import b\nimport a"),
        expect="rerun",
    ),
    Case(
        name="import_order_in_package",
        about="Two modules set the same value; a package imports them in another order.",
        project="""
        --- state.py
        N = 0
        --- lab/__init__.py
        from lab import a
        from lab import b
        --- lab/a.py
        import state
        state.N = 1
        --- lab/b.py
        import state
        state.N = 2
        --- steps.py
        import state
        import lab
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return state.N
        """,
        edit=("lab/__init__.py", "from lab import a\nfrom lab import b", "from lab import b\nfrom lab import a"),
        expect="rerun",
    ),
    Case(
        name="with_block_at_top",
        about="A table filled within a with block at the top.",
        project="""
        --- steps.py
        import contextlib
        TABLE = {}
        with contextlib.suppress(KeyError):
            TABLE["a"] = 1
            TABLE["b"] = TABLE["c"]
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return TABLE
        """,
        edit=("steps.py", 'TABLE["a"] = 1', 'TABLE["a"] = 2'),
        expect="rerun",
    ),
    Case(
        name="loop_at_top",
        about="setattr in a loop at the top of a module, on another module's class.",
        project="""
        --- model.py
        class M:
            pass
        --- fields.py
        from model import M
        for number, name in enumerate(["a", "b"]):
            setattr(M, name, number)
        --- steps.py
        import fields
        from model import M
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return M.b
        """,
        edit=("fields.py", '["a", "b"]', '["a", "c", "b"]'),
        expect="rerun",
    ),
    Case(
        name="alias_changed",
        about="A list is changed through another name of it.",
        project="""
        --- steps.py
        ONE = [1]
        OTHER = ONE
        OTHER.append(2)
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return ONE
        """,
        edit=("steps.py", "append(2)", "append(3)"),
        expect="rerun",
    ),
    Case(
        name="changed_by_own_function",
        about="A list handed to a function of another module, which changes it.",
        project="""
        --- fill.py
        def fill(items):
            items.append(1)
        --- steps.py
        from fill import fill
        ITEMS = []
        fill(ITEMS)
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return ITEMS
        """,
        edit=("fill.py", "append(1)", "append(2)"),
        expect="rerun",
    ),
    Case(
        name="changed_by_method_of_other",
        about="registry.add(TABLE): a method of another object changes a constant.",
        project="""
        --- fill.py
        class Filler:
            def fill(self, items):
                items["a"] = 1
        --- steps.py
        from fill import Filler
        TABLE = {}
        Filler().fill(TABLE)
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return TABLE
        """,
        edit=("fill.py", "= 1", "= 2"),
        expect="rerun",
    ),
    Case(
        name="globals_assigned",
        about="globals()[name] = ... at the top.",
        project="""
        --- steps.py
        for name in ("a", "b"):
            globals()[name] = len(name)
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return a
        """,
        edit=("steps.py", "len(name)", "len(name) + 1"),
        expect="rerun",
    ),
    Case(
        name="vars_of_module_updated",
        about="vars(config).update(...) in another module.",
        project="""
        --- config.py
        N = 1
        --- local.py
        import config
        vars(config).update(N=2)
        --- steps.py
        import config
        import local
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return config.N
        """,
        edit=("local.py", "N=2", "N=3"),
        expect="rerun",
    ),
    Case(
        name="walrus_at_top",
        about="A name bound by := at the top.",
        project="""
        --- steps.py
        if (n := 3) > 2:
            pass
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return n
        """,
        edit=("steps.py", "n := 3", "n := 4"),
        expect="rerun",
    ),
    Case(
        name="class_body_calls",
        about="A class's body calls a function that fills a table elsewhere.",
        project="""
        --- table.py
        FIELDS = []
        def field_of(n):
            FIELDS.append(n)
            return n
        --- model.py
        from table import field_of
        class M:
            a = field_of(1)
        --- steps.py
        import model
        from table import FIELDS
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return FIELDS
        """,
        edit=("model.py", "field_of(1)", "field_of(2)"),
        expect="rerun",
    ),
    Case(
        name="descriptor_set_name",
        about="A descriptor's __set_name__ fills a table.",
        project="""
        --- table.py
        FIELDS = []
        class Field:
            def __set_name__(self, owner, name):
                FIELDS.append(name)
        --- model.py
        from table import Field
        class M:
            a = Field()
        --- steps.py
        import model
        from table import FIELDS
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return FIELDS
        """,
        edit=("model.py", "a = Field()", "b = Field()"),
        expect="rerun",
    ),
    Case(
        name="environment_set_at_import",
        about="os.environ is set at the top of another module.",
        project="""
        --- settings.py
        import os
        os.environ["LAB_MODE"] = "a"
        --- steps.py
        import os
        import settings
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return os.environ["LAB_MODE"]
        """,
        edit=("settings.py", '"a"', '"b"'),
        expect="rerun",
    ),
    Case(
        name="step_module_patches_itself",
        about="The steps' module rebinds a helper after it is defined.",
        project="""
        --- steps.py
        def f():
            return 1
        def g():
            return 2
        f = g
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("steps.py", "return 2", "return 3"),
        expect="rerun",
    ),
    Case(
        name="subclass_beside_what_is_read",
        about="__init_subclass__ fills a registry; of the classes' module another name is read.",
        project="""
        --- base.py
        REGISTRY = {}
        class Plugin:
            def __init_subclass__(cls):
                REGISTRY[cls.__name__] = cls
        --- plugins.py
        from base import Plugin
        NAME = "Double"
        class Double(Plugin):
            def run(self, x):
                return x * 2
        --- steps.py
        from plugins import NAME
        from base import REGISTRY
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return REGISTRY[NAME]().run(3)
        """,
        edit=("plugins.py", "x * 2", "x * 20"),
        expect="rerun",
    ),
    Case(
        name="imports_sorted",
        about="Imports of modules that do nothing are sorted.",
        project="""
        --- a.py
        def f():
            return 1
        --- b.py
        def g():
            return 2
        --- steps.py
        import b
        import a
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return a.f() + b.g()
        """,
        edit=("steps.py", "import b\nimport a", "import a\nimport b"),
        expect="reuse",
    ),
]

# What a module does when it is imported, by a statement that looks like one without an effect.
_SEEN = """
--- h.py
{given}
--- k.py
import h
{statement}
--- steps.py
from saltern import step
import h, k
@step(version="1", writes="json")
def out(data):
    return h.SEEN
"""
_NOTES = "SEEN = []\nclass B:\n    n = 1\n    def {}(self, *_): SEEN.append(1); return {}\nb = B()"
CASES += [
    Case(
        name=f"effect_of_{name}",
        about="A statement of another module that is imported asks an object, which notes that it was asked.",
        project=_SEEN.format(given=given, statement=statement),
        edit=("k.py", statement, after),
        expect="rerun",
    )
    for name, given, statement, after in (
        ("a_condition", _NOTES.format("__bool__", True), "if h.b: X = 1", "if 1: X = 1"),
        ("a_conditional_expression", _NOTES.format("__bool__", True), "X = 1 if h.b else 2", "X = 1"),
        ("an_and", _NOTES.format("__bool__", True), "X = h.b and 1", "X = 1"),
        ("an_assertion", _NOTES.format("__bool__", True), "assert h.b", "assert 1"),
        ("a_loop_with_a_condition", _NOTES.format("__bool__", True), "X = [1 for _ in 'a' if h.b]", "X = [1]"),
        ("a_slice", _NOTES.format("__index__", 1), "X = 'ab'[: h.b]", "X = 'a'"),
        (
            "a_context",
            "SEEN = []\nclass B:\n    def __enter__(self): SEEN.append(1)\n    def __exit__(self, *_): pass\nb = B()",
            "with h.b: X = 1",
            "if 1: X = 1",
        ),
        (
            "a_descriptor_that_is_shared",
            "SEEN = []\nclass F:\n    def __set_name__(self, owner, name): SEEN.append(name)\nf = F()",
            "class K: alpha = h.f",
            "class K: beta = h.f",
        ),
        (
            "members_of_an_enum",
            "import enum\nSEEN = []\nclass E(enum.Enum):\n    def __init__(self, code): SEEN.append(code)",
            "class K(h.E): A = 'a'",
            "class K(h.E): A = 'b'",
        ),
    )
] + [
    Case(
        name="dataclass_called_on_a_class",
        about="`dataclass` is called for what it does to a class that the step uses.",
        project="""
        --- h.py
        import dataclasses
        class P:
            x: int = 1
        Q = dataclasses.dataclass(P)
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return repr(h.P()).startswith("P")
        """,
        edit=("h.py", "dataclass(P)", "dataclass(repr=False)(P)"),
        expect="rerun",
    ),
    Case(
        name="enum_that_sets_its_own_attributes",
        about="An enum of the standard form, as Python's own Planet; another enum beside it is edited.",
        project="""
        --- h.py
        import enum
        class Planet(enum.Enum):
            EARTH = (5.9, 6.3)
            def __init__(self, mass, radius):
                self.mass = mass
                self.radius = radius
        class Other(enum.Enum):
            A = 1
        --- steps.py
        from saltern import step
        from h import Planet
        @step(version="1", writes="json")
        def out(data):
            return Planet.EARTH.mass
        """,
        edit=("h.py", "A = 1", "A = 2"),
        expect="reuse",
    ),
    Case(
        name="name_of_a_function_compared",
        about="`if f.__name__ == ...` is no block of a main program.",
        project="""
        --- h.py
        T = {}
        def a(): return 1
        for f in (a,):
            if f.__name__ == "a":
                T["x"] = f
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.T["x"]()
        """,
        edit=("h.py", 'T["x"] = f', 'T["x"] = lambda: 5'),
        expect="rerun",
    ),
    Case(
        name="name_of_the_module_compared",
        about="`if __name__ == 'h'` runs when h is imported.",
        project="""
        --- h.py
        if __name__ == "h":
            X = 3
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.X
        """,
        edit=("h.py", "X = 3", "X = 4"),
        expect="rerun",
    ),
]

CASES += [
    Case(
        name=f"beside_{name}",
        about="Another thing of the helper's module is edited, which may do something when it is imported.",
        project=helped(helper, "used()"),
        edit=("helper.py", "10", "20"),
        expect=expect,
    )
    for name, expect, helper in (
        (
            "a_function_below_a_decorator",
            "reuse",
            """
            import functools
            def timed(f):
                @functools.wraps(f)
                def inner(*args): return f(*args)
                return inner
            @timed
            def other(): return 10
            def used(): return 1
            """,
        ),
        (
            "a_function_below_a_decorator_with_arguments",
            "reuse",
            """
            def retry(times):
                def decorate(f):
                    def inner(*args): return [f(*args) for _ in range(times)]
                    return inner
                return decorate
            @retry(10)
            def other(): return 1
            def used(): return 1
            """,
        ),
        (
            "a_function_that_is_used_below_a_decorator",
            "rerun",
            """
            def twice(f):
                def inner(): return 2 * f()
                return inner
            @twice
            def used(): return 10
            """,
        ),
        (
            "a_function_below_a_decorator_that_counts",
            "rerun",
            """
            N = []
            def counted(f):
                def inner(n=N.append(f())): return f()
                return inner
            @counted
            def other(): return 10
            def used(): return N
            """,
        ),
        (
            "a_function_below_a_decorator_that_calls_it",
            "rerun",
            """
            N = []
            def called(f):
                f()
                return f
            @called
            def other(): N.append(10)
            def used(): return N
            """,
        ),
        (
            "settings_of_somebody_else",
            "reuse",
            """
            from dataclasses import dataclass, field
            @dataclass(frozen=True)
            class Plot:
                dpi: int = 10
                names: list = field(default_factory=list)
            PLOT = Plot()
            def used(): return 1
            """,
        ),
        (
            "settings_that_are_used",
            "rerun",
            """
            from dataclasses import dataclass
            @dataclass(frozen=True)
            class Plot:
                dpi: int = 10
            PLOT = Plot()
            def used(): return PLOT.dpi
            """,
        ),
        (
            "settings_that_are_counted",
            "rerun",
            """
            from dataclasses import dataclass
            N = []
            @dataclass
            class Plot:
                dpi: int = 10
                def __post_init__(self): N.append(self.dpi)
            PLOT = Plot()
            def used(): return N
            """,
        ),
        (
            "constants_made_by_libraries",
            "reuse",
            """
            import math, os, types
            import numpy as np
            from string import Template
            N = 10
            GRID, HERE = np.linspace(0, 1, N), os.path.join("a", str(N))
            ROOT, NAMES = math.sqrt(N), types.SimpleNamespace(n=N)
            TEXT = Template("$a")
            def used(): return 1
            """,
        ),
    )
]
