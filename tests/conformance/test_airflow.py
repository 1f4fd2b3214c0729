"""What only Airflow has: a scheduler. On a whole Airflow the headline scenarios have the verdicts of ``dag.test()``."""

from __future__ import annotations

import json
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from airflow_dags.settings import CLEAR
from airflow_dags.stack import Stack, serving
from clusters.s3 import Server
from saltern import Source, external
from saltern.files import file_digest
from saltern.ledger import Ledger
from saltern.store import Store
from shared.conformance.command_line import CommandLine
from shared.engine.protocol import Engine
from shared.pipelines import artists_pipeline
from shared.rerun.expectations import load
from shared.rerun.fresh import ForkServer
from shared.rerun.oracle import Oracle
from shared.rerun.scenarios import chosen
from shared.rerun.scenarios.scenario import Scenario
from shared.rerun.verdict import judge
from shared.rerun.workspace import Workspace

EDITED = ("data/digits.csv", "shared/steps/models.py")  # by these scenarios


@dataclass
class Operator:
    """Who works with an Airflow over its REST interface."""

    airflow: Stack
    world: Workspace
    built: dict[str, Path] = field(default_factory=dict)  # strategy -> the store after a first build

    def trigger(self, strategy: str) -> str:
        """Start a DAG run of ``ml``, and return its id, which is its name in the ledger too."""
        run = uuid.uuid4().hex[:12]
        conf = {
            "input": str(self.world.folder / "data" / "digits.csv"),
            "store": str(self.world.store),
            "strategy": strategy,
            "run": run,
        }
        self.airflow.trigger("ml", run, conf)
        return run

    def end_of(self, run: str) -> str:
        """The state in which a DAG run ends. Waits for it."""
        return self.airflow.end_of("ml", run)

    def clear_failed(self, run: str) -> None:
        """What a person does in the page about a DAG run that failed: clear its failed tasks."""
        self.airflow.ask(f"/api/v2/dags/ml/dagRuns/{run}/clear", {"dry_run": False, "only_failed": True})

    def clear(self, run: str, task: str) -> None:
        """What a person does in the page to have a task run again: clear it, and what comes after it."""
        wanted = {"dry_run": False, "task_ids": [task], "include_downstream": True, "only_failed": False}
        self.airflow.ask("/api/v2/dags/ml/clearTaskInstances", wanted | {"dag_run_id": run})

    def states(self, run: str) -> dict[str, str]:
        """The states of a DAG run's tasks."""
        return self.airflow.states("ml", run)

    def log(self, run: str, task: str, attempt: int = 1) -> list[str]:
        """What the page shows as a task's log, by line."""
        entry = f"/api/v2/dags/ml/dagRuns/{run}/taskInstances/{task}/logs/{attempt}?full_content=true"
        return [str(line["event"]) for line in self.airflow.ask(entry)["content"]]

    def artifact(self, run: str, task: str) -> bytes:
        """What is behind the button *Artifact* of a task's page."""
        links = self.airflow.ask(f"/api/v2/dags/ml/dagRuns/{run}/taskInstances/{task}/links")["extra_links"]
        assert links["Artifact"].startswith(self.airflow.url), links
        with self.airflow.open(links["Artifact"].removeprefix(self.airflow.url)) as answer:
            return bytes(answer.read())

    def target(self, run: str) -> str | None:
        """The digest of the report that a DAG run handed on, if it is in the store with that content."""
        entry = f"/api/v2/dags/ml/dagRuns/{run}/taskInstances/report/xcomEntries/return_value?stringify=false"
        value = self.airflow.ask(entry)["value"]
        path = self.world.store / value["name"]
        return value["digest"] if path.is_file() and file_digest(path) == value["digest"] else None

    def executed(self, *runs: str, since: int = 0) -> list[str]:
        """The steps that started in these DAG runs, by the ledger, after a moment in nanoseconds."""
        store = Store(self.world.store)
        events = [event for run in runs for event in Ledger(store, run).events("started")]
        return [event["step"] for event in events if event["started_ns"] > since]

    def start_from_first_build(self, strategy: str) -> None:
        """Put the store as a first build leaves it."""
        shutil.rmtree(self.world.store, ignore_errors=True)
        if strategy not in self.built:
            run = self.trigger(strategy)
            assert self.end_of(run) == "success", self.states(run)
            self.built[strategy] = self.world.store.with_name(f"built-{strategy}")
            shutil.copytree(self.world.store, self.built[strategy])
        else:
            shutil.copytree(self.built[strategy], self.world.store)
        manifests = self.world.store.glob("*.manifest.json")
        self.world.built = {made["step"]: made["name"] for made in (json.loads(path.read_text()) for path in manifests)}


