"""The engine under test with its store on S3, by its command line."""

from __future__ import annotations

from clusters.s3 import Server
from shared.conformance.command_line import CommandLine

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
