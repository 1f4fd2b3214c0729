"""Dask's dashboard in a real browser: what the workers did, task by task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.engines.conftest import Ui, refused

if TYPE_CHECKING:
    from playwright.sync_api import Page

ENGINE = "dask"
ML = ["preprocess", "train", "evaluate", "report"]
STEPS = Counter([*ML, *["daily_counts"] * 7, "aggregate_artists", "top_artists"])
# Bokeh draws on a canvas. What it draws is in its own model of the page, and so is where.
DRAWN_BY = """([figure, column, name]) => {
    const model = window.Bokeh?.documents[0]?.get_model_by_name(figure);
    const drawn = Array.from(model?.renderers[0].data_source.data[column] ?? []);
    return drawn.includes(name) && drawn;
}"""
MIDDLE_OF = """name => {
    const model = Bokeh.documents[0].get_model_by_name("task_stream"), boxes = model.renderers[0].data_source.data;
    const which = Array.from(boxes.name).indexOf(name), drawn = Bokeh.index.find_one(model);
    const corner = drawn.el.getBoundingClientRect(), {x_scale, y_scale} = drawn.frame;
    return [corner.x + x_scale.compute(boxes.start[which]), corner.y + y_scale.compute(boxes.y[which])];
}"""


def test_the_second_runs_found_everything_done(ui: Ui) -> None:
    runs = [line.strip() for line in ui.said if line.startswith("  ") and " steps ran, " in line]
    assert runs == [
        "ml: 4 steps ran, 0 were there already",
        "artists: 9 steps ran, 0 were there already",
        "ml: 0 steps ran, 4 were there already",
        "artists: 0 steps ran, 9 were there already",
    ]
    assert Counter(step.partition("[")[0] for steps in ui.executed().values() for step in steps) == STEPS


def test_the_task_stream_has_a_box_for_each_step_and_says_which(page: Page, picture: Callable[..., None]) -> None:
    boxes = _boxes(page, "artifact:top_artists")
    assert Counter({step: boxes[step] for step in STEPS}) == STEPS
    assert boxes["artifact:report"] == boxes["artifact:top_artists"] == 2, "of the first run, and of the second"
    assert boxes["stream"] == 7
    page.mouse.move(*page.evaluate(MIDDLE_OF, "train"))
    expect(page.get_by_text("train:")).to_be_visible()
    picture(page, "dask")


def test_the_time_of_each_step_stays_to_be_seen(page: Page) -> None:
    page.get_by_text("More...").hover()
    page.get_by_role("link", name="Compute Time Per Key").click()
    assert _drawn(page, "compute_time_per_key", "names", awaited="train")["preprocess"] == 1


def test_both_workers_are_listed(page: Page) -> None:
    page.get_by_role("link", name="Workers", exact=True).click()
    expect(page.get_by_text("Total (2)").first).to_be_visible()


def test_a_run_with_another_parameter_loads_what_is_there(ui: Ui, page: Page) -> None:
    before = _boxes(page, "train")
    assert ui.run_as_proposed() == ML[1:]
    page.reload()
    new = _boxes(page, "load:preprocess") - before
    assert {step: new[step] for step in ML} == {"preprocess": 0, "train": 1, "evaluate": 1, "report": 1}


def test_a_password_is_refused_by_name() -> None:
    finished = refused(ENGINE, "--password")
    assert finished.returncode == 2
    assert finished.stdout.splitlines()[-1] == "error: --password: Dask's dashboard knows no login"


def _boxes(page: Page, awaited: str) -> Counter[str]:
    """How many boxes of each name the task stream has."""
    return _drawn(page, "task_stream", "name", awaited)


def _drawn(page: Page, figure: str, column: str, awaited: str) -> Counter[str]:
    """How often a figure of Bokeh's draws each name, from when it draws the one that is awaited."""
    names: Any = page.wait_for_function(DRAWN_BY, arg=[figure, column, awaited])
    return Counter(names.json_value())
