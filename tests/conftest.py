"""What every test may use."""

from __future__ import annotations

import signal
from pathlib import Path

import hypothesis
import pytest

# A shell lets what it starts in the background ignore Ctrl-C, and so would all that tests start, and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples on every machine, and no test that fails because a machine is busy.
hypothesis.settings.register_profile("saltworks", deadline=None, derandomize=True, database=None, max_examples=50)
hypothesis.settings.load_profile("saltworks")


@pytest.fixture(autouse=True)
def _digests_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests neither use nor leave anything in the user's cache folder."""
    monkeypatch.setenv("SALTWORKS_CACHE_DIR", str(tmp_path / ".digests"))


SLOW = ("airflow", "prefect")  # a run takes seconds
MARKS = (
    "thorough: says again what another test says, in another place, and is slow: only with --thorough",
    "thorough_if_slow: the same, but on engines of which a run takes less than a second it always runs",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run also what other tests have shown elsewhere; an hour")
    parser.addoption("--engine", default="reference", help="the engine that the conformance suite runs against")


def pytest_configure(config: pytest.Config) -> None:
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked for a thorough run, but with ``--thorough``."""
    if config.getoption("--thorough"):
        return
    left_out = {"thorough"} | ({"thorough_if_slow"} if config.getoption("--engine") in SLOW else set())
    spared = [item for item in items if any(item.get_closest_marker(mark) for mark in left_out)]
    config.hook.pytest_deselected(items=spared)
    items[:] = [item for item in items if item not in spared]
