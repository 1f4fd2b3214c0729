"""What only Dask has: a cluster that lives beside the runs, whose workers die, and keep the code that they loaded."""

from __future__ import annotations

import os
import select
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from clusters.dask import Dask
from clusters.deployment import MARK, Site, left_over
from clusters.scenarios import Scenarios
from dask_impl.cluster import cluster
from saltern import ledger
from shared.conformance.command_line import CommandLine

ML = ["preprocess", "train", "evaluate", "report"]
SOURCE, TRAINING = "shared/steps/ml.py", '    features, labels = _features_and_labels(dataset, "train")\n'
PATIENCE = 120  # seconds


class Gate:
    """Where ``train`` says which process runs it, and waits to be let through."""

    def __init__(self, world: CommandLine) -> None:
        paths = [world.world.folder / name for name in ("arrivals", "passes")]
        for path in paths:
            os.mkfifo(path)
        self._arrivals, self._passes = (os.open(path, os.O_RDWR) for path in paths)
        stop = f"""\
    import os

    with open({str(paths[0])!r}, "w") as arrivals:
        arrivals.write(f"{{os.getpid()}}\\n")
    with open({str(paths[1])!r}) as passes:
        passes.readline()
"""
        world.world.edit(SOURCE, TRAINING, stop + TRAINING)

    def arrival(self) -> int:
        """The process that has come to train, when one has."""
        assert select.select([self._arrivals], [], [], PATIENCE)[0], "train was not run"
        return int(os.read(self._arrivals, 64))

    def let_through(self) -> None:
        """One of them, that is here or yet to come."""
        os.write(self._passes, b"\n")


@pytest.fixture
def runs() -> Iterator[ThreadPoolExecutor]:
    """To run something while the test goes on."""
    with ThreadPoolExecutor() as pool:
        yield pool


@contextmanager
def on_cluster(cli: CommandLine, **options: int) -> Iterator[None]:
    """Within, the command line runs on a cluster of the workspace's own."""
    with cluster(cli.world.folder, **options) as address:
        cli.env["DASK_SCHEDULER_ADDRESS"] = address
        yield
        del cli.env["DASK_SCHEDULER_ADDRESS"]


def test_a_folder_that_a_clusters_workers_would_not_share_is_refused(cli: CommandLine) -> None:
    cli.env["DASK_SCHEDULER_ADDRESS"] = "tcp://127.0.0.1:1"
    finished = cli("run", "ml", store="store")
    assert (finished.status, finished.stdout) == (2, "")
    said = "error: --store store: under the cluster at tcp://127.0.0.1:1 each worker would have one of its own; give "
    assert finished.stderr.startswith(said)


def test_when_a_worker_is_killed_another_goes_on_with_what_is_stored(
    cli: CommandLine, runs: ThreadPoolExecutor
) -> None:
    gate = Gate(cli)
    with on_cluster(cli, workers=2):
        run = runs.submit(cli.run, "ml")
        killed = gate.arrival()
        os.kill(killed, signal.SIGKILL)
        assert gate.arrival() != killed
        gate.let_through()
        outcome = run.result()
    assert sorted(outcome.executed) == sorted([*ML, "train"]), "a dataset that died with its worker is loaded"
    cli.world.restore(SOURCE)
    again = cli.run("ml")
    assert (again.executed, again.target) == ([], outcome.target)
    assert cli.reference("ml", store=str(cli.world.folder / "clean")).target.digest == again.target.digest


def test_a_step_that_kills_its_workers_is_named_and_the_next_run_resumes(
    cli: CommandLine, runs: ThreadPoolExecutor
) -> None:
    gate = Gate(cli)
    with on_cluster(cli, workers=2, retries=1):
        run = runs.submit(cli, "run", "ml")
        for _ in range(2):
            os.kill(gate.arrival(), signal.SIGKILL)
        finished = run.result()
    assert finished.status == 1
    assert finished.stderr.splitlines()[-1].startswith("error: train: KilledWorker: ")
    cli.world.restore(SOURCE)
    assert cli.run("ml").executed == ML[1:]


@pytest.mark.parametrize("strategy", ["salted", "cutoff"])
def test_two_runs_on_one_cluster_execute_every_step_once(
    cli: CommandLine, runs: ThreadPoolExecutor, strategy: str
) -> None:
    with on_cluster(cli):
        both = [runs.submit(cli.run, "artists", "--strategy", strategy) for _ in range(2)]
        first, second = (run.result() for run in both)
    assert len(first.executed + second.executed) == len({*first.executed, *second.executed}) == 9
    assert first.target == second.target


