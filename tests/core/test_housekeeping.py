"""Housekeeping: what is in a store, whether it is whole, and what of it can go."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saltern.errors import BadInput
from saltern.housekeeping.commands import app
from saltern.housekeeping.contents import Contents
from saltern.housekeeping.pruning import removals
from saltern.store import MANIFEST, Store
from shared.engine.build import Build, build
from shared.pipelines import PROJECT
from shared.reference import ENGINE as REFERENCE
from shared.rerun.workspace import Workspace
from shared.steps import artists

DAYS = [date(2018, 3, day) for day in (5, 6, 7)]
LONG_AGO = time.time() - 7200
SALTED = ["content", "salted", "lineage", "cutoff"]


class Said(NamedTuple):
    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text.splitlines()[-1])


def command(*words: object) -> Said:
    """A command, in this process. Bad input is raised."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = app([str(word) for word in words], standalone_mode=False)
    return Said(status or 0, out.getvalue())


def in_a_process(*words: object, folder: Path = PROJECT, **env: str) -> subprocess.CompletedProcess[str]:
    """``python -m ...``, as a person would type it."""
    argv = [sys.executable, "-m", *map(str, words)]
    return subprocess.run(argv, cwd=folder, env=os.environ | env, capture_output=True, text=True, timeout=120)


def streams(folder: Path) -> Path:
    folder.mkdir()
    for number, day in enumerate(DAYS):
        (folder / f"{day}.tsv").write_text("artist\ttrack\n" + "A\tx\n" * (number + 1) + "B\ty\n")
    return folder


def built(folder: Path, strategy: str = "lineage", store: str | None = None, **options: Any) -> Build:
    """A build of the artists in a folder: three days, five artifacts."""
    data = folder / "streams"
    made = build(
        "artists",
        "reference",
        input=data if data.is_dir() else streams(data),
        store=store or str(folder / "store"),
        strategy=strategy,
        **options,
    )
    REFERENCE.run(made)
    return made


def artifact(made: Build, step: str) -> str:
    return made.calls()[step].artifact.name


