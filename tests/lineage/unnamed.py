"""What no name at the top level leads to: a program's own block, lazy exports, imports in functions, texts."""

from __future__ import annotations

from tests.lineage.case import Case, Edit, steps

_LAZY = """
--- lab/__init__.py
import importlib
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from .core import clean
_WHERE = {"clean": ".core"}
def __getattr__(name):
    if name in _WHERE: return getattr(importlib.import_module(_WHERE[name], __name__), name)
    raise AttributeError(name)
--- lab/core.py
def clean(): return 1
def other(): return 1
"""
_REGISTRY = """
--- reg.py
REGISTRY = {}
class Base:
    def __init_subclass__(cls): REGISTRY[cls.__name__] = cls
def register(function):
    REGISTRY[function.__name__] = function
    return function
--- lab/__init__.py
--- lab/plug.py
from reg import Base, register
@register
def a(x): return x + 1
class Csv(Base):
    def read(self): return 1
"""
_LIBRARY = """
--- site-packages/agents.py
class Agent:
    def __init__(self, tools): self.tools = tools
    def said(self): return [tool.__doc__ for tool in self.tools]
"""


def _of_program(name: str, read: str, block: str, edit: Edit) -> Case:
    """A step in a script, whose block for running it binds what the step reads."""
    lines = "\n".join(f"    {line}" for line in block.split("; "))
    return Case(
        name=name,
        about="python pipeline.py: what the step reads is bound in the block that runs it alone.",
        project=(
            "\n--- conf.json\n1\n--- other.py\ndef pick(): return 1\n--- pipeline.py\n"
            "import json\nfrom pathlib import Path\nfrom build import tell\nfrom saltern import step\n"
            f'@step(version="1", writes="json")\ndef out(data):\n    return {read}\n'
            f'if __name__ == "__main__":\n{lines}\n    tell(lambda build: build.value(out))\n'
        ),
        program=("pipeline.py",),
        edit=edit,
        expect="rerun",
    )


def _case(name: str, about: str, files: str, body: str, before: str, edit: Edit, **more: object) -> Case:
    given = {"expect": "rerun", **more}
    return Case(name=name, about=about, project=files + steps(body, before), edit=edit, **given)  # type: ignore[arg-type]


