"""Parameters that are objects, classes or functions; and steps that are made of what is no plain function."""

from __future__ import annotations

from tests.lineage.case import Case

# About what, what the steps' module says first, the parameters of two calls, and what the step returns of ``k``.
_KINDS = {
    "time_of_a_zone": (
        "A time with a zone, whose text has none.",
        "from datetime import time; from zoneinfo import ZoneInfo",
        ("time(10)", "time(10, tzinfo=ZoneInfo('Europe/London'))"),
        "str(k.tzinfo)",
    ),
    "path_of_another_system": (
        "A path of Windows, and one of the same text.",
        "from pathlib import PurePosixPath, PureWindowsPath",
        ("PurePosixPath('a')", "PureWindowsPath('a')"),
        "type(k).__name__",
    ),
    "named_tuple": (
        "A named tuple, and a tuple.",
        "from collections import namedtuple; Point = namedtuple('Point', 'x y')",
        ("Point(1, 2)", "(1, 2)"),
        "hasattr(k, 'x')",
    ),
    "extra_fields_of_a_model": (
        "A pydantic model that allows other fields.",
        "from pydantic import BaseModel\nclass Model(BaseModel, extra='allow'): a: int = 1",
        ("Model(b=2)", "Model(b=3)"),
        "k.b",
    ),
    "private_field_of_a_model": (
        "A private attribute of a pydantic model.",
        "from pydantic import BaseModel, PrivateAttr\nclass Model(BaseModel):\n    a: int = 1\n    _b: int = PrivateAttr(0)\n"  # noqa: E501
        "    def having(self, b): self._b = b; return self",
        ("Model().having(2)", "Model().having(3)"),
        "k._b",
    ),
    "set_after_init_of_a_dataclass": (
        "A dataclass sets an attribute that is no field.",
        "from dataclasses import InitVar, dataclass\n@dataclass\nclass Data:\n    a: int = 1\n    b: InitVar[int] = 0\n"
        "    def __post_init__(self, b): self.c = b",
        ("Data(1, 2)", "Data(1, 3)"),
        "k.c",
    ),
    "dataclass_that_is_a_dictionary": (
        "A dataclass with items.",
        "from dataclasses import dataclass\n@dataclass\nclass Data(dict):\n    a: int = 1\n"
        "    def having(self, b): self['b'] = b; return self",
        ("Data().having(2)", "Data().having(3)"),
        "k['b']",
    ),
    "enum_of_objects": (
        "Members whose values are objects, which look the same.",
        "import enum\nclass V: pass\nclass Kind(enum.Enum):\n    A = V()\n    B = V()",
        ("Kind.A", "Kind.B"),
        "k.name",
    ),
    "pattern": ("A compiled pattern and its flags.", "import re", ("re.compile('a')", "re.compile('a', re.I)"), "k.flags"),  # noqa: E501
    "slice_as_parameter": ("A slice.", "", ("slice(1)", "slice(2)"), "k.stop"),
    "type_as_parameter": ("A type.", "", ("int", "str"), "k.__name__"),
    "zone": (
        "A time zone.",
        "from zoneinfo import ZoneInfo",
        ("ZoneInfo('Europe/Paris')", "ZoneInfo('Asia/Tokyo')"),
        "str(k)",
    ),
    "address": (
        "An address of the internet.",
        "from ipaddress import ip_address",
        ("ip_address('1.1.1.1')", "ip_address('1.1.1.2')"),
        "str(k)",
    ),
    "numpy_scalar": ("A number of numpy, and the same one of Python.", "import numpy as np", ("np.int64(1)", "1"), "str(type(k))"),  # noqa: E501
    "numpy_type": ("A type of numpy.", "import numpy as np", ("np.dtype('f4')", "np.dtype('f8')"), "str(k)"),
    "default_dictionary": (
        "A dictionary with a default, and one without.",
        "from collections import defaultdict",
        ("defaultdict(int, a=1)", "{'a': 1}"),
        "type(k).__name__",
    ),
    "counter": ("A counter.", "from collections import Counter", ("Counter('aab')", "Counter('abb')"), "k['a']"),
    "view_of_a_dictionary": (
        "A dictionary that cannot be changed.",
        "from types import MappingProxyType",
        ("MappingProxyType({'a': 1})", "MappingProxyType({'a': 2})"),
        "k['a']",
    ),
    "namespace": ("A namespace.", "from types import SimpleNamespace", ("SimpleNamespace(a=1)", "SimpleNamespace(a=2)"), "k.a"),  # noqa: E501
    "ellipsis": ("An ellipsis, and None.", "", ("...", "None"), "str(k)"),
    "plain_object": (
        "An object of an own class.",
        "class Own:\n    def __init__(self, a): self.a = a",
        ("Own(1)", "Own(2)"),
        "k.a",
    ),
    "bound_method": (
        "A method of an object.",
        "class Own:\n    def __init__(self, a): self.a = a\n    def get(self): return self.a",
        ("Own(1).get", "Own(2).get"),
        "k()",
    ),
    "partial_as_parameter": ("A partial.", "from functools import partial", ("partial(int, '1')", "partial(int, '2')"), "k()"),  # noqa: E501
}  # fmt: skip
_OBJECTS = """
--- shapes.py
{shape}
--- steps.py
from typing import Any
from saltern import step
@step(version="1", writes="json")
def out(data, *, k: Any = None):
    return {body}
--- run.py
import json, sys
from pathlib import Path
import shapes, steps
from saltern import Cache, Source
cache = Cache(sys.argv[1], 'lineage', run=sys.argv[2], engine='plain')
call = cache.call(steps.out, {{'data': Source.at(Path('in.txt'))}}, {{'k': {given}}})
found = cache.reuse(call)
artifact = found or cache.make(call)
print(json.dumps({{'ran': [] if found else ['out'], 'value': cache.load(artifact)}}))
"""
# About what, the module that the step does not import, what the step returns, what the program gives, the edit.
_CLASSES = {
    "class_of_a_parameter": (
        "The program gives an object, of whose class the step knows nothing; a method is edited.",
        "from dataclasses import dataclass\n@dataclass\nclass Square:\n    side: int = 2\n    def area(self): return self.side * 2",  # noqa: E501
        ("k.area()", "shapes.Square(2)"),
        ("side * 2", "side * 3"),
    ),
    "enum_of_a_parameter": (
        "A member of an enum is called otherwise.",
        "import enum\nclass Color(enum.Enum):\n    RED = 1",
        ("k.name", "list(shapes.Color)[0]"),
        ("RED", "CRIMSON"),
    ),
    "function_of_a_parameter": (
        "The program gives a function, whose helper is edited.",
        "LIMIT = 1\ndef f(): return LIMIT",
        ("k()", "shapes.f"),
        ("= 1", "= 2"),
    ),
    "class_in_a_list_of_a_parameter": (
        "Objects in a list.",
        "class Square:\n    def area(self): return 2",
        ("[one.area() for one in k]", "[shapes.Square()]"),
        ("return 2", "return 3"),
    ),
}  # fmt: skip
_STEPS = """
--- h.py
{there}
--- steps.py
from functools import partial
import h
from saltern import step
{here}
"""
_OF = 'out = step(version="1", writes="json", name="out")'
# About what, a module, the steps' module, and the edit.
_MADE = {
    "step_of_a_partial": (
        "A step that is a partial.",
        "def f(k, data): return k + 1",
        f"{_OF}(partial(h.f, 1))",
        ("h.py", "k + 1", "k + 2"),
    ),
    "step_of_a_partial_of_another_value": (
        "The value that a partial holds is edited.",
        "def f(k, data): return k + 1",
        f"{_OF}(partial(h.f, 1))",
        ("steps.py", "h.f, 1", "h.f, 2"),
    ),
    "step_of_an_object": (
        "A step that is an object to call.",
        "class Model:\n    def __init__(self, k): self.k = k\n    def __call__(self, data): return self.k",
        f"{_OF}(h.Model(1))",
        ("steps.py", "Model(1)", "Model(2)"),
    ),
    "step_of_a_bound_method": (
        "A step that is a method of an object, which is another one after the edit.",
        "class Model:\n    def __init__(self, k): self.k = k\n    def go(self, data): return self.k",
        f"{_OF}(h.Model(1).go)",
        ("steps.py", "Model(1)", "Model(2)"),
    ),
    "step_of_another_function": (
        "A function of another module is declared a step; another one is after the edit.",
        "def f(data): return 1\ndef g(data): return 2",
        f"{_OF}(h.f)",
        ("steps.py", "(h.f)", "(h.g)"),
    ),
    "step_made_with_a_function": (
        "Another module makes the step's function with a function of this one.",
        "def make(k):\n    def f(data): return k()\n    return f",
        f"def one(): return 1\n{_OF}(h.make(one))",
        ("steps.py", "return 1", "return 2"),
    ),
    "step_made_with_a_default": (
        "Another module makes the step's function with a default.",
        "def make(k):\n    def f(data, k=k): return k\n    return f",
        f"{_OF}(h.make(1))",
        ("steps.py", "make(1)", "make(2)"),
    ),
    "step_wrapped_by_a_stranger": (
        "A decorator of another module that does not say what it wraps.",
        "def twice(f):\n    def g(data): return 2 * f(data)\n    return g",
        '@step(version="1", writes="json", name="out")\n@h.twice\ndef out(data): return 1',
        ("steps.py", "return 1", "return 2"),
    ),
    "step_that_is_a_coroutine": (
        "An async function as a step.",
        "async def f(): return 1",
        '@step(version="1", writes="json")\nasync def out(data): return await h.f()',
        ("h.py", "1", "2"),
    ),
    "step_that_is_a_generator": (
        "A generator as a step: its items are the result.",
        "def f(): return 1",
        '@step(version="1", writes="json")\ndef out(data):\n    yield h.f()',
        ("h.py", "1", "2"),
    ),
    "inputs_by_position": (
        "An input that cannot be given by its name.",
        "LIMIT = 1",
        '@step(version="1", writes="json")\ndef out(data, /, *more): return data.read_text()',
        ("in.txt", "1 2 3", "1 2 4"),
    ),
    "parameter_of_an_unknown_type": (
        "A parameter whose type pydantic knows nothing of.",
        "class Own:\n    def __init__(self, a): self.a = a",
        '@step(version="1", writes="json")\ndef out(data, *, k: h.Own = h.Own(1)): return k.a',
        ("steps.py", "Own(1)", "Own(2)"),
    ),
}  # fmt: skip

