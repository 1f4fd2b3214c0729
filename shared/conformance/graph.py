"""The engine's real graph is the pipeline's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.conformance.fixtures import EVERY, Fixtures
from shared.engine.build import build


class Graph(Fixtures):
    """What the engine says of its own graph."""

    @pytest.mark.parametrize(
        ("pipeline", "interval"),
        [
            ("ml", {}),
            ("artists", {}),
            ("artists", {"start": date(2018, 3, 6), "end": date(2018, 3, 8)}),
            ("artists", {"start": date(2018, 3, 6), "end": date(2018, 3, 6)}),
        ],
    )
    @pytest.mark.parametrize("strategy", EVERY)
    def test_the_engines_own_graph_is_the_pipelines(
        self, pipeline: str, interval: dict[str, Any], strategy: str
    ) -> None:
        ours = build(pipeline, self.engine.name, strategy=strategy, **interval)
        assert dict(self.engine.graph(ours)) == ours.graph.edges

    @pytest.mark.parametrize("pipeline", ["ml", "artists"])
    def test_so_it_is_under_the_engines_own_other_ways(self, pipeline: str) -> None:
        for strategy in self.engine.natives:
            ours = build(pipeline, self.engine.name, strategy=strategy)
            assert dict(self.engine.graph(ours)) == ours.graph.edges
