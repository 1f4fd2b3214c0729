"""Operators, iterators, calls and bases that do something when a module is imported that is used for something else."""

from __future__ import annotations

from pathlib import Path

from tests.lineage.case import Case

PLUGINS = """
class Base:
    seen = []
    def __init_subclass__(cls, **options):
        Base.seen.append(cls)
"""


def _plugins(project: Path) -> None:
    """A library whose base class keeps a list of its subclasses."""
    folder = project / "venv" / "site-packages"
    folder.mkdir(parents=True)
    (folder / "plug.py").write_text(PLUGINS)


CASES = [
    Case(
        name="operator_registers",
        about="An overloaded operator adds to a list: routes, Airflow's >>.",
        project="""
        --- reg.py
        class App:
            def __init__(self): self.routes = []
            def __truediv__(self, o):
                self.routes.append(o); return self
        app = App()
        --- plugin.py
        def use(): return 0
        from reg import app
        r = app / "one"
        --- steps.py
        from saltern import step
        from reg import app
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return app.routes
        """,
        edit=("plugin.py", '"one"', '"two"'),
        expect="rerun",
    ),
    Case(
        name="comparison_registers",
        about="An overloaded comparison notes what it was asked.",
        project="""
        --- reg.py
        class E:
            seen = []
            def __eq__(self, o): self.seen.append(o); return True
            def __lt__(self, o): self.seen.append(o); return True
            def __contains__(self, o): self.seen.append(o); return True
        e = E()
        --- plugin.py
        def use(): return 0
        from reg import e
        x = 1 in e
        --- steps.py
        from saltern import step
        from reg import e
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return e.seen
        """,
        edit=("plugin.py", "1 in", "2 in"),
        expect="rerun",
    ),
    Case(
        name="unary_operator_registers",
        about="An overloaded sign notes that it was used.",
        project="""
        --- reg.py
        class E:
            seen = []
            def __neg__(self): self.seen.append(1); return self
            def __invert__(self): self.seen.append(2); return self
        e = E()
        --- plugin.py
        def use(): return 0
        from reg import e
        x = -e
        --- steps.py
        from saltern import step
        from reg import e
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return e.seen
        """,
        edit=("plugin.py", "-e", "~e"),
        expect="rerun",
    ),
    Case(
        name="subscript_registers",
        about="Reading an item notes the key.",
        project="""
        --- reg.py
        class E:
            seen = []
            def __getitem__(self, k): self.seen.append(k); return self
        e = E()
        --- plugin.py
        def use(): return 0
        from reg import e
        x = e["one"]
        --- steps.py
        from saltern import step
        from reg import e
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return e.seen
        """,
        edit=("plugin.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="defaultdict_touched",
        about="Reading an item of a defaultdict makes it.",
        project="""
        --- reg.py
        from collections import defaultdict
        e = defaultdict(list)
        --- plugin.py
        def use(): return 0
        from reg import e
        x = e["one"]
        --- steps.py
        from saltern import step
        from reg import e
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return list(e)
        """,
        edit=("plugin.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="format_registers",
        about="An f-string calls __format__ of an object.",
        project="""
        --- reg.py
        class E:
            seen = []
            def __format__(self, k): self.seen.append(k); return k
        e = E()
        --- plugin.py
        def use(): return 0
        from reg import e
        x = f"{e:one}"
        --- steps.py
        from saltern import step
        from reg import e
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return e.seen
        """,
        edit=("plugin.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="operator_in_a_default",
        about="An overloaded operator in the default of an argument.",
        project="""
        --- reg.py
        class E:
            seen = []
            def __matmul__(self, o): self.seen.append(o); return o
        e = E()
        --- plugin.py
        def use(): return 0
        from reg import e
        def f(x=e @ "one"): return x
        --- steps.py
        from saltern import step
        from reg import e
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return e.seen
        """,
        edit=("plugin.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="operator_in_a_class_body",
        about="An overloaded operator in the body of a class.",
        project="""
        --- reg.py
        class E:
            seen = []
            def __or__(self, o): self.seen.append(o); return o
        e = E()
        --- plugin.py
        def use(): return 0
        from reg import e
        class K:
            x = e | "one"
        --- steps.py
        from saltern import step
        from reg import e
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return e.seen
        """,
        edit=("plugin.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="augmented_import",
        about="`registry += [f]` on an imported list.",
        project="""
        --- reg.py
        registry = []
        --- plugin.py
        def use(): return 0
        from reg import registry
        def f(): return 1
        registry += [f]
        --- steps.py
        from saltern import step
        from reg import registry
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return [f() for f in registry]
        """,
        edit=("plugin.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="iterator_used_by_comprehension",
        about="A comprehension uses up an iterator that another module reads on.",
        project="""
        --- reg.py
        it = iter([1, 2, 3, 4])
        --- plugin.py
        def use(): return 0
        from reg import it
        a, b, *c = [x for x in it if x < 2] + [0, 0]
        --- steps.py
        from saltern import step
        import reg
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return list(reg.it)
        """,
        edit=("plugin.py", "[x for x in it if x < 2]", "[]"),
        expect="rerun",
    ),
    Case(
        name="iterator_unpacked",
        about="A star uses up an iterator that another module reads on.",
        project="""
        --- reg.py
        it = iter([1, 2, 3, 4])
        --- plugin.py
        def use(): return 0
        from reg import it
        a = [*it]
        --- steps.py
        from saltern import step
        import reg
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return list(reg.it)
        """,
        edit=("plugin.py", "[*it]", "[it]"),
        expect="rerun",
    ),
    Case(
        name="iterator_summed",
        about="sum() uses up an iterator that another module reads on.",
        project="""
        --- reg.py
        it = iter([1, 2, 3, 4])
        --- plugin.py
        def use(): return 0
        from reg import it
        a = sum(it)
        --- steps.py
        from saltern import step
        import reg
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return list(reg.it)
        """,
        edit=("plugin.py", "sum(it)", "0"),
        expect="rerun",
    ),
    Case(
        name="iterator_zipped",
        about="dict(zip(...)) uses up a part of an iterator that another module reads on.",
        project="""
        --- reg.py
        it = iter([1, 2, 3, 4])
        --- plugin.py
        def use(): return 0
        from reg import it
        a = dict(zip(range(1), it))
        --- steps.py
        from saltern import step
        import reg
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return list(reg.it)
        """,
        edit=("plugin.py", "range(1)", "range(2)"),
        expect="rerun",
    ),
    Case(
        name="method_with_the_name_of_a_builtin",
        about="A method `set` registers what it is given; the builtin does not.",
        project="""
        --- reg.py
        class R:
            d = []
            def set(self, x): self.d.append(x)
        r = R()
        --- plugin.py
        def use(): return 0
        from reg import r
        r.set(1)
        --- steps.py
        from saltern import step
        from plugin import use
        from reg import r
        @step(version="1", writes="json")
        def out(data):
            use()
            return r.d
        """,
        edit=("plugin.py", "set(1)", "set(2)"),
        expect="rerun",
    ),
    Case(
        name="own_decorator_called_cache",
        about="A project's own decorator has the name of one of the standard library.",
        project="""
        --- reg.py
        d = []
        def cache(f):
            d.append(f)
            return f
        --- plugin.py
        def use(): return 0
        from reg import cache
        @cache
        def f(): return 1
        --- steps.py
        from saltern import step
        from plugin import use
        from reg import d
        @step(version="1", writes="json")
        def out(data):
            use()
            return [f() for f in d]
        """,
        edit=("plugin.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="own_function_called_field",
        about="A project's own function has the name of one of the standard library.",
        project="""
        --- reg.py
        d = []
        def field(x):
            d.append(x)
            return x
        --- plugin.py
        def use(): return 0
        from reg import field
        X = field(1)
        --- steps.py
        from saltern import step
        from plugin import use
        from reg import d
        @step(version="1", writes="json")
        def out(data):
            use()
            return d
        """,
        edit=("plugin.py", "field(1)", "field(2)"),
        expect="rerun",
    ),
    Case(
        name="key_of_sorted_registers",
        about="sorted() calls a key function that notes what it is given.",
        project="""
        --- reg.py
        d = []
        def k(x):
            d.append(x)
            return x
        --- plugin.py
        def use(): return 0
        from reg import k
        X = sorted([1], key=k)
        --- steps.py
        from saltern import step
        from plugin import use
        from reg import d
        @step(version="1", writes="json")
        def out(data):
            use()
            return d
        """,
        edit=("plugin.py", "[1]", "[2]"),
        expect="rerun",
    ),
    Case(
        name="call_in_an_annotation",
        about="An annotation calls something when the function is defined.",
        project="""
        --- reg.py
        d = []
        def k(x):
            d.append(x)
            return int
        --- plugin.py
        def use(): return 0
        from reg import k
        def f(x: k(1)): pass
        --- steps.py
        from saltern import step
        from plugin import use
        from reg import d
        @step(version="1", writes="json")
        def out(data):
            use()
            return d
        """,
        edit=("plugin.py", "k(1)", "k(2)"),
        expect="rerun",
    ),
    Case(
        name="library_base_registers",
        about="A library's base class keeps a list of its subclasses: plug-ins, ORMs.",
        project="""
        --- plugin.py
        def use(): return 0
        from plug import Base
        class A(Base):
            x = 1
        --- steps.py
        from saltern import step
        from plug import Base
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return [k.x for k in Base.seen]
        """,
        edit=("plugin.py", "x = 1", "x = 2"),
        setup=_plugins,
        env={"PYTHONPATH": "venv/site-packages"},
        expect="rerun",
    ),
    Case(
        name="library_base_one_more",
        about="One more subclass of a subclass of a library's base.",
        project="""
        --- plugin.py
        def use(): return 0
        from plug import Base
        class A(Base):
            x = 1
        --- steps.py
        from saltern import step
        from plug import Base
        from plugin import use
        @step(version="1", writes="json")
        def out(data):
            use()
            return [k.x for k in Base.seen]
        """,
        edit=("plugin.py", "x = 1", "x = 1\nclass B(A):\n    x = 3"),
        setup=_plugins,
        env={"PYTHONPATH": "venv/site-packages"},
        expect="rerun",
    ),
    Case(
        name="operators_on_what_is_known",
        about="Operators on texts and numbers have no effect, so nothing reruns for an unused one.",
        project="""
        --- h.py
        A = 'a' + 'b'
        B = A + 'c'
        C = [x + 1 for x in range(3)]
        class K:
            D = 1
            E = D + 1
        --- k.py
        from h import A
        X = A.upper()
        Y = 1
        --- steps.py
        from saltern import step
        from h import B
        @step(version="1", writes="json")
        def out(data):
            return B
        """,
        edit=("h.py", "D = 1", "D = 2"),
        expect="reuse",
    ),
    Case(
        name="call_of_a_library_in_an_annotation",
        about="pydantic's Field in the annotation of a function that is not used.",
        project="""
        --- h.py
        from typing import Annotated
        from pydantic import Field
        def f(x: Annotated[int, Field(gt=1)]): pass
        N = 1
        --- steps.py
        from saltern import step
        from h import N
        @step(version="1", writes="json")
        def out(data):
            return N
        """,
        edit=("h.py", "gt=1", "gt=2"),
        expect="reuse",
    ),
    *(
        Case(
            name=f"name_made_of_itself_by_{way}",
            about="A module binds a name to what a call makes of its earlier value, and operates on it.",
            project=f"""
            --- h.py
            NAMES = ["b", "a"]
            {line}
            FIRST = list(NAMES)[0]
            OTHER = 1
            --- steps.py
            from saltern import step
            from h import FIRST
            @step(version="1", writes="json")
            def out(data):
                return FIRST
            """,
            edit=("h.py", *edit),
            expect=expect,
        )
        for way, line, edit, expect in (
            ("sorted", "NAMES = sorted(NAMES)", ('"a"', '"A"'), "rerun"),
            ("list", "NAMES = list(dict.fromkeys(NAMES))", ('"b"', '"c"'), "rerun"),
            ("join", "NAMES = ','.join(NAMES)", ('"b"', '"c"'), "rerun"),
            ("one_another", "MORE = tuple(NAMES); NAMES = sorted(MORE); MORE = sorted(NAMES)", ('"a"', '"A"'), "rerun"),
            ("sorted_and_another", "NAMES = sorted(NAMES)", ("OTHER = 1", "OTHER = 2"), "reuse"),
        )
    ),
]
