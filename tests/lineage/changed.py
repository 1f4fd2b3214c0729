"""Values in memory that a program changes before it builds: lists, objects, and what the source computes."""

from __future__ import annotations

from tests.lineage.case import Case

_PROGRAM = """
--- config.py
{given}
--- helpers.py
import config
def limit():
    return {read}
--- steps.py
from saltern import step
from helpers import limit
@step(version="1", writes="json")
def out(data):
    return limit()
--- program.py
import config, steps
from build import tell
{change}
tell(lambda build: build.value(steps.out))
"""
_SETTINGS = "class S:\n    def __init__(self): self.n = 1\n    def set(self, n): self.n = n\n"
_DATACLASS = "from dataclasses import dataclass\n@dataclass({})\nclass S:\n    n: int = 1\nC = S()"
_EASY = "class D(dict):\n    __getattr__ = dict.__getitem__\n    __setattr__ = dict.__setitem__\nC = D(n=1)"
_ENUM = "import enum\nclass E(enum.Enum):\n    A = 10\n    B = 20\n"
CASES = [
    Case(
        name=f"{name}_changed_in_program",
        about="A program sets, or puts something into, what a module holds, before it builds.",
        project=_PROGRAM.format(given=given, read=read, change=change),
        program=("program.py",),
        edit=("program.py", "10", "20"),
        expect="rerun",
    )
    for name, given, read, change in (
        ("item", "C = {'n': 1}", "config.C['n']", "config.C['n'] = 10"),
        ("new_item", "C = {}", "config.C.get('n')", "config.C.update(n=10)"),
        ("inner_item", "C = {'train': {'n': 1}}", "config.C['train']['n']", "config.C['train']['n'] = 10"),
        ("list", "C = [1]", "sum(config.C)", "config.C.append(10)"),
        ("set", "C = {1}", "sum(config.C)", "config.C.add(10)"),
        ("extended_list", "C = [1]", "sum(config.C)", "config.C += [10]"),
        ("class_item", "class C: D = {'n': 1}", "config.C.D['n']", "config.C.D['n'] = 10"),
        ("arguments", "C = None", "config.C.n", "import argparse; config.C = argparse.Namespace(n=10)"),
        ("attribute_of_an_object", _SETTINGS + "C = S()", "config.C.n", "config.C.n = 10"),
        ("attribute_set_by_a_method", _SETTINGS + "C = S()", "config.C.n", "config.C.set(10)"),
        ("attribute_set_by_setattr", _SETTINGS + "C = S()", "config.C.n", "setattr(config.C, 'n', 10)"),
        ("attribute_that_is_new", _SETTINGS + "C = S()", "getattr(config.C, 'm', 0)", "config.C.m = 10"),
        ("attribute_over_one_of_the_class", "class S:\n    n = 1\nC = S()", "config.C.n", "config.C.n = 10"),
        ("attribute_of_a_dataclass", _DATACLASS.format(""), "config.C.n", "config.C.n = 10"),
        ("attribute_in_a_slot", _DATACLASS.format("slots=True"), "config.C.n", "config.C.n = 10"),
        (
            "attribute_of_a_model",
            "from pydantic import BaseModel\nclass S(BaseModel):\n    n: int = 1\nC = S()",
            "config.C.n",
            "config.C.n = 10",
        ),
        (
            "attribute_of_an_inner_object",
            _SETTINGS + "class T:\n    def __init__(self): self.s = S()\nC = T()",
            "config.C.s.n",
            "config.C.s.n = 10",
        ),
        (
            "item_of_an_attribute",
            "class T:\n    def __init__(self): self.s = {'n': 1}\nC = T()",
            "config.C.s['n']",
            "config.C.s['n'] = 10",
        ),
        (
            "attribute_that_becomes_an_enum",
            _ENUM + _SETTINGS + "C = S()",
            "str(config.C.n)",
            "config.C.n = config.E(10)",
        ),
        (
            "attribute_of_an_object_that_is_shown",
            _SETTINGS + "C = S()\ndef show(): return vars(C)",
            "[config.show(), config.C.n][1]",
            "config.C.n = 10",
        ),
        (
            "attribute_beside_a_digest",
            _SETTINGS + "C = S()\nimport hashlib\ndef digest():\n    hashlib.sha256().update(b'')",
            "[config.digest(), config.C.n]",
            "config.C.n = 10",
        ),
        (
            "attribute_by_the_dictionary",
            "from argparse import Namespace\nC = Namespace(n=1)",
            "config.C.n",
            "config.C.__dict__.update(n=10)",
        ),
        ("item_by_attribute", _EASY, "config.C.n", "config.C.n = 10"),
        (
            "object_in_the_place_of_another",
            _SETTINGS + "C = S()",
            "config.C.n",
            "config.C = config.S(); config.C.n = 10",
        ),
        ("computed_number", "N = int('1')", "config.N", "config.N = 10"),
        ("computed_dictionary", "C = dict(n=1)", "config.C['n']", "config.C['n'] = 10"),
        ("computed_class_attribute", "class C:\n    N = int('1')", "config.C.N", "config.C.N = 10"),
        (
            "path_of_a_class",
            "from pathlib import Path\nclass C: N = Path('a')",
            "str(config.C.N)",
            "config.C.N = config.Path('10')",
        ),
        (
            "date_of_a_class",
            "import datetime as d\nclass C: N = d.date(2020, 1, 1)",
            "str(config.C.N)",
            "config.C.N = config.d.date(2020, 1, 10)",
        ),
        (
            "decimal_of_a_class",
            "from decimal import Decimal\nclass C: N = Decimal(1)",
            "str(config.C.N)",
            "config.C.N = config.Decimal(10)",
        ),
        (
            "regex_of_a_class",
            "import re\nclass C: N = re.compile('a')",
            "config.C.N.pattern",
            "config.C.N = config.re.compile('10')",
        ),
        (
            "namespace_in_a_class",
            "from types import SimpleNamespace\nclass C: N = SimpleNamespace(n=1)",
            "config.C.N.n",
            "config.C.N.n = 10",
        ),
        ("class_in_a_class", "class A: n = 1\nclass C: N = A", "config.C.N.n", "config.C.N.n = 10"),
        (
            "private_attribute_of_a_model",
            (
                "from pydantic import BaseModel, PrivateAttr\n"
                "class S(BaseModel): _n: int = PrivateAttr(default=1)\nC = S()"
            ),
            "config.C._n",
            "config.C._n = 10",
        ),
        (
            "extra_attribute_of_a_model",
            (
                "from pydantic import BaseModel, ConfigDict\nclass S(BaseModel):\n"
                "    model_config = ConfigDict(extra='allow')\nC = S(n=1)"
            ),
            "config.C.n",
            "config.C.n = 10",
        ),
        (
            "field_of_a_model_that_was_set",
            "from pydantic import BaseModel\nclass S(BaseModel): n: int = 1\nC = S()",
            "config.C.model_dump(exclude_unset=True)",
            "if 10 > 15: config.C.n = 1",
        ),
        (
            "attribute_between_underscores",
            _SETTINGS + "C = S()",
            "getattr(config.C, '__n__', 1)",
            "config.C.__n__ = 10",
        ),
        (
            "arguments_of_an_exception",
            "class E(Exception): pass\nC = E(1)",
            "config.C.args[0]",
            "config.C.args = (10,)",
        ),
        (
            "key_that_is_a_path",
            "from pathlib import Path\nC = {Path('a'): 1}",
            "[*map(str, config.C)]",
            "config.C[config.Path('10')] = 1",
        ),
        ("key_that_is_an_enum", _ENUM + "C = {}", "[*map(str, config.C)]", "config.C[config.E(10)] = 1"),
        ("key_that_is_a_tuple", "C = dict([((1, 2), 3)])", "[*map(list, config.C)]", "config.C[1, 10] = 1"),
        (
            "set_of_paths",
            "from pathlib import Path\nC = {Path('a')}",
            "[*map(str, config.C)]",
            "config.C.clear(); config.C.add(config.Path('10'))",
        ),
        ("set_of_tuples", "C = set([(1, 2)])", "[*map(list, config.C)]", "config.C.clear(); config.C.add((1, 10))"),
        ("queue", "from collections import deque\nC = deque([1])", "[*config.C]", "config.C.append(10)"),
        ("bytes_that_change", "C = bytearray(1)", "config.C[0]", "config.C[0] = 10"),
        (
            "partial_function",
            "from functools import partial\ndef f(n): return n\nC = partial(f, n=1)",
            "config.C()",
            "config.C.keywords['n'] = 10",
        ),
        ("function_attribute", "def f(): return getattr(f, 'n', 1)", "config.f()", "config.f.n = 10"),
        (
            "property",
            (
                "class S:\n    def __init__(self): self._n = 1\n    @property\n"
                "    def n(self): return self._n\n    @n.setter\n    def n(self, v): self._n = v\nC = S()"
            ),
            "config.C.n",
            "config.C.n = 10",
        ),
        (
            "attribute_set_by_a_class_method",
            "class C:\n    n = 1\n    @classmethod\n    def set(cls, n): cls.n = n",
            "config.C.n",
            "config.C.set(10)",
        ),
        (
            "attribute_set_by_a_static_method",
            "class C:\n    n = 1\n    @staticmethod\n    def set(n): C.n = n",
            "config.C.n",
            "config.C.set(10)",
        ),
        (
            "item_set_by_a_class_method",
            "class C:\n    D = {}\n    @classmethod\n    def set(cls, n): cls.D['n'] = n",
            "config.C.D.get('n')",
            "config.C.set(10)",
        ),
        (
            "attribute_set_by_a_method_without_self",
            "class S:\n    def __init__(this): this.n = 1\n    def put(this, n): this.n = n\nC = S()",
            "config.C.n",
            "config.C.put(10)",
        ),
        (
            "object_kept_by_its_class",
            "class C:\n    one = None\n    @classmethod\n    def make(cls, n): cls.one = cls(); cls.one.n = n",
            "config.C.one.n",
            "config.C.make(10)",
        ),
        (
            "attribute_set_by_a_context",
            "import contextlib\nclass S: pass\nC = S(); C.n = 1\n@contextlib.contextmanager\ndef override(**k):\n"
            "    old = dict(vars(C)); vars(C).update(k)\n    yield\n    vars(C).update(old)",
            "config.C.n",
            "context = config.override(n=10); context.__enter__()",
        ),
        ("global_set_by_a_function", "N = 1\ndef put(n):\n    global N\n    N = n", "config.N", "config.put(10)"),
        (
            "global_set_by_a_function_and_read_by_another",
            "_N = 1\ndef put(n):\n    global _N\n    _N = n\ndef get(): return _N",
            "config.get()",
            "config.put(10)",
        ),
        (
            "item_by_a_special_method",
            (
                "class S:\n    def __init__(self): self.d = {}\n"
                "    def __getitem__(self, k): return self.d.get(k)\n"
                "    def __setitem__(self, k, v): self.d[k] = v\nC = S()"
            ),
            "config.C['n']",
            "config.C['n'] = 10",
        ),
        (
            "attribute_by_a_special_method",
            (
                "class S:\n    def __init__(self): object.__setattr__(self, 'd', {})\n"
                "    def __getattr__(self, k): return self.d.get(k)\n"
                "    def __setattr__(self, k, v): self.d[k] = v\nC = S()"
            ),
            "config.C.n",
            "config.C.n = 10",
        ),
        ("computed_path", "from pathlib import Path\nC = Path('a')", "str(config.C)", "config.C = config.Path('10')"),
    )
] + [
    *(
        Case(
            name=f"object_changed_by_main_after_{name}",
            about="A module that was imported sets an attribute, too, of this object or of another one, by some name.",
            project=f"""
            --- settings.py
            class Settings: pass
            settings = Settings()
            --- others.py
            import tempfile
            from settings import settings
            {statement}
            --- steps.py
            import others
            from settings import settings
            from saltern import step
            @step(version="1", writes="json")
            def out(data):
                return settings.rate
            --- main.py
            from build import tell
            import steps
            from settings import settings
            settings.rate = 10
            tell(lambda build: build.value(steps.out))
            """,
            program=("main.py",),
            edit=("main.py", "settings.rate = 10", "settings.rate = 20"),
            expect="rerun",
        )
        for name, statement in {
            "an_import_has": "settings.rate = 5",
            "a_call_at_import_has": "def configure(): settings.rate = 5\n            configure()",
            "an_import_has_by_a_computed_name": "setattr(tempfile, 'temp' + 'dir', None)",
        }.items()
    ),
    Case(
        name="object_changed_by_main_of_the_same_file",
        about="The settings of a script are an object, which its last lines change.",
        project="""
        --- pipeline.py
        from saltern import step
        class Settings:
            def __init__(self): self.rate = 1
        settings = Settings()
        @step(version="1", writes="json")
        def out(data):
            return settings.rate
        if __name__ == "__main__":
            from build import tell
            settings.rate = 10
            tell(lambda build: build.value(out))
        """,
        program=("pipeline.py",),
        edit=("pipeline.py", "settings.rate = 10", "settings.rate = 20"),
        expect="rerun",
    ),
    Case(
        name="object_that_keeps_what_it_made",
        about="The step's own code keeps something in an object: no reason to run again.",
        project="""
        --- h.py
        class Loader:
            def __init__(self): self.cache = None; self.count = 0
            def get(self):
                self.count += 1
                if self.cache is None: self.cache = [1, 2]
                return self.cache
        loader = Loader()
        --- steps.py
        from saltern import step
        from h import loader
        @step(version="1", writes="json")
        def out(data):
            return loader.get()
        @step(version="1", writes="json")
        def two(data):
            return loader.get() + [3]
        --- program.py
        import steps
        from build import tell
        def both(build):
            before = build.value(steps.two)
            return [before, build.value(steps.out), build.value(steps.out)]
        tell(both)
        --- other.py
        N = 1
        """,
        program=("program.py",),
        edit=("other.py", "1", "2"),
        expect="reuse",
    ),
    Case(
        name="object_changed_between_calls",
        about="A program changes an attribute between two calls.",
        project="""
        --- steps.py
        from saltern import step
        class S:
            n = 1
        C = S()
        @step(version="1", writes="json")
        def out(data):
            return C.n
        --- program.py
        import steps
        from build import tell
        def both(build):
            before = build.value(steps.out)
            steps.C.n = 2
            return [before, build.value(steps.out)]
        tell(both, lambda: [1, 2])
        """,
        program=("program.py",),
        expect="rerun",
    ),
    Case(
        name="another_object_changed",
        about="A program changes an object that the step does not read.",
        project="""
        --- config.py
        class S: pass
        C = S()
        C.n = 1
        D = S()
        --- steps.py
        from saltern import step
        import config
        @step(version="1", writes="json")
        def out(data):
            return config.C.n
        --- program.py
        import config, steps
        from build import tell
        config.D.m = 10
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "10", "20"),
        expect="reuse",
    ),
    Case(
        name="classes_that_equal_nothing_changed",
        about="A metaclass fails when it is asked for equality, which leaves its classes without a hash, too.",
        project="""
        --- config.py
        class M(type):
            def __eq__(self, other): raise RuntimeError
        class P:
            @property
            def __class__(self): raise RuntimeError
            def __getattr__(self, name): raise RuntimeError
        class S(metaclass=M):
            n = 1
        C = S()
        D = {"c": C, "s": S, "p": P()}
        big = 10 ** 5000
        --- steps.py
        from saltern import step
        import config
        @step(version="1", writes="json")
        def out(data):
            return [config.C.n, len(config.D), config.big % 10]
        --- program.py
        import config, steps
        from build import tell
        config.big = 10 ** 5000
        config.C.n = 10
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "C.n = 10", "C.n = 20"),
        expect="rerun",
    ),
    Case(
        name="classes_that_equal_nothing",
        about="Such classes in constants, attributes and dictionaries.",
        project="""
        --- config.py
        class M(type):
            def __eq__(self, other): raise RuntimeError
        class S(metaclass=M):
            n = 1
        class K:
            c = S
            d = S()
        C = S()
        D = {"c": S}
        E = (C,)
        --- steps.py
        from saltern import step
        import config
        @step(version="1", writes="json")
        def out(data):
            return [config.C.n, len(config.D), config.K.c.n, len(config.E)]
        --- other.py
        N = 1
        """,
        edit=("other.py", "1", "2"),
        expect="reuse",
    ),
    Case(
        name="object_that_is_made_later",
        about="An object fails when it is asked for its class, as those of Flask and Django that are set up later.",
        project="""
        --- config.py
        class Lazy:
            @property
            def __class__(self): raise RuntimeError("set up too early")
            def __getattr__(self, name): raise RuntimeError("set up too early")
        C = Lazy()
        --- steps.py
        from saltern import step
        import config
        @step(version="1", writes="json")
        def out(data):
            return type(config.C).__name__
        --- other.py
        N = 1
        """,
        edit=("other.py", "1", "2"),
        expect="reuse",
    ),
    Case(
        name="bound_again_below_the_step",
        about="The module sets names and attributes again below the step.",
        project="""
        --- steps.py
        from saltern import step
        N = int('1')
        @step(version="1", writes="json")
        def out(data):
            return N
        N = int('2') + N
        class S: pass
        s = S()
        s.n = 1
        @step(version="1", writes="json")
        def two(data):
            return s.n
        s.n = 2
        """,
        edit=("steps.py", "int('2')", "int('3')"),
        expect="rerun",
    ),
]
CASES += [
    Case(
        name=f"object_changed_after_{name}",
        about="A module that a step imports when it runs is changed as soon as the program has imported it.",
        project=f"""
        --- settings.py
        {before}
        class S:
            def __init__(self): self.n = 1
        C = S()
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            import settings
            return settings.C.n
        --- program.py
        import importlib, importlib.util, sys
        import steps
        from build import tell
        {imported}
        settings.C.n = 10
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "10", "20"),
        expect="rerun",
    )
    for name, imported, before in (
        ("its_import", "import settings", ""),
        ("its_import_by_a_name", "settings = importlib.import_module('settings')", ""),
        ("it_was_loaded_again", "import settings; importlib.reload(settings)", ""),
        (
            "it_was_loaded_by_its_loader",
            "spec = importlib.util.find_spec('settings'); settings = importlib.util.module_from_spec(spec)\n"
            "        sys.modules['settings'] = settings; spec.loader.exec_module(settings)",
            "",
        ),
        (
            "it_was_loaded_when_it_was_used",
            "spec = importlib.util.find_spec('settings'); spec.loader = importlib.util.LazyLoader(spec.loader)\n"
            "        settings = sys.modules['settings'] = importlib.util.module_from_spec(spec)\n"
            "        spec.loader.exec_module(settings)",
            "",
        ),
        (
            "an_import_that_kept_an_error",  # and with it its own frame
            "import settings",
            "try: import not_there\n        except ImportError as error: WHY = error",
        ),
    )
]
CASES += [
    Case(
        name="setter_that_the_step_uses",
        about="The step sets the attribute by itself, by way of a property: no reason to run again.",
        project="""
        --- config.py
        class S:
            def __init__(self): self._n = 1
            @property
            def n(self): return self._n
            @n.setter
            def n(self, v): self._n = v
        C = S()
        --- steps.py
        from saltern import step
        import config
        @step(version="1", writes="json")
        def one(data):
            config.C.n = 5
            return config.C.n
        --- program.py
        import steps
        from build import tell
        tell(lambda build: [build.value(steps.one), build.value(steps.one)])
        --- other.py
        N = 1
        """,
        program=("program.py",),
        edit=("other.py", "1", "2"),
        expect="reuse",
    ),
]

# Code that only the program leads a step to: it puts a function, a class or an object in a place that the step reads.
_PLUG = """
--- plug.py
import settings
{plug}
--- settings.py
{given}
--- steps.py
from saltern import step
import settings
@step(version="1", writes="json")
def out(data):
    return {read}
--- program.py
import steps, settings, plug
from build import tell
{change}
tell(lambda build: build.value(steps.out))
"""
_P, _MODEL = "def p(*_): return 10", "class Model:\n    def p(self): return 10"
CASES += [
    Case(
        name=f"code_by_{name}",
        about="A program puts code into what a module holds; then this code is edited.",
        project=_PLUG.format(plug=plug, given=given, read=read, change=change),
        program=("program.py",),
        edit=("plug.py", "10", "20"),
        expect="rerun",
    )
    for name, plug, given, read, change in (
        (
            "a_registry",
            "@settings.register\ndef p(): return 10",
            "R = {}\ndef register(f): R[f.__name__] = f; return f",
            "settings.R['p']()",
            "",
        ),
        ("a_dictionary", _P, "C = {}", "settings.C['a']()", "settings.C['a'] = plug.p"),
        (
            "a_dictionary_of_functions",
            _P,
            "def g(): return 1\nC = {'a': g}",
            "settings.C['a']()",
            "settings.C['a'] = plug.p",
        ),
        ("a_list", _P, "C = []", "settings.C[0]()", "settings.C.append(plug.p)"),
        (
            "a_list_of_hooks",
            _P,
            (
                "class Bus:\n    def __init__(self): self.hooks = []\n"
                "    def on(self, f): self.hooks.append(f)\n"
                "    def fire(self): return [one() for one in self.hooks]\nBUS = Bus()"
            ),
            "settings.BUS.fire()",
            "settings.BUS.on(plug.p)",
        ),
        ("an_attribute", _P, "class S: pass\nC = S()\nC.f = None", "settings.C.f()", "settings.C.f = plug.p"),
        (
            "another_object",
            _MODEL,
            "class Default:\n    def p(self): return 1\nM = Default()",
            "settings.M.p()",
            "settings.M = plug.Model()",
        ),
        ("an_object_in_a_dictionary", _MODEL, "C = {}", "settings.C['m'].p()", "settings.C['m'] = plug.Model()"),
        ("a_class_in_a_dictionary", _MODEL, "C = {}", "settings.C['m']().p()", "settings.C['m'] = plug.Model"),
        (
            "single_dispatch",
            "@settings.g.register\ndef _(x: int): return 10",
            "from functools import singledispatch\n@singledispatch\ndef g(x): return 1",
            "settings.g(1)",
            "",
        ),
        (
            "subclasses",
            "class P(settings.Base):\n    def p(self): return 10",
            "class Base: pass",
            "settings.Base.__subclasses__()[0]().p()",
            "",
        ),
    )
] + [
    Case(
        name=f"function_replaced_by_{name}",
        about="The main program of the step's own file replaces a function that the step calls: that is told.",
        project=f"""
        --- helpers.py
        def scale(x): return x
        class K:
            def scale(self, x): return x
        --- pipeline.py
        import helpers
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return helpers.scale(2) + helpers.K().scale(2)
        def fast(*x): return x[-1] * 10
        if __name__ == "__main__":
            from build import tell
            {change}
            tell(lambda build: build.value(out))
        """,
        program=("pipeline.py",),
        edit=("pipeline.py", "import helpers\n", "import helpers  # x\n"),
        expect="refuse",
    )
    for name, change in (
        ("another", "helpers.scale = fast"),
        ("a_lambda", "helpers.scale = lambda x: x * 10"),
        ("a_method", "helpers.K.scale = fast"),
    )
]
_FAKED = """
--- fakes.py
def five(*_): return 5
class Fake:
    def __call__(self, *_): return 7
--- helpers.py
import math
from math import floor
def scale(x): return x
def other(factor, x): return factor * x
class K:
    def __call__(self): return 1
    @staticmethod
    def of(x): return x
    @property
    def size(self): return 1
def all_of(): return [scale(2), floor(2.5), math.ceil(1.5), K()(), K.of(-3), K().size]
--- steps.py
import helpers
from saltern import step
@step(version="1", writes="json")
def out(data):
    return helpers.all_of()
--- program.py
import functools, operator, os, types
from unittest.mock import Mock, PropertyMock, patch
import fakes, helpers, steps
from build import tell
if os.environ.get("FAKED"):
    {change}
tell(lambda build: build.value(steps.out))
"""
CASES += [
    Case(
        name=f"{name}_in_the_place_of_another",
        about="A program replaces code: by a mock or the like, or by what can be told, which counts as it is.",
        project=_FAKED.format(change=change),
        program=("program.py",),
        env_after={"FAKED": "1"},
        expect=expect,
    )
    for name, expect, change in (
        ("mock", "refuse", "patch('helpers.scale', return_value=9).start()"),
        ("mock_of_a_class", "refuse", "patch('helpers.K').start().return_value.return_value = 9"),
        ("mock_of_a_property", "refuse", "patch('helpers.K.size', PropertyMock()).start()"),
        ("builtin", "refuse", "helpers.scale = operator.neg"),
        ("library_function", "refuse", "helpers.scale = functools.reduce"),
        ("bound_method", "refuse", "helpers.scale = {2: 8}.get"),
        ("class", "refuse", "helpers.scale = int"),
        ("module", "refuse", "helpers.math = types.SimpleNamespace(ceil=abs)"),
        ("function_for_a_librarys", "refuse", "helpers.floor = fakes.five"),
        ("partial_for_a_librarys", "refuse", "helpers.floor = functools.partial(max, 50)"),
        ("static_method", "refuse", "helpers.K.of = staticmethod(operator.neg)"),
        ("property", "refuse", "helpers.K.size = property(operator.attrgetter('__class__.__name__'))"),
        ("special_method", "refuse", "helpers.K.__call__ = Mock(return_value=9)"),
        ("partial", "rerun", "helpers.scale = functools.partial(helpers.other, 3)"),
        ("callable_object", "rerun", "helpers.scale = fakes.Fake()"),
    )
]
CASES += [
    Case(
        name="what_was_mocked_is_there_again",
        about="A test replaces functions and puts them back.",
        project="""
        --- helpers.py
        from math import floor
        def scale(x): return x
        class K:
            def size(self): return 1
        --- steps.py
        import helpers
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [helpers.scale(2), helpers.floor(1.5), helpers.K().size()]
        --- program.py
        from unittest.mock import patch
        import helpers, steps
        from build import tell
        with patch("helpers.scale"), patch("helpers.floor"), patch.object(helpers.K, "size"):
            helpers.scale(1)
        tell(lambda build: build.value(steps.out))
        """,
        program=("program.py",),
        edit=("program.py", "import helpers, steps\n", "import helpers, steps  # x\n"),
        expect="reuse",
    ),
]
