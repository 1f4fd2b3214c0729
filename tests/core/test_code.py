"""Fingerprints of code: they change when what a step reaches changes, and never otherwise."""

from __future__ import annotations

import functools
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

import pytest

from saltern import code, sources
from saltern.errors import BadInput

STEPS = '''
"""A module of steps."""
import functools
from saltern.steps import step
from lab.helpers import clean, Scaler
from lab import tables
import lab.deep.down

LIMIT = 3

def unrelated():
    return 1

@step(version="1", writes="json")
def train(dataset, *, C: float = 1.0):
    """Fit."""
    # a comment
    rows = [clean(row, LIMIT) for row in dataset]
    return Scaler().scale(rows) * tables.WEIGHTS["a"] + lab.deep.down.depth()

def _fit(dataset, kernel):
    return kernel

def _made(power):
    def inner(dataset):
        return dataset ** power
    return inner

_with_kernel = functools.partial(_fit, kernel="rbf")
fit = step(version="1", writes="json", name="fit")(functools.update_wrapper(_with_kernel, _fit))
powered = step(version="1", writes="json")(_made(2))
'''
HELPERS = """
import math

def twice(function):
    def wrapped(*args):
        return function(*args) * 2
    return wrapped

@twice
def clean(row, limit):
    return min(row, limit) + OFFSET

OFFSET = 1
UNUSED = 2

class Base:
    def shift(self, x):
        return x

class Scaler(Base):
    factor = 10
    def scale(self, rows):
        return math.fsum(self.shift(row) * self.factor for row in rows)
"""
TABLES = 'WEIGHTS = {"a": 1}\nWEIGHTS["b"] = 2\nOTHER = 5\n'
DOWN = "def depth():\n    import lab.helpers as h\n    return h.OFFSET\n"

Edit = Callable[[str, str, str], None]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "lab"
    (folder / "deep").mkdir(parents=True)
    for name, text in {"steps": STEPS, "helpers": HELPERS, "tables": TABLES, "deep/down": DOWN}.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "__init__.py").write_text("")
    (folder / "deep" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in [name for name in sys.modules if name.partition(".")[0] == "lab"]:
        monkeypatch.delitem(sys.modules, name)
    invalidate_caches()
    code.forget()
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "lab"]:
        del sys.modules[name]
    code.forget()


@pytest.fixture
def steps(lab: Path) -> ModuleType:
    return import_module("lab.steps")


def edit(lab: Path, file: str, old: str, new: str) -> None:
    path = lab / file
    assert path.read_text().count(old) == 1, f"{old!r} is to stand in {file} once"
    path.write_text(path.read_text().replace(old, new))
    load_anew()


def load_anew() -> None:
    """As in a new process: the module ``lab.steps`` that a test holds has what the files say now."""
    held = sys.modules["lab.steps"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "lab"]:
        del sys.modules[name]
    invalidate_caches()
    code.forget()
    import_module("lab")
    sys.modules["lab.steps"] = held
    importlib.reload(held)


def test_all_that_a_step_reaches_is_in_it_and_nothing_else(steps: ModuleType) -> None:
    assert set(code.code_fingerprint(steps.train)) == {
        "lab.steps:train",
        "lab.steps:LIMIT",
        "lab.helpers:clean",
        "lab.helpers:twice",
        "lab.helpers:OFFSET",
        "lab.helpers:Scaler",
        "lab.helpers:Base",
        "lab.tables:WEIGHTS",
        "lab.deep.down:depth",
        "saltern.codecs:_dump_json",  # how its output is written
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("steps.py", "for row in dataset]", "for row in dataset if row]"),
        ("steps.py", "LIMIT = 3", "LIMIT = 4"),
        ("steps.py", "C: float = 1.0", "C: float = 2.0"),
        ("helpers.py", "min(row, limit)", "max(row, limit)"),
        ("helpers.py", "OFFSET = 1", "OFFSET = 2"),
        ("helpers.py", "function(*args) * 2", "function(*args) * 3"),
        ("helpers.py", "factor = 10", "factor = 11"),
        ("helpers.py", "        return x\n", "        return x + 1\n"),
        ("tables.py", '{"a": 1}', '{"a": 7}'),
        ("tables.py", 'WEIGHTS["b"] = 2', 'WEIGHTS["a"] = 2'),
        ("deep/down.py", "return h.OFFSET", "return h.OFFSET + 1"),
        ("deep/down.py", "return h.OFFSET", "return h.UNUSED"),
    ],
)
def test_a_change_to_what_it_reaches_changes_it(lab: Path, steps: ModuleType, file: str, old: str, new: str) -> None:
    before = code.code_fingerprint(steps.train)
    edit(lab, file, old, new)
    assert code.code_fingerprint(steps.train) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("steps.py", "    # a comment\n", "\n\n"),
        ("steps.py", '"""Fit."""', '"""Fit, and say more of it."""'),
        ("steps.py", '    """Fit."""\n', ""),
        ("steps.py", "clean(row, LIMIT)", "clean(\n        row,\n        LIMIT,\n    )"),
        ("steps.py", "    return 1\n", "    return 100\n"),
        ("steps.py", '@step(version="1", writes="json")\ndef train', '@step(version="2", writes="json")\ndef train'),
        ("helpers.py", "UNUSED = 2", "UNUSED = 3"),
        ("helpers.py", "OFFSET = 1\nUNUSED = 2\n", "UNUSED = 2\nOFFSET = 1\n"),
        ("tables.py", "OTHER = 5", "OTHER = 6"),
        ("tables.py", '{"a": 1}', "{'a': 1}"),
    ],
)
def test_any_other_change_does_not(lab: Path, steps: ModuleType, file: str, old: str, new: str) -> None:
    before = code.code_fingerprint(steps.train)
    edit(lab, file, old, new)
    assert code.code_fingerprint(steps.train) == before


