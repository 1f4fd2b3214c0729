"""Prefect's own pages: both flows ran twice, the second time from the cache, and a form starts more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from shared.pipelines import CSV, FIRST_DAY, LAST_DAY, STREAMS, artists_pipeline, ml_pipeline
from tests.browser.engines.conftest import Ui, session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ENGINE = "prefect"
GRAPHS = {"ml": ml_pipeline(CSV), "artists": artists_pipeline(STREAMS, FIRST_DAY, LAST_DAY)}
ENDS_WITHIN = 300_000  # milliseconds for a run that is started in the form: a process of its own, on a busy machine
OF_PREFECT = re.compile(r"/(favicon\.ico|ico/\w+\.svg)$")  # pictures that its pages ask for, and its server has not


@pytest.fixture(autouse=True)
def _nothing_is_refused(page: Page) -> Iterator[None]:
    """The pages get all that they ask for. What else they write on the console is between Prefect and the browser."""
    refused: list[str] = []
    page.on("response", lambda reply: refused.append(f"{reply.status} {reply.url}") if reply.status >= 400 else None)
    yield
    assert not [reply for reply in refused if not OF_PREFECT.search(reply)]


def runs(page: Page, ui: Ui, flow: str) -> list[Locator]:
    """The entries of a flow's runs in the list of all runs, oldest first."""
    page.goto(f"{ui.address}/runs")
    entries = page.locator(".flow-run-list-item").filter(has=page.get_by_role("link", name=flow, exact=True))
    entries.nth(1).wait_for()
    newest_first: list[Locator] = entries.all()
    return newest_first[::-1]


def opened(page: Page, entry: Locator) -> dict[str, Any]:
    """Open the page of a run. Returns the graph that it draws: it is a picture, and says nothing else of itself."""
    with page.expect_response(re.compile("/graph-v2")) as graph:
        entry.get_by_role("link").nth(1).click()
    page.get_by_role("button", name="Recenter graph").wait_for()
    drawn: dict[str, Any] = graph.value.json()
    return drawn


def tab(page: Page, name: str) -> Locator:
    page.get_by_role("listitem").filter(has_text=name).click()
    return page.get_by_role("tabpanel", name=name)


def task_runs(page: Page) -> dict[str, str]:
    """Name -> state, as the run's page lists them."""
    entries = tab(page, "Task Runs").locator(".state-list-item")
    entries.first.wait_for()
    return {e.get_by_role("link").inner_text(): e.locator(".state-badge").inner_text() for e in entries.all()}


@pytest.mark.parametrize("flow", GRAPHS)
def test_both_runs_of_each_flow_are_listed_completed_and_tagged_with_pipeline_and_strategy(
    page: Page, ui: Ui, flow: str
) -> None:
    listed = runs(page, ui, flow)
    assert len(listed) == 2
    for entry in listed:
        said = entry.inner_text().split()
        assert {flow, "salted", "Completed"} <= set(said), said


@pytest.mark.parametrize("flow", GRAPHS)
def test_every_task_run_is_completed_the_first_time_and_cached_the_second(page: Page, ui: Ui, flow: str) -> None:
    first, second = (entry.get_by_role("link").nth(1).inner_text() for entry in runs(page, ui, flow))
    for run, state in ((first, "Completed"), (second, "Cached")):
        page.goto(f"{ui.address}/runs")
        opened(page, page.locator(".flow-run-list-item").filter(has_text=run))
        assert task_runs(page) == dict.fromkeys(GRAPHS[flow].nodes, state)
    executed = ui.executed()
    assert sorted(executed[first]) == sorted(GRAPHS[flow].nodes)
    assert not executed.get(second)


@pytest.mark.parametrize("flow", GRAPHS)
def test_the_graph_of_a_run_shows_our_steps_and_what_each_needs(page: Page, ui: Ui, flow: str) -> None:
    nodes = dict(opened(page, runs(page, ui, flow)[1])["nodes"])
    needs = {one["label"]: {nodes[parent["id"]]["label"] for parent in one["parents"]} for one in nodes.values()}
    assert needs == {name: {need.key for need in node.needs} for name, node in GRAPHS[flow].nodes.items()}
    assert page.locator("canvas").is_visible()


@pytest.mark.parametrize(
    ("flow", "key", "heading", "rows"),
    [("ml", "accuracy", "of 450 test rows right", 10), ("artists", "top-artists", "Top 10 of", 10)],
)
def test_a_run_shows_its_result_as_an_artifact_also_when_all_of_it_was_found(
    page: Page, ui: Ui, flow: str, key: str, heading: str, rows: int
) -> None:
    opened(page, runs(page, ui, flow)[1])
    tab(page, "Artifacts").get_by_role("link", name=key).click()
    page.get_by_role("heading", name=heading).wait_for()
    result, steps = page.get_by_role("table").all()
    shown = [row.inner_text() for row in result.get_by_role("row").all()[1:]]
    assert len(shown) == len(set(shown)) == rows
    ended = [row.get_by_role("cell").all_inner_texts() for row in steps.get_by_role("row").all()[1:]]
    assert {step: state for step, state, _ in ended} == dict.fromkeys(GRAPHS[flow].nodes, "Cached")
    assert all(ui.store.exists(artifact) for *_, artifact in ended)


def test_a_run_that_is_started_in_the_form_with_another_c_finds_preprocess_and_runs_the_rest(
    page: Page, ui: Ui, picture: Callable[..., None]
) -> None:
    page.goto(f"{ui.address}/deployments")
    page.get_by_role("row", name="saltworks ml").get_by_role("link", name="saltworks").click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Custom run").click()
    page.get_by_role("textbox").first.fill("with-c-10")  # the name of the run
    c = page.locator(".schema-form-property").filter(has=page.get_by_text("C (Optional)", exact=True))
    c.get_by_role("spinbutton").fill("10")
    with page.expect_response(re.compile("/create_flow_run")):
        page.get_by_role("button", name="Submit").click()
    page.goto(f"{ui.address}/runs")
    page.get_by_role("link", name="with-c-10").click()
    page.get_by_role("banner").get_by_text("Completed", exact=True).wait_for(timeout=ENDS_WITHIN)
    page.reload()  # the graph followed the run, and is still on its way to where it ends
    changed = ["train", "evaluate", "report"]
    assert task_runs(page) == {"preprocess": "Cached"} | dict.fromkeys(changed, "Completed")
    assert ui.executed()["with-c-10"] == changed
    tab(page, "Logs").get_by_text(re.compile("reused preprocess-.*: same salt, made by run ")).wait_for()
    tab(page, "Task Runs")
    page.get_by_text("Cached", exact=True).scroll_into_view_if_needed()
    picture(page, "prefect")


@pytest.mark.thorough
def test_with_a_password_the_pages_show_nothing_before_it_is_given(browser: Browser) -> None:
    with session(ENGINE, ["--password"]) as ui:
        (login,) = (line.rpartition(" ")[2] for line in ui.said if line.startswith("The page asks for a password"))
        page = browser.new_page()
        assert page.request.get(f"{ui.address}/api/admin/version").status == 401
        page.goto(f"{ui.address}/runs")
        page.get_by_role("textbox", name="admin:pass").fill(login)
        assert not page.locator(".flow-run-list-item").count()
        page.get_by_role("button", name="Login").click()
        assert len(runs(page, ui, "ml")) == 2
        page.close()
