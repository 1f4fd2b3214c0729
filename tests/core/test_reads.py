"""What a step reads beside its inputs is held in the manifest: when it changes, the artifact counts as missing."""

from __future__ import annotations

import multiprocessing
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from saltern import Artifact, Cache, Source, step, watch
from saltern.code import forget

FOLDER = "SALTERN_TEST_FOLDER"


def beside() -> Path:
    return Path(os.environ[FOLDER])


@step(version="1", writes="json")
def opens(data):  # type: ignore[no-untyped-def]
    return beside().joinpath("a" + ".sql").read_text()


@step(version="1", writes="json")
def opens_in_a_thread(data):  # type: ignore[no-untyped-def]
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(beside().joinpath("a" + ".sql").read_text()))
    thread.start()
    thread.join()
    return found


@step(version="1", writes="json")
def lists(data):  # type: ignore[no-untyped-def]
    return sorted(path.name for path in beside().iterdir())


@step(version="1", writes="json")
def starts(data):  # type: ignore[no-untyped-def]
    script = beside() / ("script" + ".py")
    return subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout


@step(version="1", writes="json")
def writes_and_reads(data):  # type: ignore[no-untyped-def]
    path = beside() / ("scratch" + ".txt")
    path.write_text("1")
    return path.read_text()


@step(version="1", writes="json")
def adds_a_row(data):  # type: ignore[no-untyped-def]
    with closing(sqlite3.connect(beside() / ("rows" + ".db"))) as database, database:
        database.execute("insert into rows values (1)")


@step(version="1", writes="json")
def copies(data):  # type: ignore[no-untyped-def]
    return dict(os.environ).get("ANY" + "THING")


@step(version="1", writes="json")
def connects(data):  # type: ignore[no-untyped-def]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        socket.create_connection(listening.getsockname()).close()
    return 1


@step(version="1", writes="json")
def asks_the_time(data):  # type: ignore[no-untyped-def]
    return time.time() > 0


RUNS, GOES_ON = threading.Event(), threading.Event()


@step(version="1", writes="json")
def waits(data):  # type: ignore[no-untyped-def]
    RUNS.set()
    GOES_ON.wait(60)
    return beside().joinpath("a" + ".sql").read_text()


@step(version="1", writes="json")
def below(above):  # type: ignore[no-untyped-def]
    return [above]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / "a.sql").write_text("select 1")
    (folder / "script.py").write_text("print(1)")
    (tmp_path / "in.txt").write_text("x")
    monkeypatch.setenv(FOLDER, str(folder))
    return Cache(str(tmp_path / "store"), "lineage", run="r", engine="plain")


def made(cache: Cache, declared: Any, tmp_path: Path) -> Artifact:
    return cache.make(cache.call(declared, {"data": Source.at(tmp_path / "in.txt")}))


def found(cache: Cache, declared: Any, tmp_path: Path) -> Artifact | None:
    return cache.find(cache.call(declared, {"data": Source.at(tmp_path / "in.txt")}))


def wait_for_the_clock(folder: Path) -> None:
    """Until the clock of the file system has gone on, by whose ticks a file is older than a step."""
    written = time.time_ns()
    while not (folder / "now").exists() or (folder / "now").stat().st_ctime_ns <= written:
        (folder / "now").write_text("")


def edit_sql(folder: Path) -> None:
    (folder / "a.sql").write_text("select 2")


def edit_script(folder: Path) -> None:
    (folder / "script.py").write_text("print(2)")


def add_file(folder: Path) -> None:
    (folder / "b.sql").write_text("")


def remove(folder: Path) -> None:
    (folder / "a.sql").unlink()


@pytest.mark.parametrize(
    ("declared", "edit"),
    [(opens, edit_sql), (opens, remove), (opens_in_a_thread, edit_sql), (lists, add_file), (starts, edit_script)],
)
def test_a_change_to_what_it_read_is_a_reason_to_run(cache: Cache, tmp_path: Path, declared: Any, edit: Any) -> None:
    made(cache, declared, tmp_path)
    assert found(cache, declared, tmp_path)
    edit(beside())
    assert found(cache, declared, tmp_path) is None
    call = cache.call(declared, {"data": Source.at(tmp_path / "in.txt")})
    assert cache.reasons(call)[0].startswith("file it read changed: ")
    if edit is not remove:
        made(cache, declared, tmp_path)
        assert found(cache, declared, tmp_path)