def test_partials_and_closures_count_with_what_they_are_made_of(lab: Path, steps: ModuleType) -> None:
    before = code.code_fingerprint(steps.powered)
    assert {"lab.steps:powered", "lab.steps:_made"} <= set(before)
    edit(lab, "steps.py", "_made(2)", "_made(3)")
    made = code.code_fingerprint(steps.powered)
    assert made != before
    edit(lab, "steps.py", "dataset ** power", "dataset * power")
    assert code.code_fingerprint(steps.powered) != made
    partial = code.code_fingerprint(steps.fit)
    assert {"lab.steps:fit", "lab.steps:_with_kernel", "lab.steps:_fit"} <= set(partial)
    edit(lab, "steps.py", 'kernel="rbf"', 'kernel="poly"')
    assert code.code_fingerprint(steps.fit) != partial


def test_a_local_name_is_not_taken_for_the_global_one(lab: Path, steps: ModuleType) -> None:
    edit(
        lab, "helpers.py", "    return min(row, limit) + OFFSET", "    OFFSET = 5\n    return min(row, limit) + OFFSET"
    )
    assert "lab.helpers:OFFSET" in code.code_fingerprint(steps.train)  # through depth()
    edit(lab, "deep/down.py", "return h.OFFSET", "return 1")
    assert "lab.helpers:OFFSET" not in code.code_fingerprint(steps.train)


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("helpers.py", "min(row, limit)", "eval('row')", "lab.helpers:<whole>"),
        ("helpers.py", "min(row, limit)", "globals()['UNUSED']", "lab.helpers:<whole>"),
        ("helpers.py", "+ OFFSET", "+ MISSING", "lab.helpers:<whole>"),
        ("helpers.py", "min(row, limit)", "exec('row')", "lab:<project>"),
        ("tables.py", 'WEIGHTS = {"a": 1}\nWEIGHTS["b"] = 2\n', "def __getattr__(n): ...\n", "lab.tables:<whole>"),
        ("deep/down.py", "h.OFFSET", "getattr(h, 'OFF' + 'SET')", "lab.helpers:<whole>"),
        ("deep/down.py", "h.OFFSET", "__import__('lab.' + 'helpers')", "lab:<project>"),
        ("deep/down.py", "h.OFFSET", "__import__('sys').modules and h.OFFSET", "lab:<project>"),
        ("deep/down.py", "import lab.helpers as h", "import sys; h = sys.modules['lab.helpers']", "lab:<project>"),
        ("deep/down.py", "import lab.helpers as h", "import pickle as h; h.loads(b'')", "lab:<project>"),
        ("deep/down.py", "import lab.helpers as h", "import importlib as h; h.import_module(h)", "lab:<project>"),
        ("deep/down.py", "h.OFFSET", "h.clean.__doc__", "lab.deep.down:<docstrings>"),
    ],
)
def test_where_a_name_cannot_be_followed_a_coarser_place_counts(
    lab: Path, steps: ModuleType, file: str, old: str, new: str, place: str | None
) -> None:
    assert not code.reached(steps.train).coarse
    edit(lab, file, old, new)
    reached = code.reached(steps.train)
    assert set(reached.coarse) == ({place, "lab.helpers:<whole>"} & {place, *reached.coarse} if place else set())
    if place:
        before = dict(reached.code)
        part = "tables" if "tables" in place else "helpers"
        edit(lab, f"{part}.py", *{"tables": ("OTHER = 5", "OTHER = 6"), "helpers": ("UNUSED = 2", "UNUSED = 3")}[part])
        assert ("docstrings" in place) == (code.code_fingerprint(steps.train) == before)


