"""What only Prefect has: a server that keeps a record of every run, and results of its own to find again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from saltern.errors import BadInput
from saltern.ledger import runs
from saltern.store import Store
from shared.conformance.command_line import CommandLine
from shared.engine.outcome import Outcome
from shared.engine.protocol import Engine

ML = ["preprocess", "train", "evaluate", "report"]
SOURCE = "shared/steps/ml.py"
TRAINING = '    features, labels = _features_and_labels(dataset, "train")\n'
KILLED = "    import os\n\n    os.kill(os.getpid(), 9)\n"


def recorded(cli: CommandLine, run: str) -> str:
    """What the server says of a flow run, by the name that we gave it."""
    request = urllib.request.Request(
        f"{cli.env['PREFECT_API_URL']}/flow_runs/filter",
        json.dumps({"flow_runs": {"name": {"any_": [run]}}}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        (flow_run,) = json.load(reply)
    state: str = flow_run["state_name"]
    return state


def test_a_run_that_was_killed_stays_running_on_the_server_and_keeps_no_other_from_running(cli: CommandLine) -> None:
    cli.world.edit(SOURCE, TRAINING, KILLED + TRAINING)
    assert cli("run", "ml").status == -signal.SIGKILL
    (killed,) = runs(Store(cli.world.store))
    cli.world.edit(SOURCE, KILLED, "")
    outcome = cli.run("ml")
    assert outcome.executed == ML[1:]
    assert (recorded(cli, killed), recorded(cli, outcome.run)) == ("Running", "Completed")


@pytest.mark.parametrize("strategy", ["salted", "lineage", "cutoff"])
def test_of_two_flow_runs_at_once_one_makes_each_artifact_and_both_are_completed(
    cli: CommandLine, strategy: str
) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(cli.run, "artists", "--strategy", strategy) for _ in range(2)]
    outcomes = [run.result() for run in runs]
    executed = Counter(step for outcome in outcomes for step in outcome.executed)
    assert set(executed.values()) == {1}
    assert set(executed) == set(outcomes[0].claimed)
    assert outcomes[0].target == outcomes[1].target
    assert {recorded(cli, outcome.run) for outcome in outcomes} == {"Completed"}


def test_a_cache_that_is_refreshed_executes_what_is_there(cli: CommandLine) -> None:
    """Prefect's own way to say 'run it again': ``refresh_cache``, here in its settings."""
    cli.run("ml", "--strategy", "lineage")
    command = [sys.executable, "-m", cli.engine.package, "run", "ml", "--strategy", "lineage", "--json"]
    done = subprocess.run(
        [*command, "--store", str(cli.world.store)],
        cwd=cli.world.folder,
        env=os.environ | cli.env | {"PREFECT_TASKS_REFRESH_CACHE": "true"},
        check=True,
        capture_output=True,
        text=True,
    )
    outcome = Outcome.from_json(done.stdout.splitlines()[-1])
    assert outcome.executed == ML
    assert set(outcome.claimed.values()) == {"Completed"}


def test_under_cutoff_a_key_is_made_from_what_the_inputs_turned_out_to_be(cli: CommandLine) -> None:
    cli.run("ml", "--strategy", "cutoff")
    cli.world.append("data/digits.csv", "1,2,3\n")  # too short, so dropped: the dataset's bytes stay the same
    claimed = cli.run("ml", "--strategy", "cutoff").claimed
    assert claimed == {"preprocess": "Completed", "train": "Cached", "evaluate": "Cached", "report": "Cached"}
    next(cli.world.store.glob("train-*.skops")).unlink()
    claimed = cli.run("ml", "--strategy", "cutoff").claimed
    assert claimed == {"preprocess": "Cached", "train": "Completed", "evaluate": "Cached", "report": "Cached"}


def test_a_task_whose_key_cannot_be_computed_does_not_run_without_one(cli: CommandLine) -> None:
    declared = 'libraries=["scikit-learn", "numpy", "scipy"])\ndef train('
    cli.world.edit(SOURCE, declared, declared.replace('"scipy"', '"no-such-library"'))
    finished = cli("run", "ml", "--strategy", "lineage")
    assert finished.status == 2
    assert "no-such-library" in finished.stderr
    assert {path.name.partition("-")[0] for path in cli.world.store.glob("*-*")} == {"preprocess"}


def test_what_tasks_returned_lies_with_the_artifacts_and_is_found_by_a_later_run(cli: CommandLine) -> None:
    inputs = ("--strategy", "prefect/inputs")
    first = cli.run("ml", *inputs)
    assert first.executed == ML
    assert cli.run("ml", *inputs).executed == ["evaluate"]  # a model that was read back is pickled in another way
    next(cli.world.store.glob("report*.html")).unlink()
    again = cli.run("ml", *inputs)
    assert (again.executed, set(again.claimed.values()), again.target) == ([], {"Cached"}, first.target)
    shutil.rmtree(cli.world.store / ".prefect")
    assert cli.run("ml", *inputs).executed == ML


def test_prefects_own_results_need_a_folder(cli: CommandLine) -> None:
    finished = cli("run", "ml", "--strategy", "prefect/inputs", store="memory://store")
    assert finished.status == 2
    assert finished.stderr == "error: --store memory://store: under 'prefect/inputs' it must be a folder\n"


def test_a_flow_that_is_started_elsewhere_refuses_another_engines_strategy() -> None:
    from saltern.cache import Cache
    from saltern.prefect import Salting

    with pytest.raises(BadInput, match="prefect has no such strategy"):
        Salting(Cache("store", "luigi/mtime", "run", "prefect"))


def test_a_server_that_does_not_answer_is_named(cli: CommandLine) -> None:
    cli.env["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    finished = cli("run", "ml")
    assert (finished.status, finished.stderr) == (
        2, "error: PREFECT_API_URL=http://127.0.0.1:9/api: no Prefect server answers there\n",
    )  # fmt: skip


def test_the_form_offers_every_strategy_that_the_engine_has(engine: Engine) -> None:
    from prefect_flows.inputs import WAYS

    assert list(WAYS) == engine.strategies
