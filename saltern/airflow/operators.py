"""The operator behind ``@task.salted``, and the params of a DAG that it goes by."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from airflow.sdk import Context, Param, conf
from airflow.sdk.bases.decorator import DecoratedOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from airflow.sdk.execution_time.lazy_sequence import LazyXComSequence

from saltern.airflow.connections import credentials
from saltern.airflow.links import ArtifactLink
from saltern.cache import Cache
from saltern.errors import BadInput, StoreFailed
from saltern.places import check_shared, keys
from saltern.recipe import Artifact, Call, Source
from saltern.steps import Step
from saltern.strategies import STRATEGIES

RETURN_VALUE = "return_value"
_SOURCE = {field.name for field in fields(Source)}
_ARTIFACT = {field.name for field in fields(Artifact)}
keys.LOOKUPS.append(credentials)
SUMMARIES = {strategy.name: strategy.summary for strategy in STRATEGIES.values()}


class SaltedOperator(DecoratedOperator):
    """Run a step unless its artifact is in the store; then push what running it would have returned, and skip.

    What tasks hand on is small: an ``Artifact`` or a ``Source`` as JSON. A mapped input is a pair
    ``(partition, item)``, which is how Airflow maps over a dictionary; what gathers the mapped instances gets their
    artifacts, and finds each one's partition in it.
    """

    custom_operator_name = "@task.salted"
    ui_color = "#d8f0ff"
    operator_extra_links = (ArtifactLink(),)
    # ``version`` is a template field to be seen: Airflow compares these, not a task's code, to tell a new DAG version.
    template_fields: Sequence[str] = (*DecoratedOperator.template_fields, "version")
    shallow_copy_attrs: Sequence[str] = (*DecoratedOperator.shallow_copy_attrs, "step")

    def __init__(self, *, step: Step[..., Any], version: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step, self.version = step, version

    @property
    def partition(self) -> str | None:
        """The partition that this instance of a mapped task makes; known once its arguments are."""
        inputs, _ = self.step.bound(self.op_args, self.op_kwargs)
        return next((given[0] for given in inputs.values() if _is_pair(given)), None)

    def bind(self, context: Context) -> tuple[Cache, Call]:
        """The cache that the DAG run's params name, and the call that this task instance is to make.

        Raises AirflowFailException where the step refuses its input: there is no use in a retry. Raises
        AirflowSkipException where an input is missing because a task before this one was skipped.
        """
        with refusing():
            cache = cache_of(context)
            inputs, params = self.step.bound(self.op_args, self.op_kwargs)
            for argument, given in inputs.items():
                if _is_pair(given) and given[0] in _SOURCE | _ARTIFACT and isinstance(given[1], str | None):
                    raise BadInput(
                        f"{self.step.name}.{argument}: mapped over what describes one artifact or file; "
                        "expand over a list or a dictionary of them"
                    )
            inputs = {argument: received(given) for argument, given in inputs.items()}
            if any(map(_is_missing, inputs.values())):
                for task in self.upstream_list:
                    if is_skipped(task, context["ti"]):
                        raise AirflowSkipException(f"{task.task_id} was skipped, and made nothing")
            if executor := elsewhere():
                check_shared(cache.store_url, executor, self.step.project)
            return cache, cache.call(self.step, inputs, params, self.partition)

    def execute(self, context: Context) -> dict[str, Any]:
        """Return the artifact's description, for XCom.

        Raises AirflowSkipException on a hit, and AirflowFailException as ``bind`` does; what goes wrong later may go
        well at a retry. The log says why it is a hit, or why it is not.
        """
        quieten_skops()
        cache, call = self.bind(context)
        # without salts it does what every other Airflow task does: it runs; and so does what is cleared
        looks = cache.strategy.salts and not self._is_cleared(context)
        with cache.alone(call):  # another DAG run may be making it: then it is there when our turn comes
            if looks and (made := cache.reuse(call)):
                self.log.info(cache.origin(made))
                context["ti"].xcom_push(key=RETURN_VALUE, value=made.to_json())
                raise AirflowSkipException(f"{made.name} is in the store {cache.store_url}")
            self.log.info("%s runs: %s", call.key, "; ".join(cache.reasons(call)))
            made = cache.execute(call)
        self.log.info("made %s in the store %s", made.name, cache.store_url)
        return made.to_json()

    def _is_cleared(self, context: Context) -> bool:
        """Whether somebody cleared this task instance: then, and not for a retry, Airflow allows it more tries."""
        return int(context["ti"].max_tries) > (self.retries or 0)


@contextmanager
def refusing() -> Iterator[None]:
    """Fail a task for good that refuses its input. A store that does not answer may do so at the next try."""
    try:
        yield
    except StoreFailed:
        raise
    except BadInput as error:
        raise AirflowFailException(str(error)) from error


def quieten_skops() -> None:
    """Ignore what Airflow says to skops while that is imported.

    It asks every module that is loaded for the names of SciPy's functions, and some of Airflow's modules answer each
    time that the name is deprecated: a thousand lines in a task's log. All other warnings stay.
    """
    warnings.filterwarnings("ignore", message=r"The `airflow\.", category=FutureWarning, module=r"skops\.io\._utils")


def _is_pair(given: Any) -> bool:
    """Whether an argument is a pair ``(partition, item)``: one item of a dictionary that a task is mapped over."""
    return isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str)


def received(given: Any) -> Any:
    """An input as it came through XCom: one document, with or without its partition, or several.

    Those of the instances of one mapped task go by partition, where they have partitions. What is no document stays as
    it is, for the cache to refuse.
    """
    if _is_pair(given):
        given = given[1]
    if isinstance(given, Mapping):
        if given.keys() == _SOURCE:
            return Source(**given)
        if given.keys() == _ARTIFACT:
            return Artifact.from_json(given)
        return {name: received(item) for name, item in given.items()}
    if isinstance(given, str) or not isinstance(given, Sequence):
        return given
    # what is lazy asks for each item, and for a slice once; what ``map``, ``zip`` and ``concat`` give has no slices
    items = [received(item) for item in (given[:] if isinstance(given, LazyXComSequence) else given)]
    artifacts = [item for item in items if isinstance(item, Artifact)]
    partitions = {item.partition: item for item in artifacts if item.partition is not None}
    is_mapped = len({item.step for item in artifacts}) == 1 and len(partitions) == len(items)
    return partitions if is_mapped else items


def _is_missing(given: Any) -> bool:
    """Whether an input, or one of several, is what Airflow gives for a task that handed on nothing."""
    items = [*given.values()] if isinstance(given, Mapping) else given
    return not items or any(map(_is_missing, items)) if isinstance(items, list) else items is None


def is_skipped(task: Any, ti: Any) -> bool:
    """Whether a task before this one was skipped and handed on nothing. One that was found hands on its artifact.

    Of a task in a mapped group, the instance beside this one. A task that is mapped over nothing does not count.
    """
    group = task.get_closest_mapped_task_group()
    beside = {"map_index": ti.map_index} if group and group is ti.task.get_closest_mapped_task_group() else {}
    which = {"dag_id": ti.dag_id, "run_ids": [ti.run_id], "task_ids": [task.task_id], "states": ["skipped"]}
    if not ti.get_ti_count(**which, **beside):
        return False
    handed_on = ti.xcom_pull(task.task_id, map_indexes=ti.map_index) if beside else ti.xcom_pull(task.task_id)
    return handed_on is None and not _is_over_nothing(task, ti)


def _is_over_nothing(task: Any, ti: Any) -> bool:
    """Whether a task is mapped over an empty list, or over what is."""
    sources = [*task.iter_mapped_dependencies()] if task.is_mapped else []
    found = [(source, ti.xcom_pull(source.task_id)) for source in sources]
    return any(_is_over_nothing(source, ti) if made is None else not made for source, made in found)


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


def elsewhere() -> str | None:
    """The executor that starts tasks on other machines, if Airflow has one."""
    names = [name.rpartition(":")[2].rpartition(".")[2] for name in str(conf.get("core", "executor")).split(",")]
    return next((name for name in map(str.strip, names) if name not in ("LocalExecutor", "SequentialExecutor")), None)


def cache_of(context: Context) -> Cache:
    """The cache that a DAG run's params name. Raises BadInput where it has not all of them."""
    params = context["params"]
    if missing := next((name for name in ("strategy", "store", "force", "run") if name not in params), None):
        raise BadInput(f"the DAG has no param '{missing}': give it params=reuse(STORE, ...)")
    force = tuple(params["force"] or ())
    return Cache(params["store"], params["strategy"], run_of(context), "airflow", force, params.get("verify", 0.0))


def run_of(context: Context) -> str:
    """What the ledger calls a DAG run."""
    return str(context["params"]["run"] or context["run_id"])
