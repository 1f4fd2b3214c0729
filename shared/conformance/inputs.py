"""A user's own data, and what is said of data that is no good: one line, exit status 2, the store untouched."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.conformance.command_line import CommandLine
from shared.conformance.fixtures import Fixtures

OWN = "height,width,kind\n" + "".join(f"{i},{i * i % 11},{'even' if i % 2 == 0 else 'odd'}\n" for i in range(40))
DAY = "artist\ttrack\nThe Own\tOne\nThe Own\tTwo\nOther\tOne\n"


def refused(cli: CommandLine, *arguments: str, store: str | None = None) -> str:
    """The one line that a command line says as it refuses. Nothing may be stored."""
    finished = cli(*arguments, store=store)
    assert finished.status == 2, f"status {finished.status}: {finished.stdout} {finished.stderr}"
    lines = finished.stderr.splitlines()
    assert len(lines) == 1, f"one line, and no more: {finished.stderr}"
    assert lines[0].startswith("error: ")
    assert not cli.world.store.exists() or list(cli.world.store.iterdir()) == [], "the store is untouched"
    return lines[0]


class Inputs(Fixtures):
    """What the engine makes of a user's own data, and of what is no good."""

    @pytest.fixture
    def csv(self, cli: CommandLine) -> Path:
        path = cli.world.folder / "own.csv"
        path.write_text(OWN)
        return path

    @pytest.fixture
    def streams(self, cli: CommandLine) -> Path:
        folder = cli.world.folder / "own streams"
        folder.mkdir()
        for day in ("2024-02-28", "2024-02-29", "2024-03-01"):
            (folder / f"{day}.tsv").write_text(DAY)
        return folder

    def test_a_users_own_csv(self, cli: CommandLine, csv: Path) -> None:
        outcome = cli.run("ml", "--input", "own.csv", "--set", "preprocess.target=kind")
        page = Path(str(outcome.target.path)).read_text()
        assert "even" in page
        assert "odd" in page

    def test_a_users_own_streams_over_all_the_days_that_are_there(self, cli: CommandLine, streams: Path) -> None:
        outcome = cli.run("artists", "--input", str(streams))
        assert len(outcome.executed) == 5
        assert "daily_counts[2024-02-29]" in outcome.executed
        assert "by 9 plays" in Path(str(outcome.target.path)).read_text()

    def test_rows_that_preprocess_drops_are_counted_aloud(self, cli: CommandLine, csv: Path) -> None:
        csv.write_text(OWN + "1,2,3,even\nx,1,odd\n")
        finished = cli("run", "ml", "--input", "own.csv", "--set", "preprocess.target=kind")
        assert finished.status == 0, finished.stderr
        assert "dropped 2 rows" in finished.stderr

    @pytest.mark.parametrize(
        ("content", "named"),
        [
            (None, "own.csv"),
            (b"", "own.csv: the file is empty"),
            (b"a,b\n1,2\n", "no column 'kind'"),
            (b"a,kind\n", "no rows"),
            (b"a,b,kind\n1,x,even\n2,y,odd\n", "no usable row"),
            (OWN.replace("odd", "even").encode(), "one class only"),
            (OWN.encode() + b"1,2,\xff\n", "own.csv: not UTF-8"),
            (b"\xff\xfea,kind\n", "own.csv: not UTF-8"),
            (OWN.replace("1", "1e308").encode(), "holds 1e+308, which is too large to be scaled"),
        ],
    )
    def test_a_csv_that_is_no_good(self, cli: CommandLine, csv: Path, content: bytes | None, named: str) -> None:
        csv.unlink()
        if content is not None:
            csv.write_bytes(content)
        assert named in refused(cli, "run", "ml", "--input", "own.csv", "--set", "preprocess.target=kind")

    @pytest.mark.parametrize(
        ("content", "named"),
        [
            (None, "2024-02-29.tsv"),
            (b"", "2024-02-29.tsv: the file is empty"),
            (b"user\ttrack\n", "2024-02-29.tsv: no column 'artist' (found: user, track)"),
            (b"artist\tartist\ttrack\n", "2024-02-29.tsv: column 'artist' stands twice in the header"),
        ],
    )
    def test_a_day_that_is_no_good(self, cli: CommandLine, streams: Path, content: bytes | None, named: str) -> None:
        day = streams / "2024-02-29.tsv"
        day.unlink()
        if content is not None:
            day.write_bytes(content)
        assert named in refused(cli, "run", "artists", "--input", str(streams))

    def test_a_day_whose_body_is_no_good_is_named_by_the_step_that_reads_it(
        self, cli: CommandLine, streams: Path
    ) -> None:
        (streams / "2024-02-29.tsv").write_bytes(DAY.encode() + b"A\xff\tx\n")
        finished = cli("run", "artists", "--input", str(streams))
        assert finished.status == 2
        assert "2024-02-29.tsv" in finished.stderr.splitlines()[-1]
        assert not list(cli.world.store.glob("*02-29*"))

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            (["run", "nope"], "nope: no such pipeline"),
            (["run", "ml", "--strategy", "nope"], "--strategy nope"),
            (["run", "ml", "--set", "nope.C=1"], "nope: no such step"),
            (["run", "ml", "--force", "nope"], "--force nope: no such step in 'ml' (it has: preprocess, "),
            (["run", "ml", "--strategy", "native", "--force", "train"], "force: under 'native' "),
            (["run", "ml", "--set", "train.nope=1"], "train.nope"),
            (["run", "ml", "--set", "train.C"], "--set train.C"),
            (["run", "ml", "--set", "train.C=much"], "train.C=much"),
            (["run", "ml", "--set", "train.C=0"], "train.C=0"),
            (["run", "ml", "--set", "train.C=nan"], "train.C=nan"),
            (["run", "ml", "--set", "train.kernel=nope"], "train.kernel=nope"),
            (["run", "ml", "--set", "preprocess.test_size=1.5"], "preprocess.test_size=1.5"),
            (["run", "ml", "--set", "preprocess.test_size=0.001"], "preprocess.test_size=0.001"),
            (["run", "artists", "--set", "top_artists.n=0"], "top_artists.n=0"),
            (["run", "artists", "--set", f"top_artists.n={'9' * 30}"], "top_artists.n=999"),
            (["run", "artists", "--start", "0001-01-01"], "0001-01-01.tsv: No such file"),
            (["run", "artists", "--start", "2018-03-08", "--end", "2018-03-06"], "--end 2018-03-06: before --start"),
            (["run", "artists", "--start", "yesterday"], "yesterday"),
            (["run", "artists", "--end", "9999-12-31"], "--end 9999-12-31: the last day that there is"),
            (["run", "artists", "--end", "2018-03-12"], "2018-03-12.tsv"),
            (["run", "artists", "--input", "nowhere"], "nowhere: no such folder"),
            (["run", "artists", "--input", "data"], "data: no stream file"),
            (["run", "ml", "--nope"], "--nope"),
            (["tree", "ml", "--set", "train.C=-1"], "train.C=-1"),
        ],
    )
    def test_a_command_line_that_is_no_good(self, cli: CommandLine, arguments: list[str], named: str) -> None:
        assert named in refused(cli, *arguments)

    def test_a_store_that_cannot_be_written(self, cli: CommandLine) -> None:
        (cli.world.folder / "file").write_text("in the way")
        assert "--store" in refused(cli, "run", "ml", store=f"{cli.world.folder}/file/store")

    @pytest.mark.parametrize(
        ("option", "value"), [("--scenario", "nope"), ("--strategy", "nope"), ("--pipeline", "nope"), ("--jobs", "0")]
    )
    def test_a_comparison_that_is_no_good(self, cli: CommandLine, option: str, value: str) -> None:
        finished = cli.server.run(cli.engine.package, ["compare", option, value], cli.world.folder, cli.env)
        assert finished.status == 2
        assert option in finished.stderr.splitlines()[-1]
        assert not (cli.world.folder / "results").exists()
