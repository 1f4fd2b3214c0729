"""Manifests that somebody wrote by hand: what reads them takes the artifact for missing, or says one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saltern import BadInput, Cache, Source, step
from saltern.housekeeping.contents import Contents, upstream
from saltern.housekeeping.currency import outdated
from saltern.housekeeping.description import described
from saltern.store import MANIFEST

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


@step(version="1", writes="json")
def above(data, *, n: int = 1):  # type: ignore[no-untyped-def]
    return [data.read_text(), n]


@step(version="1", writes="json")
def below(made):  # type: ignore[no-untyped-def]
    return [made]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    folder = tmp_path_factory.mktemp("tampered")
    (folder / "in.txt").write_text("x")
    return Cache(str(folder / "store"), "lineage", run="r", engine="plain")


def places(document: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in document.items() if isinstance(document, dict) else ():
        yield (*path, name)
        yield from places(value, (*path, name))


def use_all(cache: Cache) -> None:
    """What any program of ours does with the manifests of a store. May raise BadInput, and nothing else."""
    source = Source.at(Path(cache.store_url).parent / "in.txt")
    call = cache.call(above, {"data": source})
    made = cache.find(call) or call.artifact
    cache.reasons(call)
    cache.reasons(cache.call(below, {"made": made}))
    contents = Contents.of(cache.store)
    for name, manifest in contents.artifacts():
        list(described(name, manifest, {}))
        upstream(manifest.get("recipe") or {})
    with suppress(BadInput):
        outdated(contents)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_manifest_of_another_form_is_none(built: Cache, data: st.DataObject) -> None:
    source = Source.at(Path(built.store_url).parent / "in.txt")
    made = built.make(built.call(above, {"data": source}), force=True)
    built.make(built.call(below, {"made": made}), force=True)
    path = built.store.path(made.name + MANIFEST)
    document = json.loads(path.read_bytes())
    place = data.draw(st.sampled_from(sorted(places(document))))
    inner = document
    for name in place[:-1]:
        inner = inner[name]
    if data.draw(st.booleans()):
        inner[place[-1]] = data.draw(VALUES)
    else:
        del inner[place[-1]]
    path.write_text(json.dumps(document))
    use_all(built)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"digest": []}', "null", '{"digest": "x", "recipe": []}'])
def test_so_is_what_is_no_manifest_at_all(built: Cache, text: str) -> None:
    source = Source.at(Path(built.store_url).parent / "in.txt")
    made = built.make(built.call(above, {"data": source}), force=True)
    built.store.path(made.name + MANIFEST).write_text(text)
    assert built.find(built.call(above, {"data": source})) is None
    use_all(built)
