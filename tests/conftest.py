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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough", action="store_true", help="all strategies on engines that take seconds for a run, too"
    )
    parser.addoption("--engine", default="reference", help="the engine that the conformance suite runs against")
