"""The matrix: what is shown, and what a cell says when it is opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.report import marks
from shared.report.cells import address, words
from shared.rerun.results import Cell
from tests.browser.conftest import PHONE, Opened, Picture, Report

if TYPE_CHECKING:
    from playwright.sync_api import Page


def cells(report: Report) -> list[tuple[str, Cell]]:
    return [(result.engine, cell) for result in report.results for cell in result.cells]


def count(report: Report, **chosen: str) -> int:
    """How many cells a filter leaves."""
    return sum(
        chosen.get("engine", engine) == engine
        and chosen.get("strategy", cell.strategy) == cell.strategy
        and chosen.get("pipeline", cell.pipeline) == cell.pipeline
        and chosen.get("verdict", marks.tags(cell)[0]) in marks.tags(cell)
        for engine, cell in cells(report)
    )


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f'#filters input[name="{name}"][value="{value}"]').check()


def bright(page: Page) -> int:
    """How many cells one can see that are not faint."""
    return int(page.locator("#matrix a.c:not(.faint):visible").count())


def showing(page: Page) -> str:
    return str(page.locator("#showing").inner_text())


def test_the_headline_is_the_first_thing_one_reads(opened: Opened, large: Report) -> None:
    page = opened(large.address())
    assert re.match(r"In 1,200 builds after a change, a wrong result was called done \d+ times", page.inner_text("h1"))


def test_filters_leave_what_they_say_and_stay_in_the_address(opened: Opened, large: Report) -> None:
    page = opened(large.address())
    total = len(cells(large))
    assert showing(page) == f"{total} of {total} cells"
    chosen = {"engine": "dask", "strategy": "native", "pipeline": "ml", "verdict": "wasteful"}
    for number, (name, value) in enumerate(chosen.items(), start=1):
        choose(page, name, value)
        so_far = dict(list(chosen.items())[:number])
        assert showing(page) == f"{count(large, **so_far)} of {total} cells"
        assert bright(page) == count(large, **so_far)
        assert page.url.endswith("#" + "&".join(f"{key}={value}" for key, value in so_far.items()))
    assert page.locator("#matrix thead th:visible").all_inner_texts() == ["scenario", "dask", "native"]
    page.get_by_role("button", name="Show everything").click()
    assert bright(page) == total
    assert not page.get_by_role("button", name="Show everything").is_visible()


def test_two_values_of_one_filter_are_either(opened: Opened, small: Report) -> None:
    page = opened(small.address())
    choose(page, "engine", "luigi")
    choose(page, "engine", "prefect")
    assert bright(page) == count(small, engine="luigi") + count(small, engine="prefect")


def test_a_view_can_be_linked_and_the_back_button_goes_back(opened: Opened, small: Report) -> None:
    page = opened(small.address("index.html#engine=luigi&verdict=stale"))
    assert bright(page) == count(small, engine="luigi", verdict="stale")
    assert page.locator('#filters input[value="stale"]').is_checked()
    choose(page, "strategy", "content")
    assert bright(page) == count(small, engine="luigi", verdict="stale", strategy="content")
    page.go_back()
    assert bright(page) == count(small, engine="luigi", verdict="stale")


def test_a_filter_that_leaves_nothing_says_so(opened: Opened, small: Report) -> None:
    page = opened(small.address("index.html#engine=luigi&strategy=dask/own"))
    assert showing(page) == f"0 of {len(cells(small))} cells"


def test_a_block_of_grains_leads_to_its_cells(opened: Opened, small: Report) -> None:
    page = opened(small.address())
    page.locator('.glance a[href="#engine=airflow&strategy=native"]').click()
    assert bright(page) == count(small, engine="airflow", strategy="native")


def test_a_cell_opens_by_mouse_and_says_all_that_is_known(opened: Opened, large: Report) -> None:
    engine, cell = next(
        (engine, cell) for engine, cell in cells(large) if cell.verdict == "wasteful" and cell.scenario == "edit-helper"
    )
    page = opened(large.address())
    page.locator(f'a[href="#cell={address(engine, cell)}"]').click()
    dialog = page.get_by_role("dialog")
    said = dialog.inner_text()
    assert cell.expected is not None
    for text in (words(cell), cell.expected.because, cell.expected.kind, f"{cell.seconds:.2f} s"):
        assert text in said
    assert cell.edit.strip() in dialog.locator(".diff").inner_text()
    assert dialog.locator(f'a[href="{cell.expected.link}"]').is_visible()
    rows = dialog.locator(".steps tbody tr")
    for row in rows.all():
        step = row.locator("th").inner_text()
        assert ("ran" in row.inner_text()) == (step in cell.executed)
        assert ("the ledger says otherwise" in row.inner_text()) == (step in cell.disputed)
        assert all(reason in row.inner_text() for reason in cell.reasons.get(step, []))
    assert dialog.locator("svg.graph g").count() == rows.count()
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()
    assert "cell=" not in page.url


def test_a_cell_opens_by_keyboard_and_the_focus_comes_back(opened: Opened, small: Report) -> None:
    page = opened(small.address())
    region = page.get_by_role("region", name="The matrix, scrollable")
    region.focus()
    page.keyboard.press("Tab")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    focused = page.evaluate("document.activeElement.hash")
    row = page.locator("#matrix tbody tr:not(.pipeline)").nth(1)
    assert focused == row.locator("a.c").nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible()
    assert page.evaluate("document.activeElement.id") == "cell-title"
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.hash") == focused


def test_the_matrix_is_one_stop_for_the_tab_key(opened: Opened, large: Report) -> None:
    page = opened(large.address())
    assert page.locator('#matrix a.c[tabindex="0"]').count() == 1
    choose(page, "engine", "prefect")
    stop = page.locator('#matrix a.c[tabindex="0"]')
    assert stop.count() == 1
    assert stop.is_visible()


def test_an_open_cell_can_be_linked_and_has_neighbours(opened: Opened, small: Report) -> None:
    engine, cell = cells(small)[0]
    page = opened(small.address(f"index.html#cell={address(engine, cell)}"))
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("heading", level=2).inner_text().startswith(cell.scenario)
    dialog.get_by_role("link", name="Column after").click()
    assert "content" in dialog.get_by_role("heading", level=2).inner_text()
    page.go_back()
    assert "native" in dialog.get_by_role("heading", level=2).inner_text()
    page.go_forward()
    assert "content" in dialog.get_by_role("heading", level=2).inner_text()


def test_an_engines_page_opens_its_cells_too(opened: Opened, small: Report) -> None:
    page = opened(small.address("engine-dask.html"))
    page.locator("#matrix a.c").first.click()
    assert "on dask" in page.get_by_role("dialog").inner_text()


def test_every_cell_of_real_results_opens(opened: Opened, real: Report, picture: Picture) -> None:
    page = opened(real.address())
    links = page.locator("#matrix a.c").evaluate_all("links => links.map((link) => link.hash)")
    assert len(links) == sum(cell.partner is None for _, cell in cells(real))
    dialog = page.get_by_role("dialog")
    for link in links[:: max(1, len(links) // 40)]:
        page.evaluate("hash => { location.hash = hash }", link)
        heading = dialog.get_by_role("heading", level=2)
        heading.filter(has_text=link.split("/")[-1]).wait_for()
        assert dialog.locator(".steps tbody tr").count() > 0
    stale = [link for link in links if "salted" in link and link.endswith(("edit-helper", "change-input"))]
    page.evaluate("hash => { location.hash = hash }", stale[-1])
    dialog.get_by_role("heading", name=stale[-1].split("/")[-1]).wait_for()
    picture(page, "cell")


def test_on_a_phone_the_scenario_stays_in_sight(opened: Opened, large: Report) -> None:
    page = opened(large.address("index.html#pipeline=ml"), PHONE)
    region = page.get_by_role("region", name="The matrix, scrollable")
    region.evaluate("box => { box.scrollLeft = 400; box.scrollTop = 300 }")
    head = page.locator("#matrix tbody tr:not(.pipeline) th").nth(8)
    place, box = head.bounding_box(), region.bounding_box()
    assert place is not None
    assert box is not None
    assert box["x"] <= place["x"] < box["x"] + box["width"] / 2