def rewrite(store: Path, name: str, **facts: object) -> None:
    """Change what a manifest says."""
    path = store / (name + MANIFEST)
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def files(folder: Path) -> dict[str, int]:
    """Every file and folder below, with its time of change."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


@contextlib.contextmanager
def declared(step: Any, **facts: Any) -> Iterator[None]:
    """The step as its author declared it at another time."""
    today = {name: getattr(step, name) for name in facts}
    try:
        vars(step).update(facts)
        yield
    finally:
        vars(step).update(today)


# --- looking


def test_ls_lists_by_step_and_the_newest_first(tmp_path: Path) -> None:
    made = built(tmp_path)
    rewrite(tmp_path / "store", artifact(made, "daily_counts[2018-03-06]"), made="2030-01-01T00:00:00+00:00")
    listed = command("ls", tmp_path / "store", "--json").json
    assert [one["partition"] or one["step"] for one in listed["artifacts"]] == [
        "aggregate_artists",
        "2018-03-06",
        "2018-03-07",
        "2018-03-05",
        "top_artists",
    ]
    assert listed["size"] == sum((tmp_path / "store" / one["name"]).stat().st_size for one in listed["artifacts"])


def test_ls_says_each_artifact_whole_on_one_line_and_the_total(tmp_path: Path) -> None:
    made = built(tmp_path)
    rewrite(tmp_path / "store", artifact(made, "top_artists"), made="2026-01-01T12:00:00+00:00")
    said = in_a_process("saltern", "ls", tmp_path / "store", TZ="Asia/Tokyo")
    *_, top, total = said.stdout.splitlines()
    assert top.split()[:4] == [artifact(made, "top_artists"), "top_artists", "lineage", "reference"]
    assert top.rstrip().endswith("2026-01-01 21:00:00")
    assert total.startswith("5 artifacts, ")


@pytest.mark.parametrize("leftover", ["a.json", "a.json" + MANIFEST])
def test_ls_does_not_pass_over_what_is_no_whole_artifact(tmp_path: Path, leftover: str) -> None:
    (tmp_path / leftover).write_text("{}")
    assert command("ls", tmp_path).text == (
        "0 artifacts, 0 bytes\n1 file beside that are no whole artifacts: verify says which\n"
    )


@pytest.mark.parametrize("words", [["ls"], ["ls", "--json"], ["verify"], ["prune"]])
def test_nobody_complains_when_nobody_reads_on(tmp_path: Path, words: list[str]) -> None:
    """As in ``saltern ls store | head``."""
    Store(tmp_path).commit("a.json", b"", {})
    command = [sys.executable, "-m", "saltern", words[0], str(tmp_path), *words[1:]]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode != 0


def test_a_name_that_is_no_text_is_listed(tmp_path: Path) -> None:
    Store(tmp_path).commit("\udcff.json", b"", {})
    said = in_a_process("saltern", "ls", tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert "\\udcff.json" in said.stdout


def test_show_says_what_an_artifact_was_made_from(tmp_path: Path) -> None:
    made = built(tmp_path)
    daily = artifact(made, "daily_counts[2018-03-05]")
    name = artifact(made, "aggregate_artists")
    text = command("show", tmp_path / "store", "aggregate").text
    assert name in text
    assert "shared.steps.artists:aggregate_artists: " in text
    assert "polars: " in text
    assert f"counts[2018-03-05]: {daily} (salt:" in text
    assert made.run in text
    (tmp_path / "store" / daily).unlink()
    assert "counts[2018-03-05]: not in the store (salt:" in command("show", tmp_path / "store", name).text


def test_show_takes_nothing_it_prints_for_markup(tmp_path: Path) -> None:
    """``:train:`` is the name of an emoji."""
    REFERENCE.run(build("ml", "reference", store=str(tmp_path / "store"), strategy="lineage"))
    assert "shared.steps.ml:train: " in command("show", tmp_path / "store", "train").text


def test_show_finds_the_artifacts_behind_digests(tmp_path: Path) -> None:
    made = built(tmp_path, "cutoff")
    shown = command("show", tmp_path / "store", "top_artists", "--json").json
    assert shown["recipe"]["inputs"]["totals"].startswith("digest:")
    assert shown["upstream"] == {"totals": [artifact(made, "aggregate_artists")]}


def test_show_of_an_artifact_without_a_recipe_says_so(tmp_path: Path) -> None:
    made = built(tmp_path, "native")
    assert "recipe    none" in command("show", tmp_path / "store", artifact(made, "top_artists")).text


def test_a_whole_name_is_found_though_others_begin_with_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name in ("a", "ab"):
        store.commit(name, b"", {"step": name})
    assert command("show", tmp_path, "a", "--json").json["step"] == "a"


def test_a_beginning_that_fits_several_or_none_is_refused_with_the_candidates(tmp_path: Path) -> None:
    made = built(tmp_path)
    with pytest.raises(BadInput, match="daily_counts: 3 artifacts begin so: ") as refusal:
        command("show", tmp_path / "store", "daily_counts")
    assert artifact(made, "daily_counts[2018-03-07]") in str(refusal.value)
    with pytest.raises(BadInput, match="nothing: no artifact"):
        command("show", tmp_path / "store", "nothing")


@pytest.mark.parametrize("words", [["ls"], ["show", "train"], ["verify"], ["prune"], ["prune", "--yes"]])
def test_a_store_that_does_not_exist_is_refused_by_name_and_not_made(tmp_path: Path, words: list[str]) -> None:
    name, *rest = words
    for url in (str(tmp_path / "nowhere"), f"memory://{uuid.uuid4().hex}"):
        with pytest.raises(BadInput, match=f"{url}: no such store"):
            command(name, url, *rest)
    assert list(tmp_path.iterdir()) == []


def test_bad_input_is_one_line_and_status_2(tmp_path: Path) -> None:
    said = in_a_process("saltern", "ls", tmp_path / "nowhere")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == f"error: {tmp_path / 'nowhere'}: no such store\n"


@pytest.mark.parametrize("words", [["ls"], ["show", "top"], ["verify"], ["prune"], ["prune", "--before=2100-01-01"]])
def test_looking_changes_nothing(tmp_path: Path, words: list[str]) -> None:
    built(tmp_path)
    before = files(tmp_path)
    name, *rest = words
    command(name, tmp_path / "store", *rest)
    assert files(tmp_path) == before


def test_any_store_can_be_looked_at_verified_and_pruned(tmp_path: Path) -> None:
    url = f"memory://{uuid.uuid4().hex}"
    built(tmp_path, store=url)
    assert len(command("ls", url, "--json").json["artifacts"]) == 5
    assert command("verify", url) == (0, "5 whole\n")
    assert command("prune", url, "--yes").text == "0 deleted, 0 bytes freed\n"
    assert "6 deleted" in command("prune", url, "--yes", "--before", "2100-01-01").text  # and the run in the ledger
    assert command("verify", url) == (0, "empty\n")


@pytest.mark.parametrize("kind", ["folder", "file url", "memory"])
def test_a_name_with_brackets_is_no_pattern_when_it_is_deleted(tmp_path: Path, kind: str) -> None:
    store = Store({"folder": f"{tmp_path}", "file url": f"file://{tmp_path}"}.get(kind, f"memory://{uuid.uuid4().hex}"))
    store.commit("day[12].json", b"", {"made": "2020-01-01T00:00:00+00:00"})
    store.commit("day1.json", b"", {"made": "2030-01-01T00:00:00+00:00"})
    assert "1 deleted" in command("prune", store.url, "--yes", "--before", "2021-01-01").text
    assert [one["name"] for one in command("ls", store.url, "--json").json["artifacts"]] == ["day1.json"]


def test_the_store_does_not_load_its_housekeeping() -> None:
    code = "import saltern.store, sys; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    loaded = set(said.stdout.split())
    assert "saltern.store" in loaded
    assert not loaded & {
        "typer",
        "rich",
        "shared.pipelines",
        "saltern.housekeeping.contents",
        "saltern.housekeeping.commands",
    }


# --- verify


def test_a_whole_store_is_found_whole(tmp_path: Path) -> None:
    built(tmp_path)
    said = in_a_process("saltern", "verify", tmp_path / "store")
    assert (said.returncode, said.stdout) == (0, "5 whole\n")


def test_verify_tells_all_that_can_be_wrong(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name in ("whole", "damaged", "missing", "no manifest", "unreadable manifest"):
        store.commit(name, name.encode(), {})
    (tmp_path / "damaged").write_text("dbmaged")
    (tmp_path / "missing").unlink()
    (tmp_path / f"no manifest{MANIFEST}").unlink()
    (tmp_path / f"unreadable manifest{MANIFEST}").write_text("{")
    (tmp_path / ".lock").touch()
    (tmp_path / ".a.json.0123abcd.tmp").touch()
    (tmp_path / ".b.json.0123abcd.tmp").touch()
    os.utime(tmp_path / ".b.json.0123abcd.tmp", (LONG_AGO, LONG_AGO))
    said = command("verify", tmp_path, "--json")
    assert said.status == 1
    assert said.json == {
        "store": str(tmp_path),
        "whole": ["whole"],
        "damaged": ["damaged"],
        "missing": ["missing"],
        "no_manifest": ["no manifest", "unreadable manifest"],
        "unfinished": [".b.json.0123abcd.tmp"],
        "being_written": [".a.json.0123abcd.tmp"],
    }


def test_what_is_being_written_is_not_wrong(tmp_path: Path) -> None:
    (tmp_path / ".a.json.0123abcd.tmp").touch()
    assert command("verify", tmp_path).status == 0


def test_an_artifact_changed_in_place_is_missing_though_size_and_time_agree(tmp_path: Path) -> None:
    store, path = Store(tmp_path), tmp_path / "a.json"
    store.commit("a.json", b"[1]", {})
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert store.digest("a.json")
    with path.open("r+b") as file:  # the same file, with the same size and, in a moment, the same time of change
        file.write(b"[2]")
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert store.digest("a.json") is None
    assert command("verify", tmp_path, "--json").json["damaged"] == ["a.json"]


# --- prune: what today's code no longer names


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("def aggregate_artists(", "# a comment\ndef aggregate_artists(", {}),
        ("    if nameless:", "    if nameless > 0:", {
            "code changed: shared.steps.artists:daily_counts": 2, "upstream changed: daily_counts[2018-03-0": 1,
            "upstream changed: aggregate_artists-": 1,
        }),
        ("Ge(1), Lt(2**32)] = 10", "Ge(11), Lt(2**32)] = 11", {"parameter changed: top_artists.n=10: ": 1}),
        ("n: Annotated", "m: Annotated", {"parameter changed: top_artists.n: ": 1}),
        ("Lt(2**32)] = 10", "Lt(2**32)] = 10, m: int = 0", {"parameter changed: m": 1}),
        ("def top_artists(totals:", "def top_artists(sums:", {"inputs changed: sums, totals": 1}),
        ('libraries=["jinja2", "polars"]', 'libraries=["jinja2"]', {"library changed: polars": 1}),
    ],
)  # fmt: skip
def test_prune_after_an_edit(tmp_path: Path, old: str, new: str, expected: dict[str, int]) -> None:
    """A real edit of a copy of the project; what is pruned is what the copy's own code no longer names."""
    world = Workspace(tmp_path / "world", [])
    run = ["run", "artists", "--end=2018-03-06", "--strategy=lineage"]
    assert in_a_process("shared.reference", *run, folder=world.folder).returncode == 0
    world.edit("shared/steps/artists.py", old, new)
    said = in_a_process("saltern", "prune", "store", folder=world.folder)
    assert said.returncode == 0, said.stderr
    assert {why: said.stdout.count(why) for why in expected} == expected
    total = f"{sum(expected.values())} to delete" if expected else "nothing to delete"
    assert total in said.stdout


