"""Type hints of functions: Python looks at them, and seldom anybody else does."""

from __future__ import annotations

from tests.lineage.case import Case, helped

CASES = [
    Case(
        name=name,
        about="A type hint of a function is edited: a reason to run again where somebody may read it.",
        project=helped(helpers, "f(data)", "helpers"),
        edit=edit,
        expect=expect,
    )
    for name, helpers, edit, expect in (
        (
            "type_hint_added",
            """
            def f(d): return 1
            """,
            ("helpers.py", "def f(d)", "def f(d: object) -> int"),
            "reuse",
        ),
        (
            "type_hint_edited",
            """
            def f(d: object) -> int: return 1
            """,
            ("helpers.py", "-> int", "-> float"),
            "reuse",
        ),
        (
            "type_hints_of_all_kinds_of_arguments",
            """
            def g(*a, x=1, **k): return x
            def f(d): return g()
            """,
            ("helpers.py", "*a, x=1, **k", "*a: int, x: int = 1, **k: str"),
            "reuse",
        ),
        (
            "type_hint_of_an_imported_class",
            """
            from pathlib import Path
            def f(d): return 1
            """,
            ("helpers.py", "def f(d)", "def f(d: Path) -> int"),
            "reuse",
        ),
        (
            "type_hints_become_texts",
            """
            def f(d: object) -> object: return 1
            """,
            ("helpers.py", "def f(d", "from __future__ import annotations\ndef f(d"),
            "reuse",
        ),
        (
            "type_hints_of_a_coroutine",
            """
            import asyncio
            async def g(n): return n
            def f(d): return asyncio.run(g(1))
            """,
            ("helpers.py", "g(n):", "g(n: int) -> int:"),
            "reuse",
        ),
        (
            "type_hint_read_signature",
            """
            import inspect
            def g(x: int): return x
            def f(d): return str(inspect.signature(g))
            """,
            ("helpers.py", "x: int", "x: float"),
            "rerun",
        ),
        (
            "type_hint_read_attribute",
            """
            def g(x: int): return x
            def f(d): return str(g.__annotations__)
            """,
            ("helpers.py", "x: int", "x: float"),
            "rerun",
        ),
        (
            "type_hint_read_elsewhere",
            """
            from conv import conv
            def g(x: int): return x
            def f(d): return conv(g)
            --- conv.py
            from typing import get_type_hints
            def conv(g): return g(get_type_hints(g)['x'](1.5))
            """,
            ("helpers.py", "x: int", "x: float"),
            "rerun",
        ),
        (
            "type_hint_validate_call",
            """
            from pydantic import validate_call
            @validate_call
            def g(x: int): return x
            def f(d): return g('1')
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_validate_call_handed",
            """
            from pydantic import validate_call
            def g(x: int): return x
            def f(d): return validate_call(g)('1')
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_validate_call_table",
            """
            from pydantic import validate_call
            def g(x: int): return x
            T = {'g': g}
            def f(d): return validate_call(T['g'])('1')
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_by_getattr",
            """
            from pydantic import validate_call
            import other
            def f(d): return validate_call(getattr(other, 'g'))('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_by_vars",
            """
            from pydantic import validate_call
            import other
            def f(d):
                n = ''.join(['g'])
                return validate_call(vars(other)[n])('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_by_module",
            """
            from pydantic import validate_call
            import other
            def f(d): return validate_call(other.g)('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_by_star",
            """
            from pydantic import validate_call
            from other import *
            def f(d): return validate_call(g)('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_by_alias",
            """
            from pydantic import validate_call
            from other import g as h
            def f(d): return validate_call(h)('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_by_alias_of_alias",
            """
            from pydantic import validate_call
            import other
            h = other.k
            def f(d): return validate_call(h)('1')
            --- other.py
            from third import g as k
            --- third.py
            def g(x: int): return x
            """,
            ("third.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_singledispatch",
            """
            from functools import singledispatch
            @singledispatch
            def g(x): return 'any'
            @g.register
            def _(x: int): return 'int'
            def f(d): return g(1)
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_singledispatch_called",
            """
            from functools import singledispatch
            @singledispatch
            def g(x): return 'any'
            def h(x: int): return 'int'
            g.register(h)
            def f(d): return g(1)
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_with_effect",
            """
            N = []
            def reg(n):
                N.append(n)
                return int
            def g(x: reg(1)): return x
            def f(d): return N
            """,
            ("helpers.py", "reg(1)", "reg(2)"),
            "rerun",
        ),
        (
            "type_hint_with_effect_becomes_a_text",
            """
            N = []
            def reg(n):
                N.append(n)
                return int
            def g(x: reg(1)): return x
            def f(d): return N
            """,
            ("helpers.py", "N = []", "from __future__ import annotations\nN = []"),
            "rerun",
        ),
        (
            "type_hint_getfullargspec",
            """
            import inspect
            def g(x: 'one'): return x
            def f(d): return inspect.getfullargspec(g).annotations
            """,
            ("helpers.py", "'one'", "'two'"),
            "rerun",
        ),
        (
            "type_hint_own_decorator",
            """
            def conv(g):
                def inner(x): return g(g.__annotations__['x'](x))
                return inner
            @conv
            def g(x: int): return x
            def f(d): return g(1.5)
            """,
            ("helpers.py", "x: int", "x: float"),
            "rerun",
        ),
        (
            "type_hint_computed_getattr",
            """
            def g(x: int): return x
            def f(d):
                n = '__anno' + 'tations__'
                return str(getattr(g, n))
            """,
            ("helpers.py", "x: int", "x: float"),
            "rerun",
        ),
        (
            "type_hint_of_inner",
            """
            from pydantic import validate_call
            def make():
                def g(x: int): return x
                return g
            def f(d): return validate_call(make())('1')
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_default_edited",
            """
            def g(x: int = 1): return x
            def f(d): return g()
            """,
            ("helpers.py", "x: int = 1", "x: int = 2"),
            "rerun",
        ),
        (
            "type_hint_of_function_with_same_name_param",
            """
            from pydantic import validate_call
            def g(x: int): return x
            def call(h): return validate_call(h)('1')
            def f(d): return call(h=g)
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_star_unpacked",
            """
            from pydantic import validate_call
            import other
            def f(d): return [validate_call(h)('1') for h in [v for k, v in other.__dict__.items() if k == 'g']][0]
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_sys_modules",
            """
            from pydantic import validate_call
            import sys, other
            def f(d): return validate_call(sys.modules['other'].g)('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_partial",
            """
            from pydantic import validate_call
            from functools import partial
            def g(y, x: int): return x
            h = partial(g, 1)
            def f(d): return validate_call(g)(1, '1')
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_class_edited",
            """
            from pydantic import validate_call, BaseModel
            class K(BaseModel):
                n: int = 1
            def g(x: K): return x.n
            def f(d): return validate_call(g)({})
            """,
            ("helpers.py", "= 1", "= 2"),
            "rerun",
        ),
        (
            "type_hint_class_elsewhere_edited",
            """
            from pydantic import validate_call
            from m import K
            def g(x: K): return x.n
            def f(d): return validate_call(g)({})
            --- m.py
            from pydantic import BaseModel
            class K(BaseModel):
                n: int = 1
            """,
            ("m.py", "= 1", "= 2"),
            "rerun",
        ),
        (
            "type_hint_local_alias",
            """
            from pydantic import validate_call
            def f(d):
                from other import g as h
                return validate_call(h)('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_of_a_method",
            """
            class Model:
                def fit(self, x): return x
                @staticmethod
                def make() -> 'Model': return Model()
                @property
                def n(self): return 1
            def f(d): return Model.make().fit(Model().n)
            """,
            (
                ("helpers.py", "def fit(self, x)", "def fit(self, x: int) -> int"),
                ("helpers.py", "-> 'Model'", "-> object"),
                ("helpers.py", "def n(self)", "def n(self) -> int"),
            ),
            "reuse",
        ),
        (
            "type_hint_of_a_method_read_elsewhere",
            """
            from conv import conv
            class Model:
                def fit(self, x: int): return x
            def f(d): return conv(Model())
            --- conv.py
            from typing import get_type_hints
            def conv(model): return get_type_hints(model.fit)['x'](1.5)
            """,
            ("helpers.py", "x: int", "x: float"),
            "rerun",
        ),
        (
            "type_hint_of_a_method_of_which_an_object_is_handed",
            """
            from pydantic import validate_call
            class Model:
                def fit(self, x: int): return x
            def call(model, method): return validate_call(getattr(model, method))('1')
            def f(d): return call(Model(), ''.join(['f', 'it']))
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_of_an_overloaded_method",
            """
            from functools import singledispatchmethod
            class Model:
                @singledispatchmethod
                def fit(self, x): return 'any'
                @fit.register
                def _(self, x: int): return 'int'
            def f(d): return Model().fit(1)
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_of_a_field",
            """
            from dataclasses import dataclass, fields
            @dataclass
            class Model:
                n: int = 1
                def twice(self) -> int: return 2 * self.n
            def f(d): return [str(one.type) for one in fields(Model)] + [Model().twice()]
            """,
            ("helpers.py", "n: int = 1", "n: float = 1"),
            "rerun",
        ),
        (
            "type_hint_of_an_inner_function",
            """
            def f(d):
                def twice(n): return 2 * n
                return twice(1)
            """,
            ("helpers.py", "twice(n)", "twice(n: int) -> int"),
            "reuse",
        ),
        (
            "type_hint_of_a_constant",
            """
            from typing import Final
            LIMIT = 3
            def f(d): return LIMIT
            """,
            ("helpers.py", "LIMIT = 3", "LIMIT: Final[int] = 3"),
            "reuse",
        ),
        (
            "type_hint_of_a_constant_read",
            """
            LIMIT: int = 3.5
            def f(d):
                import helpers
                return helpers.__annotations__['LIMIT'](LIMIT)
            """,
            ("helpers.py", "LIMIT: int", "LIMIT: float"),
            "rerun",
        ),
        (
            "type_hint_of_a_constant_with_effect",
            """
            N = []
            LIMIT: N.append(1) = 3
            def f(d): return [LIMIT, N]
            """,
            ("helpers.py", "N.append(1)", "N.append(2)"),
            "rerun",
        ),
        (
            "type_hint_of_a_constant_of_a_class",
            """
            import other
            LIMIT: other.Kind = 3
            def f(d): return LIMIT
            --- other.py
            class Kind:
                size = 1
            """,
            ("other.py", "size = 1", "size = 2"),
            "reuse",
        ),
        (
            "type_hints_of_the_step",
            """
            def f(d): return d.read_text()
            """,
            (
                ("steps.py", "from saltern", "from pathlib import Path\nfrom saltern"),
                ("steps.py", "out(data)", "out(data: Path) -> str"),
            ),
            "reuse",
        ),
        (
            "type_hints_of_the_step_read",
            """
            import steps
            def f(d): return steps.out.function.__annotations__.get('return', float)(1.5)
            """,
            ("steps.py", "out(data)", "out(data) -> int"),
            "rerun",
        ),
        (
            "type_hint_package_reexport",
            """
            from pydantic import validate_call
            import lab
            def f(d): return validate_call(lab.h)('1')
            --- lab/__init__.py
            from .other import g as h
            --- lab/other.py
            def g(x: int): return x
            """,
            ("lab/other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_import_module",
            """
            from pydantic import validate_call
            import importlib
            def f(d): return validate_call(importlib.import_module('other').g)('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_eval",
            """
            from pydantic import validate_call
            def g(x: int): return x
            def f(d): return eval('validate_call(g)')('1')
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_locate",
            """
            from pydantic import validate_call
            import pydoc
            def f(d): return validate_call(pydoc.locate('other.g'))('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_locate_named",
            """
            from pydantic import validate_call
            import pydoc
            N = 'other.g'
            def f(d): return validate_call(pydoc.locate(N))('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_resolve_name",
            """
            from pydantic import validate_call
            import pkgutil
            def f(d): return validate_call(pkgutil.resolve_name('other:g'))('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_loop_of_names",
            """
            from pydantic import validate_call
            import other
            def f(d): return [validate_call(getattr(other, n))('1') for n in ('g',)]
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_globals",
            """
            from pydantic import validate_call
            def g(x: int): return x
            def f(d): return validate_call(globals()['g'])('1')
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_globals_loop",
            """
            from pydantic import validate_call
            def g(x: int): return x
            def f(d): return [validate_call(globals()[n])('1') for n in ('g',)]
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_attrgetter",
            """
            from pydantic import validate_call
            import other, operator
            def f(d): return validate_call(operator.attrgetter('g')(other))('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_by_vars_and_a_text",
            """
            from pydantic import validate_call
            import other
            def f(d): return validate_call(vars(other)['g'])('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_dict_attr",
            """
            from pydantic import validate_call
            import other
            def f(d): return validate_call(other.__dict__['g'])('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_sys_modules_loop",
            """
            from pydantic import validate_call
            import sys, other
            def f(d): return validate_call(getattr(sys.modules['other'], 'g'))('1')
            --- other.py
            def g(x: int): return x
            """,
            ("other.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_by_eval_of_a_name",
            """
            from pydantic import validate_call
            def g(x: int): return x
            E = 'g'
            def f(d): return validate_call(eval(E))('1')
            """,
            ("helpers.py", "x: int", "x: str"),
            "rerun",
        ),
        (
            "type_hint_of_a_function_whose_name_is_a_text_too",
            """
            def mean(x: int): return x
            def f(d): return [{'mean': 1}['mean'], mean(1)]
            """,
            ("helpers.py", "x: int", "x: float"),
            "reuse",
        ),
    )
]
