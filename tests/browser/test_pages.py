"""Every page: on paper light and dark, on a desk and on a phone; quiet, within its width, and open to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import DESKTOP, PHONE, SCREENS, Opened, Report, sideways

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES = ("index", "engine-dask", "which-one", "a-la-carte", "time", "side-by-side")
EACH_SCREEN = pytest.mark.parametrize(("size", "scheme"), SCREENS, ids=["desktop", "phone"])


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} ({one['nodes'][0]['failureSummary'][:200]})"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@EACH_SCREEN
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_open_to_all(opened: Opened, small: Report, name: str, size: tuple[int, int], scheme: str) -> None:
    page = opened(small.address(f"{name}.html"), size, scheme)
    assert serious(page) == []
    assert sideways(page) <= 0, "the page itself never scrolls sideways"


@EACH_SCREEN
def test_an_open_cell_is_open_to_all(opened: Opened, small: Report, size: tuple[int, int], scheme: str) -> None:
    page = opened(small.address("index.html#cell=luigi/native/ml/change-input"), size, scheme)
    assert page.get_by_role("dialog").is_visible()
    assert serious(page) == []


@pytest.mark.parametrize("name", ["index", "a-la-carte", "time", "which-one", "peers"])
def test_the_pages_of_real_results_are_open_to_all(opened: Opened, real: Report, name: str) -> None:
    page = opened(real.address(f"{name}.html"))
    assert serious(page) == []
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        assert sideways(page) <= 0


def test_the_paper_can_be_turned_and_stays_so(opened: Opened, small: Report) -> None:
    page = opened(small.address())

    def colour() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = colour()
    page.get_by_role("button", name="Dark paper").click()
    dark = colour()
    assert dark != light
    page.reload()
    assert colour() == dark
    page.get_by_role("button", name="Light paper").click()
    assert colour() == light


def test_every_page_is_a_click_away(opened: Opened, small: Report) -> None:
    page = opened(small.address())
    for name in ("side by side", "which one?", "à la carte", "time", "dask", "matrix"):
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True).click()
        assert page.locator('nav a[aria-current="page"]').inner_text() == name


def test_a_proof_leads_to_its_cell(opened: Opened, small: Report) -> None:
    page = opened(small.address("a-la-carte.html"))
    page.locator("summary").first.click()
    proof = page.locator("details[open] a").first
    scenario = proof.inner_text().split()[0]
    proof.click()
    assert page.get_by_role("dialog").get_by_role("heading", level=2).inner_text().startswith(scenario)


def test_what_is_needed_leaves_the_engines_that_have_it(opened: Opened, small: Report) -> None:
    page = opened(small.address("which-one.html"))
    assert page.locator("#remains").inner_text().endswith("4 of 4 have all of this.")
    page.locator("#needs label", has_text="It starts runs itself").click()
    assert page.locator("#remains").inner_text() == "airflow, prefect: 2 of 4 have all of this."
    page.locator("#needs label", has_text="No server").click()
    assert page.locator("#remains").inner_text() == "prefect: 1 of 4 have all of this."
