"""The slides are built from the project as it is, into one file; the notes agree with them and with the tour.

They are built once for all tests, for real: that takes a minute, and needs the environment of the docs.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lesson.exercises import EXERCISES
from lesson.slides.build import HEIGHT, SOURCE, WIDTH
from lesson.tour.__main__ import STOPS
from shared.pipelines import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("pypandoc", reason="the slides are built in the environment 'docs'")

NOTES = (PROJECT / "lesson" / "notes.md").read_text()
TITLES = re.findall(r"^##? (.+)$", SOURCE.read_text(), re.MULTILINE)
PARTS = re.findall(r"^# (.+)$", SOURCE.read_text(), re.MULTILINE)
ROWS = re.findall(r"^\| (\d)\. (.+?) \| (\d+) \| (\d):(\d\d) \| ([\d, ]*)\|$", NOTES, re.MULTILINE)
LOADS = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "image": "href",
    "use": "href",
}


class Read(HTMLParser):
    """What a page loads, how many slides and notes it has, its pictures without words, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.slides = self.notes = self.pictures = 0
        self.wordless: list[str] = []
        self.text: list[str] = []
        self.styles: list[str] = []
        self._within = self.text  # where words go

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._within = {"style": self.styles, "script": []}.get(tag, self.text)
        named = (given.get(LOADS.get(tag, "")), given.get("data-src"))  # the latter is loaded when its slide is near
        self.loads += filter(None, named)
        self.slides += (tag == "section" and "slide" in (given.get("class") or "")) or given.get("id") == "title-slide"
        self.notes += tag == "aside" and given.get("class") == "notes"
        if tag == "img" or (tag == "svg" and given.get("role") == "img"):
            self.pictures += 1
            if not (given.get("alt") or given.get("aria-label")):
                self.wordless.append(str(given)[:200])

    def handle_data(self, data: str) -> None:
        self._within.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("slides")
    command = [sys.executable, "-m", "lesson.slides", "--out", str(folder)]
    finished = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=1800, check=False)
    assert finished.returncode == 0, finished.stderr
    yield folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Read:
    read = Read()
    read.feed((folder / "slides.html").read_text())
    return read


def test_there_is_one_page_and_what_is_printed_of_it(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["slides.html", "slides.pdf"]


def test_the_page_loads_nothing_that_is_not_in_it(page: Read) -> None:
    assert page.loads, "the pictures are loaded from within the page"
    assert [address for address in page.loads if not address.startswith(("data:", "#"))] == []
    styles = "".join(page.styles)
    assert ".reveal" in styles
    assert re.findall(r"@import", styles) == []
    assert [found for found in re.findall(r"url\(\s*['\"]?([^)'\"]+)", styles) if not found.startswith("data:")] == []


def test_each_slide_is_in_the_page_with_its_notes(page: Read) -> None:
    assert 25 <= page.slides <= 36
    assert page.slides == len(TITLES) + 1, "each heading is a slide, and the title is one"
    assert page.notes == len(TITLES), "each slide but the title has notes"


def test_each_picture_says_in_words_what_it_shows(page: Read) -> None:
    assert page.pictures >= 12
    assert page.wordless == []


def test_each_slide_is_printed_on_one_page(folder: Path, page: Read) -> None:
    from pypdf import PdfReader

    printed = PdfReader(folder / "slides.pdf").pages
    assert len(printed) == page.slides
    for title, sheet in zip(TITLES, printed[1:], strict=True):
        words = " ".join(sheet.extract_text().replace("’", "'").split())
        assert title in words, f"not on its page: {title}"


def test_the_browser_asks_for_nothing_and_every_slide_fits(folder: Path, browser: Browser) -> None:
    asked: list[str] = []
    opened = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto((folder / "slides.html").as_uri(), timeout=120_000)
    opened.wait_for_function("window.Reveal && Reveal.isReady()", timeout=120_000)
    sizes = opened.evaluate(
        """() => Reveal.getSlides().map(slide => {
             const { h, v } = Reveal.getIndices(slide);
             Reveal.slide(h, v);
             return [slide.id, slide.scrollWidth, slide.scrollHeight];
           })"""
    )
    opened.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len(sizes) == len(TITLES) + 1
    assert [size for size in sizes if size[1] > WIDTH or size[2] > HEIGHT] == [], "too wide or too high"


def test_each_place_and_command_on_the_slides_is_there(page: Read) -> None:
    text = "\n".join(page.text)
    places = re.findall(r"\b([\w/]+\.py):(\d+)\b", text)
    assert len(places) >= 8
    for file, line in places:
        assert len((PROJECT / file).read_text().splitlines()) >= int(line), f"{file}:{line}"
    for module in set(re.findall(r"python -m ([\w.]+)", text)):
        assert _is_run(module), f"python -m {module}"


def test_each_command_in_the_notes_is_there() -> None:
    for module in set(re.findall(r"python -m ([\w.]+)", NOTES)) - {"pip"}:
        assert _is_run(module), f"python -m {module}"
    sessions = set(re.findall(r"^def (\w+)\(session", (PROJECT / "noxfile.py").read_text(), re.MULTILINE))
    assert set(re.findall(r"nox -s (\w+)", NOTES + SOURCE.read_text())) <= sessions
    for number in re.findall(r"[Ee]xercises? (\d)", NOTES):
        assert int(number) in EXERCISES


def test_the_notes_have_the_slides_parts_in_their_order_and_each_slide() -> None:
    assert [name for _, name, *_ in ROWS] == PARTS
    assert re.findall(r"^## \d\. (.+)$", NOTES, re.MULTILINE) == PARTS
    named = " ".join(re.findall(r"^\*Slides: (.+?)\*$", NOTES, re.MULTILINE | re.DOTALL)).replace("\n", " ")
    for title in TITLES:
        assert title in named, f"the notes do not say when to show: {title}"


def test_the_notes_give_ninety_minutes_and_each_stop_of_the_tour_its_place() -> None:
    assert sum(int(minutes) for _, _, minutes, *_ in ROWS) == 90
    clock = 0
    for _, name, minutes, hour, minute, _ in ROWS:
        assert int(hour) * 60 + int(minute) == clock, f"{name} does not begin when the part before it ends"
        clock += int(minutes)
    stops = [int(stop) for *_, told in ROWS for stop in re.findall(r"\d+", told)]
    assert stops == list(range(1, len(STOPS) + 1))
    told = SOURCE.read_text()
    for stop in stops:
        assert re.search(rf"Tour stops? [\d, and]*\b{stop}\b", told), f"no slide says that stop {stop} belongs to it"


def _is_run(module: str) -> bool:
    path = PROJECT.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()
