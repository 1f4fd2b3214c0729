"""Names, docstrings and source that code gets at by roundabout ways."""

from __future__ import annotations

from tests.lineage.case import Case

CASES = [
    Case(
        name="version_of_a_module",
        about="`pkg.__version__`, which the project defines.",
        project="""
        --- cfg.py
        __version__ = '1'
        --- steps.py
        from saltern import step
        import cfg
        @step(version="1", writes="json")
        def out(data):
            return cfg.__version__
        """,
        edit=("cfg.py", "'1'", "'2'"),
        expect="rerun",
    ),
    Case(
        name="version_imported_in_the_package",
        about="`from . import __version__`: everybody's version stamp in a report.",
        project="""
        --- cfg/__init__.py
        __version__ = '1'
        --- cfg/a.py
        from . import __version__ as v
        def f(): return v
        --- steps.py
        from saltern import step
        from cfg.a import f
        @step(version="1", writes="json")
        def out(data):
            return f()
        """,
        edit=("cfg/__init__.py", "'1'", "'2'"),
        expect="rerun",
    ),
    Case(
        name="all_as_data",
        about="`module.__all__` is read as data.",
        project="""
        --- cfg.py
        __all__ = ['a']
        a = b = 1
        --- steps.py
        from saltern import step
        import cfg
        @step(version="1", writes="json")
        def out(data):
            return cfg.__all__
        """,
        edit=("cfg.py", "['a']", "['a', 'b']"),
        expect="rerun",
    ),
    Case(
        name="annotations_of_a_module",
        about="`module.__annotations__` is read as data.",
        project="""
        --- cfg.py
        x: int = 1
        --- steps.py
        from saltern import step
        import cfg
        @step(version="1", writes="json")
        def out(data):
            return [str(v) for v in cfg.__annotations__.values()]
        """,
        edit=("cfg.py", "x: int", "x: float"),
        expect="rerun",
    ),
    Case(
        name="dict_of_a_module",
        about="A name is looked up in `module.__dict__`.",
        project="""
        --- helpers.py
        def do_a(): return 1
        --- steps.py
        from saltern import step
        import helpers
        @step(version="1", writes="json")
        def out(data):
            return helpers.__dict__['do_' + 'a']()
        """,
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="loader_gives_source",
        about="The loader of a module gives its source.",
        project="""
        --- cfg.py
        x: int = 1
        --- steps.py
        from saltern import step
        import cfg
        @step(version="1", writes="json")
        def out(data):
            return cfg.__loader__.get_source('cfg')
        """,
        edit=("cfg.py", "= 1", "= 2"),
        expect="rerun",
    ),
    Case(
        name="source_by_linecache",
        about="linecache gives a line of source.",
        project="""
        --- h.py
        X = 1
        --- steps.py
        from saltern import step
        import linecache, h
        @step(version="1", writes="json")
        def out(data):
            return linecache.getline(h.__file__, 1)
        """,
        edit=("h.py", "X = 1", "X = 2"),
        expect="rerun",
    ),
    Case(
        name="source_opened",
        about="A step opens the source of a module that it uses.",
        project="""
        --- cfg.py
        x: int = 1
        --- steps.py
        from saltern import step
        import cfg
        @step(version="1", writes="json")
        def out(data):
            return open(cfg.__file__).read()
        """,
        edit=("cfg.py", "= 1", "= 2"),
        expect="rerun",
    ),
    Case(
        name="own_source_opened",
        about="A step reads its own source, with the comments in it.",
        project="""
        --- steps.py
        from saltern import step
        @step(version="1", writes="json")
        def out(data):
            return len(open(__file__).read())  # a
        """,
        edit=("steps.py", "# a", "# aaa"),
        expect="rerun",
    ),
    Case(
        name="globals_of_a_function",
        about="A name is looked up in the globals of a function.",
        project="""
        --- helpers.py
        def do_a(): return 1
        def f(): return 0
        --- steps.py
        from saltern import step
        from helpers import f
        @step(version="1", writes="json")
        def out(data):
            return f.__globals__['do_' + 'a']()
        """,
        edit=("helpers.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="globals_of_a_frame",
        about="A name is looked up in the globals of the frame.",
        project="""
        --- steps.py
        from saltern import step
        import sys
        N = 1
        @step(version="1", writes="json")
        def out(data):
            return sys._getframe().f_globals['N']
        """,
        edit=("steps.py", "N = 1", "N = 5"),
        expect="rerun",
    ),
    Case(
        name="globals_of_the_caller",
        about="A helper looks a name up in the globals of whoever calls it.",
        project="""
        --- tools.py
        import sys
        def look(n): return sys._getframe(1).f_globals[n]
        --- steps.py
        from saltern import step
        import tools
        N = 1
        @step(version="1", writes="json")
        def out(data):
            return tools.look('N')
        """,
        edit=("steps.py", "N = 1", "N = 5"),
        expect="rerun",
    ),
    Case(
        name="globals_by_a_format",
        about="A format text takes a function's globals.",
        project="""
        --- cfg.py
        N = 1
        def f(): pass
        --- steps.py
        from saltern import step
        from cfg import f
        @step(version="1", writes="json")
        def out(data):
            return '{0.__globals__[N]}'.format(f)
        """,
        edit=("cfg.py", "N = 1", "N = 5"),
        expect="rerun",
    ),
    Case(
        name="eval_by_a_computed_name",
        about="eval is taken of builtins by a computed name.",
        project="""
        --- steps.py
        from saltern import step
        import builtins
        N = 1
        @step(version="1", writes="json")
        def out(data):
            return getattr(builtins, 'ev' + 'al')('N')
        """,
        edit=("steps.py", "N = 1", "N = 5"),
        expect="rerun",
    ),
    Case(
        name="module_of_a_function",
        about="inspect.getmodule gives a module to take names of.",
        project="""
        --- h.py
        X = 1
        def f(): pass
        --- steps.py
        from saltern import step
        import inspect
        from h import f
        @step(version="1", writes="json")
        def out(data):
            return inspect.getmodule(f).X
        """,
        edit=("h.py", "X = 1", "X = 2"),
        expect="rerun",
    ),
    Case(
        name="timeit_of_a_text",
        about="timeit runs a text, which imports.",
        project="""
        --- h.py
        d = []
        def f(): d.append(1)
        --- steps.py
        from saltern import step
        import timeit, h
        @step(version="1", writes="json")
        def out(data):
            timeit.timeit('h.f()', setup='import h', number=1)
            return h.d
        """,
        edit=("h.py", "append(1)", "append(2)"),
        expect="rerun",
    ),
    Case(
        name="python_started_with_a_module",
        about="`python -m module`, which nothing imports.",
        project="""
        --- h.py
        print(1)
        --- steps.py
        from saltern import step
        import subprocess, sys
        @step(version="1", writes="json")
        def out(data):
            return subprocess.run([sys.executable, '-m', 'h'], capture_output=True, text=True).stdout
        """,
        edit=("h.py", "print(1)", "print(2)"),
        expect="rerun",
    ),
    Case(
        name="python_started_with_code",
        about="`python -c 'import module'`.",
        project="""
        --- h.py
        def f(): return 1
        --- steps.py
        from saltern import step
        import subprocess, sys
        @step(version="1", writes="json")
        def out(data):
            command = [sys.executable, '-c', 'import h; print(h.f())']
            return subprocess.run(command, capture_output=True, text=True).stdout
        """,
        edit=("h.py", "return 1", "return 2"),
        expect="rerun",
    ),
    Case(
        name="docstring_by_a_computed_name",
        about="getattr with a computed name gives the docstring.",
        project="""
        --- helpers.py
        def f():
            "one"
        --- steps.py
        from saltern import step
        from helpers import f
        ATTR = '__doc' + '__'
        @step(version="1", writes="json")
        def out(data):
            return getattr(f, ATTR)
        """,
        edit=("helpers.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="docstring_by_a_name_handed_on",
        about="The name of the docstring is handed to a helper.",
        project="""
        --- tools.py
        def take(o, n):
            return getattr(o, n)
        --- helpers.py
        def f():
            "one"
        --- steps.py
        from saltern import step
        import helpers, tools
        @step(version="1", writes="json")
        def out(data):
            return tools.take(helpers.f, '__doc__')
        """,
        edit=("helpers.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="docstring_by_pydoc",
        about="pydoc renders a function.",
        project="""
        --- helpers.py
        def f():
            "one"
        --- steps.py
        from saltern import step
        import helpers, pydoc
        @step(version="1", writes="json")
        def out(data):
            return pydoc.plain(pydoc.render_doc(helpers.f))
        """,
        edit=("helpers.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="docstring_by_getmembers",
        about="inspect.getmembers lists the docstring, too.",
        project="""
        --- helpers.py
        class K:
            "one"
        --- steps.py
        from saltern import step
        import helpers, inspect
        @step(version="1", writes="json")
        def out(data):
            return [d for n, d in inspect.getmembers(helpers.K) if isinstance(d, str)]
        """,
        edit=("helpers.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="docstring_by_vars",
        about="vars() of a class holds its docstring.",
        project="""
        --- helpers.py
        class K:
            "one"
        --- steps.py
        from saltern import step
        import helpers
        @step(version="1", writes="json")
        def out(data):
            return [str(v) for k, v in vars(helpers.K).items() if k.startswith('__d') and 'doc' in k]
        """,
        edit=("helpers.py", "one", "two"),
        expect="rerun",
    ),
    Case(
        name="docstring_by_dict",
        about="The __dict__ of a class holds its docstring.",
        project="""
        --- helpers.py
        class K:
            "one"
        --- steps.py
        from saltern import step
        import helpers
        @step(version="1", writes="json")
        def out(data):
            return [str(v) for k, v in helpers.K.__dict__.items() if isinstance(v, str)]
        """,
        edit=("helpers.py", "one", "two"),
        expect="rerun",
    ),
]

CASES += [
    Case(
        name=f"names_of_the_module_by_{name}",
        about="At its top level a module finds its own functions by the dictionary of its names.",
        project=f"""
        --- h.py
        def do_a(): return 1
        def do_b(): return 3
        {table}
        --- steps.py
        from saltern import step
        import h
        @step(version="1", writes="json")
        def out(data):
            return h.T["a"]()
        """,
        edit=("h.py", "return 1", "return 2"),
        expect="rerun",
    )
    for name, table in (
        ("locals", "T = {k[3:]: v for k, v in list(locals().items()) if k.startswith('do_')}"),
        ("vars", "T = {k[3:]: v for k, v in list(vars().items()) if k.startswith('do_')}"),
        ("a_computed_name", "T = {'a': locals()['do' + '_a']}"),
    )
]
