"""The same artifacts, byte for byte, from every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from saltern.store import MANIFEST, Store
from shared.conformance.command_line import CommandLine
from shared.conformance.fixtures import EVERY, Fixtures


def artifacts(store: Path) -> dict[str, bytes]:
    names = [name for name in Store(store).names() if not name.endswith(MANIFEST)]
    return {name: (store / name).read_bytes() for name in names}


class Artifacts(Fixtures):
    """What a run leaves in the store, and what it tells."""

    @pytest.mark.parametrize("pipeline", ["ml", "artists"])
    @pytest.mark.parametrize("strategy", EVERY)
    def test_every_artifact_has_the_reference_engines_name_and_bytes(
        self, cli: CommandLine, pipeline: str, strategy: str
    ) -> None:
        clean = cli.world.folder / "clean"
        cli.run(pipeline, "--strategy", strategy)
        cli.reference(pipeline, "--strategy", strategy, store=str(clean))
        assert artifacts(cli.world.store) == artifacts(clean)

    def test_the_outcome_says_all_that_the_design_promises(self, cli: CommandLine) -> None:
        outcome = cli.run("artists")
        assert outcome.engine == cli.engine.name
        assert (outcome.pipeline, outcome.strategy) == ("artists", "salted")
        days = [f"daily_counts[2018-03-{day:02}]" for day in range(5, 12)]
        assert sorted(outcome.executed) == sorted([*days, "aggregate_artists", "top_artists"])
        assert outcome.executed[-2:] == ["aggregate_artists", "top_artists"]
        assert outcome.reused == []
        assert Path(str(outcome.target.path)).is_file()
        assert len(str(outcome.target.digest)) == 64
        assert outcome.seconds > 0
        assert set(outcome.claimed) == set(outcome.executed)

    def test_a_store_can_be_an_fsspec_url(self, cli: CommandLine) -> None:
        url = f"file://{cli.world.folder}/elsewhere"
        assert len(cli.run("ml", store=url).executed) == 4
        assert len(artifacts(cli.world.folder / "elsewhere")) == 4

    def test_without_json_a_person_reads_what_ran_and_where_the_target_is(self, cli: CommandLine) -> None:
        finished = cli("run", "ml")
        assert finished.status == 0, finished.stderr
        assert finished.stderr == "", "nothing of the engine's own logging reaches a person who did not ask for it"
        lines = finished.stdout.splitlines()
        steps = ["preprocess", "train", "evaluate", "report"]
        assert [line.split() for line in lines[:4]] == [["ran", step] for step in steps]
        assert lines[4].startswith("4 ran, 0 reused in ")
        assert lines[4].endswith(".html")
        assert len(lines) == 5
