"""Text: what of the source counts, and what does not."""

from __future__ import annotations

from tests.lineage.case import Case

UNHINTED = """
--- helpers.py
def f(x):
    y = x
    return y
--- steps.py
from saltern import step
from helpers import f
@step(version="1", writes="json")
def out(data):
    return f(1)
"""

CASES = [
    Case(
        name="prefix_of_a_text",
        about="The u before a text, which formatters take away.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return u"a"
        """,
        edit=("steps.py", 'u"a"', '"a"'),
        expect="reuse",
    ),
    Case(
        name="string_annotation",
        about="A quoted forward reference that pydantic resolves: the class that it names does the validation.",
        project="""
        --- steps.py
        from pydantic import BaseModel, field_validator
        from saltern import step
        class Order(BaseModel):
            items: list["Item"]
        class Item(BaseModel):
            n: int
            @field_validator("n")
            @classmethod
            def twice(cls, n):
                return n * 2
        @step(version="1", writes="json")
        def out(data):
            return Order.model_validate({"items": [{"n": 1}]}).model_dump()
        """,
        edit=("steps.py", "n * 2", "n * 3"),
        expect="rerun",
    ),
    Case(
        name="docstring_as_data",
        about="A docstring that the program uses: docopt, PLY's grammar, DSPy's and pydantic's descriptions.",
        project='''
        --- steps.py
        from saltern import step
        def prompt():
            """Answer in one word."""
        @step(version="1", writes="json")
        def out(data):
            return prompt.__doc__
        ''',
        edit=("steps.py", "one word", "two words"),
        expect="rerun",
    ),
    Case(
        name="walrus_in_comprehension",
        about="A name that a walrus in a comprehension binds in the function.",
        project="""
        --- steps.py
        import re
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            if any((found := re.match("b(.)", word)) for word in ["a", "bc"]):
                return found[1] + "x"
        """,
        edit=("steps.py", '"x"', '"y"'),
        expect="rerun",
    ),
    Case(
        name="match_class",
        about="match: case Point(x=0) and case [first, *others] as every.",
        project="""
        --- steps.py
        from typing import NamedTuple
        from saltern import step
        class Point(NamedTuple):
            x: int
            y: int = 3
        @step(version="1", writes="json")
        def out(data):
            match [Point(0), 2, 3]:
                case [Point(x=0, y=y), *others] as every if others:
                    return [y, others, len(every)]
        """,
        edit=("steps.py", "y: int = 3", "y: int = 4"),
        expect="rerun",
    ),
    Case(
        name="locals",
        about="locals() in a helper, for a format string: it cannot reach anything else.",
        project="""
        --- helpers.py
        def f(name):
            age = 3
            return '{name} {age}'.format(**locals())
        --- steps.py
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f("a")
        """,
        edit=("helpers.py", "age = 3", "age = 4"),
        expect="rerun",
    ),
    Case(
        name="name_in_a_query_string",
        about=('pandas: df.query("x > @LIMIT") reads a global of the caller by a name in a string; duckdb does too.'),
        project="""
        --- steps.py
        import pandas as pd
        from saltern import step
        LIMIT = 1
        @step(version="1", writes="json")
        def out(data):
            return len(pd.DataFrame({"x": [1, 2, 3]}).query("x > @LIMIT"))
        """,
        edit=("steps.py", "LIMIT = 1", "LIMIT = 2"),
        expect="rerun",
        needs=("pandas",),
        needs_312=True,
    ),
    Case(
        name="long_expression",
        about="A sum of 400 terms, or a chain of 200 .when().then(): generated code.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return MANY
        """.replace("MANY", " + ".join(["1"] * 400)),
        expect="reuse",
    ),
    Case(
        name="annotation_only",
        about="A type hint is added to a helper's local variable and its return.",
        project=UNHINTED,
        edit=("helpers.py", "def f(x):", "def f(x: int) -> int:"),
        expect="reuse",
    ),
    Case(
        name="annotation_of_a_local_variable",
        about="A type hint is added to a function's variable, which Python does not look at there.",
        project=UNHINTED,
        edit=("helpers.py", "    y = x", "    y: Nothing[0] = x"),
        expect="reuse",
    ),
    Case(
        name="annotation_of_a_field",
        about="A type hint of a field is edited, by which its value is checked.",
        project="""
        --- steps.py
        from pydantic import BaseModel
        from saltern import step
        def made():
            class Limits(BaseModel):
                limit: int = 1
            return Limits(limit="2").limit
        @step(version="1", writes="json")
        def out(data):
            return made()
        """,
        edit=("steps.py", "limit: int", "limit: str"),
        expect="rerun",
    ),
    Case(
        name="unused_method",
        about="A method that no step calls, of a class that one uses. (hard: granularity of classes)",
        project="""
        --- helpers.py
        class T:
            def f(self):
                return 1
            def unused(self):
                return 2
        --- steps.py
        from saltern import step
        from helpers import T
        @step(version="1", writes="json")
        def out(data):
            return T().f()
        """,
        edit=("helpers.py", "return 2", "return 3"),
        expect="reuse|rerun",
    ),
    Case(
        name="logging_level",
        about="logging.basicConfig(level=...) at the top, and a module's logger in the step.",
        project="""
        --- steps.py
        import logging
        from saltern import step
        logging.basicConfig(level="WARNING")
        log = logging.getLogger(__name__)
        @step(version="1", writes="json")
        def out(data):
            log.info("x")
            return 1
        """,
        edit=("steps.py", "WARNING", "ERROR"),
        expect="reuse|rerun",
    ),
    Case(
        name="lines_above_moved",
        about=(
            "Code is added above the function, so that its lines move. Seen in: joblib/joblib#680 (cache "
            "cleared when the line number changes)."
        ),
        project="""
        --- steps.py
        from saltern import step

        @step(version="1", writes="json")
        def out(data):
            return 1
        """,
        edit=("steps.py", "import step\n", "import step\n\n\ndef unrelated():\n    return 5\n\n"),
        expect="reuse",
    ),
    Case(
        name="decorator_of_step_edited",
        about=(
            "An option of the step's own decorator that changes no result (here: the order of its options). "
            "Seen in: zenml-io/zenml#3880."
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        """,
        edit=("steps.py", 'version="1", writes="json"', 'writes="json", version="1", libraries=[]'),
        expect="reuse",
    ),
    Case(
        name="print_added",
        about=(
            "A print() or a log line is added to the body. Seen in: joblib/joblib#1533, #1710 (asked for; "
            "refused as too hard). (no cache gets this right; cutoff at least stops below)"
        ),
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 1
        """,
        edit=("steps.py", "    return 1", "    print('hello')\n    return 1"),
        expect="rerun",
        same_value=True,
    ),
    Case(
        name="local_type_checking_names",
        about="A Protocol, an alias, a Literal and a TypedDict; only the alias is edited.",
        project="""
        --- steps.py
        from typing import Literal, Protocol, TypeAlias, TypedDict
        from saltern import step
        Mode: TypeAlias = Literal["a", "b"]
        class Shape(Protocol):
            def area(self) -> float: ...
        class Row(TypedDict):
            x: int
        def f(shape: Shape, row: Row, mode: Mode = "a") -> str:
            return mode
        @step(version="1", writes="json")
        def out(data, *, mode: Mode = "a"):
            return f(None, {"x": 1}, mode)
        """,
        expect="reuse",
    ),
    Case(
        name="same_code_on_python_312",
        about="Another Python, and code with f-strings, match, classes, numbers: the same fingerprint.",
        project='''
        --- steps.py
        import functools
        from saltern import step
        NUMBERS = (1_000, 0x10, 1e3, 2j, b"x", "a" "b", ..., -0.0)
        class C:
            """Doc."""
            x: int = 3
        @functools.lru_cache(maxsize=None)
        def f(x, /, y=1, *args, z: "int" = 2, **kw) -> str:
            """Doc."""
            w = 3
            return f"{x!r:>{w}} {'a' 'b'} {x=} {{}}" "tail" + str([i for i in range(3) if i])
        @step(version="1", writes="json")
        def out(data):
            async def g():
                yield 1
            match 3:
                case int(n) if n > 2:
                    pass
            try:
                pass
            except* ValueError:
                pass
            return [f(1), str(NUMBERS), C.x, str(lambda: 0)[:3]]
        ''',
        expect="reuse",
        then_312=True,
    ),
    Case(
        name="pep695_on_312",
        about="type X[T] = ..., def f[T](x: T), class A[T]: Python 3.12's type parameters.",
        project="""
        --- steps.py
        from saltern import step
        type Pair[T] = tuple[T, T]
        class Box[T]:
            def __init__(self, x: T) -> None:
                self.x = x
        def f[T](x: T) -> Pair[T]:
            return x, x
        @step(version="1", writes="json")
        def out(data):
            return f(Box(1).x)
        """,
        edit=("steps.py", "return x, x", "return x, 2"),
        expect="rerun",
        needs_312=True,
    ),
    Case(
        name="match_captures",
        about="match with captures, constants of a class and guards.",
        project="""
        --- kinds.py
        class Kind:
            A = 1
            B = 2
        --- steps.py
        import kinds
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            match {"k": 1, "rest": 5}:
                case {"k": kinds.Kind.A, **rest}:
                    return rest
                case {"k": other}:
                    return other
        """,
        edit=("kinds.py", "A = 1", "A = 9"),
        expect="rerun",
    ),
    Case(
        name="f_string_nested",
        about="An f-string with a nested format and a constant in it.",
        project="""
        --- steps.py
        WIDTH = 5
        VALUE = 3.14159
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f"{VALUE:{WIDTH}.{WIDTH - 2}f}"
        """,
        edit=("steps.py", "WIDTH = 5", "WIDTH = 6"),
        expect="rerun",
    ),
    Case(
        name="f_string_equals",
        about="f'{x = }': the text of the expression is data.",
        project="""
        --- steps.py
        N = 3
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f"{N + 1=}"
        """,
        edit=("steps.py", "{N + 1=}", "{N  + 1=}"),
        expect="rerun",
    ),
    Case(
        name="pydantic_docstring",
        about="The docstring of a pydantic model is its description in the schema.",
        project="""
        --- steps.py
        from pydantic import BaseModel
        class M(BaseModel):
            '''One.'''
            n: int = 1
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return M.model_json_schema()["description"]
        """,
        edit=("steps.py", "One.", "Two."),
        expect="rerun",
    ),
    Case(
        name="docstring_of_inherited_model",
        about="A docstring of a model whose base is the project's own.",
        project="""
        --- base.py
        from pydantic import BaseModel
        class Base(BaseModel):
            pass
        --- steps.py
        from base import Base
        class M(Base):
            '''One.'''
        def schema(kind):
            return kind.model_json_schema()
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return schema(M)["description"]
        """,
        edit=("steps.py", "One.", "Two."),
        expect="rerun",
    ),
    Case(
        name="getdoc",
        about="inspect.getdoc of a function of another module.",
        project="""
        --- helpers.py
        def f():
            '''One.'''
        --- steps.py
        import inspect, helpers
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return inspect.getdoc(helpers.f)
        """,
        edit=("helpers.py", "One.", "Two."),
        expect="rerun",
    ),
    Case(
        name="module_docstring",
        about="A module's own __doc__, as a command's usage.",
        project="""
        --- steps.py
        '''One.'''
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return __doc__
        """,
        edit=("steps.py", "One.", "Two."),
        expect="rerun",
    ),
    Case(
        name="docstring_edited",
        about="A docstring that nobody reads, comments and layout.",
        project="""
        --- helpers.py
        def f():
            '''One.'''
            return (1)  # a comment
        --- steps.py
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=(("helpers.py", "One.", "Two."), ("helpers.py", "return (1)  # a comment", "return 1")),
        expect="reuse",
    ),
    Case(
        name="definitions_reordered",
        about="Two functions change places.",
        project="""
        --- helpers.py
        def f():
            return g()
        def g():
            return 1
        --- steps.py
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=lambda folder: (folder / "helpers.py").write_text("def g():\n    return 1\ndef f():\n    return g()\n"),
        expect="reuse",
    ),
    Case(
        name="getsource",
        about="inspect.getsource: comments are data.",
        project="""
        --- helpers.py
        def f():
            return 1  # one
        --- steps.py
        import inspect
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return inspect.getsource(f)
        """,
        edit=("helpers.py", "# one", "# two"),
        expect="rerun",
    ),
    Case(
        name="eval_of_text",
        about="eval() of a text that names a constant.",
        project="""
        --- steps.py
        N = 1
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return eval("N + 1")
        """,
        edit=("steps.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="eval_in_helper_of_other_names",
        about="eval() in a helper, with the names of another module.",
        project="""
        --- names.py
        N = 1
        --- helpers.py
        import names
        def f(text):
            return eval(text, vars(names))
        --- steps.py
        from helpers import f
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return f("N + 1")
        """,
        edit=("names.py", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="exec_of_file",
        about="exec() of a file of the project.",
        project="""
        --- recipe.txt
        N = 1
        --- steps.py
        from pathlib import Path
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            space = {}
            exec(Path(__file__).with_name("recipe.txt").read_text(), space)
            return space["N"]
        """,
        edit=("recipe.txt", "N = 1", "N = 2"),
        expect="rerun",
    ),
    Case(
        name="annotations_resolved",
        about="typing.get_type_hints: annotations are data.",
        project="""
        --- model.py
        class M:
            a: int
        --- steps.py
        import typing
        from model import M
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [kind.__name__ for kind in typing.get_type_hints(M).values()]
        """,
        edit=("model.py", "a: int", "a: str"),
        expect="rerun",
    ),
    Case(
        name="future_annotations_alias",
        about="A string annotation that names an alias, which pydantic resolves.",
        project="""
        --- steps.py
        from pydantic import BaseModel, Field
        from typing import Annotated
        Small = Annotated[int, Field(le=5)]
        class M(BaseModel):
            n: "Small"
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            try:
                return M(n=6).n
            except ValueError:
                return "too much"
        """,
        edit=("steps.py", "le=5", "le=7"),
        expect="rerun",
    ),
    Case(
        name="number_of_another_kind",
        about="1 becomes 1.0: another value of the same hash.",
        project="""
        --- steps.py
        N = 1
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return repr(N)
        """,
        edit=("steps.py", "N = 1", "N = 1.0"),
        expect="rerun",
    ),
    Case(
        name="string_kind",
        about="A text becomes bytes of the same letters.",
        project="""
        --- steps.py
        N = 'a'
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return repr(N)
        """,
        edit=("steps.py", "N = 'a'", "N = b'a'"),
        expect="rerun",
    ),
    Case(
        name="future_import",
        about="from __future__ import annotations turns annotations into text.",
        project="""
        --- model.py
        class M:
            a: int
        --- steps.py
        from model import M
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return repr(M.__annotations__["a"])
        """,
        edit=("model.py", "class M", "from __future__ import annotations\nclass M"),
        expect="rerun",
    ),
    *(
        Case(
            name=f"docstring_read_by_a_librarys_{kind}",
            about="A library's decorator or base has the name of one of Python's own, and reads the docstring.",
            project=f"""
            --- site-packages/agents.py
            import inspect
            def cache(function):
                function.told = inspect.getdoc(function)
                return function
            class Protocol:
                @classmethod
                def told(cls):
                    return inspect.getdoc(cls)
            --- steps.py
            from saltern import step
            import agents
            {definition}
                '''Adds.'''
            @step(version="1", writes="json")
            def out(data):
                return {told}
            """,
            edit=("steps.py", "Adds.", "Removes."),
            expect="rerun",
            env={"PYTHONPATH": "site-packages"},
        )
        for kind, definition, told in (
            ("decorator", "@agents.cache\n            def tool():", "tool.told"),
            ("base", "class Tool(agents.Protocol):", "Tool.told()"),
        )
    ),
]
