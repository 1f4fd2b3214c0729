"""The four wirings next to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.engines import ENGINES
from shared.report.side_by_side import CONCEPTS
from tests.browser.conftest import PHONE, Opened, Picture, Report

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = "side-by-side.html"


def chip(page: Page, engine: str) -> None:
    page.locator(f'#columns input[value="{engine}"]').click()


def shown(page: Page) -> list[str]:
    """The engines of the first concept's columns."""
    found: list[str] = page.locator("section.concept >> nth=0 >> article h3 >> visible=true").all_inner_texts()
    return found


def test_every_concept_stands_in_columns_next_to_each_other(opened: Opened, small: Report) -> None:
    page = opened(small.address(PAGE))
    sections = page.locator("section.concept:not(#whole)")
    assert sections.locator("h2").all_inner_texts() == [concept.title for concept in CONCEPTS]
    for section in sections.all():
        columns = section.locator("article")
        assert columns.locator("h3").all_inner_texts() == list(ENGINES)
        boxes = [column.bounding_box() for column in columns.all()]
        assert len({box["y"] for box in boxes if box}) == 1
        assert len({box["x"] for box in boxes if box}) == len(ENGINES)


def test_the_code_has_its_file_and_line_and_is_highlighted(opened: Opened, small: Report, picture: Picture) -> None:
    page = opened(small.address(PAGE))
    for engine in ENGINES.values():
        assert page.locator("figcaption", has_text=f"{engine.package}/ml.py:").count() > 3
    assert page.locator(".code .nc", has_text="Train").count() >= 1
    assert "$ python -m luigi_impl run ml" in page.inner_text("main")
    page.locator("section.concept", has_text="Depending on one step").evaluate("concept => concept.scrollIntoView()")
    picture(page, "side-by-side")


def test_a_whole_pipeline_is_shown_plain_or_salted(opened: Opened, small: Report) -> None:
    page = opened(small.address(PAGE))
    whole = page.locator("#whole article:visible")
    assert "saltern" in whole.first.inner_text()
    assert whole.count() == len(ENGINES)
    page.locator("#forms label", has_text="plain").click()
    assert "saltern" not in whole.first.inner_text()
    assert whole.count() == len(ENGINES)


def test_columns_that_a_narrow_window_hides_come_back_with_a_wide_one(opened: Opened, small: Report) -> None:
    page = opened(small.address(PAGE))
    wide = page.viewport_size
    assert wide is not None
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert len(shown(page)) == 2
    page.set_viewport_size(wide)
    assert shown(page) == list(ENGINES)


def test_columns_can_be_hidden_but_not_the_last(opened: Opened, small: Report) -> None:
    page = opened(small.address(PAGE))
    for engine in ("luigi", "airflow", "prefect"):
        chip(page, engine)
    assert shown(page) == ["dask"]
    chip(page, "dask")
    assert shown(page) == ["dask"]
    assert page.url.endswith("#engine=dask")
    chip(page, "prefect")
    assert shown(page) == ["dask", "prefect"]


def test_the_choice_of_columns_can_be_linked(opened: Opened, small: Report) -> None:
    assert shown(opened(small.address(f"{PAGE}#engine=luigi,prefect"))) == ["luigi", "prefect"]


def test_a_phone_has_room_for_two_of_ones_choice(opened: Opened, small: Report) -> None:
    page = opened(small.address(PAGE), PHONE)
    assert shown(page) == ["luigi", "dask"]
    chip(page, "prefect")
    assert shown(page) == ["dask", "prefect"]
    width = PHONE[0]
    for box in (code.bounding_box() for code in page.locator("pre.code:visible").all()):
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
