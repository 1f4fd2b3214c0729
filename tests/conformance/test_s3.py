"""The engine under test with its store on S3, by its command line."""

from __future__ import annotations

from upath import UPath

from clusters.s3 import Server
from shared.conformance.command_line import CommandLine
from shared.pipelines import CSV

HEADER = "artist\ttrack\n"
STEPS = ["preprocess", "train", "evaluate", "report"]


def test_a_store_on_s3_outlasts_a_bad_moment_and_a_hit_reads_no_artifact(
    cli: CommandLine, s3: Server, caches: None
) -> None:
    cli.env |= s3.env
    url = s3.bucket()
    wobble = s3.fault("503", "PUT", "/train-")
    first = cli.run("ml", "--strategy", "lineage", store=url)
    assert (first.executed, wobble.happened) == (STEPS, 1)
    s3.requests.clear()
    again = cli.run("ml", "--strategy", "lineage", store=url)
    assert (again.executed, again.reused, again.target) == ([], STEPS, first.target)
    assert str(first.target.path).startswith(f"{url}/report-")
    read = [path for path in s3.requests if path.startswith("GET") and path.endswith((".parquet", ".skops", ".html"))]
    assert read == []


def test_a_store_that_cannot_be_used_is_one_line(cli: CommandLine, s3: Server) -> None:
    cli.env |= s3.env
    finished = cli("run", "ml", store="s3://no-such-bucket/x")
    assert (finished.status, finished.stdout) == (2, "")
    assert finished.stderr.startswith("error: --store s3://no-such-bucket/x: cannot be written (NoSuchBucket")
    assert finished.stderr.count("\n") == 1


def put(s3: Server, url: str, text: str) -> None:
    """Write an object, by the client that belongs to the server that the tests started."""
    options = {"key": "somebody", "secret": "secret", "endpoint_url": s3.url}
    UPath(url, **options).write_text(text)


def test_a_csv_at_a_url_is_an_input(cli: CommandLine, s3: Server) -> None:
    cli.env |= s3.env
    url = f"{s3.bucket()}/digits.csv"
    put(s3, url, CSV.read_text())
    assert cli.run("ml", "--strategy", "lineage", "--input", url).executed == STEPS
    put(s3, url, CSV.read_text() + "\n")
    changed = cli.reference("ml", "--strategy", "lineage", "--input", url)
    assert cli.run("ml", "--strategy", "lineage", "--input", url).target == changed.target


def test_a_folder_at_a_url_is_an_input_with_the_days_that_are_in_it(cli: CommandLine, s3: Server, caches: None) -> None:
    cli.env |= s3.env
    url = f"{s3.bucket()}/streams"
    for day in ("2024-02-28", "2024-02-29"):
        put(s3, f"{url}/{day}.tsv", f"{HEADER}A\tx\nB\ty\n")
    words = ["artists", "--strategy", "lineage", "--input", url]
    first = cli.run(*words)
    assert sorted(first.executed[:2]) == ["daily_counts[2024-02-28]", "daily_counts[2024-02-29]"]
    put(s3, f"{url}/2024-03-01.tsv", f"{HEADER}B\ty\n")
    built = cli.reference(*words, store=f"{cli.world.store}-clean")
    again = cli.run(*words)
    assert again.executed == ["daily_counts[2024-03-01]", "aggregate_artists", "top_artists"]
    assert again.target.digest == built.target.digest


def test_an_input_at_a_url_that_cannot_be_read_is_one_line(cli: CommandLine, s3: Server) -> None:
    cli.env |= s3.env
    bucket = s3.bucket()
    put(s3, f"{bucket}/streams/2024-02-28.tsv", "user\ttrack\n")
    for words, said in (
        (["ml", "--input", "s3://none/digits.csv"], "'s3://none/digits.csv': cannot be read (NoSuchBucket"),
        (["ml", "--input", f"{bucket}/none.csv"], f"{bucket}/none.csv: No such file or directory"),
        (["ml", "--input", "nope://bucket/digits.csv"], "--input nope://bucket: Protocol not known: nope"),
        (["artists", "--input", f"{bucket}/none"], f"{bucket}/none: no stream file in this folder"),
        (
            ["artists", "--input", f"{bucket}/streams", "--end", "2024-02-29"],
            f"{bucket}/streams/2024-02-29.tsv: No such",
        ),
        (["artists", "--input", f"{bucket}/streams"], f"{bucket}/streams/2024-02-28.tsv: no column 'artist'"),
    ):
        finished = cli("run", *words)
        assert (finished.status, finished.stdout) == (2, ""), words
        assert finished.stderr.splitlines()[-1].startswith(f"error: {said}"), finished.stderr
        assert finished.stderr.count("\n") == 1
    s3.fault("403", times=100)
    for pipeline in ("ml", "artists"):
        finished = cli("run", pipeline, "--input", f"{bucket}/streams")
        assert (finished.status, finished.stderr.count("\n")) == (2, 1), finished.stderr
        assert "403" in finished.stderr
    s3.faults.clear()