@pytest.mark.parametrize(
    "imported", ["import lab.helpers as h", "import importlib as i; h = i.import_module('lab.helpers')"]
)
def test_an_import_by_a_constant_name_is_followed(lab: Path, steps: ModuleType, imported: str) -> None:
    edit(lab, "deep/down.py", "import lab.helpers as h", imported)
    assert "lab.helpers:OFFSET" in code.code_fingerprint(steps.train)
    assert "lab:<project>" not in code.code_fingerprint(steps.train)


def test_names_from_import_star_are_followed_to_where_they_are(lab: Path, steps: ModuleType) -> None:
    (lab / "more.py").write_text("WEIGHTS = {'a': 1}\n\ndef round(x):\n    return x\n\nREST = 1\n")
    edit(lab, "tables.py", 'WEIGHTS = {"a": 1}\nWEIGHTS["b"] = 2\n', "from lab.more import *\nfrom math import *\n")
    reached = code.reached(steps.train)
    assert "lab.more:WEIGHTS[a]" in reached.code
    assert not reached.coarse


def test_it_is_the_same_wherever_the_project_lies_and_on_every_python(steps: ModuleType) -> None:
    assert code.code_fingerprint(steps.train)["lab.steps:train"] == "af2a81ef894101c9"


def test_a_file_edited_after_it_was_loaded_is_an_error_because_memory_holds_what_it_said_before(
    lab: Path, steps: ModuleType
) -> None:
    before = code.code_fingerprint(steps.train)
    path = lab / "helpers.py"
    later = steps.train.loaded_ns + 1
    os.utime(path, ns=(later, later))
    code.forget()
    assert code.code_fingerprint(steps.train) == before, "it was touched, and says what was executed"
    path.write_text(path.read_text().replace("OFFSET = 1", "OFFSET = 2"))
    os.utime(path, ns=(later, later))
    assert code.code_fingerprint(steps.train) == before, "remembered, and still what runs"
    code.forget()
    with pytest.raises(BadInput, match=r"helpers\.py: edited after 'train' was loaded"):
        code.code_fingerprint(steps.train)


def test_a_function_that_was_loaded_before_an_edit_is_an_error_whatever_the_times_say(
    lab: Path, steps: ModuleType
) -> None:
    path = lab / "helpers.py"
    path.write_text(path.read_text().replace("min(row, limit)", "max(row, limit)"))
    os.utime(path, (0, 0))
    with pytest.raises(BadInput, match=r"helpers\.py: 'clean' in memory is not what the file says"):
        code.code_fingerprint(steps.train)


def test_an_object_that_fails_when_it_is_looked_at_is_no_error(lab: Path, steps: ModuleType) -> None:
    (lab / "lazy.py").write_text(
        "class Lazy:\n    def __getattr__(self, name):\n        raise ModuleNotFoundError(name)\n\n\n"
        'moved = Lazy()\n\n\ndef use():\n    return moved if "moved" else None\n'
    )
    edit(lab, "helpers.py", "    return min(row, limit) + OFFSET", "    return min(row, limit) + OFFSET + use()")
    edit(lab, "helpers.py", "import math", "import math\nfrom lab.lazy import use")
    assert "lab.lazy:moved" in code.code_fingerprint(steps.train)


def test_the_whole_project_is_read_anew_when_a_module_is_loaded_anew(lab: Path, steps: ModuleType) -> None:
    edit(lab, "helpers.py", "    return min(row, limit) + OFFSET", '    return __import__("lab." + "x") and limit')
    before = code.code_fingerprint(steps.train)
    (lab / "tables.py").write_text("WEIGHTS = {'a': 2}\n")
    importlib.reload(import_module("lab.tables"))
    changed = code.code_fingerprint(steps.train)
    assert changed["lab:<project>"] != before["lab:<project>"]


def test_a_source_of_a_clock_that_is_ahead_is_read_as_any_other(lab: Path, steps: ModuleType) -> None:
    before = code.code_fingerprint(steps.train)
    ahead = time.time() + 3600
    os.utime(lab / "helpers.py", (ahead, ahead))
    code.forget()
    assert code.code_fingerprint(steps.train) == before


