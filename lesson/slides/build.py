"""The slides as one HTML file that asks for nothing from outside, and as a PDF."""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

import jinja2
import pypandoc

from lesson.slides.exhibits import Exhibits
from luigi_impl.engine import ENGINE
from saltern.errors import BadInput
from shared.pipelines import PROJECT
from shared.rerun.bench import opened

HERE = Path(__file__).parent
SOURCE = HERE / "slides.md"
REPORT_STYLE = PROJECT / "shared" / "report" / "assets" / "style.css"
WIDTH, HEIGHT = 1280, 720  # of a slide, in CSS pixels; reveal.js scales it to the screen
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SETTINGS = {
    "theme": "saltworks",
    "width": WIDTH,
    "height": HEIGHT,
    "margin": 0.04,
    "transition": "none",
    "navigationMode": "linear",
    "controls": "false",
    "slideNumber": "'c/t'",
    "hash": "true",
    "center": "false",
    "pdfSeparateFragments": "false",
    "lang": "en",
}


def markdown(text: str, exhibits: Exhibits) -> str:
    """The text with its exhibits. Raises LookupError or BadInput where one cannot be made."""
    markdown = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - not HTML
    methods = {name: getattr(exhibits, name) for name in dir(exhibits) if not name.startswith("_")}
    return markdown.from_string(text).render(methods)


def html(folder: Path) -> tuple[Path, list[str]]:
    """Write ``slides.html`` to a folder. Returns its path, and the pictures that were not there."""
    with opened(ENGINE) as bench:
        text = SOURCE.read_text()
        exhibits = Exhibits(bench, text)
        text = markdown(text, exhibits)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "slides.html"
    with tempfile.TemporaryDirectory(prefix="slides-") as scratch, as_file(files("sphinx_revealjs")) as package:
        reveal = Path(scratch) / "reveal"
        shutil.copytree(package / "_static" / "revealjs", reveal)
        (reveal / "dist" / "theme" / "saltworks.css").write_text(_style())
        variables = [f"--variable={name}={value}" for name, value in SETTINGS.items()]
        pypandoc.convert_text(
            text,
            "revealjs",
            format="markdown-implicit_figures",
            outputfile=str(page),
            extra_args=[
                "--standalone",
                "--embed-resources",
                "--slide-level=2",
                f"--variable=revealjs-url={reveal}",
                f"--include-after-body={HERE / 'after.html'}",
                *variables,
            ],
        )
    return page, exhibits.missing


def pdf(page: Path) -> Path:
    """Print the slides, one to a page, beside their HTML file. Raises BadInput where there is no Chromium."""
    from playwright.sync_api import sync_playwright

    printed = page.with_suffix(".pdf")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        opened = browser.new_page(color_scheme="light")
        opened.goto(f"{page.absolute().as_uri()}?print-pdf", timeout=120_000)
        opened.wait_for_function("document.querySelectorAll('.pdf-page').length && Reveal.isReady()", timeout=120_000)
        opened.pdf(path=printed, prefer_css_page_size=True, print_background=True)
        browser.close()
    return printed


def chromium() -> str:
    """The Chromium of this machine. Raises BadInput where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise BadInput(f"no Chromium on this machine to print with (looked for {', '.join(BROWSERS)})")
    return found


def _style() -> str:
    """The slides' own style after the colours, and the looks of a graph, of the report: they are one house."""
    report = REPORT_STYLE.read_text()
    colours = re.search(r"^:root \{.*?^\}$", report, re.MULTILINE | re.DOTALL)
    assert colours, f"{REPORT_STYLE}: has no :root with the colours"
    graphs = re.findall(r"^(?:\.f-|\.graph |:root\[data-theme).*\}$", report, re.MULTILINE)
    return "\n".join([colours[0], *graphs, (HERE / "theme.css").read_text()])