def test_prune_shows_first_and_deletes_when_told(tmp_path: Path) -> None:
    with declared(artists.top_artists, version="0"):
        old = artifact(built(tmp_path, "salted"), "top_artists")
    new = artifact(built(tmp_path, "salted"), "top_artists")
    said = command("prune", tmp_path / "store")
    assert "1 to delete" in said.text
    assert "version raised" in said.text
    assert (tmp_path / "store" / old).exists()
    assert "1 deleted" in command("prune", tmp_path / "store", "--yes").text
    left = files(tmp_path / "store")
    assert not {old, old + MANIFEST} & set(left)
    assert {new, new + MANIFEST} <= set(left)


def test_a_step_that_no_pipeline_has_any_more_is_pruned(tmp_path: Path) -> None:
    with declared(artists.top_artists, name="best_artists"):
        old = artifact(built(tmp_path), "best_artists")
    assert old in command("prune", tmp_path / "store").text
    assert "no step 'best_artists' at shared.steps.artists:top_artists" in command("prune", tmp_path / "store").text


def test_prune_refuses_a_store_of_another_project(tmp_path: Path) -> None:
    """It knows none of its steps, so all of it would look outdated."""
    built(tmp_path)
    for path in (tmp_path / "store").glob("*.manifest.json"):
        path.write_text(path.read_text().replace('"function": "', '"function": "their_'))
    before = files(tmp_path / "store")
    with pytest.raises(BadInput, match="the store of another project"):
        command("prune", tmp_path / "store", "--yes")
    assert files(tmp_path / "store") == before


