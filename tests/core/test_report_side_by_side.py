"""The side by side shows the sources as they are, and fails where a concept has none."""

from __future__ import annotations

import ast
import html
import re
import shutil
from pathlib import Path

import pytest

from saltern.errors import BadInput
from shared.engines import ENGINES, Entry
from shared.pipelines import PROJECT
from shared.report import side_by_side
from shared.report.side_by_side import CONCEPTS, FILE
from shared.report.site import Site
from shared.report.sources import Sources

SOURCE = '''\
import thing

limit: int = 3


@decorated
def outer(first, *, second=2):
    """Says what."""
    with thing:
        made = first(
            second,
        )
    call(made)

    def inner():
        hidden = 1

    return made


class Named:
    size = 1

    def method(self): ...
'''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source.py").write_text(SOURCE)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "line", "code"),
    [
        ("limit", 3, "limit: int = 3"),
        ("outer.made", 10, "made = first(\n    second,\n)"),
        ("outer.second", 7, "def outer(first, *, second=2):"),
        ("outer.call()", 13, "call(made)"),
        ("outer.inner.hidden", 16, "hidden = 1"),
        ("Named.size", 22, "size = 1"),
        ("Named.method", 24, "def method(self): ..."),
    ],
)
def test_a_piece_is_found_by_its_name(source: Path, name: str, line: int, code: str) -> None:
    piece = Sources(source).find("source.py", name)
    assert (piece.file, piece.line, piece.code) == ("source.py", line, code)


def test_a_definition_begins_with_its_decorators(source: Path) -> None:
    piece = Sources(source).find("source.py", "outer")
    assert piece.line == 6
    assert piece.code.startswith("@decorated\ndef outer(")


def test_a_piece_may_go_on_to_the_end_of_another(source: Path) -> None:
    piece = Sources(source).find("source.py", "outer.made", through="call()")
    assert piece.line == 10
    assert piece.code.endswith("    )\ncall(made)")


@pytest.mark.parametrize("name", ["absent", "outer.hidden", "Named.absent", "absent.size"])
def test_a_name_that_is_not_there_is_an_error_that_says_which(source: Path, name: str) -> None:
    with pytest.raises(LookupError, match=re.escape(f"source.py: there is no '{name}' in it")):
        Sources(source).find("source.py", name)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of all that the page is made from."""
    for package in ("saltern", "shared", *(engine.package for engine in ENGINES.values())):
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "noxfile.py", tmp_path)
    return tmp_path


def test_every_concept_has_code_in_every_engine_and_it_is_the_source(tmp_path: Path) -> None:
    page = side_by_side.write(Site([]), tmp_path).read_text()
    for concept in CONCEPTS:
        assert f">{concept.title}</h2>" in page
    shown = re.findall(
        r"<figcaption>([^<]+)<span>:(\d+)</span></figcaption>\s*<pre class=\"code\">(.+?)</pre>", page, re.S
    )
    assert len(shown) >= 3 * len(ENGINES)
    for file, line, code in shown:
        _, *parts = code.split('<span class="line"')
        lines = [html.unescape(re.sub(r"<[^>]+>", "", f"<{part}")).strip() for part in parts]
        there = [each.strip() for each in (PROJECT / file).read_text().splitlines()]
        assert lines == there[int(line) - 1 :][: len(lines)], f"{file}:{line}"


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_a_concept_without_code_fails_and_names_concept_engine_and_file(checkout: Path, engine: Entry) -> None:
    wiring = checkout / engine.package / "ml.py"
    tree = ast.parse(wiring.read_text())
    names = {"evaluate", "Evaluate", "metrics"}
    text = re.sub(r"\b(" + "|".join(names) + r")\b", "judged", ast.unparse(tree))
    wiring.write_text(text)
    wanted = rf"side by side: 'Depending on two' has no code in {engine.name}: {engine.package}/ml.py: there is no "
    with pytest.raises(BadInput, match=wanted):
        side_by_side.write(Site([]), checkout / "report", checkout)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"A step" = ', '"Steps" = ', "luigi_impl/side_by_side.toml: there is no concept 'Steps'"),
        ('"A step" = ', '# "A step" = ', "'A step' has no code in luigi: not in luigi_impl/side_by_side.toml"),
        ('["ml.py: Preprocess"]', "[]", "luigi_impl/side_by_side.toml: 'A step' is neither a list"),
        ('["ml.py: Preprocess"]', "[", "luigi_impl/side_by_side.toml: "),
        ('["ml.py: Preprocess"]', '["ml.py"]', "'A step' has no code in luigi: luigi_impl/ml.py: there is no ''"),
    ],
)
def test_what_an_engine_shows_is_checked(checkout: Path, old: str, new: str, complaint: str) -> None:
    file = checkout / "luigi_impl" / FILE
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(BadInput, match=re.escape(complaint)):
        side_by_side.write(Site([]), checkout / "report", checkout)


def test_an_engine_that_shows_nothing_fails(checkout: Path) -> None:
    (checkout / "luigi_impl" / FILE).unlink()
    with pytest.raises(BadInput, match=r"luigi_impl/side_by_side\.toml: No such file"):
        side_by_side.write(Site([]), checkout / "report", checkout)


def test_where_there_is_no_code_a_sentence_stands_in_its_place(checkout: Path) -> None:
    file = checkout / "luigi_impl" / FILE
    file.write_text(file.read_text().replace('["ui.py: serving"]', '"It has <none>."'))
    page = side_by_side.write(Site([]), checkout / "report", checkout).read_text()
    assert "<p>It has &lt;none&gt;.</p>" in page
    assert "nox -s ui -- luigi" not in html.unescape(re.sub(r"<[^>]+>", "", page))


def test_a_command_that_is_no_more_fails(checkout: Path) -> None:
    line = checkout / "shared/cli.py"
    line.write_text(line.read_text().replace("def tree(", "def forest("))
    with pytest.raises(BadInput, match="'See the tree' has no code in luigi"):
        side_by_side.write(Site([]), checkout / "report", checkout)


def test_a_job_that_is_no_more_fails(checkout: Path) -> None:
    noxfile = checkout / "noxfile.py"
    noxfile.write_text(re.sub(r"^def ui\(", "def _ui(", noxfile.read_text(), flags=re.M))
    with pytest.raises(BadInput, match="'Start its UI' has no code in luigi"):
        side_by_side.write(Site([]), checkout / "report", checkout)


def test_each_engine_s_ui_is_a_command(checkout: Path) -> None:
    page = side_by_side.write(Site([]), checkout / "report", checkout).read_text()
    assert all(f"nox -s ui -- {engine}" in html.unescape(re.sub(r"<[^>]+>", "", page)) for engine in ENGINES)
