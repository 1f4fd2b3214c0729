"""Parameters: which values are the same, and which are not."""

from __future__ import annotations

from tests.lineage.case import Case

CASES = [
    Case(
        name="int_default_of_float",
        about="`C: float = 1`, given as 1.0, and left out: what most people write.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, C: float = 1):
            return C * 2.5
        """,
        pair=("{}", "{'C': 1.0}"),
        expect="reuse",
    ),
    Case(
        name="float_int_given",
        about='`C: float = 1.0`, given as 1 and as "1".',
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, C: float = 1.0):
            return C * 2.5
        """,
        pair=("{'C': 1}", "{'C': '1'}"),
        expect="reuse",
    ),
    Case(
        name="future_annotations",
        about="`from __future__ import annotations` in the steps' module, a plain type, given a value.",
        project="""
        --- steps.py
        from __future__ import annotations
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, C: float = 1.0):
            return C
        """,
        pair=("{'C': 2.0}", "{'C': '3'}"),
        expect="rerun",
    ),
    Case(
        name="future_annotations_imported_type",
        about="The same with a Literal, which a string annotation names in the user's module.",
        project="""
        --- steps.py
        from __future__ import annotations
        from typing import Literal
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, mode: Literal["a", "b"] = "a"):
            return mode
        """,
        pair=("{}", "{'mode': 'b'}"),
        expect="rerun",
    ),
    Case(
        name="dict_order",
        about=(
            "A dictionary in another order, where the step depends on the order (columns to rename, to "
            "select, to plot)."
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, cols: dict[str, int] = {}):
            return list(cols)
        """,
        pair=("{'cols': {'a': 1, 'b': 2}}", "{'cols': {'b': 2, 'a': 1}}"),
        expect="rerun",
    ),
    Case(
        name="set",
        about="A set as a parameter.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, cols: frozenset[str] = frozenset({"a"})):
            return sorted(cols)
        """,
        pair=("{}", "{'cols': {'a', 'b'}}"),
        expect="rerun",
    ),
    Case(
        name="path",
        about="A Path as a parameter.",
        project="""
        --- steps.py
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, where: Path = Path("a")):
            return where.name
        """,
        pair=("{}", "{'where': 'b'}"),
        expect="rerun",
    ),
    Case(
        name="enum",
        about="An Enum as a parameter.",
        project="""
        --- steps.py
        import enum
        from saltern import step
        class Kernel(enum.Enum):
            RBF = "rbf"
            POLY = "poly"
        @step(version="1", writes="json")
        def out(data, *, kernel: Kernel = Kernel.RBF):
            return kernel.value
        """,
        pair=("{}", "{'kernel': 'poly'}"),
        expect="rerun",
    ),
    Case(
        name="str_enum",
        about="A (str, Enum) as a parameter: its member and its text.",
        project="""
        --- steps.py
        import enum
        from saltern import step
        class Kernel(str, enum.Enum):
            RBF = "rbf"
            POLY = "poly"
        @step(version="1", writes="json")
        def out(data, *, kernel: Kernel = Kernel.RBF):
            return f"{kernel}"
        """,
        pair=("{'kernel': Kernel.POLY}", "{'kernel': 'poly'}"),
        expect="reuse",
    ),
    Case(
        name="str_enum_for_str",
        about="A (str, Enum) member given where text is declared.",
        project="""
        --- steps.py
        import enum
        from saltern import step
        class Kernel(str, enum.Enum):
            POLY = "poly"
        @step(version="1", writes="json")
        def out(data, *, kernel: str = "rbf"):
            return f"{kernel}"
        """,
        pair=("{'kernel': Kernel.POLY}", "{'kernel': 'poly'}"),
        expect="reuse|rerun",
    ),
    Case(
        name="numpy32",
        about="np.float32(0.1), and 0.1.",
        project="""
        --- steps.py
        import numpy as np
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, C: float = 1.0):
            return float(C)
        """,
        pair=("{'C': np.float32(0.1)}", "{'C': 0.1}"),
        expect="rerun",
        needs=("numpy",),
    ),
    Case(
        name="nan",
        about='float("nan") as a default.',
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, fill: float = float("nan")):
            return str(fill)
        """,
        pair=("{}", "{}"),
        expect="reuse",
    ),
    Case(
        name="inf",
        about='float("inf") as a default: no limit.',
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, top: float = float("inf")):
            return str(top)
        """,
        pair=("{}", "{'top': 1.0}"),
        expect="rerun",
    ),
    Case(
        name="negative_zero",
        about="-0.0 and 0.0.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, x: float = 0.0):
            return str(x)
        """,
        pair=("{}", "{'x': -0.0}"),
        expect="rerun",
    ),
    Case(
        name="bool_int",
        about="True and 1 where int or bool is declared; Any.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, x: Any = None):
            return str(x)
        """,
        pair=("{'x': True}", "{'x': 1}"),
        expect="rerun",
    ),
    Case(
        name="unicode",
        about="e-acute in NFC and in NFD.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, column: str = "a"):
            return len(column)
        """,
        pair=("{'column': '\\u00e9'}", "{'column': 'e\\u0301'}"),
        expect="rerun",
    ),
    Case(
        name="surrogate",
        about="A lone surrogate: a file name that is not UTF-8, as os.fsdecode gives it.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, column: str = "a"):
            return len(column)
        """,
        pair=("{}", "{'column': '\\udcff'}"),
        expect="rerun",
    ),
    Case(
        name="big_int",
        about="2**200, and an int of more than 4300 digits.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, n: int = 1):
            return n.bit_length()
        """,
        pair=("{'n': 2**200}", "{'n': 2**20000}"),
        expect="refuse",
    ),
    Case(
        name="dataclass",
        about="A dataclass or a pydantic model as a parameter: a bundle of options.",
        project="""
        --- steps.py
        from dataclasses import dataclass
        from saltern import step
        @dataclass(frozen=True)
        class Options:
            n: int = 1
        @step(version="1", writes="json")
        def out(data, *, options: Options = Options()):
            return options.n
        """,
        pair=("{}", "{'options': {'n': 2}}"),
        expect="rerun",
    ),
    Case(
        name="default_of_a_model_said_aloud",
        about="A field of a pydantic model is given its default, and the step dumps what was set.",
        project="""
        --- steps.py
        from pydantic import BaseModel
        from saltern import step
        class Patch(BaseModel):
            n: int = 1
            m: int = 2
        @step(version="1", writes="json")
        def out(data, *, patch: Patch = Patch()):
            return patch.model_dump(exclude_unset=True)
        """,
        pair=("{}", "{'patch': {'n': 1}}"),
        expect="rerun",
    ),
    Case(
        name="zones_of_one_name",
        about="UTC of datetime and UTC of zoneinfo.",
        project="""
        --- steps.py
        from datetime import datetime, timezone
        from zoneinfo import ZoneInfo
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, at: datetime):
            return type(at.tzinfo).__name__
        """,
        pair=(
            "{'at': datetime(2020, 1, 1, tzinfo=timezone.utc)}",
            "{'at': datetime(2020, 1, 1, tzinfo=ZoneInfo('UTC'))}",
        ),
        expect="rerun",
    ),
    Case(
        name="zone_that_does_not_show_itself",
        about="A time zone of one's own in a default, whose repr has its address.",
        project="""
        --- steps.py
        import datetime as dt
        from saltern import step
        class Local(dt.tzinfo):
            def utcoffset(self, at):
                return dt.timedelta(hours=1)
            def dst(self, at):
                return dt.timedelta(0)
        @step(version="1", writes="json")
        def out(data, *, at: dt.datetime = dt.datetime(2020, 1, 1, tzinfo=Local())):
            return at.isoformat()
        """,
        expect="reuse",
    ),
    Case(
        name="hours_of_a_zone_are_edited",
        about="The class of a time zone that is in a default.",
        project="""
        --- steps.py
        import datetime as dt
        from saltern import step
        from zones import Local
        @step(version="1", writes="json")
        def out(data, *, at: dt.datetime = dt.datetime(2020, 1, 1, tzinfo=Local())):
            return at.isoformat()
        --- zones.py
        import datetime as dt
        class Local(dt.tzinfo):
            def utcoffset(self, at):
                return dt.timedelta(hours=1)
        """,
        edit=("zones.py", "hours=1", "hours=2"),
        expect="rerun",
    ),
    Case(
        name="slot_of_a_base_of_a_dataclass",
        about="An attribute that a dataclass has from a base with slots, and that is no field.",
        project="""
        --- steps.py
        from dataclasses import dataclass
        from saltern import step
        class Noted:
            __slots__ = ("note",)
        @dataclass(slots=True)
        class Options(Noted):
            n: int = 1
        def noted(note):
            options = Options()
            options.note = note
            return options
        @step(version="1", writes="json")
        def out(data, *, options: Options):
            return options.note
        """,
        pair=("{'options': noted(1)}", "{'options': noted(2)}"),
        expect="rerun",
    ),
    Case(
        name="sentinels",
        about="Two objects that only their identity tells apart.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        FIRST, LAST = object(), object()
        @step(version="1", writes="json")
        def out(data, *, which: Any = FIRST):
            return which is FIRST
        """,
        pair=("{'which': FIRST}", "{'which': LAST}"),
        expect="rerun",
    ),
    Case(
        name="sentinels_of_a_class",
        about="The same, of a class without methods.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        class Missing:
            def __repr__(self):
                return "missing"
        FIRST, LAST = Missing(), Missing()
        @step(version="1", writes="json")
        def out(data, *, which: Any = None):
            return which is FIRST
        """,
        pair=("{'which': FIRST}", "{'which': LAST}"),
        expect="rerun",
    ),
    Case(
        name="decimal_with_a_currency",
        about="An attribute of a subclass of Decimal, which copy and pickle drop.",
        project="""
        --- steps.py
        from decimal import Decimal
        from typing import Any
        from saltern import step
        class Money(Decimal):
            pass
        def money(amount, currency):
            found = Money(amount)
            found.currency = currency
            return found
        @step(version="1", writes="json")
        def out(data, *, price: Any):
            return price.currency
        """,
        pair=("{'price': money(1, 'EUR')}", "{'price': money(1, 'USD')}"),
        expect="rerun",
    ),
    Case(
        name="date_with_a_slot",
        about="A slot of a subclass of date, which copy and pickle drop.",
        project="""
        --- steps.py
        from datetime import date
        from typing import Any
        from saltern import step
        class Day(date):
            __slots__ = ("region",)
        def day(region):
            found = Day(2018, 3, 5)
            found.region = region
            return found
        @step(version="1", writes="json")
        def out(data, *, when: Any):
            return when.region
        """,
        pair=("{'when': day('north')}", "{'when': day('south')}"),
        expect="rerun",
    ),
    Case(
        name="named_tuple_with_a_unit",
        about="An attribute of a subclass of a named tuple.",
        project="""
        --- steps.py
        from typing import Any, NamedTuple
        from saltern import step
        class Pair(NamedTuple):
            n: int
        class Length(Pair):
            pass
        def length(n, unit):
            found = Length(n)
            found.unit = unit
            return found
        @step(version="1", writes="json")
        def out(data, *, side: Any):
            return side.unit
        """,
        pair=("{'side': length(1, 'm')}", "{'side': length(1, 'km')}"),
        expect="rerun",
    ),
    Case(
        name="none",
        about="None and the text None.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, x: str | None = None):
            return repr(x)
        """,
        pair=("{}", "{'x': 'None'}"),
        expect="rerun",
    ),
    Case(
        name="unset_parameter_added",
        about=(
            "A parameter is added with a default that keeps what the step did. Seen in: joblib/joblib#1530. "
            "(nice to have only; the function's text has changed)"
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: int = 1):
            return 1
        """,
        edit=("steps.py", "k: int = 1", "k: int = 1, m: int = 2"),
        expect="rerun",
        same_value=True,
    ),
    Case(
        name="list_or_tuple",
        about="A list and a tuple of the same items as a parameter. Seen in: dask/dask#6844.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return type(k).__name__
        """,
        pair=("{'k': [1, 2]}", "{'k': (1, 2)}"),
        expect="rerun",
    ),
    Case(
        name="dict_of_sets",
        about="A dictionary of sets.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=("{'k': {'a': {1, 2}}}", "{'k': {'a': {1, 3}}}"),
        expect="rerun",
    ),
    Case(
        name="set_order",
        about="A set written in another order.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return sorted(k)
        """,
        pair=("{'k': {'a', 'b', 'c'}}", "{'k': {'c', 'b', 'a'}}"),
        expect="reuse",
    ),
    Case(
        name="decimal_digits",
        about="Decimal('1.0') and Decimal('1.00').",
        project="""
        --- steps.py
        from typing import Any
        from decimal import Decimal
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=("{'k': Decimal('1.0')}", "{'k': Decimal('1.00')}"),
        expect="rerun",
    ),
    Case(
        name="datetime_zone",
        about="The same moment in two time zones.",
        project="""
        --- steps.py
        from typing import Any
        from datetime import datetime, timedelta, timezone
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=(
            "{'k': datetime(2020, 1, 1, 12, tzinfo=timezone.utc)}",
            "{'k': datetime(2020, 1, 1, 13, tzinfo=timezone(timedelta(hours=1)))}",
        ),
        expect="rerun",
    ),
    Case(
        name="date_and_datetime",
        about="A date, and midnight of it.",
        project="""
        --- steps.py
        from typing import Any
        from datetime import date, datetime
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=("{'k': date(2020, 1, 1)}", "{'k': datetime(2020, 1, 1)}"),
        expect="rerun",
    ),
    Case(
        name="bytes_and_text",
        about="b'a' and 'a'.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=("{'k': b'a'}", "{'k': 'a'}"),
        expect="rerun",
    ),
    Case(
        name="int_and_text_keys",
        about="{1: 'a'} and {'1': 'a'}.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=("{'k': {1: 'a'}}", "{'k': {'1': 'a'}}"),
        expect="rerun",
    ),
    Case(
        name="nested_list_and_tuple",
        about="A list and a tuple, deep inside.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=("{'k': {'a': [(1, 2)]}}", "{'k': {'a': [[1, 2]]}}"),
        expect="rerun",
    ),
    Case(
        name="int_float_inside",
        about="1 and 1.0 inside a list.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=("{'k': [1]}", "{'k': [1.0]}"),
        expect="rerun",
    ),
    Case(
        name="two_enums",
        about="Members of two enums with the same value.",
        project="""
        --- steps.py
        from typing import Any
        import enum
        class A(enum.Enum):
            X = 1
        class B(enum.Enum):
            X = 1
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return type(k).__name__
        """,
        pair=("{'k': A.X}", "{'k': B.X}"),
        expect="rerun",
    ),
    Case(
        name="ordered_dict",
        about="An OrderedDict, and a dict.",
        project="""
        --- steps.py
        from typing import Any
        from collections import OrderedDict
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return type(k).__name__
        """,
        pair=("{'k': OrderedDict(a=1)}", "{'k': {'a': 1}}"),
        expect="rerun|refuse",
    ),
    Case(
        name="str_subclass",
        about="A subclass of str.",
        project="""
        --- steps.py
        from typing import Any
        class S(str):
            pass
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return type(k).__name__
        """,
        pair=("{'k': S('a')}", "{'k': 'a'}"),
        expect="rerun|refuse",
    ),
    Case(
        name="range_as_parameter",
        about="range(3) and range(4).",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return list(k)
        """,
        pair=("{'k': range(3)}", "{'k': range(4)}"),
        expect="rerun|refuse",
    ),
    Case(
        name="function_as_parameter",
        about="A function.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return k.__name__
        """,
        pair=("{'k': len}", "{'k': max}"),
        expect="rerun|refuse",
    ),
    Case(
        name="numpy_array",
        about="Two arrays.",
        project="""
        --- steps.py
        from typing import Any
        import numpy as np
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return k.tolist()
        """,
        pair=("{'k': np.array([1])}", "{'k': np.array([2])}"),
        expect="rerun|refuse",
    ),
    Case(
        name="complex_number",
        about="1j and 2j.",
        project="""
        --- steps.py
        from typing import Any
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: Any = None):
            return repr(k)
        """,
        pair=("{'k': 1j}", "{'k': 2j}"),
        expect="rerun|refuse",
    ),
    Case(
        name="default_left_out",
        about="The default, given and left out.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data, *, k: int = 3):
            return k
        """,
        pair=("{}", "{'k': 3}"),
        expect="reuse",
    ),
]
