"""The web pages of the report: whole, well-formed, and true of the results."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest

from saltern.errors import BadInput
from shared.engine.protocol import Native
from shared.engines import ENGINES
from shared.pipelines import PIPELINES, PROJECT
from shared.report import alacarte, choice, costs, side_by_side, summary, timing
from shared.report.cells import address, place_of
from shared.report.fates import FATES, fates
from shared.report.graphs import drawing
from shared.report.site import Site
from shared.report.sources import Sources
from shared.report.web import write
from shared.rerun.evidence import FOLDER, evidence, page_in
from shared.rerun.peers import committed
from shared.rerun.results import Cell, Results
from shared.rerun.scenarios import SCENARIOS
from tests.browser.volume import results

VOID = {"meta", "link", "input", "br", "hr", "img", "col", "wbr"}
HOSTILE = '</script><script>alert(1)</script><b title="'
WRITTEN = results(240)


def cell(**facts: Any) -> Cell:
    told = {
        "pipeline": "ml",
        "strategy": "salted",
        "scenario": "unchanged",
        "verdict": "exact",
        "seconds": 1.0,
        **facts,
    }
    silent: dict[str, Any] = {"executed": [], "reasons": {}, "claimed": {}, "disputed": [], "least": [], "most": []}
    return Cell.model_validate({**silent, "healed": None, "edit": "", "note": "", **told})


def of(engine: str, *cells: Cell) -> Results:
    return Results(engine=engine, engine_version="1", python="3.11", host="here", cells=list(cells))


class Checked(HTMLParser):
    """Reads a page, and holds it to what HTML asks: elements closed in order, no id twice, no attribute twice."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.bundle = ""
        self.asked_for: list[str] = []
        self.name = path.name
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert not self.open, f"{self.name}: never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), f"{self.name}: <{tag}> says an attribute twice"
        if "id" in given:
            assert given["id"] not in self.ids, f"{self.name}: id {given['id']} twice"
            self.ids.add(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))
        self.asked_for += [str(given[name]) for name in ("src", "srcset", "data", "poster", "action") if name in given]
        if tag == "link":
            self.asked_for.append(str(given["href"]))
        if tag not in VOID:
            self.open.append(tag if given.get("id") != "bundle" else "script bundle")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"{self.name}: </{tag}> closes nothing"
        assert self.open[-1].partition(" ")[0] == tag, f"{self.name}: </{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script bundle":
            self.bundle += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(WRITTEN, tmp_path_factory.mktemp("report")).parent


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, Checked]:
    return {path.name: Checked(path) for path in folder.glob("*.html")}


def test_there_is_a_page_for_every_engine_and_for_every_question(pages: dict[str, Checked]) -> None:
    engines = {f"engine-{one.engine}.html" for one in WRITTEN}
    assert set(pages) == engines | {
        "index.html",
        "score.html",
        "side-by-side.html",
        "which-one.html",
        "peers.html",
        "a-la-carte.html",
        "time.html",
    }


def test_every_page_has_a_preview_of_the_size_that_sites_show(folder: Path, pages: dict[str, Checked]) -> None:
    picture = (folder / "preview.png").read_bytes()
    assert [int.from_bytes(picture[start : start + 4], "big") for start in (16, 20)] == [1200, 630]
    for name in pages:
        page = (folder / name).read_text()
        assert '<meta property="og:image" content="preview.png">' in page
        assert len(re.findall('<meta name="description" content="[^"]{30,}">', page)) == 1
        assert len(re.findall("<title>.+</title>", page)) == 1


def test_the_preview_has_a_whole_address_where_that_of_the_report_is_known() -> None:
    assert Site(WRITTEN, address="https://example.org/report/").picture == "https://example.org/report/preview.png"


def test_what_a_task_costs_is_on_the_page_of_times(folder: Path) -> None:
    page, measured = (folder / "time.html").read_text(), costs.Costs.read()
    assert measured
    for row in measured.rows():
        assert all(cell in page for cell in row)


def test_every_link_leads_somewhere(pages: dict[str, Checked]) -> None:
    expected = {str(c.expected.link) for one in WRITTEN for c in one.cells if c.expected}
    documented = {answer.link for name in ENGINES for answer in choice.answers(name).values()}
    documented |= {column.documentation for peer in committed() for column in peer.columns}
    for engine in ENGINES.values():
        parts = side_by_side.column(engine, Sources(PROJECT)).values()
        documented |= {part.rpartition(" ")[2] for part in parts if isinstance(part, str)}
    for page in pages.values():
        for link in page.links:
            if link in expected | documented:
                continue
            file, _, fragment = link.partition("#")
            there = pages[file or page.name]
            if "=" not in fragment:
                assert not fragment or fragment in there.ids, f"{page.name}: {link}"
                continue
            view = parse_qs(unquote(fragment))
            bundle = json.loads(there.bundle)
            assert set(view) <= {"cell", "engine", "strategy"}, f"{page.name}: {link}"
            for name in view.get("cell", []):
                assert name in bundle["cells"], f"{page.name}: {link}"
            for name in (*view.get("engine", []), *view.get("strategy", [])):
                assert name in bundle["texts"], f"{page.name}: {link}"


