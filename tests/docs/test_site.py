"""The site: built without a warning, every page at hand, and nothing asked of any other machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from shared.pipelines import PROJECT
from tests.browser.conftest import SCREENS, sideways

if TYPE_CHECKING:
    from playwright.sync_api import Page

Opened = Callable[..., "Page"]
DOCS = PROJECT / "docs"
CHAPTERS = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md") if "_build" not in path.parts
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built anew with warnings as errors."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", f"{folder}/trees", "docs", str(folder)]
    built = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_page_works_without_a_network_and_is_accessible(
    site: Path, opened: Opened, chapter: str, request: pytest.FixtureRequest
) -> None:
    """Dark pages have the colours of one style sheet: whether each can be read is for a thorough run."""
    schemes = ("light", "dark") if request.config.getoption("--thorough") or chapter == "index" else ("light",)
    page = opened(f"{(site / chapter).as_uri()}.html")
    assert len(page.locator("meta[name=description]").get_attribute("content") or "") > 20
    picture = page.locator("meta[property='og:image']").get_attribute("content") or ""
    assert (site / chapter).parent.joinpath(picture).is_file()
    for size, scheme in SCREENS:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        assert page.locator("article h1").count() == 1
        wide = sideways(page)
        assert wide <= 0, f"{chapter} is {wide} pixels wider than a screen of {size[0]}"
        broken = page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)")
        assert broken == []
        if scheme in schemes:
            serious = [f"{found['id']}: {found['nodes'][0]['html']}" for found in _violations(page)]
            assert serious == [], f"{chapter}, {scheme}"


def _violations(page: Page) -> list[dict[str, Any]]:
    """What axe calls serious or critical in what is ours: not Furo's frame, nor Sphinx's lists of parameters."""
    ours = {"include": ["article"], "exclude": [".sig"]}
    options = {"preload": False}  # else it asks for the style sheets again, which a browser does not allow from disk
    found = Axe().run(page, context=ours, options=options).response["violations"]
    return [violation for violation in found if violation["impact"] in ("serious", "critical")]


def test_every_page_is_reached_from_the_first_by_next(site: Path, opened: Opened) -> None:
    page = opened((site / "index.html").as_uri())
    seen = {"index"}
    while page.locator("a.next-page").count():
        page.locator("a.next-page").click()
        page.wait_for_load_state()
        name = page.url.removeprefix(f"{site.as_uri()}/").partition(".html")[0]
        assert name not in seen
        seen.add(name)
    assert seen >= set(CHAPTERS)


def test_every_link_within_the_site_leads_somewhere(site: Path, opened: Opened) -> None:
    links: dict[str, str] = {}
    ids: dict[str, set[str]] = {}
    page = opened((site / "index.html").as_uri())
    for chapter in CHAPTERS:
        page.goto(f"{(site / chapter).as_uri()}.html")
        ids[page.url.partition("#")[0]] = set(page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)"))
        for link in page.evaluate("[...document.querySelectorAll('article a[href]')].map(a => a.href)"):
            if link.startswith("file:"):
                links[link] = chapter
    assert links
    for link, chapter in links.items():
        address, _, fragment = link.partition("#")
        assert Path(address.removeprefix("file://")).is_file(), f"{chapter} links to {link}"
        assert not fragment or fragment in ids.get(address, {fragment}), f"{chapter} links to {link}"


def test_the_lesson_is_on_the_site() -> None:
    """Its notes and exercises lie in lesson/; a page of the site includes each."""
    written = [PROJECT / "lesson" / "notes.md", *(PROJECT / "lesson" / "exercises").glob("*.md")]
    assert {path.relative_to(PROJECT / "lesson").with_suffix("").as_posix() for path in written} <= set(CHAPTERS)


@pytest.mark.parametrize(("word", "chapter"), [("cutoff", "strategies"), ("topological", "dags")])
def test_search_finds_a_word_without_a_server(site: Path, opened: Opened, word: str, chapter: str) -> None:
    page = opened(f"{(site / 'search').as_uri()}.html?q={word}")
    page.locator(f"#search-results li a[href^='{chapter}.html']").first.wait_for()


def test_drawings_are_of_the_code(site: Path, opened: Opened) -> None:
    from shared.pipelines import PIPELINES

    page = opened((site / "dags.html").as_uri())
    assert page.locator(".graph").count() == len(PIPELINES)
    for number, graph in enumerate(pipeline() for pipeline in PIPELINES.values()):
        drawn = page.locator(".graph").nth(number)
        assert drawn.locator("rect").count() == len(graph.nodes)
        assert drawn.locator("path.line").count() == sum(map(len, graph.edges.values()))
    page.goto((site / "architecture.html").as_uri())
    rooms = page.locator(".graph text").all_text_contents()
    assert {"saltern", "luigi_impl", "prefect_flows"} <= set(rooms)
