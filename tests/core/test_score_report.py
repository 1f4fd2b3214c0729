"""How the score is shown: in the terminal, in the README, as a picture and as a page."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from saltern.errors import BadInput
from shared.pipelines import PROJECT
from shared.report import publishing, score_page, scores
from shared.report.scatter import scatter
from shared.report.site import Site
from shared.score.population import Population
from shared.score.results import Run, Score, Trial
from shared.score.summary import Summary, of_an_engine, read

SVG = "{http://www.w3.org/2000/svg}"


def trial(number: int, kind: str, **verdicts: str) -> Trial:
    runs = {
        strategy: Run.model_validate(
            {
                "verdict": verdict,
                "matters": verdict != "wasteful",
                "executed": ["train"],
                "needless": ["train"] if verdict == "wasteful" else [],
                "seconds": 1,
                "needless_seconds": 0.5,
            }
        )
        for strategy, verdict in verdicts.items()
    }
    return Trial(number=number, kind=kind, pipeline="ml", diff=f"--- <{kind}>", clean="changed", runs=runs)


def score(engine: str) -> Score:
    trials = [
        trial(0, "parameter", native="stale", lineage="exact"),
        trial(1, "data: value", native="exact", lineage="exact"),
        trial(2, "data: time", native="wasteful", lineage="wasteful"),
        Trial(number=3, kind="wiring", pipeline="ml", diff="", clean="same", left_out="flaky"),
    ]
    return Score(
        engine=engine, engine_version="1", python="3.11", host="here", ingredients="x", date="2026-11-26", seed=7,
        settled={"ml/native": None, "ml/lineage": 1}, trials=trials,
    )  # fmt: skip


@pytest.fixture
def found() -> list[Summary]:
    return [of_an_engine(score("luigi"), "luigi_impl"), of_an_engine(score("dask"), "dask_impl")]


def test_the_table_in_the_readme_is_that_of_the_summaries_kept_with_the_code() -> None:
    assert scores.MARKED.written((PROJECT / "README.md").read_text()) == scores.table(scores.summaries())


def test_every_kind_of_edit_is_in_the_chapter() -> None:
    chapter = (PROJECT / "docs" / "score.md").read_text()
    assert [
        kind
        for kind in Population().kinds
        if f"`{kind}`" not in chapter and f"`{kind.partition(':')[0]}: …`" not in chapter
    ] == []


def test_the_terminal_tells_rates_with_their_intervals_and_what_was_left_out(found: list[Summary]) -> None:
    console = Console(record=True, width=120, file=io.StringIO())
    scores.tell(found[0], console)
    told = console.export_text()
    assert "50.0 % (9.5 to 90.5), 1 of 2" in told
    assert "left out: 1 edit (flaky)" in told
    assert "python -m luigi_impl compare --score 4 --seed 7" in told


def test_the_picture_is_an_image_with_a_name_and_the_same_each_time(found: list[Summary]) -> None:
    drawn = scatter(found)
    assert drawn == scatter(found)
    root = ElementTree.fromstring(drawn)
    assert root.get("role") == "img"
    title, more = str(root.get("aria-labelledby")).split()
    assert {node.get("id") for node in (*root.iter(f"{SVG}title"), *root.iter(f"{SVG}desc"))} == {title, more}
    described = next(root.iter(f"{SVG}desc")).text
    assert "luigi native: 50.0 % stale" in str(described)
    assert "currentColor" in drawn


def test_the_page_shows_the_figures_the_examples_and_how_to_see_one_again(found: list[Summary], tmp_path: Path) -> None:
    score_page.write(Site([], found), tmp_path)
    page = (tmp_path / score_page.FILE).read_text()
    assert "lineage was never stale" in page
    assert "&lt;parameter&gt;" in page
    assert "nox -s luigi -- --edit 0 --seed 7" in page
    assert "never settles: ml/native" in page
    assert not re.search(r"https?://(?!www\.w3\.org|purl\.org|creativecommons\.org)", page)


def test_a_report_without_a_score_says_how_to_get_one(tmp_path: Path) -> None:
    score_page.write(Site([], []), tmp_path)
    assert "nox -s score" in (tmp_path / score_page.FILE).read_text()


def test_publishing_keeps_the_summary_and_writes_table_and_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COMMITTED", "README", "PICTURE"):
        monkeypatch.setattr(publishing, name, tmp_path / name)
    page = f"before\n{scores.MARKED.begin}\nold\n{scores.MARKED.end}\nafter"
    (tmp_path / "README").write_text(page)
    with pytest.raises(BadInput, match="no score yet"):
        publishing.publish(tmp_path / "results")
    score("luigi").write(tmp_path / "results" / "luigi.json")
    publishing.publish(tmp_path / "results")
    assert read(tmp_path / "COMMITTED" / "luigi.json") == of_an_engine(score("luigi"), "luigi_impl")
    assert "| `native` | **50.0 % stale" in (tmp_path / "README").read_text()
    assert ElementTree.fromstring((tmp_path / "PICTURE").read_text()).tag == f"{SVG}svg"


@pytest.mark.parametrize("content", ["", "[]", '{"engine": 1}'])
def test_a_summary_that_is_none_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "luigi.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"luigi\.json: not the summary of a score"):
        read(path)
