"""The params of a DAG: the trigger form in Airflow's page, and what a run makes of the values given there."""

from __future__ import annotations

import os
from datetime import date, timedelta
from math import isfinite
from typing import Any

from airflow.sdk import Context, Param
from airflow.sdk.exceptions import AirflowFailException

from airflow_dags.settings import NATIVES, STORE
from saltern.airflow.operators import SUMMARIES, reuse, run_of
from saltern.cache import DEFAULT_STORE
from saltern.errors import BadInput
from saltern.steps import Step
from shared.engine.build import Build, build
from shared.pipelines import PIPELINES, PROJECT

# The dialect of the params' schemas. Airflow checks each schema hundreds of times in a DAG run, and takes three times
# as long for the newest dialect, which it takes them for where they do not say.
DIALECT = "http://json-schema.org/draft-07/schema#"

# What the form says of the steps' parameters; each has something to say.
ABOUT = {
    "target": "The column of the CSV that is to be predicted.",
    "test_size": "The share of rows that is kept from training, to judge the classifier by.",
    "seed": "Of the random split: the same seed, the same split.",
    "C": "How much a wrong training row costs. Less makes a smoother boundary.",
    "gamma": "How near two rows must be to count as alike: scale, auto, or a number (more: nearer).",
    "kernel": "The kind of boundary between classes.",
    "n": "How many artists the page shows.",
}


def form(*steps: Step[..., Any], **more: Param) -> dict[str, Param]:
    """The params of a DAG of these steps: its input, each step's parameters, and how results are reused.

    The form shows them by section, in this order, and opens the one that has no name: the input.
    """
    params = dict(more)
    for step in steps:
        for name in step.parameters:
            params[name] = _parameter(step, name)
    natives = {"native": NATIVES["native"].summary}  # of Airflow's ways the only one that triggering a run is
    store = os.environ.get(STORE) or str(PROJECT / DEFAULT_STORE)
    params |= reuse(store, strategies=SUMMARIES | natives, steps=[step.name for step in steps])
    for param in params.values():
        param.schema = {"$schema": DIALECT, **param.schema}
    return params


def _parameter(step: Step[..., Any], name: str) -> Param:
    schema = _without_infinity(step.parameter_schema(name))
    if "anyOf" in schema:  # the form chooses its field by ``type`` alone
        schema["type"] = sorted({choice["type"] for choice in schema["anyOf"]}, reverse=True)
    default = schema.pop("default")
    return Param(default, description=ABOUT[name], title=name, section=f"Step {step.name}", **schema)


def _without_infinity(schema: Any) -> Any:
    """A JSON schema without bounds that JSON cannot hold, and that bound nothing."""
    if isinstance(schema, dict):
        kept = {key: value for key, value in schema.items() if not (isinstance(value, float) and not isfinite(value))}
        return {key: _without_infinity(value) for key, value in kept.items()}
    return [_without_infinity(item) for item in schema] if isinstance(schema, list) else schema


def build_of(context: Context) -> Build:
    """The build that a DAG run's params ask for, checked.

    Raises AirflowFailException, in the words of the command line's complaint: no retry would mend it.
    """
    params, name = context["params"], context["dag"].dag_id
    try:
        for given in context["dag_run"].conf or {}:
            if given not in context["dag"].params:
                raise BadInput(f"{given}: DAG '{name}' has no such param (it has: {', '.join(context['dag'].params)})")
        return build(
            name,
            "airflow",
            input=params["input"],
            settings={
                step.name: {parameter: params[parameter] for parameter in step.parameters}
                for step in PIPELINES[name]().steps.values()
            },
            store=params["store"],
            strategy=params["strategy"],
            run=run_of(context),
            force=tuple(params["force"] or ()),
            verify=params["verify"],
            **_interval(context),
        )
    except BadInput as error:
        raise AirflowFailException(str(error)) from error


def _interval(context: Context) -> dict[str, date]:
    """The first and the last day: those that the form says, else those of the schedule.

    A run that somebody triggers has no interval of the schedule's: its data interval is only the week before now.
    """
    params = context["params"]
    given = {end: date.fromisoformat(params[end]) for end in ("start", "end") if params.get(end)}
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    if "start" not in params or not (start and end) or context["dag_run"].run_type == "manual":
        return given
    return {"start": start.date(), "end": end.date() - timedelta(days=1), **given}


def conf_of(build: Build) -> dict[str, Any]:
    """The configuration of a DAG run that does a build: the values of its DAG's params (see ``params.py``)."""
    conf: dict[str, Any] = {
        "input": str(build.input),
        "store": build.store,
        "strategy": "native" if build.strategy in NATIVES else build.strategy,
        "run": build.run,
    }
    if build.force:
        conf["force"] = list(build.force)
    if build.verify:
        conf["verify"] = build.verify
    if build.pipeline == "artists":
        conf |= {"start": str(build.start), "end": str(build.end)}
    for step in build.graph.steps:
        conf |= build.params(step)
    return conf
