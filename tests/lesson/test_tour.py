"""The tour, walked for real on the engine that ``--engine`` names; on Luigi, where it names the reference engine."""

from __future__ import annotations

import importlib
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from lesson.tour import bigfile, native
from lesson.tour.guide import Guide, names
from lesson.tour.walk import Seen, Walk
from lesson.tour.words import WORDS, Place, Surprise, Words
from shared.engine.servers import started_with
from shared.engines import ENGINES
from shared.pipelines import PROJECT
from shared.rerun import expectations
from shared.rerun.bench import opened
from shared.rerun.results import Expectation

PATIENCE = 1200  # seconds; a machine may be busy
STOPS = (
    "The dependency tree",
    "Run it once",
    "Run it again",
    "Delete the last file",
    "Delete a file in the middle",
    "Change the input",
    "Salt by the content of the input",
    "AggregateArtists, salted",
    "Lineage",
    "Cutoff",
    "The same cache from another engine",
    "Programs as graphs elsewhere",
)


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.config.getoption("--engine")
    return "luigi" if name == "reference" else name  # the reference engine has no cache to tell of


@pytest.fixture(scope="module")
def _on_luigi(engine: str) -> None:
    """For what is the same whichever engine the walk is on."""
    if engine != "luigi":
        pytest.skip("the same on every engine, and seen on Luigi")


