"""The operator behind ``@task.salted``, and the params of a DAG that it goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import Context, Param, TriggerRule
from airflow.sdk.bases.decorator import DecoratedOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from saltern.cache import Cache
from saltern.errors import BadInput
from saltern.recipe import Artifact, Input, Source
from saltern.steps import Step
from saltern.strategies import STRATEGIES

RETURN_VALUE = "return_value"
SUMMARIES = {strategy.name: strategy.summary for strategy in STRATEGIES.values()}


class SaltedOperator(DecoratedOperator):
    """Run a step unless its artifact is in the store; then push what running it would have returned, and skip.

    What tasks hand on is small: an ``Artifact`` or a ``Source`` as JSON. A mapped argument is a pair
    ``(partition, item)``, which is how Airflow maps over a dictionary; what gathers the mapped instances gets their
    artifacts, and finds each one's partition in it.
    """

    custom_operator_name = "@task.salted"
    ui_color = "#d8f0ff"
    # ``version`` is a template field to be seen: Airflow compares these, not a task's code, to tell a new DAG version.
    template_fields: Sequence[str] = (*DecoratedOperator.template_fields, "version")
    shallow_copy_attrs: Sequence[str] = (*DecoratedOperator.shallow_copy_attrs, "step")

    def __init__(
        self,
        *,
        step: Step[..., Any],
        version: str,
        trigger_rule: TriggerRule = TriggerRule.NONE_FAILED,  # what comes after a skipped task must run
        **kwargs: Any,
    ) -> None:
        super().__init__(trigger_rule=trigger_rule, **kwargs)
        self.step, self.version = step, version

    @property
    def partition(self) -> str | None:
        """The partition that this instance of a mapped task makes; known once its arguments are."""
        return next((given[0] for given in self._arguments.values() if isinstance(given, tuple)), None)

    @property
    def _arguments(self) -> dict[str, Any]:
        return {**dict(zip(self.step.inputs, self.op_args, strict=False)), **self.op_kwargs}

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the artifact's description, for XCom.

        Raises AirflowSkipException on a hit, and AirflowFailException where the step refuses its input: there is
        no use in a retry.
        """
        cache, params = cache_of(context), self._arguments
        inputs = {argument: received(params.pop(argument)) for argument in self.step.inputs}
        try:
            call = cache.call(self.step, inputs, params, self.partition)
            with cache.alone(call):  # another DAG run may be making it: then it is there when our turn comes
                # without salts it does what every other Airflow task does: it runs; and so does what is cleared
                if cache.strategy.salts and not self._is_cleared(context) and (made := cache.reuse(call)):
                    context["ti"].xcom_push(key=RETURN_VALUE, value=made.to_json())
                    raise AirflowSkipException(f"{made.name} is in the store {cache.store_url}")
                return cache.execute(call).to_json()
        except BadInput as error:
            raise AirflowFailException(str(error)) from error

    def _is_cleared(self, context: Context) -> bool:
        """Whether somebody cleared this task instance: then, and not for a retry, Airflow allows it more tries."""
        return int(context["ti"].max_tries) > (self.retries or 0)


def received(given: Any) -> Input | dict[str, Artifact]:
    """An input as it came through XCom: one document, with or without its partition, or all mapped instances'."""
    if isinstance(given, tuple):
        given = given[1]
    if isinstance(given, Mapping):
        return Source(**given) if given.keys() == {"path", "root"} else Artifact.from_json(given)
    artifacts = [Artifact.from_json(document) for document in given[:]]  # lazy, and a slice is one request
    return {str(artifact.partition): artifact for artifact in artifacts}


def reuse(
    store: str,
    strategy: str = "salted",
    strategies: Mapping[str, str] = SUMMARIES,
    steps: Sequence[str] = (),
    verify: float = 0.0,
) -> dict[str, Param]:
    """The params that a DAG of salted tasks needs: how a run reuses what is there.

    ``strategies``: name -> summary. ``steps``: the names that the form offers to force. ``verify``: the share of hits
    that a run does again, to see whether they are stale.
    """
    return {
        "strategy": Param(
            strategy,
            enum=list(strategies),
            type="string",
            title="Strategy",
            section="Reuse",
            description_md="When a task is skipped: what an artifact's name depends on.\n\n"
            + "\n".join(f"- **{name}**: {summary}" for name, summary in strategies.items()),
        ),
        "store": Param(
            store,
            type="string",
            minLength=1,
            title="Store",
            section="Reuse",
            description="Where artifacts live: a folder, or an fsspec URL.",
        ),
        "force": Param(
            None,
            type=["null", "array"],
            items={"type": "string"},
            examples=list(steps),
            title="Force",
            section="Reuse",
            description="Steps to run, whether their artifacts are there or not. A task that is cleared runs again.",
        ),
        "verify": Param(
            verify,
            type="number",
            minimum=0,
            maximum=1,
            title="Verify",
            section="Reuse",
            description="The share of hits, from 0 to 1, that are run again to see whether they are stale. They still "
            "show as skipped; the log and the ledger say what was found.",
        ),
        "run": Param(
            None,
            type=["null", "string"],
            title="Name in the ledger",
            section="Reuse",
            description="What the ledger calls this run. Default: the DAG run's id.",
        ),
    }


def cache_of(context: Context) -> Cache:
    """The cache that a DAG run's params name."""
    params = context["params"]
    force = tuple(params["force"] or ())
    return Cache(params["store"], params["strategy"], run_of(context), "airflow", force, params.get("verify", 0.0))


def run_of(context: Context) -> str:
    """What the ledger calls a DAG run."""
    return str(context["params"]["run"] or context["run_id"])
