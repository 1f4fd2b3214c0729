"""The reference engine: plain Python, no cache, dependencies first. The baseline, and the oracle's clean build."""

from __future__ import annotations

from collections.abc import Mapping

from shared.build import Build
from shared.engine import Engine
from shared.errors import BadInput, StepFailed


class Reference(Engine):
    name = "reference"
    package = "shared.reference"
    distribution = "saltworks"
    looks_at = "nothing"
    keeps_native = False

    def run(self, build: Build) -> Mapping[str, str]:
        for key, call in build.calls.items():
            try:
                build.cache.execute(call)
            except BadInput:
                raise
            except Exception as error:
                raise StepFailed(f"{key}: {type(error).__name__}: {error}") from error
        return dict.fromkeys(build.calls, "executed")

    def graph(self, build: Build) -> Mapping[str, frozenset[str]]:
        return build.graph.edges


ENGINE = Reference()
