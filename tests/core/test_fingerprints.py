"""Fingerprints of files: right whatever happens to the file, and read no more often than needed."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from blake3 import blake3

from saltern import files
from saltern.files import file_digest

OLD = 1_520_208_000_000_000_000  # 2018-03-05


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose content was really read."""
    seen: list[str] = []
    read = files._read

    def reading(path: str, size: int) -> str:
        seen.append(path)
        return read(path, size)

    monkeypatch.setattr(files, "_read", reading)
    return seen


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a few bytes stands for a large one here: a small one is read each time."""
    monkeypatch.setattr(files, "SMALL", -1)


def write(path: Path, content: bytes, mtime_ns: int = OLD) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(mtime_ns, mtime_ns))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is ten seconds ahead: by it, a file that is written now is old."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10**10)


def test_it_is_the_blake3_of_the_content(tmp_path: Path) -> None:
    write(tmp_path / "x", b"content")
    assert file_digest(tmp_path / "x") == blake3(b"content").hexdigest()
    write(tmp_path / "empty", b"")
    assert file_digest(tmp_path / "empty") == blake3(b"").hexdigest()


@pytest.mark.parametrize("size", [files.SMALL, files.LARGE])
def test_a_fork_of_a_process_that_has_read_files_reads_others(tmp_path: Path, size: int) -> None:
    """As Luigi's workers do: a fork has none of the threads that its parent had."""
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(name.encode() * size)
    one, two = (blake3(name.encode() * size).hexdigest() for name in ("one", "two"))
    assert file_digest(tmp_path / "one") == one
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(file_digest, [tmp_path / "two"]).get(timeout=60) == two


@pytest.mark.usefixtures("later")
def test_an_unchanged_file_is_read_once(tmp_path: Path, reads: list[str]) -> None:
    write(tmp_path / "x", b"content")
    assert len({file_digest(tmp_path / "x") for _ in range(3)}) == 1
    assert len(reads) == 1


@pytest.mark.usefixtures("later")
def test_a_small_file_is_read_and_nothing_is_remembered_of_it(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SMALL", 100)
    write(tmp_path / "x", b"content")
    assert [file_digest(tmp_path / "x") for _ in range(2)] == [blake3(b"content").hexdigest()] * 2
    assert len(reads) == 2
    assert not (files.memory_folder() / "digests.sqlite").exists()


@pytest.mark.usefixtures("later")
def test_a_file_changed_in_place_is_read_though_size_inode_and_time_agree(tmp_path: Path) -> None:
    """As ``rsync -t --inplace`` and ``touch -r`` leave it; git compares the time of change too (core.trustctime)."""
    write(tmp_path / "x", b"content")
    before = (tmp_path / "x").stat()
    file_digest(tmp_path / "x")
    while (tmp_path / "x").stat().st_ctime_ns == before.st_ctime_ns:  # until the file system's clock has moved
        write(tmp_path / "x", b"CONTENT")
    assert (tmp_path / "x").stat().st_mtime_ns == before.st_mtime_ns
    assert file_digest(tmp_path / "x") == blake3(b"CONTENT").hexdigest()


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize(
    ("content", "mtime_ns"), [(b"longer content", OLD), (b"CONTENT", OLD + 1), (b"CONTENT", OLD - 10**9)]
)
def test_a_changed_file_is_read_again(tmp_path: Path, reads: list[str], content: bytes, mtime_ns: int) -> None:
    write(tmp_path / "x", b"content")
    file_digest(tmp_path / "x")
    write(tmp_path / "x", content, mtime_ns)
    assert file_digest(tmp_path / "x") == blake3(content).hexdigest()
    assert len(reads) == 2


def test_another_file_moved_into_its_place_is_read_though_size_and_time_agree(tmp_path: Path) -> None:
    write(tmp_path / "x", b"content")
    file_digest(tmp_path / "x")
    write(tmp_path / "y", b"CONTENT")
    (tmp_path / "y").replace(tmp_path / "x")
    assert file_digest(tmp_path / "x") == blake3(b"CONTENT").hexdigest()


def test_a_file_written_a_moment_ago_is_not_believed_unchanged(tmp_path: Path) -> None:
    """git's racily clean entry: same size, same inode, and the clock has not moved between two writes."""
    now = time.time_ns()
    write(tmp_path / "x", b"content", now)
    file_digest(tmp_path / "x")
    with (tmp_path / "x").open("r+b") as file:
        file.write(b"CONTENT")
    os.utime(tmp_path / "x", ns=(now, now))
    assert file_digest(tmp_path / "x") == blake3(b"CONTENT").hexdigest()


def test_a_memory_that_is_broken_or_cannot_be_kept_costs_time_only(tmp_path: Path) -> None:
    write(tmp_path / "x", b"content")
    folder = files.memory_folder()
    folder.mkdir(parents=True)
    (folder / "digests.sqlite").write_bytes(b"this is no database" * 100)
    assert file_digest(tmp_path / "x") == blake3(b"content").hexdigest()
    (folder / "digests.sqlite").unlink()
    folder.rmdir()
    folder.write_text("a file where the folder should be")
    assert file_digest(tmp_path / "x") == blake3(b"content").hexdigest()


@pytest.mark.usefixtures("later")
def test_what_is_remembered_lies_in_the_folder_that_is_named(tmp_path: Path) -> None:
    write(tmp_path / "x", b"content")
    file_digest(tmp_path / "x")
    with closing(sqlite3.connect(files.memory_folder() / "digests.sqlite")) as memory:
        assert [row[0] for row in memory.execute("select path from states")] == [str(tmp_path / "x")]
