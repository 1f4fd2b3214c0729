"""The store: artifacts are there whole, or not at all."""

from __future__ import annotations

import json
import logging
import uuid
from pathlib import Path

import pytest

from saltern.errors import BadInput
from saltern.store import MANIFEST, Damaged, Store


@pytest.fixture(params=["folder", "file url", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        return Store(request.getfixturevalue("s3").bucket())
    urls = {"folder": str(tmp_path / "s"), "file url": f"file://{tmp_path}/s", "memory": f"memory://{uuid.uuid4().hex}"}
    return Store(urls[request.param])


def test_what_was_committed_is_read_back_with_its_manifest(store: Store) -> None:
    digest = store.commit("train-1.skops", b"model", {"step": "train", "salt": "1"})
    assert store.digest("train-1.skops") == digest
    assert store.read("train-1.skops", digest) == b"model"
    manifest = store.manifest("train-1.skops")
    assert manifest is not None
    assert (manifest["step"], manifest["size"], manifest["digest"]) == ("train", 5, digest)
    assert [m["name"] for m in store.manifests("train")] == ["train-1.skops"]


def test_a_step_whose_name_begins_like_anothers_is_not_taken_for_it(store: Store) -> None:
    store.commit("train-1.skops", b"1", {"step": "train"})
    store.commit("train_more-1.skops", b"1", {"step": "train_more"})
    assert [m["name"] for m in store.manifests("train")] == ["train-1.skops"]


def test_what_was_never_committed_is_missing(store: Store) -> None:
    assert store.digest("train-1.skops") is None
    assert not store.exists("train-1.skops")
    assert list(store.manifests("train")) == []


def test_names_with_brackets_are_names(store: Store) -> None:
    store.commit("daily_counts[2018-03-05]-1.parquet", b"counts", {"step": "daily_counts"})
    assert store.digest("daily_counts[2018-03-05]-1.parquet") is not None


@pytest.mark.parametrize("damaged", [b"mode", b"mOdel", b"", b"model and more"])
def test_a_damaged_artifact_counts_as_missing_and_is_warned_of(
    store: Store, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    digest = store.commit("train-1.skops", b"model", {})
    store.write("train-1.skops", damaged)
    with caplog.at_level(logging.WARNING):
        assert store.digest("train-1.skops") is None
    assert "train-1.skops" in caplog.text
    assert "damaged" in caplog.text
    with pytest.raises(Damaged):
        store.read("train-1.skops", digest)


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b"{}"])
def test_an_artifact_without_a_readable_manifest_counts_as_missing(store: Store, manifest: bytes) -> None:
    store.commit("train-1.skops", b"model", {})
    store.write("train-1.skops" + MANIFEST, manifest)
    assert store.digest("train-1.skops") is None
    store.delete("train-1.skops" + MANIFEST)
    assert store.digest("train-1.skops") is None


def test_a_listing_has_what_is_there_by_name_and_nothing_hidden(store: Store) -> None:
    assert store.names() == []
    for name in ("b-1.json", "a[x]-1.json"):
        store.commit(name, b"{}", {})
    store.write(".ledger/today/1-started.json", b"{}")
    assert store.names("*[0-9].json") == ["a[x]-1.json", "b-1.json"]
    assert store.names() == sorted([*store.names("*[0-9].json"), "a[x]-1.json" + MANIFEST, "b-1.json" + MANIFEST])
    assert (store.names(folder=".ledger"), store.names("*-failed.json", ".ledger/today")) == (["today"], [])


def test_a_second_commit_replaces_the_first(store: Store) -> None:
    store.commit("train.skops", b"old", {})
    store.commit("train.skops", b"new", {})
    assert store.digest("train.skops") is not None
    assert store.read("train.skops") == b"new"


def test_nothing_but_the_artifact_and_its_manifest_is_left(tmp_path: Path) -> None:
    Store(tmp_path).commit("a.json", b"{}", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.json" + MANIFEST]
    assert json.loads((tmp_path / ("a.json" + MANIFEST)).read_text())["name"] == "a.json"


def test_a_write_that_fails_leaves_the_old_artifact_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.commit("a.json", b"old", {})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadInput, match="No space left"):
        store.commit("a.json", b"new", {})
    assert store.read("a.json") == b"old"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("url", ["{file}/store", "nosuchprotocol://bucket/x"])
def test_a_store_that_cannot_be_written_is_refused_by_name(tmp_path: Path, url: str) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    given = url.format(file=file)
    with pytest.raises(BadInput, match="--store"):
        Store(given).check_writable()


def test_the_newest_of_a_step_is_found_without_listing_the_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        store.commit(f"a-{number}.json", b"1", {"step": "a", "strategy": "salted"})
        store.note_newest("a", "salted", f"a-{number}.json")
    monkeypatch.delattr(Store, "names")
    newest = store.newest("a", "salted")
    assert newest is not None
    assert newest["name"] == "a-2.json"
    assert (store.newest("a", "lineage"), store.newest("b", "salted")) == (None, None)


def test_where_the_newest_is_gone_or_was_never_noted_the_newest_of_the_others_counts(store: Store) -> None:
    for number in (2, 1):
        store.commit(f"a-{number}.json", b"1", {"step": "a", "strategy": "salted", "made": f"2018-03-0{number}"})
    assert (store.newest("a", "salted") or {})["name"] == "a-2.json"
    store.note_newest("a", "salted", "a-3.json")
    assert (store.newest("a", "salted") or {})["name"] == "a-2.json"


@pytest.mark.parametrize("url", ["nope://store", "x-y://store", "ü://store", "://store"])
def test_a_store_of_no_known_kind_is_refused_by_name(url: str) -> None:
    with pytest.raises(BadInput, match=f"--store {url}: "):
        Store(url)