@pytest.mark.parametrize(("strategy", "held"), [("lineage", True), ("cutoff", False)])
def test_what_a_step_above_read_is_held_below_where_the_name_does_not_say_it(
    cache: Cache, tmp_path: Path, strategy: str, held: bool
) -> None:
    cache = Cache(cache.store_url, strategy, run="r", engine="plain")
    made(cache, opens, tmp_path)
    top = made(cache, opens, tmp_path)
    call = cache.call(below, {"above": top})
    cache.make(call)
    edit_sql(beside())
    assert (cache.find(call) is None) == held
    again = made(cache, opens, tmp_path)
    assert cache.find(cache.call(below, {"above": again})) is None, "it is made from what is above now"
    assert cache.load(cache.make(cache.call(below, {"above": again}))) == ["select 2"]


def test_what_it_wrote_itself_is_not_held(cache: Cache, tmp_path: Path) -> None:
    artifact = made(cache, writes_and_reads, tmp_path)
    assert "read" not in (cache.store.manifest(artifact.name) or {})


def test_inputs_and_libraries_are_held_otherwise(cache: Cache, tmp_path: Path) -> None:
    artifact = made(cache, opens, tmp_path)
    assert [Path(name).name for name in (cache.store.manifest(artifact.name) or {})["read"]] == ["a.sql"]


def test_what_the_cache_reads_for_another_step_of_the_same_pool_is_not_held(cache: Cache, tmp_path: Path) -> None:
    """As engines run steps in the threads of a pool. It lists the project to find modules, and reads inputs."""
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(made, cache, waits, tmp_path)
        RUNS.wait(60)
        forget()
        pool.submit(made, cache, connects, tmp_path).result()
        GOES_ON.set()
    manifest = cache.store.manifest(waiting.result().name) or {}
    assert [Path(name).name for name in manifest["read"]] == ["a.sql"]


@pytest.mark.parametrize("declared", [opens, lists])
def test_other_files_in_the_folder_of_the_store_are_held_and_the_store_is_not(
    cache: Cache, tmp_path: Path, declared: Any
) -> None:
    there = Cache(str(beside()), "lineage", "run", "plain")
    made(there, declared, tmp_path)
    made(there, writes_and_reads, tmp_path)
    (beside() / "scratch.txt").unlink()
    assert found(there, declared, tmp_path)
    (beside() / "a.sql").rename(beside() / "b.sql")
    assert not found(there, declared, tmp_path)


def test_where_it_connected_to_is_said(cache: Cache, tmp_path: Path) -> None:
    artifact = made(cache, connects, tmp_path)
    (said,) = (cache.store.manifest(artifact.name) or {})["unheld"]
    assert said.startswith("network: 127.0.0.1:")


def test_a_copy_of_the_whole_environment_is_said(cache: Cache, tmp_path: Path) -> None:
    artifact = made(cache, copies, tmp_path)
    said = (cache.store.manifest(artifact.name) or {})["unheld"]
    assert said == ["what it takes of a copy of the environment: test_reads.copies"]


def test_a_process_that_was_there_before_the_first_step_is_said(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pool may work for a step, and it tells nothing of what it reads."""
    monkeypatch.setattr(watch, "_elders", None)
    context = multiprocessing.get_context("fork")
    ends = context.Event()
    process = context.Process(target=ends.wait, name="worker")
    process.start()
    try:
        artifact = made(cache, opens, tmp_path)
    finally:
        ends.set()
        process.join()
    said = (cache.store.manifest(artifact.name) or {})["unheld"]
    assert said == ["what a process reads that was started before the first step: worker"]


def test_a_database_that_a_step_adds_to_is_said(cache: Cache, tmp_path: Path) -> None:
    with closing(sqlite3.connect(beside() / "rows.db")) as database:
        database.execute("create table rows (n)")
    wait_for_the_clock(tmp_path)
    artifact = made(cache, adds_a_row, tmp_path)
    said = (cache.store.manifest(artifact.name) or {})["unheld"]
    assert said == [f"what it read of a file before it wrote it: {beside() / 'rows.db'}"]


def test_a_clock_that_its_code_asks_is_said(cache: Cache, tmp_path: Path) -> None:
    artifact = made(cache, asks_the_time, tmp_path)
    assert (cache.store.manifest(artifact.name) or {})["unheld"] == ["clock: time.time"]