def test_what_was_made_from_an_artifact_that_is_gone_stays_as_a_build_may_still_name_it(tmp_path: Path) -> None:
    made = built(tmp_path)
    store = tmp_path / "store"
    (store / artifact(made, "aggregate_artists")).unlink()
    said = command("prune", store)
    assert artifact(made, "top_artists") not in said.text
    assert "1 to delete" in said.text  # the manifest that is left


def test_under_cutoff_any_current_artifact_with_the_same_bytes_will_do(tmp_path: Path) -> None:
    with declared(artists.aggregate_artists, version="0"):
        old = built(tmp_path, "cutoff").cache.store
    aggregate = next(manifest["name"] for manifest in old.manifests("aggregate_artists"))
    built(tmp_path, "lineage")  # makes the same bytes, but no run under cutoff looks there
    assert "2 to delete" in command("prune", tmp_path / "store").text
    top = artifact(built(tmp_path, "cutoff"), "top_artists")
    said = command("prune", tmp_path / "store", "--yes").text
    assert "1 deleted" in said
    assert aggregate in said
    assert old.digest(top)


def test_an_ingredient_that_cannot_be_computed_stops_prune_before_it_deletes(tmp_path: Path) -> None:
    built(tmp_path)
    before = files(tmp_path / "store")
    with (
        declared(artists.daily_counts, libraries=("no-such-library",)),
        pytest.raises(BadInput, match="no-such-library"),
    ):
        command("prune", tmp_path / "store", "--yes", "--before", "2100-01-01")
    assert files(tmp_path / "store") == before