CASES = [
    _of_program(
        "block_reads_a_file", "CONF", 'CONF = json.loads(Path("conf.json").read_text())', ("conf.json", "1", "2")
    ),
    _of_program("block_imports", "pick()", "from other import pick", ("other.py", "return 1", "return 2")),
    _of_program("block_sets_a_constant", "rate", "rate = 1", ("pipeline.py", "rate = 1", "rate = 2")),
    _of_program("block_defines", "add(1)", "add = lambda x: x + 1", ("pipeline.py", "x + 1", "x + 2")),
    _of_program(
        "block_binds_by_another_name", "rate", "start = 1; rate = start * 2", ("pipeline.py", "start = 1", "start = 2")
    ),
    _case(
        "lazy_export_that_is_loaded",
        "A package's __getattr__ gives a function of a module that is loaded already; type checkers have an import.",
        _LAZY,
        "return lab.clean()",
        "import lab\nfrom lab.core import other",
        ("lab/core.py", "clean(): return 1", "clean(): return 2"),
    ),
    _case(
        "lazy_export_by_its_name",
        "The same by its name: the function is another file's, which the whole project's source has.",
        _LAZY,
        "return clean()",
        "from lab import clean",
        ("lab/core.py", "clean(): return 1", "clean(): return 2"),
    ),
    _case(
        "function_of_a_computed_import",
        "A name of the module stands for a function that came by a computed import.",
        "\n--- impl_a.py\ndef f(): return 1\n",
        "return f()",
        "import importlib\ndef load(name): return importlib.import_module(f'impl_{name}').f\nf = load('a')",
        ("impl_a.py", "return 1", "return 2"),
    ),
    _case(
        "plug_in_that_the_step_imports",
        "An import in the step fills a registry, in each new process.",
        _REGISTRY,
        "import lab.plug; return REGISTRY['a'](1)",
        "from reg import REGISTRY",
        ("lab/plug.py", "x + 1", "x + 2"),
    ),
    _case(
        "class_that_the_step_imports",
        "The same, where a base hears of its classes.",
        _REGISTRY,
        "import lab.plug; return REGISTRY['Csv']().read()",
        "from reg import REGISTRY",
        ("lab/plug.py", "return 1", "return 2"),
    ),
    _case(
        "class_that_a_step_makes",
        "A helper keeps classes that it makes by calls.",
        "\n--- rows.py\nfrom collections import namedtuple\nKEPT = {}\n"
        "def row(*names):\n    KEPT[names] = namedtuple('Row', names)\n    return KEPT[names]\n",
        "return row('a', 'b')(2, 3).a",
        "from rows import row",
        ("steps.py", "3).a", "3).b"),
    ),
    *(
        _case(
            f"query_of_{name}",
            "pandas looks the names of a text up where it is called.",
            "",
            f"rows = pd.DataFrame({{'x': [1, 2, 3]}}); return int(rows.query({text})['x'].sum())",
            "import pandas as pd\nLIMIT = 1\nEXPR = 'x > @LIMIT'\nRULES = {'a': EXPR}",
            ("steps.py", "LIMIT = 1", "LIMIT = 2"),
            needs=("pandas",),
        )
        for name, text in (("a_constant", "EXPR"), ("an_item", "RULES['a']"), ("a_text_put_together", "EXPR + ''"))
    ),
    *(
        _case(
            f"table_at_import_{name}",
            "polars reads a table when the module is imported, by a path of several constants.",
            "\n--- assets/eu/x.csv\na\n1\n",
            "return T['a'].sum()",
            f"import os\nimport polars as pl\nHERE = Path(__file__).parent\nT = pl.read_csv({path})",
            ("assets/eu/x.csv", "1", "2"),
            needs=("polars",),
        )
        for name, path in (
            ("by_slashes", "HERE / 'assets' / 'eu' / 'x.csv'"),
            ("by_joinpath", "HERE.joinpath('assets', 'eu', 'x.csv')"),
            ("by_join", "os.path.join(HERE, 'assets', 'eu', 'x.csv')"),
        )
    ),
    _case(
        "data_of_a_package_at_import",
        "pkgutil reads data of a package, by a name that is put together, when the module is imported.",
        "\n--- lab/__init__.py\n--- lab/data/limits-a.json\n1\n--- lab/core.py\nimport pkgutil\n"
        "def load(name):\n    path = '/'.join(['data', '-'.join(['limits', name]) + '.json'])\n"
        "    return int(pkgutil.get_data(__package__, path))\n"
        "LIMIT = load('a')\n",
        "return LIMIT",
        "from lab.core import LIMIT",
        ("lab/data/limits-a.json", "1", "2"),
    ),
    *(
        _case(
            f"docstring_of_{name}",
            "A library is handed a function or an object, and reads the docstring, as of an agent's tools.",
            _LIBRARY,
            f"return agents.Agent([{tool}]).said()",
            "import sys\nsys.path.append(str(Path(__file__).parent / 'site-packages'))\nimport agents\n"
            "def weather():\n    'Old.'\nclass Tools:\n    def search(self):\n        'Old too.'",
            ("steps.py", old, "New."),
        )
        for name, tool, old in (("a_tool", "weather", "Old."), ("a_method", "Tools().search", "Old too."))
    ),
    *(
        _case(
            f"script_{name}",
            "A shell script that a step starts starts Python, or reads settings.",
            f"\n--- run.sh\n{line}\n--- settings\nLIMIT=1\n--- tool/__init__.py\n--- tool/__main__.py\n"
            "from .util import f\nprint(f())\n--- tool/util.py\ndef f(): return 1\n--- tool.py\nprint(1)\n",
            "return subprocess.run(['sh', 'run.sh'], capture_output=True, text=True, check=True).stdout",
            "import subprocess",
            edit,
        )
        for name, line, edit in (
            ("runs_a_python_file", "python3 ./tool.py", ("tool.py", "1", "2")),
            ("runs_a_module", "python3 -m tool", ("tool/util.py", "return 1", "return 2")),
            ("sources_settings", ". ./settings; echo $LIMIT", ("settings", "1", "2")),
        )
    ),
    _case(
        "pool_with_a_name",
        "Threads of a pool that has a name of its own, and is older than the step, read for it.",
        "\n--- d/a-1.txt\n1\n",
        "return [*POOL.map(Path.read_text, [Path('d') / ('a-' + str(1) + '.t' + 'xt')])]",
        "from concurrent.futures import ThreadPoolExecutor\nPOOL = ThreadPoolExecutor(1, thread_name_prefix='io')\n"
        "from saltern import step\n@step(version='1', writes='json')\ndef warm(data): return [*POOL.map(len, ['a'])]",
        ("d/a-1.txt", "1", "2"),
        calls=tuple((name, {"data": "in.txt"}, "{}") for name in ("warm", "out")),
    ),
    *(
        Case(
            name=f"unused_{name}",
            about="Somebody adds to a helper's module what only makes an object, and nothing uses it.",
            project="\n--- helpers.py\nimport enum, os, typing\nfrom pathlib import Path\n# here\ndef f(): return 1\n"
            + steps("return f()", "from helpers import f"),
            edit=("helpers.py", "# here", line),
            expect="reuse",
        )
        for name, line in (
            ("root", "ROOT = Path(__file__).resolve().parents[1]"),
            ("enum", "class Kind(enum.Enum):\n    A = enum.auto()"),
            ("protocol", "@typing.runtime_checkable\nclass P(typing.Protocol): pass"),
            ("variable", "DEBUG = os.environ.get('DEBUG', '0') == '1'\nLEVEL = os.getenv('LEVEL', 'INFO').upper()"),
        )
    ),
]