def test_what_a_stale_cell_shows_leads_to_both_pages(tmp_path: Path) -> None:
    told = evidence(b"<p>98 %</p>", b"<p>62 %</p>", tmp_path / FOLDER)
    stale = cell(verdict="stale", scenario="change-input", evidence=told)
    write([of("luigi", stale)], tmp_path / "report")
    assert told.pages is not None
    assert all(page_in(tmp_path / "report" / FOLDER, page).is_file() for page in told.pages)
    bundle = json.loads(Checked(tmp_path / "report" / "index.html").bundle)
    packed = bundle["cells"][address("luigi", stale)]
    words = [bundle["texts"][number] for number in (*packed[-3], packed[-2], packed[-1][0])]
    assert words[:2] == ["98 %", "62 %"]
    assert words[2:4] == list(told.pages)
    assert words[4] == "nox -s luigi -- --pipeline ml --strategy salted --scenario change-input --again"
    assert (PROJECT / words[5]).read_text().splitlines()[packed[-1][1] - 1].strip().startswith('"change-input"')


def test_every_scenario_leads_to_where_it_is_made() -> None:
    assert [s.name for s in SCENARIOS if not place_of(s.pipeline, s.name)] == []


def test_a_cell_that_a_race_decides_is_in_no_sentence() -> None:
    race = {"verdict": "wasteful", "sometimes": "stale", "kind": "upstream", "because": "They race."}
    sentence = summary.headline([of("luigi", cell(verdict="stale", expected=race), cell())])
    assert sentence == "In 1 builds after a change, no wrong result was called done."


def test_no_page_asks_for_anything(folder: Path, pages: dict[str, Checked]) -> None:
    for page in pages.values():
        assert all(asked.startswith("data:") for asked in page.asked_for), page.name
        text = (folder / page.name).read_text()
        assert "default-src 'none'" in text, f"{page.name}: the browser is told to ask for nothing"
        assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest", text), page.name


def test_every_cell_is_in_the_matrix_and_can_be_opened(pages: dict[str, Checked]) -> None:
    index = pages["index.html"]
    wanted = {address(one.engine, each) for one in WRITTEN for each in one.cells}
    assert set(json.loads(index.bundle)["cells"]) == wanted
    assert {unquote(link.removeprefix("#cell=")) for link in index.links if link.startswith("#cell=")} == wanted


def test_what_results_say_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    hostile = cell(note=HOSTILE, edit=HOSTILE, claimed={"train": HOSTILE}, verdict="error", scenario=HOSTILE)
    index = write([of("luigi", hostile)], tmp_path)
    assert "alert(1)" in index.read_text()
    assert "<script>alert(1)" not in index.read_text()
    page = Checked(index)
    assert HOSTILE in json.loads(page.bundle)["texts"]


def test_a_thousand_cells_make_a_page_that_opens_quickly(tmp_path: Path) -> None:
    index = write(results(1200), tmp_path)
    assert index.stat().st_size < 1_500_000


def test_results_of_one_cell_are_enough(tmp_path: Path) -> None:
    index = write([of("luigi", cell())], tmp_path)
    for path in index.parent.glob("*.html"):
        Checked(path)


# Sentences


def test_the_headline_counts_and_names_the_strategies_that_never_lied() -> None:
    stale, exact = cell(strategy="native", verdict="stale"), cell(strategy="lineage")
    said = summary.headline([of("luigi", stale, exact), of("dask", stale, exact)])
    assert said == "In 4 builds after a change, a wrong result was called done twice, but never under lineage."


def test_a_strategy_of_one_engine_is_not_praised_beside_those_that_all_have() -> None:
    stale, own = cell(strategy="native", verdict="stale"), cell(strategy="luigi/mtime")
    said = summary.headline([of("luigi", stale, own), of("dask", stale)])
    assert said == "In 3 builds after a change, a wrong result was called done twice, and no strategy was free of it."


def test_a_headline_without_a_lie() -> None:
    assert summary.headline([of("luigi", cell())]) == "In 1 builds after a change, no wrong result was called done."


