"""The engine's real graph is the pipeline's."""

from __future__ import annotations

from datetime import date

import pytest

from shared.build import build
from shared.engine import Engine


@pytest.mark.parametrize(
    ("pipeline", "interval"),
    [
        ("ml", {}),
        ("artists", {}),
        ("artists", {"start": date(2018, 3, 6), "end": date(2018, 3, 8)}),
        ("artists", {"start": date(2018, 3, 6), "end": date(2018, 3, 6)}),
    ],
)
@pytest.mark.parametrize("strategy", ["native", "content", "salted"])
def test_the_engines_own_graph_is_the_pipelines(
    engine: Engine, pipeline: str, interval: dict[str, date], strategy: str
) -> None:
    made = build(pipeline, engine.name, strategy=strategy, **interval)
    assert dict(engine.graph(made)) == made.graph.edges
