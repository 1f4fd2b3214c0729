"""What only Luigi has: a central scheduler, ``luigid``, that hands each task to one of the runs that ask for it; the
rule of make as users write it; and a word for tasks that ran which ``cutoff`` makes too strong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from luigi_impl import ui
from saltern.ledger import Ledger, runs
from saltern.store import Store
from shared.conformance.command_line import CommandLine
from shared.engine import servers

# As Luigi's users configure a shared scheduler: a run waits as long as tasks of it are pending (``keep_alive``; not for
# the last of them, while another run is at work on it), and the command line may be started twice (``no_lock``).
# A luigid that has not opened its port yet is asked again. The return codes are those that the documentation suggests,
# but for ``not_run``: Luigi returns that also where another run ran the last task.
CONFIGURATION = """
[core]
default_scheduler_host = 127.0.0.1
default_scheduler_port = {port}
no_lock = true
rpc_retry_attempts = 60
rpc_retry_wait = 1

[worker]
keep_alive = true
wait_interval = 0.1
wait_jitter = 0

[retcode]
missing_data = 20
task_failed = 30
scheduling_error = 35
unhandled_exception = 40
"""
# Where nobody waits: no port that is yet to open, no run that has taken a task.
CENTRAL = """
[core]
local_scheduler = false
scheduler_host = 127.0.0.1
scheduler_port = {port}
rpc_retry_attempts = 1
"""
ROOTS = {"ml": "Report", "artists": "TopArtists"}
STEPS = {"ml": 4, "artists": 9}


@pytest.fixture(scope="module")
def luigid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a real central scheduler on this machine."""
    folder = tmp_path_factory.mktemp("luigid")
    port = servers.free_port()
    command = ui.luigid(port, folder / "state.pickle")
    with servers.running("luigid", command, folder / "log", {}):
        yield port


@pytest.mark.parametrize(
    ("pipeline", "strategy"),
    [
        ("ml", "native"),
        pytest.param("ml", "salted", marks=pytest.mark.thorough),
        ("ml", "lineage"),
        pytest.param("ml", "cutoff", marks=pytest.mark.thorough),
        ("artists", "cutoff"),
    ],
)
def test_two_runs_at_once_share_the_work_under_luigid(
    cli: CommandLine, luigid: int, pipeline: str, strategy: str
) -> None:
    """Luigi's own command line, started twice, with one configuration."""
    world = cli.world
    env = _configured(cli, CONFIGURATION.format(port=luigid))
    store = Store(world.folder / "together")
    command = [sys.executable, "-m", "luigi", "--module", f"luigi_impl.{pipeline}", ROOTS[pipeline]]

    def run(_: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, "--strategy", strategy, "--store", store.url],
            cwd=world.folder, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(run, range(2)))
    assert [ended.returncode for ended in both] == [0, 0], [ended.stderr for ended in both]

    executed: Counter[Any] = Counter()
    for name in runs(store):
        executed.update(Ledger(store, name).executed())
    assert len(executed) == STEPS[pipeline]
    assert set(executed.values()) == {1}, "every step executes once"

    alone = cli.run(pipeline, "--strategy", strategy)
    (target,) = store.root.glob("*.html")
    assert target.read_bytes() == Path(str(alone.target.path)).read_bytes()


def test_a_run_that_leaves_its_target_to_another_run_has_not_succeeded(cli: CommandLine, luigid: int) -> None:
    """Luigi gives a task to one run at a time, and calls it success when nothing is left for the other."""
    from luigi.rpc import RemoteScheduler

    from luigi_impl.ml import Report

    target = Report(path=cli.world.folder / "data" / "digits.csv", store=str(cli.world.store))
    scheduler = RemoteScheduler(f"http://127.0.0.1:{luigid}")
    scheduler.add_task(worker="another run", task_id=target.task_id, family=target.task_family)
    assert scheduler.get_work(worker="another run")["task_id"] == target.task_id

    env = _configured(cli, CENTRAL.format(port=luigid))
    command = [sys.executable, "-m", "luigi_impl", "run", "ml", "--store", str(cli.world.store)]
    finished = subprocess.run(command, cwd=cli.world.folder, env=env, capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1].startswith("error: report: another run is at work on what it needs")


def test_what_is_measured_has_a_scheduler_of_its_own(cli: CommandLine) -> None:
    """Whatever the machine's configuration says: here that of the folder, which Luigi reads too."""
    (cli.world.folder / "luigi.cfg").write_text(CENTRAL.format(port=servers.free_port()))
    command = [sys.executable, "-m", "luigi_impl", "run", "ml", "--store", str(cli.world.store)]
    run = partial(subprocess.run, command, cwd=cli.world.folder, capture_output=True, text=True, check=False)
    for env, status in ((os.environ | cli.env, 0), (os.environ, 2)):
        finished = run(env=env)
        assert finished.returncode == status, finished.stderr
    assert "no Luigi scheduler answers" in finished.stderr


def test_luigi_counts_a_task_that_was_cut_off_among_those_that_ran(cli: CommandLine) -> None:
    """A row that is dropped: the same dataset. Luigi had decided by then; the ledger saw ``preprocess`` only."""
    cli.run("ml", "--strategy", "cutoff")
    with (cli.world.folder / "data" / "digits.csv").open("a") as file:
        file.write("not a number\n")
    outcome = cli.run("ml", "--strategy", "cutoff")
    assert outcome.executed == ["preprocess"]
    assert outcome.claimed == dict.fromkeys(["preprocess", "train", "evaluate", "report"], "success")


def test_a_hole_below_a_finished_task_is_filled_by_cutoff_and_mtime(cli: CommandLine) -> None:
    for strategy, store, ran in (
        ("salted", "a", []),
        ("cutoff", "b", ["train"]),
        ("luigi/mtime", "c", ["train", "evaluate", "report"]),
    ):
        folder = cli.world.folder / store
        cli.run("ml", "--strategy", strategy, store=str(folder))
        next(folder.glob("train*.skops")).unlink()
        assert cli.run("ml", "--strategy", strategy, store=str(folder)).executed == ran


def test_with_parameters_in_names_another_one_is_another_output_and_the_first_is_found_again(cli: CommandLine) -> None:
    params = ("--strategy", "luigi/params")
    first = cli.run("ml", *params)
    other = cli.run("ml", *params, "--set", "train.C=10")
    again = cli.run("ml", *params)
    assert (other.executed, again.executed) == (["train", "evaluate", "report"], [])
    assert again.target == first.target != other.target
    assert first.target.path is not None
    assert Path(first.target.path).name == "report-C=1.0,gamma=scale,kernel=rbf,seed=0,target=label,test_size=0.25.html"


def test_mtime_refuses_a_store_whose_files_tell_no_times(cli: CommandLine) -> None:
    finished = cli("run", "ml", "--strategy", "luigi/mtime", store="memory://x")
    assert finished.status == 2
    (complaint,) = finished.stderr.strip().splitlines()
    assert complaint == "error: --store memory://x: no folder, so an artifact in it has no path"


def _configured(cli: CommandLine, configuration: str) -> dict[str, str]:
    """The environment in which Luigi is configured so. What the file of this variable says comes last, and stands."""
    path = cli.world.folder / "scheduler.cfg"
    path.write_text(configuration)
    return os.environ | cli.env | {"LUIGI_CONFIG_PATH": str(path)}
