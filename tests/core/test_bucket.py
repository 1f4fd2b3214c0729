"""A store on S3: what a hit costs, what goes wrong on the way, and who makes what two want."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clusters.s3 import Server
from saltern import Artifact, Cache, step
from saltern.errors import BadInput, StoreFailed
from saltern.housekeeping.commands import app
from saltern.places import bucket, leases
from saltern.recipe import Call
from saltern.store import MANIFEST, Store

LARGE = 3_000_000  # bytes
METHODS: dict[str, Callable[[Store], object]] = {
    "read": lambda store: store.read("a.json"),
    "written": lambda store: store.write("a.json", b"{}"),
    "looked at": lambda store: store.exists("a.json"),
    "listed": lambda store: store.names(),
    "deleted": lambda store: store.delete("a.json"),
    "locked": lambda store: store.lock("a.json").__enter__(),
    "read anew": lambda store: store.whole("a.json"),
}


@step(version="1", writes="json")
def numbers(*, count: int = 3) -> list[int]:
    return list(range(count))


@pytest.fixture
def store(s3: Server, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(bucket, "PAUSE", 0.01)
    return Store(s3.bucket())


def cache(store: Store, run: str = "run") -> tuple[Cache, Call]:
    made = Cache(store.url, "salted", run, "plain")
    return made, made.call(numbers, {})


@pytest.mark.parametrize("size", [3, LARGE])
def test_a_hit_is_two_small_requests_whatever_the_artifacts_size(s3: Server, store: Store, size: int) -> None:
    digest = store.commit("a.json", b"x" * size, {})
    s3.requests.clear()
    assert Store(store.url).digest("a.json") == digest
    assert [request.partition(" ")[0] for request in s3.requests] == ["GET", "HEAD"]
    assert s3.requests[0].endswith(MANIFEST)


def test_what_was_written_anew_is_read_before_it_is_believed(s3: Server, store: Store) -> None:
    digest = store.commit("a.json", b"[1]", {})
    store.write("a.json", b"[2]")
    assert store.digest("a.json") is None
    store.write("a.json", b"[1]")
    assert store.digest("a.json") == digest


def test_a_manifest_without_a_version_of_its_artifact_is_held_to_the_digest(s3: Server, store: Store) -> None:
    """One that was copied from a folder, say."""
    digest = store.commit("a.json", b"[1]", {})
    manifest = store.read("a.json" + MANIFEST)
    store.write("a.json" + MANIFEST, manifest.replace(b'"etag"', b'"other"'))
    assert store.digest("a.json") == digest


@pytest.mark.parametrize("what", METHODS)
def test_what_a_store_refuses_is_one_line_that_names_it(s3: Server, store: Store, what: str) -> None:
    store.commit("a.json", b"{}", {})
    s3.fault("403", times=100)
    with pytest.raises(StoreFailed) as refused:
        METHODS[what](store)
    said = str(refused.value)
    assert said.startswith(f"--store {store.url}: ")
    assert f"cannot be {what.removesuffix(' anew')} (" in said
    assert "403" in said
    assert "\n" not in said
    assert len(s3.requests) == 3, "it is not asked again: that would not help"


@pytest.mark.parametrize("kind", ["500", "503", "cut", "half"])
@pytest.mark.parametrize("what", ["read", "written", "looked at", "listed", "deleted"])
def test_what_may_be_over_in_a_moment_is_tried_again_and_said(
    s3: Server, store: Store, what: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    if kind == "half" and what != "read":
        pytest.skip("there is no answer to be cut in two")
    store.commit("a.json", b"{}" * 1000, {})
    fault = s3.fault(kind, times=2)  # type: ignore[arg-type]
    with caplog.at_level(logging.WARNING, "saltworks.store"):
        METHODS[what](store)
    assert fault.happened == 2
    assert [record.getMessage().rpartition(" (")[2] for record in caplog.records] == ["2 of 7)", "3 of 7)"]
    assert store.url in caplog.text


def test_it_is_not_tried_for_ever(s3: Server, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    fault = s3.fault("503", times=100)
    with pytest.raises(StoreFailed, match="3 tries"):
        store.read("a.json")
    assert fault.happened == 3


def test_a_bucket_that_is_not_there_is_named_on_the_command_line(s3: Server, tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "saltern", "ls", "s3://no-such-bucket/x"], capture_output=True, text=True, timeout=120
    )
    assert said.returncode == 2
    assert said.stderr.startswith("error: --store s3://no-such-bucket/x: cannot be looked at (NoSuchBucket")
    assert said.stderr.count("\n") == 1


def test_a_url_without_a_bucket_is_refused() -> None:
    with pytest.raises(BadInput, match="--store s3://: it names no bucket"):
        Store("s3://")


def test_a_store_goes_to_other_processes_by_its_url_and_outlives_a_fork(s3: Server, store: Store) -> None:
    store.commit("a.json", b"[1]", {})
    sent = pickle.loads(pickle.dumps(store))
    assert sent.read("a.json") == b"[1]"
    with multiprocessing.get_context("fork").Pool(1) as pool:  # as Luigi's workers and Airflow's tasks are
        assert pool.apply(store.read, ["a.json"]) == b"[1]"


# --- leases


def test_two_who_want_the_same_artifact_make_it_once(s3: Server, store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()
    first, call = cache(store, "first")
    second, _ = cache(store, "second")

    def slowly() -> Artifact:
        with first.alone(call):
            begun.set()
            assert go_on.wait(60)
            return first.execute(call)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(slowly)
        assert begun.wait(60)
        other = pool.submit(second.make, call)
        waits_for(lambda: s3.requests.count(lease_request(s3, store, "GET", call)) > 1)
        go_on.set()
        assert one.result() == other.result()
    assert (first.ledger.executed(), second.ledger.executed()) == (["numbers"], [])
    assert store.names(folder=leases.FOLDER) == []


HOLDER = """
import sys, time
from saltern.places import leases
from saltern.store import Store
leases.SECONDS = 1.0
with Store(sys.argv[1]).lock(sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("kind", ["s3", "folder"])
def test_when_the_holder_is_killed_another_goes_on(
    s3: Server, store: Store, tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = store if kind == "s3" else Store(tmp_path / "store")
    made, call = cache(store)
    with holding(store.url, call.artifact.name) as holder:
        assert store.locked() == [call.artifact.name]
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert made.make(call).digest
    assert made.ledger.executed() == ["numbers"]
    if kind == "s3":
        assert "held its lock and was not heard of for" in caplog.text
    assert store.locked() == []


def test_a_lease_is_renewed_as_long_as_its_holder_lives(s3: Server, store: Store) -> None:
    with holding(store.url, "a.json"):
        renewal = lease_request(s3, store, "PUT", "a.json")
        waits_for(lambda: s3.requests.count(renewal) > 5)  # three in a second
        assert store.locked() == ["a.json"]


def test_a_lease_whose_answer_is_lost_is_known_again(s3: Server, store: Store) -> None:
    s3.fault("half", "PUT", leases.FOLDER)
    with store.lock("a.json"):
        assert store.locked() == ["a.json"]


def test_a_writer_that_is_killed_in_the_middle_of_an_upload_leaves_no_artifact(s3: Server, store: Store) -> None:
    code = "import sys; from saltern.store import Store; Store(sys.argv[1]).commit('a.json', b'1' * 50_000_000, {})"
    s3.fault("slow", "PUT", "a.json", seconds=0.3)
    writer = subprocess.Popen([sys.executable, "-c", code, store.url])
    waits_for(lambda: any(request.startswith("PUT") for request in s3.requests))
    writer.kill()
    writer.wait()
    assert store.digest("a.json") is None
    assert store.commit("a.json", b"[1]", {}) == store.digest("a.json")


# --- prune beside builds


@pytest.mark.parametrize("kind", ["s3", "folder"])
def test_while_something_is_made_prune_leaves_what_is_young(
    s3: Server, store: Store, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = store if kind == "s3" else Store(tmp_path / "store")
    store.commit("old.json", b"1", {"made": "2020-01-01T00:00:00+00:00"})
    store.commit("young.json", b"1", {"made": datetime.now(UTC).isoformat()})
    words = ["prune", store.url, "--yes", "--before", "2100-01-01"]
    with holding(store.url, "next.json"):
        app(words, standalone_mode=False)
        said = capsys.readouterr().out
        assert "a build is under way (next.json is being made)" in said
        assert "1 deleted" in said
        assert store.names() == ["young.json", "young.json" + MANIFEST]
    waits_for(lambda: store.locked() == [])
    app(words, standalone_mode=False)
    assert store.names() == []
    assert store.names(folder=leases.FOLDER) == [], "a lease whose holder was killed is a leftover"


# --- helpers


def holding(url: str, name: str) -> subprocess.Popen[str]:
    """Another process that holds a lock, for a second if it is a lease; to be entered, and killed at the end."""
    holder = Holder([sys.executable, "-c", HOLDER, url, name], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


class Holder(subprocess.Popen[str]):
    def __exit__(self, *error: object) -> None:  # type: ignore[override]
        self.kill()
        super().__exit__(None, None, None)


def lease_request(s3: Server, store: Store, method: str, call: Call | str) -> str:
    name = call if isinstance(call, str) else call.artifact.name
    return f"{method} /{store.url.removeprefix('s3://')}/{leases.FOLDER}/{name}"


def waits_for(happened: Callable[[], bool], seconds: float = 60) -> None:
    moment = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if happened():
            return
        moment.wait(0.02)
    raise AssertionError("it did not happen")
