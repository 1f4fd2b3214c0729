"""Results as large as one asks for, made up: for how much the pages can hold, never for what they say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from saltern.strategies import STRATEGIES
from shared.engines import ENGINES
from shared.pipelines import PIPELINES
from shared.rerun.results import Cell, Expectation, Results
from shared.rerun.scenarios import SCENARIOS, Scenario
from shared.rerun.verdict import Verdict

FORGETFUL = ("dask", "airflow", "prefect")  # under native
REASONS = ["code changed: shared.steps.models.classifier", "upstream changed: dataset"]
DIFF = "--- a/shared/steps/{name}.py\n+++ b/shared/steps/{name}.py\n@@ -1,3 +1,3 @@\n def step():\n-    old\n+    new\n"


def results(cells: int) -> list[Results]:
    """Every engine with six strategies each, and about that many cells in all."""
    columns = [(engine, strategy) for engine in ENGINES for strategy in (*STRATEGIES, f"{engine}/own")]
    scenarios = list(islice(_scenarios(), cells // len(columns)))
    return [
        Results(
            engine=engine,
            engine_version="1.2.3",
            python="3.11.7",
            host="Linux x86_64, 2 cores",
            cells=[_cell(e, s, name, scenario) for e, s in columns if e == engine for name, scenario in scenarios],
        )
        for engine in ENGINES
    ]


def _scenarios() -> Iterator[tuple[str, Scenario]]:
    """All there are, and then again under other names."""
    for lap in count(1):
        for scenario in SCENARIOS:
            yield (scenario.name if lap == 1 else f"{scenario.name}-{lap}"), scenario


def _cell(engine: str, strategy: str, name: str, scenario: Scenario) -> Cell:
    graph = PIPELINES[scenario.pipeline]()  # type: ignore[operator]
    nodes = list(graph.nodes)
    executed = list(scenario.most)
    if strategy == "native" and engine in FORGETFUL:
        executed = nodes
    elif strategy in ("native", "content", f"{engine}/own") and scenario.changes_target:
        executed = []
    verdict: Verdict = "exact" if set(executed) <= set(scenario.most) else "wasteful"
    if scenario.changes_target and not executed:
        verdict = "stale"
    expected = None
    if verdict != "exact":
        because = f"Under {strategy} {engine} sees no more than this."
        expected = Expectation(verdict=verdict, kind="by design", because=because, link="https://example.org/why")
    return Cell(
        pipeline=scenario.pipeline,
        strategy=strategy,
        scenario=name,
        verdict=verdict,
        expected=None if (engine, name) == ("dask", "unchanged") else expected,
        executed=executed,
        reasons=dict.fromkeys(executed, REASONS),
        claimed=dict.fromkeys(executed, "success"),
        disputed=executed[:1] if name == "edit-helper" else [],
        least=list(scenario.least),
        most=list(scenario.most),
        healed=None if scenario.harms is None else scenario.harms in executed and engine != "luigi",
        seconds=0.1 + 0.35 * len(executed) + 0.01 * len(name),
        edit=DIFF.format(name=name),
        note="",
    )