CASES = [
    *(
        Case(
            name=name,
            about=about,
            project=f"""
--- steps.py
from typing import Any
{before}
from saltern import step
@step(version="1", writes="json")
def out(data, *, k: Any = None):
    return {body}
""",
            pair=tuple(f"{{'k': {one}}}" for one in pair),
            expect="rerun",
        )
        for name, (about, before, pair, body) in _KINDS.items()
    ),
    *(
        Case(
            name=name,
            about=about,
            project=_OBJECTS.format(shape=shape, body=body, given=given),
            program=("run.py",),
            edit=("shapes.py", *edit),
            expect="rerun",
        )
        for name, (about, shape, (body, given), edit) in _CLASSES.items()
    ),
    *(
        Case(name=name, about=about, project=_STEPS.format(there=there, here=here), edit=edit, expect="rerun")
        for name, (about, there, here, edit) in _MADE.items()
    ),
    Case(
        name="array_as_default",
        about="Arrays are compared one by one: a default that is given again.",
        project="""
        --- steps.py
        import numpy as np
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: np.ndarray = np.array([1, 2])):
            return k.tolist()
        """,
        pair=("{'k': np.array([1, 2])}", "{}"),
        expect="reuse",
    ),
    Case(
        name="iterable_as_parameter",
        about="An `Iterable` that is given as a list.",
        project="""
        --- steps.py
        from collections.abc import Iterable
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Iterable[int] = ()):
            return list(k)
        """,
        pair=("{'k': [1]}", "{'k': [2]}"),
        expect="rerun",
    ),
    Case(
        name="no_value_for_a_parameter",
        about="A parameter without a default, and without a value.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: int):
            return k
        """,
        expect="refuse",
    ),
]
