"""The peers: their descriptions, what is committed of them, the table made from it, and joblib, measured."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from peers.changes import LINE, headline
from peers.measuring import Bench, cells, opened
from peers.oracles import Oracles
from peers.peer import FOLDER, Peer, peers
from peers.scoring import POPULATION, trials
from shared.report import peers as shown
from shared.rerun.peers import COMMITTED, SCENARIOS, committed

PEERS = peers()
WIRINGS = [(peer, name) for peer in PEERS.values() for name in peer.wirings]


def test_the_table_in_the_docs_is_the_one_of_what_is_committed() -> None:
    assert shown.MARKED.written(shown.DOCUMENT.read_text()) == shown.table(committed(), shown.summaries())


def test_every_peer_is_locked_and_what_is_committed_is_of_a_peer() -> None:
    locks = {path.stem for path in (FOLDER.parent / "locks" / "peers").glob("*.txt")}
    assert locks == set(PEERS)
    assert {path.stem for path in COMMITTED.glob("*.json")} <= set(PEERS)


@pytest.mark.parametrize(("peer", "name"), WIRINGS, ids=[f"{peer.name}-{name}" for peer, name in WIRINGS])
def test_a_wiring_has_its_files_and_the_line_that_is_edited_once(peer: Peer, name: str) -> None:
    wiring = peer.wirings[name]
    files = {
        name: next(p for p in (peer.folder / name, FOLDER / "common" / name) if p.is_file()) for name in wiring.files
    }
    assert files[wiring.task].read_text().count(LINE) == 1
    assert set(wiring.without) <= set(SCENARIOS)


def test_the_scenarios_are_those_of_the_gauntlet() -> None:
    assert [scenario.name for scenario in headline()] == list(SCENARIOS)


def test_joblib_is_stale_after_an_edit_of_a_helper_and_with_saltern_it_is_not() -> None:
    """The one that is measured here: scikit-learn brings it."""
    (scenario,) = (one for one in headline() if one.name == "edit-helper")
    python = Path(sys.executable)
    with Oracles() as oracles, opened(PEERS["joblib"], python, oracles) as bench:
        (stale,) = cells(bench, "memory", [scenario])
        (exact,) = cells(bench, "saltern", [scenario])
        of_memory, of_saltern = (dict(_judged(bench, column)) for column in ("memory", "saltern"))
    assert (stale.verdict, stale.executed, stale.note) == ("stale", [], "")
    assert (exact.verdict, exact.executed, exact.note) == ("exact", ["train", "evaluate", "report"], "")
    assert of_memory == {FAILING: ("stale", []), ANOTHER_C: ("exact", ["train", "evaluate", "report"])}
    assert of_saltern == {FAILING: ("exact", ["report"]), ANOTHER_C: ("exact", ["train", "evaluate", "report"])}


FAILING, ANOTHER_C = 2, 5  # numbers of random edits: a mutant after which a clean build fails, and a parameter


def _judged(bench: Bench, column: str) -> Iterator[tuple[int, tuple[str, list[str]]]]:
    for trial, _ in trials(bench, column, 1, [FAILING, ANOTHER_C]):
        yield trial.number, (trial.runs[column].verdict, trial.runs[column].executed)


def test_every_peer_gets_the_same_random_edits_and_none_that_only_saltern_understands() -> None:
    kinds = POPULATION.kinds
    drawn = [POPULATION.drawn(number, 1) for number in range(sum(kinds.values()))]
    assert Counter(edit.kind for edit in drawn) == kinds
    assert {edit.pipeline for edit in drawn} == {"ml"}
    assert not [kind for kind in kinds if kind.startswith("store") or kind in ("version", "name", "wiring")]
