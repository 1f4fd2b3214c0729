"""A small piece of ``nox -s faults``, in plain Python, and that it would notice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from saltern.store import MANIFEST
from tests.faults import bucket, inputs, kills
from tests.faults.site import Lost, Site, opened, said_in_one_line


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened("reference", tmp_path_factory.mktemp("faults")) as site:
        yield site


def test_bad_input_is_said_in_one_line_and_nothing_is_lost(site: Site) -> None:
    assert [trial for trial in inputs.trials(site, 30, seed=7) if trial.problem] == []


def test_a_killed_run_leaves_nothing_partial_and_the_next_goes_on(site: Site) -> None:
    assert [trial for trial in kills.trials(site, 4, seed=7) if trial.problem] == []


def test_a_killed_run_and_a_server_that_answers_badly_lose_nothing_on_s3(site: Site) -> None:
    trials = [*bucket.trials(site, 4, seed=7)]
    assert [trial for trial in trials if trial.problem] == []
    assert sum(trial.times for trial in trials) >= 3, "most of them befell"


def test_no_handle_and_a_clock_that_was_set_back_are_no_loss(site: Site) -> None:
    for world in ({"files": 12}, {"clock": -86400}):
        store = site.new() / "store"
        site.run(store, ["run", "artists", "--json"], **world)
        site.check_nothing_partial(store)
        site.check_mended(store, "artists")


def test_what_is_partial_or_wrong_would_be_noticed(site: Site) -> None:
    store = site.new() / "store"
    site.check_mended(store, "artists")
    name = next(iter(site.right["artists"]))
    whole = (store / name).read_bytes()
    (store / name).write_bytes(whole[:-1])
    with pytest.raises(Lost, match="damaged"):
        site.check_nothing_partial(store)
    (store / name).write_bytes(whole)
    (store / (name + MANIFEST)).unlink()
    (store / "stray.json").write_text("{}")
    with pytest.raises(Lost, match=r"stray\.json: no manifest"):
        site.check_mended(store, "artists")


def test_what_is_not_said_as_it_has_to_be_would_be_noticed(site: Site, tmp_path: Path) -> None:
    good = site.run(tmp_path / "store", ["run", "artists"])
    for finished, named in ((good, ""), (site.run(tmp_path / "store", ["run", "nope"]), "another name")):
        with pytest.raises(Lost):
            said_in_one_line(finished, named)