@pytest.mark.parametrize(
    ("added", "edited"),
    [
        ("try:\n    from lab.first import f\nexcept ImportError:\n    from lab.second import f\n", "first"),
        ("try:\n    from lab.first import f\nexcept ImportError:\n    from lab.second import f\n", "second"),
        ("from lab.first import f\nfrom lab.second import f\n", "second"),
        ("import lab.first\n", "first"),  # for its effect alone
    ],
)
def test_every_import_that_may_win_counts_and_so_does_what_a_module_does_when_it_is_imported(
    lab: Path, steps: ModuleType, added: str, edited: str
) -> None:
    for name in ("first", "second"):
        (lab / f"{name}.py").write_text("import decimal\ndef f(x):\n    return x + 1\ndecimal.getcontext().prec = 5\n")
    use = " + (f(0) if 'f' else 0)" if " f\n" in added else ""
    edit(lab, "steps.py", "import lab.deep.down\n", f"import lab.deep.down\n{added}")
    edit(lab, "steps.py", "lab.deep.down.depth()", f"lab.deep.down.depth(){use}")
    before = code.code_fingerprint(steps.train)
    edit(lab, f"{edited}.py", "x + 1" if use else "prec = 5", "x + 2" if use else "prec = 7")
    assert code.code_fingerprint(steps.train) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from math import floor as cut", "from math import ceil as cut"),
        ("from math import floor as cut", "cut = abs\nfrom math import floor as cut"),
        ("from lab.ends import first, last", "from lab.ends import last as first, first as last"),
        ("from lab.ends import first, last", "from lab.again import last, first"),
        ("from lab.ends import first, last", "from lab.ends import first, last\nfrom lab.again import *"),
    ],
)
def test_what_an_import_binds_a_name_to_counts(lab: Path, steps: ModuleType, old: str, new: str) -> None:
    (lab / "ends.py").write_text("def first():\n    return 1\n\ndef last():\n    return 2\n")
    (lab / "again.py").write_text("from lab.ends import first as last, last as first\n")
    edit(
        lab, "helpers.py", "import math", "import math\nfrom math import floor as cut\nfrom lab.ends import first, last"
    )
    edit(lab, "helpers.py", "+ OFFSET", "+ cut(1.5) + first() * 2 + last()")
    before = code.code_fingerprint(steps.train)
    edit(lab, "helpers.py", old, new)
    assert code.code_fingerprint(steps.train) != before


@pytest.mark.parametrize("made", ["LEVEL", "[LEVEL][0]", "level()"])
def test_the_order_of_statements_counts_where_a_name_is_bound_twice(lab: Path, steps: ModuleType, made: str) -> None:
    level = f"LEVEL = 1\ndef level():\n    return LEVEL\nOFFSET = {made}\nLEVEL = 2\n"
    edit(lab, "helpers.py", "OFFSET = 1\n", level)
    before = code.code_fingerprint(steps.train)
    edit(lab, "helpers.py", f"OFFSET = {made}\nLEVEL = 2\n", f"LEVEL = 2\nOFFSET = {made}\n")
    assert code.code_fingerprint(steps.train) != before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("OTHER = WEIGHTS", "OTHER = WEIGHTS\nOTHER['a'] = 3"),
        ("OTHER = WEIGHTS", "OTHER = WEIGHTS\nOTHER |= {'a': 3}"),
        ("OTHER, MORE = WEIGHTS, 5", "OTHER, MORE = WEIGHTS, 5\nOTHER['a'] = 3"),
        ("OTHER = [WEIGHTS]", "OTHER = [WEIGHTS]\nOTHER[0]['a'] = 3"),
    ],
)
def test_an_object_may_be_changed_by_another_name(lab: Path, steps: ModuleType, before: str, after: str) -> None:
    edit(lab, "tables.py", "OTHER = 5", before)
    old = code.code_fingerprint(steps.train)
    edit(lab, "tables.py", before, after)
    assert code.code_fingerprint(steps.train) != old


def test_whether_annotations_are_texts_counts_where_there_are_any(lab: Path, steps: ModuleType) -> None:
    edit(lab, "helpers.py", "def clean(row, limit):", "def clean(row: int, limit):")
    before = code.code_fingerprint(steps.train)
    edit(lab, "helpers.py", "import math", "from __future__ import annotations\nimport math")
    after = code.code_fingerprint(steps.train)
    assert after["lab.helpers:clean"] != before["lab.helpers:clean"]
    assert after["lab.helpers:Scaler"] == before["lab.helpers:Scaler"]


