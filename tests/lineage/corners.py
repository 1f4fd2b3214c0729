"""Ways to code and to values that no import names: paths, texts, line numbers, flags, prefixes of variables."""

from __future__ import annotations

from tests.lineage.case import Case

CASES = [
    Case(
        name="module_from_a_path_at_import",
        about="`spec_from_file_location`, the documented recipe, at a module's top level.",
        project="""
        --- plugins/plug.py
        LIMIT = 1
        --- steps.py
        import importlib.util
        from pathlib import Path
        from saltern import step
        spec = importlib.util.spec_from_file_location('plug', Path(__file__).parent / 'plugins' / 'plug.py')
        plug = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(plug)
        @step(version="1", writes="json")
        def out(data):
            return plug.LIMIT
        """,
        edit=("plugins/plug.py", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="module_from_a_loader_at_import",
        about="`SourceFileLoader(...).load_module()`, the older recipe.",
        project="""
        --- plugins/plug.py
        LIMIT = 1
        --- steps.py
        from importlib.machinery import SourceFileLoader
        from pathlib import Path
        from saltern import step
        plug = SourceFileLoader('plug', str(Path(__file__).parent / 'plugins' / 'plug.py')).load_module()
        @step(version="1", writes="json")
        def out(data):
            return plug.LIMIT
        """,
        edit=("plugins/plug.py", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="pydoc_locate",
        about="`pydoc.locate('helpers.f')`: a function by a text that is computed.",
        project="""
        --- helpers.py
        def f(): return 1
        --- steps.py
        from pydoc import locate
        from saltern import step
        NAMES = ['hel', 'pers', '.f']
        @step(version="1", writes="json")
        def out(data):
            return locate(''.join(NAMES))()
        """,
        edit=("helpers.py", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="logging_factory_by_text",
        about="`dictConfig` makes a filter of the project by its name.",
        project="""
        --- helpers.py
        SEEN = []
        class Filter:
            def __init__(self):
                SEEN.append(1)
        --- steps.py
        import logging.config, sys
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            logging.config.dictConfig({'version': 1, 'filters': {'f': {'()': '.'.join(['helpers', 'Filter'])}}})
            from helpers import SEEN
            return SEEN[-1]
        """,
        edit=("helpers.py", "SEEN.append(1)", "SEEN.append(2)"),
        expect="rerun",
    ),
    Case(
        name="environment_by_prefix",
        about="All variables whose names start with `APP_`: how twelve-factor settings are read.",
        project="""
        --- steps.py
        import os
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return {k: v for k, v in sorted(os.environ.items()) if k.startswith('APP_')}
        """,
        env={"APP_LIMIT": "1"},
        env_after={"APP_LIMIT": "2"},
        expect="rerun",
    ),
    Case(
        name="environment_by_made_name",
        about="`os.environ[f'APP_{name}']`, with the names in lower case elsewhere.",
        project="""
        --- steps.py
        import os
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return [os.environ.get(f'app_{name}'.upper()) for name in ('limit', 'host')]
        """,
        env={"APP_LIMIT": "1"},
        env_after={"APP_LIMIT": "2"},
        expect="rerun",
    ),
    Case(
        name="environment_by_fields",
        about="A settings class whose fields are the names of variables, as in pydantic-settings.",
        project="""
        --- steps.py
        import os
        from saltern import step
        class Settings:
            limit: int = 0
            def __init__(self):
                for name in type(self).__annotations__:
                    setattr(self, name, os.environ.get(name.upper()))
        @step(version="1", writes="json")
        def out(data):
            return Settings().limit
        """,
        env={"LIMIT": "1"},
        env_after={"LIMIT": "2"},
        expect="rerun",
    ),
    Case(
        name="environment_of_another_prefix",
        about="A variable of another prefix, and none that the code has a word for.",
        project="""
        --- steps.py
        import os
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return {k: v for k, v in sorted(os.environ.items()) if k.startswith('APP_')}
        """,
        env={"OTHER_LIMIT": "1"},
        env_after={"OTHER_LIMIT": "2"},
        expect="reuse",
    ),
    Case(
        name="asserts_left_out",
        about="`python -O` leaves out what asserts do, and `__debug__` is another.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return 'checked' if __debug__ else 'unchecked'
        --- run.py
        import json, sys
        from pathlib import Path
        import steps
        from saltern import Cache, Source
        cache = Cache(sys.argv[1], 'lineage', run=sys.argv[2], engine='plain')
        call = cache.call(steps.out, {'data': Source.at(Path('in.txt'))})
        found = cache.reuse(call)
        artifact = found or cache.make(call)
        print(json.dumps({'ran': [] if found else ['out'], 'value': cache.load(artifact)}))
        """,
        program=("run.py",),
        env_after={"PYTHONOPTIMIZE": "1"},
        expect="rerun",
    ),
    Case(
        name="line_number_as_data",
        about="The number of a line is data: `co_firstlineno`, for an id of a check or the order of fields.",
        project="""
        --- steps.py
        from saltern import step
        # first
        def check(): pass
        @step(version="1", writes="json")
        def out(data):
            return check.__code__.co_firstlineno
        """,
        edit=("steps.py", "# first", "# first\n# second"),
        expect="rerun",
    ),
    Case(
        name="line_of_the_caller",
        about="A helper that says where it was called from.",
        project="""
        --- helpers.py
        import sys
        def here(): return sys._getframe(1).f_lineno
        --- steps.py
        from saltern import step
        import helpers
        # first
        @step(version="1", writes="json")
        def out(data):
            return helpers.here()
        """,
        edit=("steps.py", "# first", "# first\n# second"),
        expect="rerun",
    ),
    Case(
        name="builtin_set_elsewhere",
        about="A name that a module puts into `builtins`, as `gettext.install` does.",
        project="""
        --- helpers.py
        import builtins
        def f(): return 1
        builtins._f = f
        --- steps.py
        import helpers
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return _f()
        """,
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="builtin_set_by_the_program",
        about="The same, by the program that builds: nothing that the step imports says so.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return LIMIT
        --- run.py
        import builtins, json, sys
        builtins.LIMIT = 1
        from pathlib import Path
        import steps
        from saltern import Cache, Source
        cache = Cache(sys.argv[1], 'lineage', run=sys.argv[2], engine='plain')
        call = cache.call(steps.out, {'data': Source.at(Path('in.txt'))})
        found = cache.reuse(call)
        artifact = found or cache.make(call)
        print(json.dumps({'ran': [] if found else ['out'], 'value': cache.load(artifact)}))
        """,
        program=("run.py",),
        edit=("run.py", "LIMIT = 1", "LIMIT = 2"),
        expect="rerun",
    ),
    Case(
        name="module_given_another_name_by_the_program",
        about="`sys.modules['cfg'] = real`, as shims for moved modules do, in the program.",
        project="""
        --- impl/real.py
        LIMIT = 1
        --- steps.py
        from saltern import step
        import cfg
        @step(version="1", writes="json")
        def out(data):
            return cfg.LIMIT
        --- run.py
        import json, sys
        import impl.real
        sys.modules['cfg'] = impl.real
        from pathlib import Path
        import steps
        from saltern import Cache, Source
        cache = Cache(sys.argv[1], 'lineage', run=sys.argv[2], engine='plain')
        call = cache.call(steps.out, {'data': Source.at(Path('in.txt'))})
        found = cache.reuse(call)
        artifact = found or cache.make(call)
        print(json.dumps({'ran': [] if found else ['out'], 'value': cache.load(artifact)}))
        """,
        program=("run.py",),
        edit=("impl/real.py", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="walrus_in_a_default",
        about="A default binds a name of the module.",
        project="""
        --- steps.py
        from saltern import step
        def f(x=(LIMIT := 1)): return x
        @step(version="1", writes="json")
        def out(data):
            return LIMIT
        """,
        edit=("steps.py", "LIMIT := 1", "LIMIT := 2"),
        expect="rerun",
    ),
    Case(
        name="match_on_a_constant_elsewhere",
        about="`case cfg.LIMIT:` compares with a constant of another module.",
        project="""
        --- cfg.py
        LIMIT = 1
        --- steps.py
        from saltern import step
        import cfg
        @step(version="1", writes="json")
        def out(data):
            match 1:
                case cfg.LIMIT: return 'hit'
                case _: return 'miss'
        """,
        edit=("cfg.py", "1", "2"),
        expect="rerun",
    ),
    Case(
        name="match_on_true",
        about="`case True:` and `case None:` hold no expression.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            match data is not None:
                case True: return 1
                case None: return 0
        """,
        edit=("steps.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="context_variable",
        about="The default of a context variable of another module.",
        project="""
        --- cfg.py
        from contextvars import ContextVar
        VALUE = 1
        limit = ContextVar('limit', default=VALUE)
        --- steps.py
        from saltern import step
        from cfg import limit
        @step(version="1", writes="json")
        def out(data):
            return limit.get()
        """,
        edit=("cfg.py", "VALUE = 1", "VALUE = 2"),
        expect="rerun",
    ),
    Case(
        name="format_in_a_format",
        about="The width in an f-string is a constant of another module.",
        project="""
        --- cfg.py
        WIDTH = 1
        --- steps.py
        from saltern import step
        import cfg
        @step(version="1", writes="json")
        def out(data):
            return f'{3:{cfg.WIDTH}}'
        """,
        edit=("cfg.py", "1", "4"),
        expect="rerun",
    ),
]
