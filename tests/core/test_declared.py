"""What a step declares, because it cannot be seen: files, variables and code; and what is seen and is to be ignored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from saltern import Cache, Source, step
from saltern.steps import Step
from shared.pipelines import Node, Pipeline

FILES = {
    "steps.py": "from saltern import step\nimport helpers\n@step(version='1', writes='json', OPTIONS)\n"
    "def out(data):\n    return helpers.f(data.read_text())\n",
    "helpers.py": "import os\ndef f(x):\n    return [x, os.environ.get('SEEN')]\n",
    "plugin.py": "def g():\n    return 1\n",
    "tables/a.sql": "select 1",
    "in.txt": "x",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[], str | None]]:
    """A project whose step has these options; what it returns gives the salt of today."""

    def lay_out(options: str) -> Callable[[], str | None]:
        (tmp_path / "tables").mkdir()
        (tmp_path / "pyproject.toml").touch()
        for name, text in FILES.items():
            (tmp_path / name).write_text(text.replace("OPTIONS", options))
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path))

        def salt() -> str | None:
            import importlib
            import sys

            from saltern import code

            for name in ("steps", "helpers", "plugin"):
                sys.modules.pop(name, None)
            importlib.invalidate_caches()
            code.forget()
            cache = Cache("store", "lineage", run="r", engine="plain")
            declared = importlib.import_module("steps").out
            return cache.call(declared, {"data": Source.at("in.txt")}).artifact.salt

        return salt

    return lay_out


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ("", []),
        ("files=['tables/*.sql']", ["file", "new file"]),
        ("files=[__import__('os').path.abspath('tables/*.sql')]", ["file", "new file"]),
        ("env=['MODE']", ["variable"]),
        ("code=['plugin']", ["plugin"]),
        ("code=['plugin:g']", ["plugin"]),
        ("ignore=['helpers']", ["not helper"]),
        ("ignore=['helpers:f', 'SEEN']", ["not helper", "not seen"]),
        ("ignore=['SEEN']", ["not seen"]),
    ],
)
def test_what_is_declared_counts_and_what_is_ignored_does_not(
    project: Callable[[str], Callable[[], str | None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: str,
    changes: list[str],
) -> None:
    salt = project(options)
    helpers = tmp_path / "helpers.py"
    edits: dict[str, Callable[[], object]] = {
        "file": lambda: (tmp_path / "tables/a.sql").write_text("select 2"),
        "new file": lambda: (tmp_path / "tables/b.sql").write_text("select 3"),
        "variable": lambda: monkeypatch.setenv("MODE", "fast"),
        "plugin": lambda: (tmp_path / "plugin.py").write_text("def g():\n    return 2\n"),
        "helper": lambda: helpers.write_text(helpers.read_text().replace("[x,", "[x, x,")),
        "seen": lambda: monkeypatch.setenv("SEEN", "1"),
    }
    wanted = {name for name in changes if not name.startswith("not ")}
    wanted |= {"helper", "seen"} - {name.removeprefix("not ") for name in changes}
    if "not helper" in changes and "not seen" not in changes:
        wanted.discard("seen")  # the variable is named in the module that is ignored
    for name, edit in edits.items():
        before = salt()
        edit()
        assert (salt() != before) == (name in wanted), name


def test_a_pipeline_refuses_two_steps_with_a_parameter_of_one_name() -> None:
    @step(version="1", writes="json")
    def one(data, *, seed: int = 0):  # type: ignore[no-untyped-def]
        return data

    @step(version="1", writes="json")
    def two(made, *, seed: int = 1):  # type: ignore[no-untyped-def]
        return made

    first = Node(one, {"data": Source("in.txt")})
    with pytest.raises(ValueError, match="both 'one' and 'two' have a parameter 'seed'"):
        Pipeline("both", [first, Node(two, {"made": first})])
    assert isinstance(one, Step)
    assert Pipeline("one", [first, replace(first, partition="b")]).target == "one[b]"
