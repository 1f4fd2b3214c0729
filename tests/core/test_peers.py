"""The peers: their descriptions, what is committed of them, the table made from it, and joblib, measured."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from peers.changes import LINE, headline
from peers.measuring import cells, opened
from peers.oracles import Oracles
from peers.peer import FOLDER, Peer, peers
from shared.report import peers as shown
from shared.rerun.peers import COMMITTED, SCENARIOS, committed

PEERS = peers()
WIRINGS = [(peer, name) for peer in PEERS.values() for name in peer.wirings]


def test_the_table_in_the_docs_is_the_one_of_what_is_committed() -> None:
    assert shown.MARKED.written(shown.DOCUMENT.read_text()) == shown.table(committed())


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
    assert (stale.verdict, stale.executed, stale.note) == ("stale", [], "")
    assert (exact.verdict, exact.executed, exact.note) == ("exact", ["train", "evaluate", "report"], "")
