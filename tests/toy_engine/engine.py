"""A toy engine: plain Python that makes what it does not find, dependencies first."""

from collections.abc import Mapping
from typing import ClassVar

from saltern import Artifact
from saltern.errors import BadInput, StepFailed
from shared.engine.build import Build
from shared.engine.protocol import Engine, Native


class Toy(Engine):
    name = "toy"
    package = "tests.toy_engine"
    distribution = "saltern"
    looks_at = "every step"
    natives: ClassVar = {"native": Native("makes what is not there", "../docs/add-an-engine.md", memory="artifacts")}
    says_ran = frozenset({"made"})

    def run(self, build: Build) -> Mapping[str, str]:
        artifacts: dict[str, Artifact] = {}
        claimed: dict[str, str] = {}
        for key, node in build.graph.nodes.items():
            try:
                call = build.node_call(node, artifacts)
                found = build.cache.reuse(call)
                artifacts[key] = found or build.cache.make(call)
            except BadInput:
                raise
            except Exception as error:
                raise StepFailed.of(key, error) from error
            claimed[key] = "found" if found else "made"
        return claimed

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        return build.graph.edges


ENGINE = Toy()