def test_cutoff_on_a_cluster_stops_where_the_bytes_are_the_same(cli: CommandLine) -> None:
    with on_cluster(cli):
        first = cli.run("ml", "--strategy", "cutoff")
        assert set(first.claimed.values()) == {"computed"}
        with (cli.world.folder / "data" / "digits.csv").open("a") as csv:
            csv.write("no,number\n")
        second = cli.run("ml", "--strategy", "cutoff")
    assert (second.executed, second.target) == (["preprocess"], first.target)
    assert second.claimed == {"preprocess": "computed"} | dict.fromkeys(ML[1:], "not in graph")


def test_a_worker_that_keeps_old_code_makes_nothing_under_a_salt_of_the_new(cli: CommandLine) -> None:
    with on_cluster(cli):
        cli.run("ml", "--strategy", "lineage")
        cli.world.edit(SOURCE, TRAINING, TRAINING + "    labels = labels[::-1]\n")
        finished = cli("run", "ml", "--strategy", "lineage")
        assert finished.status == 1
        assert finished.stderr.splitlines()[-1].startswith("error: train: the worker has other code")
        assert len(list(cli.world.store.glob("train-*.skops"))) == 1
    with on_cluster(cli):
        assert cli.run("ml", "--strategy", "lineage").executed == ML[1:]


def test_what_is_published_outlives_the_run_and_the_artifacts(cli: CommandLine) -> None:
    with on_cluster(cli):
        first = cli.run("ml", "--strategy", "dask/live")
        shutil.rmtree(cli.world.store)
        second = cli.run("ml", "--strategy", "dask/live", "--set", "train.C=10")
        third = cli.run("ml", "--strategy", "dask/live")
    assert (first.executed, second.executed, third.executed) == (ML, ML[1:], [])
    assert second.claimed["preprocess"] == "in memory"
    assert third.target == first.target != second.target


def test_what_joblib_remembers_outlives_the_artifacts_and_is_found_by_a_later_run(cli: CommandLine) -> None:
    joblib = ("--strategy", "dask/joblib")
    first = cli.run("ml", *joblib)
    assert first.executed == ML
    next(cli.world.store.glob("report*.html")).unlink()
    other = cli.run("ml", *joblib, "--set", "train.C=10")
    again = cli.run("ml", *joblib)
    assert (other.executed, again.executed) == (ML[1:], [])
    assert again.target == first.target != other.target
    shutil.rmtree(cli.world.store / ".joblib")
    assert cli.run("ml", *joblib).executed == ML


def test_joblib_needs_a_folder(cli: CommandLine) -> None:
    finished = cli("run", "ml", "--strategy", "dask/joblib", store="memory://x")
    assert finished.status == 2
    assert finished.stderr == "error: --store memory://x: under 'dask/joblib' it must be a folder\n"


def test_publishing_needs_a_cluster(cli: CommandLine) -> None:
    finished = cli("run", "ml", "--strategy", "dask/live")
    assert finished.status == 2
    assert finished.stderr.startswith("error: --strategy dask/live: there is no cluster")
    assert not cli.world.store.joinpath(".ledger").exists()


def test_a_run_goes_to_the_scheduler_that_its_option_names_and_its_workers_have_checkouts_of_their_own(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path, "dask_impl", 3)
    with Dask(site) as deployment:
        scenarios = Scenarios(deployment)
        first = scenarios.plain("a clean build", "ml", ML)
        again = scenarios.plain("again", "ml", [])
        assert (first.complaint, again.complaint) == ("", "")
        ledgers = [ledger.Ledger(scenarios.store, run) for run in ledger.runs(scenarios.store)]
        folders = {Path(f"/proc/{event['pid']}/cwd").readlink() for one in ledgers for event in one.events("started")}
        assert folders and folders <= {site.checkouts[machine].folder for machine in (1, 2)}
    assert left_over(site.env[MARK]) == []


def test_a_library_of_which_only_a_folder_is_left_is_passed_over(cli: CommandLine) -> None:
    """Dask brings importlib_metadata, whose finder raises an error where Python's own finds no name."""
    (cli.world.folder / "left-1.0.dist-info").mkdir()
    assert sorted(cli.run("ml", "--strategy", "lineage").executed) == ["evaluate", "preprocess", "report", "train"]


def test_an_address_that_is_none_is_refused(cli: CommandLine) -> None:
    finished = cli("run", "ml", "--scheduler", "here")
    assert finished.status == 2
    assert finished.stderr.startswith("error: --scheduler here: no Dask scheduler answers there (missing port number")


def test_a_cluster_leaves_nothing_behind(tmp_path: Path) -> None:
    with cluster(tmp_path) as address:
        assert address.startswith("tcp://127.0.0.1:")
    assert list(tmp_path.iterdir()) == []
