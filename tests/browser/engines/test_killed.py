"""Pages whose command is killed: SIGKILL leaves it no moment to stop its servers, and yet they go."""

from __future__ import annotations

import psutil  # type: ignore[import-untyped]
import pytest

from shared.engine.servers import free_port
from shared.engines import ENGINES
from tests import conftest
from tests.browser.engines.conftest import started

SLOW = [pytest.param(name, marks=pytest.mark.thorough) if name in conftest.SLOW else name for name in ENGINES]


@pytest.mark.parametrize("engine", SLOW)
def test_nothing_outlives_pages_that_are_killed(engine: str) -> None:
    """They are killed while a run is under way: that is when there are most processes."""
    with started(engine, "--port", str(free_port())) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if " is up; both pipelines run twice now" in line:
                break
        else:
            pytest.fail(f"{engine}'s pages did not come up:\n{''.join(said)}")
        first_run = iter(process.stdout.readline, "")
        assert " steps ran, " in next(first_run)
        offspring = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert offspring
    _, left = psutil.wait_procs(offspring, timeout=30)
    for straggler in left:
        straggler.kill()
    assert not left, f"{engine} left processes behind: {left}"
