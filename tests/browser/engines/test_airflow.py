"""Airflow's own pages: both DAGs ran twice, hits are skipped, and the trigger form starts more DAG runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from shared.pipelines import CSV, FIRST_DAY, LAST_DAY, STREAMS, artists_pipeline, days, ml_pipeline
from tests.browser.engines.conftest import Ui

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ENGINE = "airflow"
GRAPHS = {"ml": ml_pipeline(CSV), "artists": artists_pipeline(STREAMS, FIRST_DAY, LAST_DAY)}
INPUT = {"ml": "csv", "artists": "streams"}  # the task that looks at the input, always
SOON = 180_000  # milliseconds, for what the page has to ask its server for; this may be a busy machine
ENDS_WITHIN = 300_000  # milliseconds, for a DAG run


def open_dag(page: Page, dag: str) -> None:
    page.set_default_timeout(SOON)
    page.get_by_role("link", name=dag, exact=True).click()
    expect(page.get_by_role("button", name="Dag Docs")).to_be_visible(timeout=SOON)


def bars(page: Page, dag: str) -> Locator:
    """What to click above the columns of the grid, one for each DAG run, the newest first."""
    found = page.locator(f"a[href^='/dags/{dag}/runs/'][href$='/']")
    found.nth(1).wait_for()
    return found


def expect_states(page: Page, states: Mapping[str, str]) -> None:
    """The graph says of each task what became of it."""
    for task, state in states.items():
        expect(page.get_by_test_id(f"rf__node-{task}")).to_contain_text(state, timeout=ENDS_WITHIN)
    expect(page.locator(".react-flow__node")).to_have_count(len(states))


def open_form(page: Page) -> Locator:
    page.get_by_test_id("trigger-dag-button").click()
    form = page.get_by_role("dialog")
    form.locator("#element_input").wait_for()  # the section of the input is open from the start
    return form


@pytest.mark.parametrize("dag", GRAPHS)
def test_the_first_run_ran_every_task_and_the_second_skipped_every_step(page: Page, ui: Ui, dag: str) -> None:
    open_dag(page, dag)
    runs = [str(bar.get_attribute("href")).split("/")[4] for bar in bars(page, dag).all()]
    second, first = runs[-2:]
    page.get_by_role("button", name="Show Graph").click()  # of every page, from now on
    for run, state in ((first, "success"), (second, "skipped")):
        page.goto(f"{ui.address}/{dag}/runs/{run}")
        expect_states(page, {INPUT[dag]: "success"} | dict.fromkeys(GRAPHS[dag].steps, state))
    executed = ui.executed()
    assert sorted(executed[first]) == sorted(GRAPHS[dag].nodes)
    assert not executed.get(second)


def test_the_mapped_tasks_are_named_by_their_days(page: Page) -> None:
    open_dag(page, "artists")
    page.locator("[data-testid^=grid-][data-testid$=-daily_counts]").first.click()
    rows = page.get_by_role("row").filter(has_text="Skipped")
    expect(rows).to_have_count(7, timeout=SOON)
    for day in days(FIRST_DAY, LAST_DAY):
        expect(rows.get_by_role("link", name=str(day), exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("dag", "title", "tag"),
    [
        ("ml", "Train and judge a classifier of handwritten digits", "machine learning"),
        ("artists", "The most played artists of an interval", "aggregation"),
    ],
)
def test_a_dag_says_what_it_is_and_whose(page: Page, dag: str, title: str, tag: str) -> None:
    open_dag(page, dag)
    expect(page.get_by_test_id("stat").filter(has_text="Owner")).to_contain_text("saltworks")
    expect(page.get_by_test_id("stat").filter(has_text="Tags")).to_contain_text(re.compile(f"{tag}.*saltworks"))
    page.get_by_role("button", name="Dag Docs").click()
    docs = page.get_by_role("dialog")
    expect(docs.get_by_role("heading", name=title)).to_be_visible()
    items = docs.get_by_role("listitem").all_inner_texts()
    assert [item.partition(" ")[0] for item in items] == [INPUT[dag], *GRAPHS[dag].steps]


@pytest.mark.parametrize(
    ("dag", "sections"), [("ml", ["Step preprocess", "Step train"]), ("artists", ["Step top_artists"])]
)
def test_the_form_asks_for_the_input_then_each_step_then_what_to_reuse(
    page: Page, ui: Ui, dag: str, sections: list[str]
) -> None:
    open_dag(page, dag)
    form = open_form(page)
    shown = [button.inner_text() for button in form.locator("button[aria-expanded]").all()]
    assert shown == ["Run Parameters", *sections, "Reuse", "Advanced Options"]
    form.get_by_role("button", name="Reuse").click()
    expect(form.locator("#element_store")).to_have_value(str(ui.store.root))
    for name in ("native", "content", "salted", "lineage", "cutoff"):
        expect(form.get_by_role("listitem").filter(has_text=re.compile(f"^{name}: .+"))).to_be_visible()
    expect(form).not_to_contain_text("airflow/")  # ways that triggering a DAG run is not


def test_what_does_not_depend_on_another_c_is_skipped_and_with_the_same_c_again_everything_is(
    page: Page, ui: Ui, picture: Callable[..., None]
) -> None:
    changed = ["train", "evaluate", "report"]
    for state, ran in (("success", changed), ("skipped", [])):
        before = ui.executed()
        page.goto(ui.address)
        open_dag(page, "ml")
        page.get_by_role("button", name="Show Graph").click()
        form = open_form(page)
        form.get_by_role("button", name="Step train").click()
        form.get_by_role("spinbutton").fill("10")
        form.get_by_test_id("trigger-dag-submit").click()
        expect(form).to_be_hidden(timeout=SOON)
        expect_states(page, {"csv": "success", "preprocess": "skipped"} | dict.fromkeys(changed, state))
        header = page.get_by_test_id("header-card")  # the form leads to the DAG run that it started
        expect(header.get_by_test_id("state-badge")).to_have_text("Success", timeout=ENDS_WITHIN)
        assert [step for run, steps in ui.executed().items() if run not in before for step in steps] == ran
        if ran:
            compose(page)
            picture(page, "airflow")


def test_a_task_says_whose_artifact_it_reuses_and_leads_to_it(page: Page, ui: Ui) -> None:
    open_dag(page, "ml")
    runs = [str(bar.get_attribute("href")).split("/")[4] for bar in bars(page, "ml").all()]
    second, first = runs[-2:]
    page.goto(f"{ui.address}/ml/runs/{second}/tasks/report")
    expect(page.get_by_text(re.compile(f"reused report-.+: same salt, made by run {first} on airflow"))).to_be_visible(
        timeout=SOON
    )
    page.goto(f"{ui.address}/ml/runs/{second}/tasks/report/details")
    page.goto(str(page.get_by_role("link", name="Artifact", exact=True).get_attribute("href", timeout=SOON)))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("origin") == "null", "its sandbox: it may do nothing in Airflow's name"


def test_the_code_of_a_step_is_on_its_tasks_page(page: Page, ui: Ui) -> None:
    page.goto(f"{ui.address}/ml/tasks/train")
    page.get_by_role("button", name="Documentation").click(timeout=SOON)
    expect(page.get_by_role("dialog")).to_contain_text("def train(")


def test_the_assets_lead_from_the_days_to_the_week(page: Page, ui: Ui) -> None:
    page.goto(ui.address.replace("/dags", "/assets"))
    page.get_by_role("link", name="artist_totals", exact=True).click(timeout=SOON)
    page.get_by_text("Task Dependencies").click(timeout=SOON)
    page.get_by_role("button", name="Fit View").click()  # what is out of sight is not drawn
    tasks = page.locator(".react-flow__node").filter(has_text="artists")
    expect(tasks.filter(has_text="daily_counts").first).to_be_attached(timeout=SOON)
    expect(tasks.filter(has_text="aggregate_artists").first).to_be_attached()


def compose(page: Page) -> None:
    """The graph from top to bottom, so that it is large, and beside it the table of the tasks with their states."""
    page.get_by_role("button", name="Options").click()
    page.get_by_role("combobox", name="Graph Direction").click()
    page.get_by_role("option", name="Top to Bottom").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    border = page.get_by_role("separator").bounding_box()
    assert border
    page.mouse.move(border["x"] + 1, 300)
    page.mouse.down()
    page.mouse.move(880, 300, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Fit View").click()
    page.mouse.move(1000, 5)  # where no tooltip opens
    expect(page.get_by_text("Dag Run Triggered")).to_have_count(0, timeout=SOON)


def test_the_password_lies_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    from airflow_dags.stack import login

    settings = login(tmp_path, "secret")
    assert settings["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    assert settings["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == "admin:admin"
    file = Path(settings["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    assert json.loads(file.read_text()) == {"admin": "secret"}
    assert file.stat().st_mode & 0o777 == 0o600
