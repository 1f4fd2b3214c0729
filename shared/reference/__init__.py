"""The reference engine: plain Python, no cache, dependencies first. The baseline, and the oracle's clean build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from saltern import Artifact
from saltern.errors import BadInput, StepFailed
from shared.engine.build import Build
from shared.engine.protocol import Engine, Native


class Reference(Engine):
    name = "reference"
    package = "shared.reference"
    distribution = "saltern"
    looks_at = "nothing"
    natives: ClassVar = {"native": Native("runs every step, always", "docs/add-an-engine.md", memory="none")}
    says_ran = frozenset({"executed"})

    def run(self, build: Build) -> Mapping[str, str]:
        artifacts: dict[str, Artifact] = {}
        for key, node in build.graph.nodes.items():
            try:
                artifacts[key] = build.cache.execute(build.node_call(node, artifacts))
            except BadInput:
                raise
            except Exception as error:
                raise StepFailed.of(key, error) from error
        return dict.fromkeys(artifacts, "executed")

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        return build.graph.edges


ENGINE = Reference()
