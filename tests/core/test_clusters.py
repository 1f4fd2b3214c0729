"""What takes a deployment through the scenarios: it finds out who does not do what they say, and leaves nothing."""

from __future__ import annotations

import os
import sys
import textwrap
import threading
from datetime import date
from pathlib import Path

import pytest

from clusters.deployment import MARK, Deployment, Ending, Site, command, left_over
from clusters.findings import page
from clusters.gate import Gate
from clusters.scenarios import Scenarios
from shared.engine.servers import wait_until
from shared.engines import ENGINES

STEPS = ["preprocess", "train", "evaluate", "report"]


class Plain(Deployment):
    """The reference engine as a deployment: every run runs everything."""

    engine = "reference"
    package = "shared"
    machines = 1
    processes = "None."
    distributions = ("saltern",)
    wait = start = lambda self: None

    def run(self, pipeline: str) -> Ending:
        outcome, complaint = command(self.site, 0, "shared.reference", self.site.words(pipeline))
        return Ending(complaint, Path(outcome.target.path or "").name if outcome else "")


class Idle(Plain):
    """It does nothing, and says that all is well."""

    def run(self, pipeline: str) -> Ending:
        return Ending()


def test_who_builds_is_right_and_who_builds_again_is_found_out(tmp_path: Path) -> None:
    with Plain(Site(tmp_path, "shared", 1)) as deployment:
        scenarios = Scenarios(deployment)
        first = scenarios.plain("a clean build", "ml", STEPS)
        again = scenarios.plain("again", "ml", [])
    assert (first.complaint, first.executed) == ("", STEPS)
    assert again.complaint == "ran: preprocess, train, evaluate, report"
    table = page(deployment, [first, again], date(2026, 11, 27), "a command")
    assert f"| a clean build | done | {', '.join(STEPS)} | {', '.join(STEPS)} | yes |" in table
    assert "2 scenarios, 1 not as expected." in table


def test_who_only_says_that_it_is_done_is_found_out(tmp_path: Path) -> None:
    with Idle(Site(tmp_path, "shared", 1)) as deployment:
        assert Scenarios(deployment).plain("a clean build", "ml", []).complaint.startswith("stale: report-")


def test_a_gate_holds_who_comes_while_it_is_shut() -> None:
    with Gate() as gate:
        passed = threading.Event()

        def come() -> None:
            exec(textwrap.dedent(gate.code))
            passed.set()

        gate.shut()
        threading.Thread(target=come).start()
        gate.wait()
        assert (gate.held, passed.is_set()) == (os.getpid(), False)
        gate.let_through()
        assert passed.wait(10)


def test_what_a_deployment_started_is_ended_with_it_also_what_left_its_group(tmp_path: Path) -> None:
    child = "import subprocess, sys; subprocess.Popen(sys.argv[1:], start_new_session=True).wait()"
    site = Site(tmp_path, "shared", 1)
    with Idle(site) as deployment:
        sleeper = deployment.serve("sleeper", [sys.executable, "-c", child, "sleep", "600"], site.environment(0))
        wait_until(lambda: any(_words(pid)[:9] == b"sleep\x00600" for pid in left_over(site.env[MARK])), [sleeper])
    assert left_over(site.env[MARK]) == []


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_has_a_deployment(engine: str) -> None:
    assert (Path(__file__).parents[2] / "clusters" / f"{engine}.py").exists()
