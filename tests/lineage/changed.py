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
        ("computed_path", "from pathlib import Path\nC = Path('a')", "str(config.C)", "config.C = config.Path('10')"),
    )
] + [
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
    for name, imported in (
        ("its_import", "import settings"),
        ("its_import_by_a_name", "settings = importlib.import_module('settings')"),
        ("it_was_loaded_again", "import settings; importlib.reload(settings)"),
        (
            "it_was_loaded_by_its_loader",
            "spec = importlib.util.find_spec('settings'); settings = importlib.util.module_from_spec(spec)\n"
            "        sys.modules['settings'] = settings; spec.loader.exec_module(settings)",
        ),
        (
            "it_was_loaded_when_it_was_used",
            "spec = importlib.util.find_spec('settings'); spec.loader = importlib.util.LazyLoader(spec.loader)\n"
            "        settings = sys.modules['settings'] = importlib.util.module_from_spec(spec)\n"
            "        spec.loader.exec_module(settings)",
        ),
    )
]