def test_words_are_listed_as_one_says_them() -> None:
    assert [summary.listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


# Fates


def fate_of(one: Cell, harmed: str | None = None) -> dict[str, str]:
    return {each.name: each.fate for each in fates(one, PIPELINES[one.pipeline](), harmed)}


def test_a_step_that_ran_was_needed_or_not() -> None:
    ran = cell(executed=["train", "evaluate", "evaluate", "preprocess"], most=["train", "evaluate"])
    assert fate_of(ran) == {"preprocess": "needless", "train": "needed", "evaluate": "needless", "report": "kept"}


def test_the_target_of_a_lie_is_stale_and_what_had_to_run_is_named() -> None:
    lie = cell(verdict="stale", least=["train", "evaluate", "report"], most=["train", "evaluate", "report"])
    assert fate_of(lie) == {"preprocess": "kept", "train": "overlooked", "evaluate": "overlooked", "report": "stale"}


def test_a_hole_is_missing() -> None:
    assert fate_of(cell(healed=False, most=["train"]), harmed="train")["train"] == "missing"


def test_a_run_that_said_nothing_leaves_all_unknown() -> None:
    assert set(fate_of(cell(verdict="error")).values()) == {"unknown"}


def test_a_renamed_step_stands_where_its_old_name_stood() -> None:
    renamed = cell(executed=["fit", "evaluate", "report"], most=["fit", "evaluate", "report"])
    assert fate_of(renamed) == {"preprocess": "kept", "fit": "needed", "evaluate": "needed", "report": "needed"}


def test_every_fate_is_explained() -> None:
    assert len({fate.tag for fate in FATES}) == len({fate.symbol for fate in FATES}) == len(FATES)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_boxes_do_not_overlap_and_every_edge_is_drawn(pipeline: str) -> None:
    drawn, graph = drawing(pipeline), PIPELINES[pipeline]()
    assert [box.node for box in drawn.boxes] == list(graph.nodes)
    assert len(drawn.lines) == sum(map(len, graph.edges.values()))
    for box in drawn.boxes:
        assert 0 <= box.x <= box.x + box.width <= drawn.width
        assert 0 <= box.y <= box.y + box.height <= drawn.height
        for other in drawn.boxes:
            apart = box.y + box.height <= other.y or other.y + other.height <= box.y
            assert box is other or box.x != other.x or apart


# Build Systems a la Carte


def measured(**executed: tuple[str, ...]) -> alacarte.Place:
    """Where a strategy falls whose runs of ``ml`` executed these steps; names have _ for -."""
    known = {scenario.name: scenario for scenario in SCENARIOS if scenario.pipeline == "ml"}
    cells = []
    for name, steps in executed.items():
        scenario = known[name.replace("_", "-")]
        healed = None if scenario.harms is None else scenario.harms in steps
        bounds = {"least": list(scenario.least), "most": list(scenario.most)}
        cells.append(cell(scenario=scenario.name, executed=list(steps), healed=healed, **bounds))
    return alacarte.place(summary.Column("luigi", "salted", cells))


ALL = ("preprocess", "train", "evaluate", "report")
TRACED: dict[str, tuple[str, ...]] = {
    "unchanged": (),
    "touch_input": (),
    "change_input": ALL,
    "change_parameter": ALL[1:],
    "revert": (),
    "noise_input": ALL,
}


@pytest.mark.parametrize(
    ("runs", "rebuilder"),
    [
        (TRACED, "deep constructive traces"),
        (TRACED | {"noise_input": ALL[:1]}, "constructive traces"),
        (TRACED | {"change_input": ()}, "deep constructive traces, inputs trusted"),
        (TRACED | {"revert": ALL[1:]}, "verifying traces"),
        ({"unchanged": (), "touch_input": ALL}, "dirty bit: times of change"),
        ({"unchanged": (), "delete_last": ("report",), "change_input": ()}, "dirty bit: existence"),
        ({"unchanged": ALL}, "none: everything is made anew"),
        ({"delete_last": ("report",)}, "not measured"),
        (
            {"unchanged": (), "change_parameter": ALL[1:]},
            "traces; which, is open: goes back and early cutoff not measured",
        ),
    ],
)
def test_a_rebuilder_is_told_from_what_ran(runs: dict[str, tuple[str, ...]], rebuilder: str) -> None:
    assert measured(**runs).rebuilder == rebuilder


def test_each_answer_has_the_cells_that_prove_it_or_says_that_there_are_none() -> None:
    place = measured(**TRACED, delete_middle=())
    answers = dict(place.answers)
    assert [one.scenario for one in answers["heals"].cells] == ["delete-middle"]
    assert answers["heals"].answer == "no"
    assert answers["portable"] == alacarte.Finding("not measured")
    assert [name for name, _ in place.dirty_by] == ["content", "parameters"]
    assert place.unmeasured == ["existence", "version", "code", "libraries"]


def test_where_a_person_says_what_runs_again_no_traces_are_ascribed_to_the_engine() -> None:
    column = measured(**TRACED).column
    assert "traces" in alacarte.place(column).rebuilder
    assert alacarte.place(column, by_hand=True).rebuilder == alacarte.BY_HAND


def test_that_nothing_ran_proves_nothing_where_the_change_went_unnoticed() -> None:
    place = measured(**TRACED | {"change_input": (), "noise_input": ()})
    answers = dict(place.answers)
    assert answers["early cutoff"].answer == "moot"
    assert (answers["goes back"].answer, [one.scenario for one in answers["goes back"].cells]) == ("yes", ["revert"])


def test_every_question_is_asked_by_a_scenario_that_there_is() -> None:
    known = {scenario.name for scenario in SCENARIOS}
    for trait in (alacarte.KEEPS, *alacarte.NOTICES, *alacarte.SINGLE):
        assert set(trait.scenarios) <= known, trait.name


# Time


def timed() -> Iterator[timing.Timing]:
    whole = cell(strategy="native", executed=list(ALL), seconds=4.0)
    half = cell(seconds=2.0)
    lie = cell(seconds=0.0001, verdict="stale")
    columns = [summary.Column("luigi", "native", [whole]), summary.Column("luigi", "salted", [half, lie])]
    yield from timing.timings("ml", columns)


def test_a_wrong_result_saves_nothing() -> None:
    native, salted = timed()
    assert (native.everything, salted.everything) == (4.0, 4.0)
    assert (native.saved, salted.saved) == (0.0, 0.5)


def test_without_a_run_that_does_everything_nothing_is_said_of_savings() -> None:
    (only,) = timing.timings("ml", [summary.Column("dask", "salted", [cell(seconds=2.0)])])
    assert (only.everything, only.saved) == (None, None)


def test_a_run_beside_another_is_in_no_figure_of_time() -> None:
    together = next(iter(timing.TOGETHER))
    slow = cell(strategy="native", scenario=together, executed=list(ALL), seconds=100.0)
    whole = cell(strategy="native", executed=list(ALL), seconds=4.0)
    (native,) = timing.timings("ml", [summary.Column("luigi", "native", [slow, whole])])
    assert (len(native.cells), native.everything) == (1, 4.0)


def test_a_saving_has_an_interval_where_there_are_runs_enough_and_is_certain_where_that_is_narrow() -> None:
    whole = [cell(strategy="native", executed=list(ALL), seconds=4.0 + n / 100) for n in range(timing.FEW)]

    def of_runs(seconds: list[float]) -> timing.Timing:
        columns = [("native", whole), ("salted", [cell(seconds=each) for each in seconds])]
        return timing.timings("ml", [summary.Column("luigi", name, cells) for name, cells in columns])[1]

    assert of_runs([2.0]).interval is None
    steady, wild = of_runs([2.0, 2.01, 1.99, 2.02, 1.98]), of_runs([0.1, 3.9, 0.1, 3.9, 2.0])
    assert steady.interval is not None
    assert steady.interval[0] < 0.5 < steady.interval[1]
    assert (steady.certain, wild.certain) == (True, False)


def test_a_chart_has_a_dot_for_every_run_within_its_ticks() -> None:
    chart = timing.chart(list(timed()))
    assert [len(strip.dots) for strip in chart.strips] == [1, 2]
    first, last = chart.ticks[0][0], chart.ticks[-1][0]
    assert all(first <= dot.x <= last for strip in chart.strips for dot in strip.dots)


# Which one


def test_each_engine_says_what_it_has_and_where_that_is_documented() -> None:
    for name in ENGINES:
        assert choice.answers(name).keys() == choice.NEEDS.keys()


def test_the_price_of_an_engine_is_what_a_run_takes_beside_its_steps() -> None:
    whole = {"executed": list(ALL), "work": 2.0}
    results = of(
        "luigi",
        cell(strategy="native", seconds=2.4, **whole),
        cell(strategy="lineage", seconds=2.8, **whole),
        cell(strategy="lineage", seconds=0.3),
        cell(strategy="lineage", seconds=99.0, verdict="stale", **whole),
    )
    results.natives = {"native": Native("its own rule", "https://example.org/why")}
    found = choice.option(results)
    assert [found.idle, found.own, found.salted] == pytest.approx([0.3, 0.1, 0.2])


def test_an_answer_that_is_missing_is_said_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "luigi_impl" / choice.FILE
    file.parent.mkdir()
    for text, complaint in (("", "a table for each of"), ("[schedule]\nhas = 3", "schedule.has"), ("=", "Invalid")):
        file.write_text(text)
        with pytest.raises(BadInput, match=f"luigi_impl/choice.toml: .*{complaint}"):
            choice.answers("luigi", tmp_path)
