"""Luigi's page in a real browser: the tasks of both pipelines, and the graphs that they make."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.engines.conftest import LAST_WORDS, Ui, refused, session

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ENGINE = "luigi"
# Luigi's style sheet asks for a font, and the page does as well without it.
ASKS_FOR = [
    "https://fonts.googleapis.com/css?family=Source+Sans+Pro:300,400,600,700,300italic,400italic,600italic",
]
ML = ["preprocess", "train", "evaluate", "report"]
FAMILIES = {"Table": 1, "Preprocess": 1, "Train": 1, "Evaluate": 1, "Report": 1}
FAMILIES |= {"Stream": 7, "DailyCounts": 7, "AggregateArtists": 1, "TopArtists": 1}


def test_the_second_runs_found_everything_done(ui: Ui) -> None:
    runs = [line.strip() for line in ui.said if line.startswith("  ") and " steps ran, " in line]
    assert runs == [
        "ml: 4 steps ran, 0 were there already",
        "artists: 9 steps ran, 0 were there already",
        "ml: 0 steps ran, 4 were there already",
        "artists: 0 steps ran, 9 were there already",
    ]
    executed = [step for steps in ui.executed().values() for step in steps]
    assert len(executed) == len(set(executed)) == 13


def test_every_task_is_listed_once_and_done(page: Page) -> None:
    page.get_by_label("entries").select_option("100")
    rows = page.locator("#taskTable tbody tr")
    expect(rows).to_have_count(sum(FAMILIES.values()))
    expect(rows.filter(has_text="DONE")).to_have_count(sum(FAMILIES.values()))
    for family, tasks in FAMILIES.items():
        expect(_family(page, family)).to_have_text(f"{tasks} {family}")
    expect(rows.filter(has_text="C=1.0, gamma=scale, kernel=rbf")).to_have_count(3)
    expect(rows.filter(has_text="run_id")).to_have_count(0)


def test_the_graph_leads_from_the_table_to_the_report(page: Page) -> None:
    _open_graph(page, "Report")
    expect(_boxes(page)).to_have_count(5)
    for name in ("Table", "Preprocess", "Train", "Evaluate", "Report"):
        expect(_boxes(page).filter(has_text=name)).to_contain_text("DONE")
    expect(page.locator("#graphPlaceholder .edgePath")).to_have_count(5)


def test_the_graph_of_the_artists_has_a_branch_for_each_day(page: Page) -> None:
    _open_graph(page, "TopArtists")
    expect(_boxes(page)).to_have_count(16)
    expect(page.locator("#graphPlaceholder .edgePath")).to_have_count(15)


def test_a_run_with_another_parameter_builds_on_what_is_there(ui: Ui, page: Page, picture: Callable[..., None]) -> None:
    assert ui.run_as_proposed() == ML[1:]
    page.reload()
    for family in ("Train", "Evaluate", "Report"):
        expect(_family(page, family)).to_have_text(f"2 {family}")
    expect(_family(page, "Preprocess")).to_have_text("1 Preprocess")
    _open_graph(page, "Preprocess")
    page.get_by_label("Show Upstream Dependencies").check()
    expect(_boxes(page)).to_have_count(7)
    picture(page, "luigi")


def test_a_password_is_refused_by_name() -> None:
    finished = refused(ENGINE, "--password")
    assert finished.returncode == 2
    assert finished.stdout.splitlines()[-1] == "error: --password: Luigi's page knows no login"


def test_a_busy_port_is_said_and_another_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with session(ENGINE, ["--port", str(port)]) as up:
            another = up.address.removeprefix("http://127.0.0.1:").partition("/")[0]
            assert up.said[0] == f"port {port} is busy, so it will be port {another}"
            assert up.said[-1].startswith(LAST_WORDS)


def _family(page: Page, name: str) -> Locator:
    return page.locator(f".sidebar li[data-task={name}]")


def _open_graph(page: Page, family: str) -> None:
    """As the hints have it: the family, its task's button, all tasks and not only those to do, the second drawing."""
    _family(page, family).click()
    page.locator("#taskTable a:has(.fa-sitemap)").click()
    page.get_by_label("Hide Done").uncheck()
    page.get_by_text("D3", exact=True).click()


def _boxes(page: Page) -> Locator:
    return page.locator("#graphPlaceholder .node")
