"""What every test may use."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from clusters.s3 import Server

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
WHOLE = "luigi"  # the engine on which the conformance suite runs whole
MOST_TELLING = ("artists", "_change_parameter", "_delete_middle_and_last")
MARKS = (
    "thorough: says again what another test says, in another place, and is slow: only with --thorough",
    "thorough_if_slow: the same, but on engines of which a run takes less than a second it always runs",
    "thorough_but_on(engine): the same, but on this engine it always runs",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run also what other tests have shown elsewhere; an hour")
    parser.addoption("--engine", default="reference", help="the engine that the conformance suite runs against")


def pytest_configure(config: pytest.Config) -> None:
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


def is_brief(config: pytest.Config) -> bool:
    """Whether the engine goes through the most telling tests alone: Luigi goes through all."""
    return config.getoption("--engine") != WHOLE and not config.getoption("--thorough")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for a thorough run, but with ``--thorough``."""
    if config.getoption("--thorough"):
        return
    brief, engine = is_brief(config), config.getoption("--engine")
    telling = _most_telling(items)

    def spared(item: pytest.Item) -> bool:
        only = item.get_closest_marker("thorough_but_on")
        if item.get_closest_marker("thorough") or (only and engine not in only.args):
            return True
        if engine in SLOW and item.get_closest_marker("thorough_if_slow"):
            return True
        if "TestToy::" in item.nodeid or (brief and "TestEngine::" in item.nodeid):
            return item is not telling[_name(item)]
        return "TestEngine::" in item.nodeid and _is_alike(item)

    items_spared = [item for item in items if spared(item)]
    config.hook.pytest_deselected(items=items_spared)
    items[:] = [item for item in items if item not in items_spared]


def _most_telling(items: list[pytest.Item]) -> dict[str, pytest.Item]:
    """Of each test the item with the most telling parameters: the one that runs where not all do."""
    found: dict[str, pytest.Item] = {}
    for item in items:
        if _name(item) not in found or _telling(item) > _telling(found[_name(item)]):
            found[_name(item)] = item
    return found


def _telling(item: pytest.Item) -> tuple[bool, int]:
    return not _is_alike(item), len(_named(item) & set(MOST_TELLING))


def _is_alike(item: pytest.Item) -> bool:
    """Whether a test of the conformance suite is much like others of it.

    ``lineage`` is tested whole; ``cutoff`` and ``native`` by one pipeline and two changes. An adapter does the same
    with ``content`` and ``salted``, and the gauntlet goes through all strategies.
    """
    strategy = _params(item).get("strategy", "lineage")
    return strategy in ("content", "salted") or (strategy != "lineage" and not _named(item) & set(MOST_TELLING))


def _params(item: pytest.Item) -> dict[str, Any]:
    return item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}


def _named(item: pytest.Item) -> set[Any]:
    """The parameters of a test that have names: words and functions."""
    values = _params(item).values()
    return {getattr(value, "__name__", value) for value in values if isinstance(value, str) or callable(value)}


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


@pytest.fixture(scope="session")
def _s3_server() -> Iterator[Server]:
    from clusters.s3 import serving

    with serving() as server:
        yield server


@pytest.fixture
def s3(_s3_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server that speaks S3, which this process and those that it starts find, with no faults."""
    for name, value in _s3_server.env.items():
        monkeypatch.setenv(name, value)
    _s3_server.faults.clear()
    _s3_server.requests.clear()
    return _s3_server
