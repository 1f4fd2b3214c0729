"""External inputs: files, folders, patterns and URLs; and how much of an input's name a step may look at."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from blake3 import blake3

from clusters.s3 import Server
from saltern import BadInput, Cache, Source, external, step
from saltern.code import reached
from saltern.looks import looks
from saltern.places import check_shared
from saltern.store import Store


@step(version="1", writes="json")
def by_content(data, *, names: bool = False):  # type: ignore[no-untyped-def]
    if not data.exists():
        raise ValueError(f"{data}: there is none")
    return _lines(data)  # type: ignore[no-untyped-call]


def _lines(path):  # type: ignore[no-untyped-def]
    with open(path) as file:  # noqa: PTH123 - as people do
        return file.readlines()


@step(version="1", writes="json")
def by_name(data):  # type: ignore[no-untyped-def]
    return data.stem


@step(version="1", writes="json")
def by_suffix(data):  # type: ignore[no-untyped-def]
    import polars

    return len(polars.read_csv(data))


@step(version="1", writes="json")
def joined(data):  # type: ignore[no-untyped-def]
    paths = data if isinstance(data, list) else sorted(path for path in data.rglob("*") if path.is_file())
    return [path.read_text() for path in paths]


@pytest.mark.parametrize(("one", "look"), [(by_content, "no"), (by_name, "name"), (by_suffix, "suffix")])
def test_what_a_step_may_see_of_a_name_is_read_from_what_it_does_with_it(one: object, look: str) -> None:
    assert looks(one, "data", reached(one)) == look  # type: ignore[arg-type]


def test_a_name_that_a_step_may_look_at_is_an_ingredient_and_any_other_is_not(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "store"), "lineage", run="r", engine="plain")
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    for path in (one, two):
        path.write_text("x\n1\n")
    for declared, same in ((by_content, True), (by_suffix, True), (by_name, False)):
        salts = {cache.call(declared, {"data": Source.at(path)}).artifact.salt for path in (one, two)}
        assert (len(salts) == 1) == same


@pytest.mark.parametrize("given", ["days", "days/*.csv", "days/**/*.csv"])
def test_a_folder_and_a_pattern_change_with_each_of_their_files_and_move_with_the_project(
    tmp_path: Path, given: str
) -> None:
    days = tmp_path / "here" / "days"
    (days / "more").mkdir(parents=True)
    for name in ("a.csv", "b.csv", "more/c.csv"):
        (days / name).write_text(name)
    cache = Cache(str(tmp_path / "store"), "lineage", run="r", engine="plain")

    def salt(folder: str = "here") -> str | None:
        return cache.call(joined, {"data": Source.at(tmp_path / folder / given)}).artifact.salt

    call = cache.call(joined, {"data": Source.at(tmp_path / "here" / given)})
    assert cache.load(cache.make(call)) == ["a.csv", "b.csv", *(["more/c.csv"] if given != "days/*.csv" else [])]
    first = salt()
    (tmp_path / "here").rename(tmp_path / "there")
    assert salt("there") == first
    (tmp_path / "there" / "days" / "b.csv").write_text("other")
    changed = salt("there")
    assert changed != first
    (tmp_path / "there" / "days" / "b.csv").rename(tmp_path / "there" / "days" / "d.csv")
    assert salt("there") not in (first, changed)


def test_a_url_is_an_input(tmp_path: Path) -> None:
    from upath import UPath

    path = UPath("memory://test_a_url_is_an_input/a.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x\n")
    cache = Cache(str(tmp_path / "store"), "lineage", run="r", engine="plain")
    made = cache.make(cache.call(joined, {"data": Source.at("memory://test_a_url_is_an_input")}))
    assert cache.load(made) == ["x\n"]
    path.write_text("y\n")
    assert cache.find(cache.call(joined, {"data": Source.at("memory://test_a_url_is_an_input")})) is None


def test_what_cannot_be_an_input_is_one_line_that_names_it(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "store"), "lineage", run="r", engine="plain")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for given in (tmp_path / "circle", tmp_path / ("n" * 300), "nul\0byte"):
        with pytest.raises(BadInput):
            cache.call(joined, {"data": Source.at(given)})


@pytest.mark.parametrize(("given", "said"), [("none.csv", "no such file"), ("none/*.csv", "no file matches")])
def test_an_input_that_is_not_there_is_one_line_that_names_it(tmp_path: Path, given: str, said: str) -> None:
    cache = Cache(str(tmp_path / "store"), "lineage", run="r", engine="plain")
    with pytest.raises(BadInput, match=f"{re.escape(given)}: {said}"):
        cache.call(joined, {"data": Source.at(tmp_path / given)})


def test_a_pipe_or_a_device_is_refused_before_anybody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path, kind in ((tmp_path / "pipe.csv", "a pipe"), (Path("/dev/zero"), "a device")):
        for ask in (external.content, external.value):
            with pytest.raises(BadInput, match=f"{path.name}.*: cannot be read .it is {kind}, no file"):
                ask(Source.at(path))


def test_a_path_that_is_no_text_is_an_input_like_any_other(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.csv"
    Path(os.fsdecode(path)).write_text("x\n")
    cache = Cache(str(tmp_path / "store"), "lineage", run="r", engine="plain")
    assert cache.load(cache.make(cache.call(by_content, {"data": Source.at(os.fsdecode(path))}))) == ["x\n"]


def test_an_input_named_from_the_project_is_found_in_the_copy_that_the_reader_has(tmp_path: Path) -> None:
    from shared.steps import ml

    home = ml.preprocess.project
    assert home
    cache = Cache(str(tmp_path), "lineage", run="r", engine="plain")
    here = Source.at(home / "data" / "digits.csv")
    assert here.to_json(home) == {"path": "data/digits.csv", "root": None}
    there = Source(**here.to_json(home))
    assert cache.call(ml.preprocess, {"csv": there}) == cache.call(ml.preprocess, {"csv": here})
    assert Source.at(tmp_path / "x.csv").to_json(home)["path"] == str(tmp_path / "x.csv")


@pytest.mark.parametrize("url", ["store", "{project}/store", "{project}/../not/there"])
def test_a_folder_that_workers_elsewhere_would_not_share_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match="under CeleryExecutor each worker would have one of its own"):
        check_shared(url.format(project=tmp_path), "CeleryExecutor", tmp_path)


def test_what_workers_elsewhere_share_is_taken(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    check_shared(str(tmp_path / "shared"), "CeleryExecutor", tmp_path / "project")
    check_shared("s3://bucket/x", "CeleryExecutor", tmp_path)


@step(version="1", writes="json")
def lines(data):  # type: ignore[no-untyped-def]
    return data.read_text().splitlines()


def test_an_input_on_s3_is_read_once_until_it_changes(s3: Server, tmp_path: Path) -> None:
    url = f"{s3.bucket()}/day.csv"
    folder, _, name = url.rpartition("/")
    Store(folder).write(name, b"one\n")
    cache = Cache(str(tmp_path / "store"), "lineage", run="r", engine="plain")
    source = Source.at(url)
    assert external.content(source) == blake3(b"one\n").hexdigest()
    s3.requests.clear()
    assert external.content(source) == blake3(b"one\n").hexdigest()
    assert not [one for one in s3.requests if one.startswith("GET") and one.endswith("day.csv")]
    made = cache.make(cache.call(lines, {"data": source}))
    assert cache.load(made) == ["one"]
    Store(folder).write(name, b"two\n")
    assert cache.find(cache.call(lines, {"data": source})) is None
    s3.fault("403", times=100)
    with pytest.raises(BadInput, match="cannot be read"):
        external.content(source)
