"""Effects: what happens when modules are imported, beside definitions."""

from __future__ import annotations

from tests.lineage.case import Case

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
]
