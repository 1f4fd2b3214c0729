"""How a salt hooks into Prefect's own caching: as a task's cache key, looked up in a result storage of ours.

Before a task run, Prefect asks the task's *cache policy* for a key and the *result storage* for a record of that key;
where there is one, the run ends as ``Cached`` with the recorded result. Here the key is the address of the artifact
that the run would make, and the record is made up from the artifact itself each time it is asked for. So there is a
record exactly when the artifact is in the store and whole, and it does not matter which engine made it.

``cutoff`` costs nothing more here: Prefect asks for a key when the task's inputs are there, and an artifact that is
there says its digest, whether it was made a moment ago or found.

https://docs.prefect.io/v3/concepts/caching
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Self

from prefect.blocks.system import Secret
from prefect.cache_policies import CachePolicy
from prefect.context import TaskRunContext
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.filesystems import WritableFileSystem
from prefect.logging import get_run_logger
from prefect.results import ResultStore
from prefect.serializers import JSONSerializer
from prefect.settings import get_current_settings
from pydantic import Field

from saltern.cache import Cache
from saltern.errors import BadInput
from saltern.forks import cached_property
from saltern.places import keys
from saltern.recipe import Artifact, Call
from saltern.steps import Step
from saltern.store import Store
from saltern.strategies import STRATEGIES

BLOCK = "saltworks"
BLOCK_WITHIN = 10  # seconds
KEPT = ".task-runs"  # a folder of a store, for what Prefect stores that is no artifact

# Text with a list of choices, in the form of Prefect's UI. An unknown one raises BadInput, which names them, later.
StrategyName = Annotated[str, Field(json_schema_extra={"enum": [*STRATEGIES]})]


def call_of(step: Step[..., Any], cache: Cache, arguments: Mapping[str, Any]) -> Call:
    """What a task run is to make. A task names its arguments as its step does; ``day`` is the partition.

    An argument that the task has not is the step's default.
    """
    inputs = {name: arguments[name] for name in step.inputs if name in arguments}
    params = {name: arguments[name] for name in step.parameters if name in arguments}
    return cache.call(step, inputs, params, arguments.get("day"))


def execute(step: Step[..., Any], cache: Cache, **arguments: Any) -> Artifact:
    """What every task does: load the inputs, run the step, store its output, and return a reference to it.

    Of two flow runs at once, one makes an artifact and the other waits for it; Prefect calls both task runs completed.
    Raises BadInput where the task has a ``cache_expiration``.
    """
    _check_expiration(context := TaskRunContext.get())
    return cache.make(call_of(step, cache, arguments), force=_is_refreshed(context))


def _check_expiration(context: TaskRunContext | None) -> None:
    """Raise BadInput for a salted task that has a ``cache_expiration``, which would do nothing."""
    if context and isinstance(context.task.cache_policy, Salted) and context.task.cache_expiration is not None:
        raise BadInput(
            f"{context.task.name}: cache_expiration: an artifact is right as long as what it was made from is the "
            "same; to make it again, use refresh_cache"
        )


def _is_refreshed(context: TaskRunContext | None) -> bool:
    """Whether Prefect was told to run a task whatever is stored: ``refresh_cache``, of the task or in the settings."""
    chosen = context.task.refresh_cache if context else False
    return get_current_settings().tasks.refresh_cache if chosen is None else bool(chosen)


@lru_cache
def _hands_on(function: Callable[..., Any], step: Step[..., Any], cache: str) -> bool:
    """Whether a task's function is ``return execute(step, cache, name=name, ...)``, with all that it is given.

    ``cache`` is the name of its argument that is the cache.
    """
    if hasattr(function, "__wrapped__") or not inspect.isfunction(function):
        return False
    try:
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, SyntaxError, TypeError, ValueError):  # typed in, in a session
        return False
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
    given = inspect.getargs(function.__code__)
    wanted = {*step.inputs, *step.parameters, "day"}.intersection(given.args) | ({"**"} if given.varkw else set())
    match body:
        case [ast.Return(ast.Call(called, [first, ast.Name(second)], keywords))] if second == cache:
            handed = [one.arg or "**" for one in keywords if getattr(one.value, "id", "") == (one.arg or given.varkw)]
        case _:
            return False
    is_all = len(handed) == len(keywords) and wanted.issubset(handed)
    return (
        is_all
        and _meant(called, function) is execute
        and getattr(_meant(first, function), "itself", None) is step.itself
    )


def _meant(named: ast.expr, function: Callable[..., Any]) -> Any:
    """What a name in a function, with or without attributes (``ml.train``), stands for; None where it is no name."""
    if isinstance(named, ast.Attribute):
        return getattr(_meant(named.value, function), named.attr, None)
    if not isinstance(named, ast.Name):
        return None
    found = inspect.getclosurevars(function)
    return {**found.globals, **found.nonlocals}.get(named.id)


def _cache_among(arguments: Mapping[str, Any]) -> tuple[str, Cache]:
    """The argument of a task that is the cache, and its name."""
    for name, given in arguments.items():
        if issubclass(type(given), Cache):
            return name, given
    raise BadInput(f"none of the arguments is a Cache: {', '.join(arguments) or 'there are none'}")


@dataclass
class Salted(CachePolicy):
    """The cache key of a task run is the address of the artifact it makes: the store, and a name with the salt in it.

    Computed when the run's inputs are known, so a recipe may use the digests of upstream artifacts too. That the
    artifact is there is no part of the key: it is for the result storage to say.

    Should a salt fail to compute, Prefect logs it and runs the task without a key; the same call then fails in
    ``execute``, so the task run fails rather than run under a weaker key.

    A task whose function does more than hand its arguments to ``execute`` runs each time: no recipe has its code, so
    nothing says that it would make what is there. What it executes is found in the store.
    """

    step: Step[..., Any] | None = None  # as for every field of a policy, a default is needed

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **_: Any
    ) -> str:
        assert self.step is not None
        _check_expiration(task_ctx)
        held, cache = _cache_among(inputs)
        call = call_of(self.step, cache, inputs)
        path = cache.store.address(call.artifact.name)
        # what does not count as found has another key, which nothing is stored under before it has run
        its_own = cache.store.address(f"{KEPT}/{task_ctx.task_run.id}")
        if not _hands_on(task_ctx.task.fn, self.step, held):
            return its_own
        if _is_refreshed(task_ctx):
            found = cache.find(call)
        elif found := cache.reuse(call):
            get_run_logger(task_ctx).info(cache.origin(found))
        return path if found or not cache.store.exists(call.artifact.name) else its_own


def credentials(name: str) -> dict[str, Any] | None:
    """What a Secret block says, the ``NAME`` of ``s3://NAME@bucket/folder``; None where there is none of that name.

    Its value is JSON, in botocore's words: ``{"aws_access_key_id": ..., "aws_secret_access_key": ...}``, and where they
    are needed ``aws_session_token``, ``region_name`` and ``endpoint_url``.
    """
    try:
        block: Secret[Any] = Secret.load(name, _sync=True)
    except ValueError:  # what ``load`` raises where there is none
        return None
    found = block.get()
    return found if isinstance(found, dict) else None


keys.LOOKUPS.append(credentials)


class ArtifactStorage(WritableFileSystem):
    """A result storage that answers from what is in the store.

    Prefect takes a result storage only when the server knows it (``Task.__init__`` raises otherwise), hence
    ``registered``. One block serves every store, because a key says which store it is about. What is no artifact it
    keeps in a folder of the store: what a task returned that has a key of its own, and what ``task.delay`` is given.
    The key of the latter says nothing of a store.
    """

    _block_type_name = "Saltworks Artifacts"
    _description = "Finds the results of salted tasks among the artifacts of a Saltworks store."

    _store_url: str = ""

    @classmethod
    def registered(cls, store_url: str) -> Self:
        """The block as the server knows it, saved on first use, and with the store of a task.

        Saving takes Prefect several requests. Another run that begins just now may be in the midst of them: then its
        block is there already and cannot be loaded yet.
        """
        deadline = time.monotonic() + BLOCK_WITHIN
        while True:
            with suppress(ValueError):  # what ``load`` raises where there is none
                block: Self = cls.load(BLOCK, _sync=True)
                block._store_url = store_url
                return block
            try:
                cls().save(BLOCK, _sync=True)
            except (ObjectAlreadyExists, ObjectNotFound, ValueError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    # Prefect's sync engine passes ``_sync=True`` to both methods. Without a place for it the TypeError counts as
    # "no record", silently, and nothing is ever cached.

    def read_path(self, path: str, **_sync: bool) -> bytes:
        """The record of a key. Raises FileNotFoundError when its artifact is missing or damaged."""
        store, name = self._placed(path)
        if "/" in name:
            return store.read(name)
        manifest = store.whole(name)
        if not manifest:
            raise FileNotFoundError(path)
        artifact = Artifact(manifest["step"], manifest["partition"], name, manifest["salt"], manifest["digest"])
        results = ResultStore(result_storage=self, serializer=JSONSerializer())
        record: bytes = results.create_result_record(artifact, key=path).serialize()
        return record

    def write_path(self, path: str, content: bytes, **_sync: bool) -> None:
        """Nothing to do for an artifact: the task has committed it, and it is the record."""
        store, name = self._placed(path)
        if "/" in name:
            store.write(name, content)

    def _placed(self, path: str) -> tuple[Store, str]:
        """The store that a key is about, and a name in it: an artifact's, or one in the folder ``KEPT``."""
        folder, _, name = path.rpartition("/")
        root, _, last = folder.rpartition("/")
        if last == KEPT:
            return Store(root), f"{KEPT}/{name}"
        return (Store(self._store_url), f"{KEPT}/{name}") if folder == "parameters" else (Store(folder), name)


@dataclass(frozen=True)
class Salting:
    """The options that a strategy adds to the task of a step: ``train.with_options(**salting(ml.train))``.

    Raises BadInput if there is no such strategy.
    """

    cache: Cache
    ways: ClassVar[Sequence[str]] = (*STRATEGIES,)

    def __post_init__(self) -> None:
        if (name := self.cache.strategy_name) not in self.ways:  # a run that is started in Prefect's UI comes in here
            raise BadInput(f"--strategy {name}: prefect has no such strategy (it has: {', '.join(self.ways)})")

    @cached_property
    def storage(self) -> ArtifactStorage:
        return ArtifactStorage.registered(self.cache.store_url)

    def __call__(self, step: Step[..., Any]) -> dict[str, Any]:
        if not self.cache.strategy.salts:
            return {}  # whatever Prefect does by default, which is INPUTS + TASK_SOURCE + RUN_ID
        return {
            "cache_policy": Salted(step=step),
            "result_storage": self.storage,
            "result_serializer": "json",
            "cache_result_in_memory": False,  # of a record that this flow run has read, Prefect would not ask again
        }
