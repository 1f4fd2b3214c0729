"""A real browser, and reports for it to open. Without a Chromium these tests fail, and say so: nothing is skipped."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from saltern.errors import BadInput
from shared.engines import ENGINES
from shared.pipelines import PROJECT
from shared.report.web import write
from shared.rerun.results import Results, read
from tests.browser import volume

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
# A browser that calls nobody of its own accord.
QUIET = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update")
DESKTOP, PHONE = (1440, 900), (390, 844)
SCREENS = [(DESKTOP, "light"), (PHONE, "dark")]  # colours do not depend on the size, nor places on the colours
Opened = Callable[..., "Page"]
Picture = Callable[["Page | Locator", str], None]


@dataclass(frozen=True)
class Report:
    """A written report, and the results it was made from."""

    folder: Path
    results: list[Results]

    def address(self, page: str = "index.html") -> str:
        return f"{self.folder.as_uri()}/{page}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        pytest.fail(f"no Chromium on this machine (looked for {', '.join(NAMES)}); the pages are tested in a real one")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("Playwright is not installed here; run these tests with .nox/browser/bin/python")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET])
        yield browser
        browser.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, metavar="FOLDER", help="save the pictures for README and docs there")


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Picture:
    """``picture(page_or_element, "cell")`` keeps what is seen as a picture for the docs, where they are asked for."""
    folder: Path | None = request.config.getoption("--pictures")

    def picture(seen: Page | Locator, name: str) -> None:
        if folder:
            seen.screenshot(path=folder / f"{name}.png", animations="disabled")

    return picture


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """``opened(address, size, scheme)`` is a page. Afterwards it must not have complained, nor asked for anything."""
    with ExitStack() as stack:

        def open_(address: str, size: tuple[int, int] = DESKTOP, scheme: Any = "light") -> Page:
            return stack.enter_context(_page(browser, address, size, scheme))

        yield open_


@contextmanager
def _page(browser: Browser, address: str, size: tuple[int, int], scheme: Any) -> Iterator[Page]:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    outside: list[str] = []
    complaints: list[str] = []
    page = context.new_page()
    page.set_default_timeout(60_000)  # this may be a busy machine

    def local_only(route: Any) -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page.route("**/*", local_only)
    page.on("request", lambda request: None if request.url.startswith("file:") else outside.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(address)
    yield page
    context.close()
    assert not outside, f"asked for something off the machine: {outside}"
    assert not complaints, f"the browser complains: {complaints}"


def sideways(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Four engines, six strategies, made up: as many cells as a full comparison has."""
    return _written(volume.results(1200), tmp_path_factory.mktemp("large"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The same with fewer scenarios."""
    return _written(volume.results(240), tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The engines' results in this checkout; where there are none, a real gauntlet of the reference engine."""
    return _written(_there() or [_measured(tmp_path_factory.mktemp("results"))], tmp_path_factory.mktemp("real"))


def _measured(folder: Path) -> Results:
    chosen = ["--pipeline", "ml", "--strategy", "native", "--strategy", "salted", "--results", str(folder)]
    for name in ("unchanged", "change-input", "delete-middle"):
        chosen += ["--scenario", name]
    command = [sys.executable, "-m", "shared.reference", "compare", *chosen]
    finished = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    results = folder / "reference.json"
    assert results.exists(), f"the gauntlet of the reference engine failed: {finished.stderr}"
    return read(results)


def _there() -> list[Results]:
    """The engines' results in this checkout; those of an earlier schema are not of this report."""
    found = []
    for path in (PROJECT / "results" / f"{engine}.json" for engine in ENGINES):
        if path.exists() and json.loads(path.read_text()).get("schema") == Results.model_fields["schema_"].default:
            try:
                found.append(read(path))
            except BadInput as problem:
                pytest.fail(str(problem))
    return found


def _written(results: list[Results], folder: Path) -> Report:
    return Report(write(results, folder).parent, results)