intervals = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted)
builds = st.lists(
    st.tuples(st.sampled_from(["native", *SALTED]), intervals, st.integers(1, 2), st.booleans()), min_size=1, max_size=4
)


@settings(max_examples=15)
@given(builds, st.sampled_from([artists.daily_counts, artists.aggregate_artists, artists.top_artists]))
def test_prune_takes_no_artifact_from_any_build_and_nothing_twice(
    wanted: list[tuple[str, list[date], int, bool]], changed: Any
) -> None:
    """Some of the builds are from before a step's version was raised."""
    with tempfile.TemporaryDirectory() as name:
        folder, made = Path(name), []
        for strategy, (start, end), n, earlier in wanted:
            with declared(changed, version="0" if earlier else changed.version):
                made.append(built(folder, strategy, start=start, end=end, settings={"top_artists": {"n": str(n)}}))
        before = [reused(one) for one in made]
        existed = {path.name for path in (folder / "store").iterdir()}
        said = command("prune", folder / "store", "--yes").text
        assert [reused(one) for one in made] == before
        if not any(earlier for *_, earlier in wanted):
            assert said == "0 deleted, 0 bytes freed\n"
        assert command("prune", folder / "store").text == "nothing to delete\n"
        left = [one["name"] for one in command("ls", folder / "store", "--json").json["artifacts"]]
        for manifest in filter(None, map(Store(folder / "store").manifest, left)):
            declares = manifest["recipe"] and "version" in manifest["recipe"]
            assert not (declares and (manifest["step"], manifest["version"]) == (changed.name, "0"))
        assert set(left) <= existed


def reused(made: Build) -> set[str]:
    """The artifacts that a run of the same build would find, by today's code."""
    return {call.artifact.name for call in made.calls().values() if made.cache.find(call)}


# --- prune: what is old, and what is left over


def test_plain_named_artifacts_are_pruned_by_their_age_alone(tmp_path: Path) -> None:
    with declared(artists.top_artists, version="0"):
        built(tmp_path, "native")
    assert command("prune", tmp_path / "store").text == "nothing to delete\n"
    assert "6 to delete" in command("prune", tmp_path / "store", "--before", "2100-01-01").text


def test_a_day_begins_at_midnight_local_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit("a", b"", {"made": "2026-01-02T03:00:00+00:00"})  # ten in the evening before, in New York
    for zone, said in (("America/New_York", "1 to delete"), ("UTC", "nothing to delete")):
        finished = in_a_process("saltern", "prune", tmp_path, "--before=2026-01-02", TZ=zone)
        assert said in finished.stdout, finished