@pytest.fixture(scope="module")
def operator(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """Of an Airflow whose DAG folder lies in a workspace, so that edits are real."""
    folder = tmp_path_factory.mktemp("stack")
    world = Workspace(folder / "workspace", [engine.package])
    with serving(folder / "airflow", world.folder, password="brine") as airflow:
        yield Operator(airflow, world)


@pytest.fixture(scope="module")
def oracle(operator: Operator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    with ForkServer((), {}) as server:
        yield Oracle(server, tmp_path_factory.mktemp("clean"), {})


@pytest.fixture(autouse=True)
def code_and_data_as_they_were(operator: Operator) -> Iterator[None]:
    yield
    for file in EDITED:
        operator.world.restore(file)


@pytest.fixture(scope="module")
def reused(operator: Operator) -> str:
    """A DAG run under ``lineage`` that found all of an earlier one."""
    operator.start_from_first_build("lineage")
    run = operator.trigger("lineage")
    assert operator.end_of(run) == "success", operator.states(run)
    return run


def scenario_of(name: str) -> Scenario:
    (scenario,) = chosen("ml", [name])
    return scenario


def expected(engine: Engine, strategy: str, name: str) -> str:
    """What ``dag.test()`` is expected to show."""
    expectation = load(engine).get(("ml", strategy, name))
    return expectation.verdict if expectation else "exact"


def test_a_scheduler_finds_all_that_is_there(operator: Operator, oracle: Oracle, engine: Engine, reused: str) -> None:
    verdict = judge(
        operator.executed(reused),
        operator.target(reused),
        oracle.digest(operator.world, "ml"),
        scenario_of("unchanged").most,
    )
    assert (operator.executed(reused), verdict) == ([], expected(engine, "lineage", "unchanged"))
    claimed = {step for step, state in operator.states(reused).items() if state in engine.says_ran}
    assert claimed == {"csv"}


def test_a_tasks_artifact_is_behind_its_button_for_who_is_logged_in_and_while_it_is_whole(
    operator: Operator, reused: str
) -> None:
    report = operator.world.store / operator.world.built["report"]
    assert operator.artifact(reused, "report") == report.read_bytes()

    address = f"{operator.airflow.url}/saltern/artifacts/ml/{reused}/report/-1"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address)
    with pytest.raises(urllib.error.HTTPError, match="404"):  # which is no step
        operator.airflow.open(f"/saltern/artifacts/ml/{reused}/csv/-1")
    report.write_bytes(report.read_bytes()[:-1])
    with pytest.raises(urllib.error.HTTPError, match="404"):
        operator.artifact(reused, "report")


@pytest.mark.parametrize(
    ("strategy", "name"),
    [
        ("lineage", "edit-helper"),
        pytest.param("salted", "change-input", marks=pytest.mark.thorough),
        pytest.param("lineage", "delete-middle", marks=pytest.mark.thorough),
        pytest.param("lineage", "change-input", marks=pytest.mark.thorough),
        pytest.param("salted", "edit-helper", marks=pytest.mark.thorough),
    ],
)
def test_a_scheduler_comes_to_the_same_verdict(
    operator: Operator, oracle: Oracle, engine: Engine, strategy: str, name: str
) -> None:
    scenario = scenario_of(name)
    operator.start_from_first_build(strategy)
    scenario.make(operator.world)
    run = operator.trigger(strategy)
    assert operator.end_of(run) == "success", operator.states(run)

    executed = operator.executed(run)
    verdict = judge(executed, operator.target(run), oracle.digest(operator.world, "ml"), scenario.most)
    assert verdict == expected(engine, strategy, name), executed
    claimed = {step for step, state in operator.states(run).items() if state in engine.says_ran}
    assert claimed - {"csv"} == set(executed)


def test_a_task_that_is_killed_fails_and_when_it_is_cleared_the_run_goes_on(
    operator: Operator, oracle: Oracle, engine: Engine
) -> None:
    scenario, world = scenario_of("crash"), operator.world
    shutil.rmtree(world.store, ignore_errors=True)
    scenario.before(world)
    run = operator.trigger("lineage")
    assert operator.end_of(run) == "failed"
    assert operator.states(run) == {
        "csv": "success",
        "preprocess": "success",
        "train": "failed",
        "evaluate": "upstream_failed",
        "report": "upstream_failed",
    }
    assert list(world.store.glob("train*")) == [], "nothing partial is ever visible"

    scenario.make(world)
    cleared = time.time_ns()
    operator.clear_failed(run)
    assert operator.end_of(run) == "success", operator.states(run)
    executed = operator.executed(run, since=cleared)
    verdict = judge(executed, operator.target(run), oracle.digest(world, "ml"), scenario.most)
    assert verdict == expected(engine, "lineage", "crash"), executed


def test_a_task_that_is_cleared_executes_though_its_artifact_is_there(operator: Operator, reused: str) -> None:
    operator.start_from_first_build("lineage")
    run = reused
    operator.clear(run, "train")
    assert operator.end_of(run) == "success", operator.states(run)
    assert operator.executed(run) == ["train", "evaluate", "report"]
    again = {"train": "success", "evaluate": "success", "report": "success"}
    assert operator.states(run) == {"csv": "success", "preprocess": "skipped"} | again

    skipped, executed = operator.log(run, "train"), operator.log(run, "train", attempt=2)
    name = operator.world.built["train"]
    assert any(line.startswith(f"reused {name}: same salt, made by run ") for line in skipped), skipped
    assert "train runs: forced" in executed, executed
    for log in (skipped, executed, operator.log(run, "evaluate", attempt=2)):
        assert len(log) < 20, "a log that a person can read, though skops is imported"


def test_a_backfill_makes_the_week_before_its_monday_and_only_once(operator: Operator) -> None:
    shutil.rmtree(operator.world.store, ignore_errors=True)
    run = "backfill__2018-03-12T00:00:00+00:00"
    conf = {"store": str(operator.world.store), "run": "backfilled"}
    monday = dict.fromkeys(("from_date", "to_date"), "2018-03-12T00:00:00Z")
    operator.airflow.ask("/api/v2/backfills", {"dag_id": "artists", "dag_run_conf": conf, **monday})
    assert operator.airflow.end_of("artists", urllib.parse.quote(run)) == "success"
    assert sorted(operator.executed("backfilled")) == sorted(artists_pipeline().nodes)

    again = {"dag_id": "artists", "dag_run_conf": conf, "reprocess_behavior": "failed", **monday}
    assert operator.airflow.ask("/api/v2/backfills/dry_run", again)["backfills"] == []


def test_of_two_dag_runs_at_once_each_step_executes_in_one(operator: Operator, oracle: Oracle, engine: Engine) -> None:
    scenario, world = scenario_of("two-at-once"), operator.world
    shutil.rmtree(world.store, ignore_errors=True)
    runs = [operator.trigger("lineage") for _ in range(2)]
    assert [operator.end_of(run) for run in runs] == ["success", "success"]
    executed, targets = operator.executed(*runs), {operator.target(run) for run in runs}
    assert len(targets) == 1
    verdict = judge(executed, targets.pop(), oracle.digest(world, "ml"), scenario.most)
    assert verdict == expected(engine, "lineage", "two-at-once"), executed


def test_who_clears_queues_a_task_that_has_another_name_now(cli: CommandLine) -> None:
    first = cli.run("ml", "--strategy", CLEAR)
    for step, writes, executed in (
        ("report", "html", ["report_again"]),
        ("train", "skops", ["train_again", "evaluate", "report_again"]),
    ):
        declared = f'@step(version="1", writes="{writes}"'
        cli.world.edit("shared/steps/ml.py", declared, declared.replace("(", f'(name="{step}_again", '))
        again = cli.run("ml", "--strategy", CLEAR)
        assert again.executed == executed
        assert again.target.digest == first.target.digest


def test_an_executor_on_several_machines_is_told_from_one_on_this(monkeypatch: pytest.MonkeyPatch) -> None:
    from saltern.airflow.operators import elsewhere

    executors = {
        "LocalExecutor": None,
        "LocalExecutor,CeleryExecutor": "CeleryExecutor",
        "a:my.own.Executor": "Executor",
    }
    for given, expected in executors.items():
        monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", given)
        assert elsewhere() == expected


def test_a_connection_says_how_a_store_is_reached(s3: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import saltern.airflow.operators  # noqa: F401 - it says where names are looked up

    extra = {"endpoint_url": s3.url, "region_name": "us-east-1"}
    document = {"conn_type": "aws", "login": "somebody", "password": "a secret", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_MINE", json.dumps(document))
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    url = s3.bucket().replace("s3://", "s3://mine@")
    store = Store(url)
    digest = store.commit("a.json", b"[1]", {})
    assert (store.digest("a.json"), external.content(Source.at(f"{url}/a.json"))) == (digest, digest)
