"""What a flow run shows of its result on its page: a Markdown artifact, Prefect's word for a note on a run.

Made in a hook of the flow. A task of its own would be one more step, and a task of ours whose result is found does not
run, yet the page is to say the same then.

https://docs.prefect.io/v3/concepts/artifacts
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from prefect import Flow, State, runtime
from prefect.client.schemas.objects import FlowRun
from prefect.flows import FlowStateHook
from prefect.settings import get_current_settings

from saltern.cache import Cache
from saltern.steps import Step

Hook: TypeAlias = FlowStateHook[..., Any]


def somebody_looks() -> bool:
    """Whether a run is worth showing: its logs go to the server too, as they do unless a session says otherwise."""
    enabled: bool = get_current_settings().logging.to_api.enabled
    return enabled


def summary(key: str, step: Step[..., Any], told: Callable[[Any, dict[str, Any]], str]) -> Hook:
    """What a flow calls when it is completed: it tells one step's output, and which artifact each step ended with.

    ``told`` makes Markdown of the output's value and the flow's parameters.
    """

    def summarise(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
        if not somebody_looks():
            return
        from prefect.artifacts import create_markdown_artifact  # here, so that no other run waits for it

        parameters = runtime.flow_run.parameters
        states = state.result()
        results = [task.result() for task in states]
        artifacts = results[-1] if isinstance(results[-1], list) else results  # what ``inputs.keep`` has made of values
        tasks = [(task.name, artifact) for task, artifact in zip(states, artifacts, strict=False)]
        (output,) = (artifact for artifact in artifacts if artifact.step == step.name)
        value = Cache(parameters["store"], parameters["strategy"], runtime.flow_run.name, "prefect").load(output)
        ended = [[artifact.key, name, f"`{artifact.name}`"] for name, artifact in tasks]
        steps = _table(("step", "state", "artifact"), ended)
        create_markdown_artifact(
            f"{told(value, parameters)}\n\n{steps}", key, f"The result of this run of '{flow.name}'"
        )

    return summarise


def scores(metrics: dict[str, Any], parameters: dict[str, Any]) -> str:
    """The output of ``evaluate``."""
    columns = ("class", "precision", "recall", "f1", "rows")
    rows = [[f"{one[c]:.3f}" if isinstance(one[c], float) else one[c] for c in columns] for one in metrics["per_class"]]
    heading = f"## {metrics['accuracy']:.1%} of {metrics['test_rows']} test rows right, with C = {parameters['C']}"
    return f"{heading}\n\n{_table(columns, rows)}"


def top(totals: Any, parameters: dict[str, Any]) -> str:
    """The output of ``aggregate_artists``: a table of artists and plays, most played first."""
    rows = [[rank, *row] for rank, row in enumerate(totals.head(parameters["n"]).iter_rows(), start=1)]
    heading = f"## Top {parameters['n']} of {len(totals)} artists, {parameters['start']} to {parameters['end']}"
    return f"{heading}\n\n{_table(('rank', 'artist', 'plays'), rows)}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = (columns, ["---"] * len(columns), *rows)
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