def test_either_reason_suffices(tmp_path: Path) -> None:
    with declared(artists.top_artists, version="0"):
        built(tmp_path)
    made = built(tmp_path)
    rewrite(tmp_path / "store", artifact(made, "top_artists"), made="2020-01-01T00:00:00+00:00")
    said = command("prune", tmp_path / "store", "--before", "2020-06-01").text
    assert said.count("made before 2020-06-01") == 1
    assert said.count("version raised") == 1


def test_runs_leave_the_ledger_when_they_are_from_before_the_day(tmp_path: Path) -> None:
    old, new = built(tmp_path).run, built(tmp_path).run
    ledger = tmp_path / "store" / ".ledger"
    for path in (ledger / old).iterdir():
        event = json.loads(path.read_text())
        moments = {
            name: int(LONG_AGO * 1e9) - 10**9 * 86400 * 30 for name in ("started_ns", "ended_ns") if name in event
        }
        path.write_text(json.dumps(event | moments))
    day = datetime.fromtimestamp(LONG_AGO - 86400).date()
    assert command("prune", tmp_path / "store", "--yes").text == "0 deleted, 0 bytes freed\n"
    assert f".ledger/{old}" in command("prune", tmp_path / "store", "--yes", "--before", day).text
    assert [path.name for path in ledger.iterdir()] == [new]


def test_leftovers_go_and_what_may_be_anybodys_stays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name in ("gone", "no manifest"):
        store.commit(name, b"", {})
    (tmp_path / "gone").unlink()
    (tmp_path / f"no manifest{MANIFEST}").unlink()
    (tmp_path / ".ledger" / "run").mkdir(parents=True)
    old = [".a.json.0123abcd.tmp", ".ledger/run/.b.json.0123abcd.tmp", ".lock", ".notes.tmp"]
    for name in old:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (LONG_AGO, LONG_AGO))
    (tmp_path / ".young.json.0123abcd.tmp").touch()
    (tmp_path / f"theirs{MANIFEST}").write_text('{"name": "a web page"}')
    assert "3 deleted" in command("prune", tmp_path, "--yes").text
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"no manifest", ".lock", ".notes.tmp", ".young.json.0123abcd.tmp", f"theirs{MANIFEST}"}


def test_what_changes_between_the_look_and_the_deletion_is_let_be(tmp_path: Path) -> None:
    """Another run goes on meanwhile: one artifact vanishes, one is made anew, one that was gone comes back."""
    store = Store(tmp_path)
    for name in ("vanishes", "is made anew", "comes back", "goes"):
        store.commit(name, b"old", {"made": "2020-01-01T00:00:00+00:00"})
    (tmp_path / "comes back").unlink()
    chosen = list(removals(Contents.of(store), datetime(2021, 1, 1).astimezone()))
    assert len(chosen) == 4
    (tmp_path / "vanishes").unlink()
    (tmp_path / f"vanishes{MANIFEST}").unlink()
    digest = store.commit("is made anew", b"new", {"made": "2022-01-01T00:00:00+00:00"})
    (tmp_path / "comes back").write_bytes(b"old")
    assert sum(removal.delete() for removal in chosen) == 1
    assert store.digest("is made anew") == digest
    assert store.digest("comes back")
    assert not store.exists("goes")


def test_a_reader_misses_an_artifact_from_the_first_deletion_on(tmp_path: Path) -> None:
    """Killed in between, prune leaves a manifest alone, which is no artifact to anybody and goes the next time."""
    store = Store(tmp_path)
    store.commit("a", b"", {"made": "2020-01-01T00:00:00+00:00"})
    (removal,) = removals(Contents.of(store), datetime(2021, 1, 1).astimezone())
    store.path(removal.files[0]).unlink()
    assert not store.exists("a")
    assert store.digest("a") is None
    assert "its artifact is gone" in command("prune", tmp_path, "--yes").text
    assert list(tmp_path.iterdir()) == []