@dataclass(frozen=True)
class Tours:
    """Starts the tour as a person would, with a folder for scratch files that should be empty afterwards."""

    engine: str
    folder: Path

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    def start(self, *options: str) -> subprocess.Popen[str]:
        self.scratch.mkdir(exist_ok=True)
        env = os.environ | {"TMPDIR": str(self.scratch), "SALTWORKS_CACHE_DIR": str(self.folder / "digests")}
        return subprocess.Popen(
            [sys.executable, "-m", "lesson.tour", "--engine", self.engine, *options],
            cwd=PROJECT,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def walk(self, *options: str, answers: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        process = self.start(*options)
        stdout, stderr = process.communicate("".join(f"{answer}\n" for answer in answers), timeout=PATIENCE)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def left_behind(self) -> list[str]:
        """Files in the scratch folder, and processes that were told to use it."""
        files = [str(path) for path in self.scratch.rglob("*")]
        return files + [f"process {pid}" for pid in started_with("TMPDIR", str(self.scratch))]


@pytest.fixture(scope="module")
def tours(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Tours:
    return Tours(engine, tmp_path_factory.mktemp("tours"))


@dataclass(frozen=True)
class Walked:
    done: subprocess.CompletedProcess[str]
    work: float  # CPU seconds
    left: list[str]


@pytest.fixture(scope="module")
def walked(tours: Tours) -> Walked:
    """The whole tour, once."""

    def work() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = work()
    done = tours.walk("--auto", "--size", "16")
    return Walked(done, work() - before, tours.left_behind())


@pytest.mark.thorough_but_on("luigi")
def test_it_comes_to_its_end_and_all_is_as_told(walked: Walked) -> None:
    assert (walked.done.returncode, walked.done.stderr) == (0, ""), walked.done.stdout[-2000:]


@pytest.mark.thorough_but_on("luigi")
def test_it_comes_to_all_stops_in_order(walked: Walked) -> None:
    titles = re.findall(r"^(\d+)\. (.*?) ─", walked.done.stdout, re.MULTILINE)
    assert [int(number) for number, _ in titles] == list(range(1, len(STOPS) + 1))
    for (_, title), expected in zip(titles, STOPS, strict=True):
        assert title.startswith(expected)


@pytest.mark.thorough_but_on("luigi")
def test_where_there_is_no_terminal_it_is_plain_text_in_80_columns(walked: Walked) -> None:
    assert "\x1b" not in walked.done.stdout
    assert [line for line in walked.done.stdout.splitlines() if len(line) > 80] == []


@pytest.mark.thorough_but_on("luigi")
def test_every_state_is_said_in_words_too(walked: Walked) -> None:
    for mark in ("✓ report  done:", "▶ report  to run:", "? report  undecided:", "✗ stale", "+3 wasteful"):
        assert mark in walked.done.stdout


@pytest.mark.thorough_but_on("luigi")
def test_it_leaves_nothing_behind(walked: Walked) -> None:
    assert walked.left == []


@pytest.mark.thorough_but_on("luigi")
def test_it_takes_less_than_three_minutes_of_work(walked: Walked) -> None:
    assert walked.work < 180


@pytest.mark.usefixtures("_on_luigi")
def test_guesses_are_held_against_what_happens(tours: Tours) -> None:
    answers = ["all", "salt", "preprocess, train", "eleven", "11", "nothing", "", "TFX"]
    done = tours.walk("--stop", "10", answers=answers)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n1. " not in done.stdout and "\n9. " not in done.stdout
    assert "eleven? Enter, b, a number from 1 to 12, or q." in done.stdout
    assert "Your score: 2 of 4 guesses were right." in done.stdout
    assert "To see the others again: stops 10, 12, by `--stop 10`." in done.stdout
    said = [
        "As you said.",
        "salt? Say none, all, or some of: evaluate, preprocess, report, train.",
        "You said preprocess, train; it was preprocess.",
        "As you said.",
    ]
    places = [done.stdout.find(said[0]), *(done.stdout.find(text) for text in said[1:3]), done.stdout.rfind(said[3])]
    assert -1 not in places and places == sorted(places)
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []


@pytest.mark.usefixtures("_on_luigi")
def test_a_reader_may_go_back_and_quit(tours: Tours) -> None:
    done = tours.walk("--stop", "12", answers=["b", "quit"])
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^(\d+)\. .* ─", done.stdout, re.MULTILINE) == ["12", "11"]
    assert "Your score" not in done.stdout, "nothing was guessed"
    assert tours.left_behind() == []


@pytest.mark.usefixtures("_on_luigi")
def test_when_the_answers_end_it_says_how_to_go_without(tours: Tours) -> None:
    done = tours.walk()
    assert done.returncode == 2
    assert done.stderr == "error: standard input is at its end: with --auto nothing is asked\n"
    assert tours.left_behind() == []


@pytest.mark.thorough_if_slow
def test_ctrl_c_ends_it_and_leaves_nothing_behind(tours: Tours) -> None:
    process = tours.start()
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Which step has to run first?"):
            break
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert stderr in ("", "error: interrupted\n")
    assert tours.left_behind() == []


@pytest.mark.usefixtures("_on_luigi")
@pytest.mark.parametrize("option", ["--engine=spark", "--stop=13", "--stop=0", "--size=0", "--fast"])
def test_a_wrong_option_is_refused_in_one_line(tours: Tours, option: str) -> None:
    done = tours.walk(option)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert option.partition("=")[0] in line


@pytest.fixture(scope="module")
def walk(_on_luigi: None, engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALTWORKS_CACHE_DIR", str(tmp_path_factory.mktemp("digests")))
        with opened(importlib.import_module(f"{ENGINES[engine].package}.engine").ENGINE) as bench:
            yield Walk(bench, Guide(auto=True), size=1)


def test_it_fails_where_the_engine_does_something_else_than_is_expected(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Expectation(verdict="error", kind="ours", because="This test says so.")
    monkeypatch.setattr(expectations, "load", lambda engine: {("ml", "native", "unchanged"): expected})
    with pytest.raises(Surprise, match="ml native unchanged is error"):
        native.again(walk)


def test_it_fails_where_it_has_no_words_for_what_is_seen(walk: Walk) -> None:
    seen = Seen("unchanged", "stale", "none", None)
    with pytest.raises(Surprise, match=r"it was stale \(none ran\), and the tour tells of exact \(all ran\)"):
        walk.explain(seen, {("exact", "all"): "All is well."})


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_where_it_points_to_in_the_wirings_there_is_what_it_says(words: Words) -> None:
    places = [value for value in vars(words).values() if isinstance(value, Place)]
    assert len(places) == 5
    for place in places:
        file, _, line = str(place).rpartition(":")
        assert place.text in (PROJECT / file).read_text().splitlines()[int(line) - 1]


def test_it_fails_where_it_points_to_something_that_is_gone() -> None:
    with pytest.raises(Surprise, match=r"luigi_impl/ml\.py: 'class Pickle' stands in 0 lines"):
        str(Place("luigi_impl/ml.py", "class Pickle"))


@pytest.mark.parametrize(
    ("answer", "guess"),
    [
        ("none", set()),
        ("all", {"count[a]", "count[b]", "sum"}),
        ("count", {"count[a]", "count[b]"}),
        ("count[a] and sum", {"count[a]", "sum"}),
        ("sum,count[b]", {"count[b]", "sum"}),
    ],
)
def test_a_guess_may_name_steps_and_partitions(answer: str, guess: set[str]) -> None:
    assert names(["count[a]", "count[b]", "sum"])(answer) == guess


@pytest.mark.parametrize("answer", ["total", "sum, total", ",", "all sum"])
def test_a_guess_of_something_else_is_asked_for_again(answer: str) -> None:
    with pytest.raises(ValueError, match=r"\? Say none, all, or some of: count\[a\], sum\."):
        names(["count[a]", "sum"])(answer)


def test_a_big_file_is_measured_and_removed(tmp_path: Path) -> None:
    seen = bigfile.measure(tmp_path, 2)
    assert seen.size == 2
    assert min(seen.read, seen.remembered, seen.changed) > 0
    assert not (tmp_path / "big.bin").exists()


def test_a_big_file_leaves_room_on_the_disk(tmp_path: Path) -> None:
    assert bigfile.affordable(tmp_path, 1) == 1
    assert 1 < bigfile.affordable(tmp_path, 10**12) < 10**12