def test_the_order_in_which_modules_are_executed_counts(lab: Path, steps: ModuleType) -> None:
    (lab / "known.py").write_text("FOUND = []\ndef known(function):\n    FOUND.append(function)\n    return function\n")
    for name in ("one", "two"):
        (lab / f"{name}.py").write_text(f"from lab.known import known\n@known\ndef {name}():\n    return 1\n")
    edit(lab, "helpers.py", "import math", "import math\nimport lab.one\nimport lab.two\nfrom lab.known import FOUND")
    edit(lab, "helpers.py", "+ OFFSET", "+ OFFSET + FOUND[0]()")
    before = code.code_fingerprint(steps.train)
    edit(lab, "helpers.py", "import lab.one\nimport lab.two", "import lab.two\nimport lab.one")
    assert code.code_fingerprint(steps.train) != before


@pytest.mark.parametrize("sees", ["def __init_subclass__(cls):\n        pass", "found = property(type.__subclasses__)"])
def test_where_classes_are_told_of_others_all_of_them_count(lab: Path, steps: ModuleType, sees: str) -> None:
    edit(lab, "helpers.py", "class Base:", f"class Base:\n    {sees}\n")
    before = code.code_fingerprint(steps.train)
    edit(lab, "tables.py", "OTHER = 5", "from lab.helpers import Base\nclass Other(Base):\n    pass")
    assert code.code_fingerprint(steps.train) != before


def test_what_a_module_imports_only_to_hand_it_on_counts(lab: Path, steps: ModuleType) -> None:
    (lab / "ends.py").write_text("def first():\n    return 1\n\ndef last():\n    return 2\n")
    (lab / "again.py").write_text("from lab.ends import first, last\n")
    edit(lab, "helpers.py", "import math", "import math\nfrom lab.again import first, last")
    edit(lab, "helpers.py", "+ OFFSET", "+ first() * 2 + last()")
    before = code.code_fingerprint(steps.train)
    edit(lab, "again.py", "first, last", "first as last, last as first")
    assert code.code_fingerprint(steps.train) != before


def test_a_folder_without_an_init_file_is_the_projects_too(lab: Path) -> None:
    (lab / "__init__.py").unlink()
    (lab / "deep" / "__init__.py").unlink()
    steps = import_module("lab.steps")
    assert {"lab.helpers:clean", "lab.tables:WEIGHTS", "lab.deep.down:depth"} <= set(code.code_fingerprint(steps.train))


def test_such_a_folder_handed_around_counts_whole(lab: Path) -> None:
    (lab / "deep" / "__init__.py").unlink()
    steps = import_module("lab.steps")
    edit(lab, "steps.py", "lab.deep.down.depth()", "len(vars(lab.deep))")
    before = code.code_fingerprint(steps.train)
    assert "lab.deep:<whole>" in before
    edit(lab, "deep/down.py", "return h.OFFSET", "return 1")
    assert code.code_fingerprint(steps.train) != before


def test_a_project_that_is_installed_is_followed_as_one_that_is_not(
    lab: Path, steps: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code.code_fingerprint(steps.train)
    (tmp_path / "site-packages").mkdir()
    lab.rename(tmp_path / "site-packages" / "lab")
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "lab"]:
        del sys.modules[name]
    invalidate_caches()
    code.forget()
    assert code.code_fingerprint(import_module("lab.steps").train) == before


def test_it_is_the_same_where_saltworks_itself_is_an_installed_library(
    steps: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code.code_fingerprint(steps.train)
    monkeypatch.setattr(sources, "is_library", functools.cache(lambda path: "lab" not in Path(path).parts))
    code.forget()
    assert code.code_fingerprint(steps.train) == before


def test_no_library_is_imported_to_find_out() -> None:
    program = (
        "import sys; from saltern.code import code_fingerprint; from shared.steps import ml, artists\n"
        "for one in (ml.preprocess, ml.train, ml.evaluate, ml.report, artists.top_artists): code_fingerprint(one)\n"
        "print([name for name in ('sklearn', 'polars', 'numpy', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_step_in_a_module_whose_asserts_pytest_rewrites_is_not_refused(tmp_path: Path) -> None:
    test = tmp_path / "test_mine.py"
    test.write_text(
        "from saltern import Cache, Source, step\n"
        "def checked(x):\n    assert x > 0\n    return x\n"
        '@step(version="1", writes="json")\ndef out(data):\n    assert data\n    return checked(2)\n'
        "def test(tmp_path):\n"
        "    cache = Cache(tmp_path / 'store', 'lineage', 'run', 'pytest')\n"
        "    call = cache.call(out, {'data': Source.at(__file__)})\n"
        "    assert cache.load(cache.make(call)) == 2\n"
    )
    os.utime(test, (1_600_000_000, 1_600_000_000))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(test)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
