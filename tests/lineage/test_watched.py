"""What the showcase's steps really run and open is named by their recipes; and the watching sees what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from saltern import Cache, Source
from saltern.recipe import Artifact, Call
from shared.pipelines import CSV, PIPELINES, PROJECT, STREAMS, Node
from shared.steps import artists, ml
from tests.lineage.watched import unnamed_files, unnamed_functions, watched


@pytest.mark.parametrize("name", PIPELINES)
def test_what_a_pipeline_s_steps_run_and_open_is_named(name: str, tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "store"), "lineage", "run", "plain")
    made: dict[str, Artifact] = {}

    def of(one: Source | Node) -> Source | Artifact:
        return made[one.key] if isinstance(one, Node) else one

    for key, node in PIPELINES[name]().nodes.items():
        inputs = {
            argument: of(item) if isinstance(item, Source | Node) else {part: of(one) for part, one in item.items()}
            for argument, item in node.inputs.items()
        }
        call = cache.call(node.step, inputs, {}, node.partition)
        with watched() as (ran, opened):
            made[key] = cache.execute(call)
        read = (cache.store.manifest(made[key].name) or {}).get("read", {})
        assert [code for code in ran if code is node.step.function.__code__], "the step itself was seen"
        assert unnamed_functions(call, ran) == []
        assert unnamed_files(call, opened, read) == []


@pytest.fixture
def call(tmp_path: Path) -> Call:
    cache = Cache(str(tmp_path / "store"), "lineage", "run", "plain")
    return cache.call(artists.daily_counts, {"stream": Source.at(STREAMS / "2018-03-05.tsv")}, {}, "2018-03-05")


def test_a_function_that_no_recipe_names_is_told(call: Call) -> None:
    assert unnamed_functions(call, {ml.header.__code__}) == ["shared/steps/ml.py:header"]
    assert unnamed_functions(call, {artists.header.__code__}) == []


def test_a_file_that_neither_recipe_nor_manifest_names_is_told(call: Call) -> None:
    with watched() as (_, opened):
        CSV.read_bytes()
        (STREAMS / "2018-03-05.tsv").read_bytes()
    assert unnamed_files(call, opened, {}) == ["data/digits.csv"]
    assert unnamed_files(call, opened, {CSV.relative_to(PROJECT).as_posix(): "digest"}) == []
