"""Only stale steps run, the tree says so beforehand, and what one engine built any other reuses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from saltern.ledger import Ledger
from saltern.store import Store
from saltern.strategies import STRATEGIES
from saltern.verification import is_chosen
from shared.conformance.command_line import CommandLine
from shared.conformance.fixtures import EVERY, SALTING, Fixtures

ML = ["preprocess", "train", "evaluate", "report"]
DAYS = [f"daily_counts[2018-03-{day:02}]" for day in range(5, 12)]
ARTISTS = [*DAYS, "aggregate_artists", "top_artists"]
STEPS = {"ml": ML, "artists": ARTISTS}
each_pipeline = pytest.mark.parametrize("pipeline", ["ml", "artists"])


def _nothing(cli: CommandLine) -> list[str]:
    return []


def _delete_last(cli: CommandLine) -> list[str]:
    next(cli.world.store.glob("report*.html")).unlink()
    return []


def _delete_middle(cli: CommandLine) -> list[str]:
    next(cli.world.store.glob("train*.skops")).unlink()
    return []


def _delete_middle_and_last(cli: CommandLine) -> list[str]:
    return _delete_middle(cli) + _delete_last(cli)


def _damage_last(cli: CommandLine) -> list[str]:
    next(cli.world.store.glob("report*.html")).write_text("<html>half a pa")
    return []


def _change_parameter(cli: CommandLine) -> list[str]:
    return ["--set", "train.C=10"]


class Reuse(Fixtures):
    """What runs, what does not run again, and what is said of it."""

    @each_pipeline
    @pytest.mark.parametrize("strategy", SALTING)
    @pytest.mark.usefixtures("caches")
    def test_a_second_run_executes_nothing(self, cli: CommandLine, pipeline: str, strategy: str) -> None:
        first = cli.run(pipeline, "--strategy", strategy)
        second = cli.run(pipeline, "--strategy", strategy)
        assert sorted(first.executed) == sorted(STEPS[pipeline])
        assert second.executed == [], second.reasons
        assert sorted(second.reused) == sorted(STEPS[pipeline])
        assert second.target == first.target

    @pytest.mark.parametrize("strategy", SALTING)
    @pytest.mark.usefixtures("caches")
    def test_a_step_that_is_forced_runs_and_no_other(self, cli: CommandLine, strategy: str) -> None:
        cli.reference("ml", "--strategy", strategy)
        forced = cli.run("ml", "--strategy", strategy, "--force", "train")
        assert forced.executed == ["train"]
        assert forced.reasons == {"train": ["forced"]}
        assert cli.run("ml", "--strategy", strategy).executed == []

    @each_pipeline
    @pytest.mark.parametrize("strategy", SALTING)
    @pytest.mark.usefixtures("caches")
    def test_hits_that_are_verified_are_run_again_and_are_hits_all_the_same(
        self, cli: CommandLine, pipeline: str, strategy: str
    ) -> None:
        cli.reference(pipeline, "--strategy", strategy)
        outcome = cli.run(pipeline, "--strategy", strategy, "--verify", "1")
        assert (outcome.executed, sorted(outcome.reused)) == ([], sorted(STEPS[pipeline]))
        verified = Ledger(Store(cli.world.store), outcome.run).events("verified")
        assert sorted(event["step"] for event in verified) == sorted(STEPS[pipeline])
        assert all(event["same"] and event["engine"] == cli.engine.name for event in verified)

    @pytest.mark.usefixtures("caches")
    def test_a_hit_that_is_stale_is_found_by_verifying_and_stays(self, cli: CommandLine) -> None:
        before = cli.reference("ml")
        cli.world.edit("shared/steps/models.py", "SVC(C=C", "SVC(C=2 * C")
        finished = cli("run", "ml", "--verify", "1", "--json")
        assert finished.outcome is not None, finished.stderr
        assert (finished.outcome.executed, finished.outcome.target) == ([], before.target)
        (line,) = (line for line in finished.stderr.splitlines() if "verified, and not the same" in line)
        assert "/train-" in line
        assert "it is stale: what changed is not in a recipe of 'salted'" in line

    @pytest.mark.usefixtures("caches")
    def test_a_share_is_verified_and_which_can_be_foretold(self, cli: CommandLine) -> None:
        cli.reference("artists")
        outcome = cli.run("artists", "--verify", "0.5")
        store = Store(cli.world.store)
        manifests = [manifest for step in STEPS["artists"] for manifest in store.manifests(step)]
        verified = {event["artifact"] for event in Ledger(store, outcome.run).events("verified")}
        assert verified == {one["name"] for one in manifests if is_chosen(one["salt"], outcome.run, 0.5)}

    @each_pipeline
    @pytest.mark.parametrize("strategy", SALTING)
    @pytest.mark.usefixtures("caches")
    def test_what_the_reference_engine_built_is_reused(self, cli: CommandLine, pipeline: str, strategy: str) -> None:
        built = cli.reference(pipeline, "--strategy", strategy)
        outcome = cli.run(pipeline, "--strategy", strategy)
        assert outcome.executed == []
        assert outcome.target == built.target

    @pytest.mark.parametrize(
        ("pipeline", "setting", "stale"),
        [
            ("ml", "preprocess.seed=1", ML),
            ("ml", "train.C=10", ML[1:]),
            ("ml", "train.gamma=0.02", ML[1:]),
            ("artists", "top_artists.n=3", ["top_artists"]),
        ],
    )
    @pytest.mark.usefixtures("caches")
    def test_a_parameter_reruns_its_step_and_all_below_and_nothing_else(
        self, cli: CommandLine, pipeline: str, setting: str, stale: list[str]
    ) -> None:
        before = cli.run(pipeline)
        changed = cli.run(pipeline, "--set", setting)
        assert sorted(changed.executed) == sorted(stale)
        assert sorted(changed.reused) == sorted(set(STEPS[pipeline]) - set(stale))
        back = cli.run(pipeline)
        assert (back.executed, back.target) == ([], before.target)

    @pytest.mark.usefixtures("caches")
    def test_a_longer_interval_costs_the_new_day_and_the_sums(self, cli: CommandLine) -> None:
        cli.run("artists", "--end", "2018-03-10")
        assert sorted(cli.run("artists").executed) == [*sorted(["aggregate_artists", DAYS[6], "top_artists"])]

    @pytest.mark.parametrize(
        "change", [_nothing, _delete_last, _delete_middle, _delete_middle_and_last, _damage_last, _change_parameter]
    )
    @pytest.mark.parametrize("strategy", EVERY)
    def test_the_tree_says_beforehand_what_the_run_then_does(
        self, cli: CommandLine, strategy: str, change: Callable[[CommandLine], list[str]]
    ) -> None:
        cli.reference("ml", "--strategy", strategy)
        options = ["ml", "--strategy", strategy, *change(cli)]
        finished = cli("tree", *options, "--json")
        assert finished.status == 0, finished.stderr
        foretold = json.loads(finished.stdout)
        assert all(prospect["why"] for prospect in foretold.values())

        def those(state: str) -> set[str]:
            return {step for step, prospect in foretold.items() if prospect["state"] == state}

        outcome = cli.run(*options)
        decided = foretold.keys() - those("undecided")
        assert len(outcome.executed) == len(set(outcome.executed)), "no step runs twice"
        assert set(outcome.executed) & decided == those("to run")
        assert set(outcome.reused) & decided == those("done")
        assert {*outcome.executed, *outcome.reused} >= those("undecided")
        assert not those("undecided") or STRATEGIES[strategy].digests, "only what inputs turn out to be is not foretold"

    def test_the_tree_runs_nothing_and_shows_every_node(self, cli: CommandLine) -> None:
        finished = cli("tree", "artists")
        assert finished.status == 0, finished.stderr
        assert all(step in finished.stdout for step in ARTISTS)
        assert "2018-03-05.tsv" in finished.stdout
        assert not cli.world.store.exists()

    @pytest.mark.usefixtures("caches")
    def test_when_all_is_done_the_plain_command_line_loads_no_heavy_library(self, cli: CommandLine) -> None:
        """In an ordinary process, without the gauntlet's fork server and service: as a person would start it."""
        cli.run("ml")
        command = [sys.executable, "-X", "importtime", "-m", cli.engine.package, "run", "ml", "--json"]
        env = os.environ | {"SALTWORKS_CACHE_DIR": cli.env["SALTWORKS_CACHE_DIR"]}
        finished = subprocess.run(
            [*command, "--store", str(cli.world.store)],
            cwd=cli.world.folder, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stderr[-2000:]
        assert json.loads(finished.stdout.splitlines()[-1])["executed"] == []
        imported = {
            line.rpartition("|")[2].strip() for line in finished.stderr.splitlines() if line.startswith("import time")
        }
        assert "shared.cli" in imported
        assert imported.isdisjoint({"sklearn", "skops", "polars"})

    @pytest.mark.usefixtures("caches")
    def test_the_engine_claims_what_the_ledger_saw(self, cli: CommandLine) -> None:
        """An engine has one word for a step that ran and another for one that did not."""
        ran = set(cli.run("ml").claimed.values())
        claimed = cli.run("ml", "--set", "train.C=10").claimed
        assert len(ran) == 1
        assert ran <= self.engine.says_ran
        assert claimed.get("preprocess") not in self.engine.says_ran
        assert {claimed[step] for step in ML[1:]} == ran

    def test_a_pipeline_whose_default_is_no_good_keeps_no_other_from_running(self, cli: CommandLine) -> None:
        cli.world.edit("shared/steps/ml.py", '= "scale"', '= "scalex"')
        assert sorted(cli.run("artists").executed) == sorted(ARTISTS)

    @pytest.mark.usefixtures("caches")
    def test_a_step_that_fails_is_named_and_what_was_done_before_it_is_kept(self, cli: CommandLine) -> None:
        body = "    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support\n"
        cli.world.edit("shared/steps/ml.py", body, body + '    raise RuntimeError("no such luck")\n')
        finished = cli("run", "ml", "--traceback")
        assert finished.status == 1
        last = finished.stderr.strip().splitlines()[-1]
        assert re.fullmatch(r"error: evaluate: RuntimeError: no such luck \(shared/steps/ml\.py:\d+\)", last), last
        assert "Traceback (most recent call last):" in finished.stderr
        assert f'{body}    raise RuntimeError("no such luck")'.splitlines()[-1] in finished.stderr
        cli.world.edit("shared/steps/ml.py", '    raise RuntimeError("no such luck")\n', "")
        assert sorted(cli.run("ml").executed) == ["evaluate", "report"]
