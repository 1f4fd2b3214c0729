"""How a salt hooks into Luigi's caching: it names a task's target, and Luigi asks whether the target exists.

A task is composed from three descriptors instead of written methods:

    class Train(SaltedTask):
        step = ml.train
        C = luigi.FloatParameter(step.parameters["C"])

        requires = Requires()               # {"dataset": Preprocess(...)}
        dataset = Requirement(Preprocess)   # named as the step's input is
        output = SaltedOutput()             # train-<salt>.skops in the store

A descriptor is a class attribute that is asked what it should be whenever it is looked up (``__get__``): on the class
it answers with itself, on an instance with something made for that instance. Functions become methods the same way.

``cutoff`` names a target by what is in its inputs, so the name is not known before they are made; yet Luigi settles
what is to run before anything runs. A task whose target has no name yet is not complete: Luigi schedules it, and when
its turn comes ``run`` finds the artifact, which is the early cutoff, or makes it. What that costs: Luigi's word for a
task that was cut off is the one for a task that ran ("success"; it has no other for a ``run`` that returned), and only
the ledger tells them apart. And a hole below a finished task is filled, which no other salt asks for: without the
missing artifact, what was made from it has no name.
"""

from __future__ import annotations

import multiprocessing
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MethodType
from typing import Any, ClassVar, overload

import luigi
from luigi.local_target import LocalFileSystem
from luigi.parameter import ParameterVisibility
from luigi.task import MixinNaiveBulkComplete, flatten
from luigi.worker import KeepAliveThread, TaskProcess

from saltern import external
from saltern.cache import DEFAULT_STORE, Cache
from saltern.errors import BadInput
from saltern.recipe import Call, Source, flat, key, like
from saltern.steps import Step
from saltern.strategies import STRATEGIES
from saltern.walk import fold

Needed = Mapping[str, Any]  # the step's argument -> a task, or several: by partition, or in order


class Requirement:
    """One task that a task needs. ``params`` are given to it beside the parameters that the two have in common."""

    def __init__(self, task_class: type[luigi.Task], **params: Any) -> None:
        self.task_class, self.params = task_class, params

    @overload
    def __get__(self, task: None, owner: type[luigi.Task]) -> Requirement: ...
    @overload
    def __get__(self, task: luigi.Task, owner: type[luigi.Task]) -> Any: ...
    def __get__(self, task: luigi.Task | None, owner: type[luigi.Task]) -> Any:
        return self if task is None else self.needed_by(task)

    def needed_by(self, task: luigi.Task) -> luigi.Task | dict[str, luigi.Task]:
        """The needed task. ``clone`` hands the common parameters down, as luigi.util recommends."""
        return task.clone(self.task_class, **self.params)


class ForEach(Requirement):
    """A fan-in: ``ForEach(DailyCounts, day="interval")`` is one DailyCounts for each day of the task's interval."""

    def __init__(self, task_class: type[luigi.Task], **over: str) -> None:
        super().__init__(task_class)
        ((self.parameter, self.values),) = over.items()

    def needed_by(self, task: luigi.Task) -> dict[str, luigi.Task]:
        values = getattr(task, self.values)
        return {str(value): task.clone(self.task_class, **{self.parameter: value}) for value in values}


class Requires:
    """A task's ``requires`` method: all its requirements by name, inherited ones included."""

    @overload
    def __get__(self, task: None, owner: type[luigi.Task]) -> Requires: ...
    @overload
    def __get__(self, task: luigi.Task, owner: type[luigi.Task]) -> Callable[[], Needed]: ...
    def __get__(self, task: luigi.Task | None, owner: type[luigi.Task]) -> Any:
        return self if task is None else MethodType(self, task)

    def __call__(self, task: luigi.Task) -> Needed:
        declared: dict[str, Any] = {}
        for owner in reversed(type(task).__mro__):  # so that a subclass may declare a requirement anew, or drop it
            declared |= vars(owner)
        return {name: each.needed_by(task) for name, each in declared.items() if isinstance(each, Requirement)}


class SaltedOutput:
    """A task's ``output`` method: the artifact that the task's salt names."""

    @overload
    def __get__(self, task: None, owner: type[SaltedTask]) -> SaltedOutput: ...
    @overload
    def __get__(self, task: SaltedTask, owner: type[SaltedTask]) -> Callable[[], ArtifactTarget]: ...
    def __get__(self, task: SaltedTask | None, owner: type[SaltedTask]) -> Any:
        return self if task is None else MethodType(self, task)

    def __call__(self, task: SaltedTask) -> ArtifactTarget:
        return ArtifactTarget(task.cache, task.step_call)


class ArtifactTarget(luigi.Target):
    """An artifact in the store. A task is complete when its target exists: Luigi looks at nothing else.

    Under ``native`` the rule is that of ``luigi.LocalTarget``: a file of that name is enough. Otherwise the artifact
    must be whole: its content is what its manifest says.
    """

    def __init__(self, cache: Cache, call: Call | None) -> None:
        self.cache, self.call = cache, call

    def __str__(self) -> str:
        return self.call.artifact.name if self.call else "an artifact whose salt is not known yet"

    @property
    def path(self) -> Path:
        """The file that it is, as of a ``luigi.LocalTarget``. BadInput where there is no such file, nor will be."""
        if not self.cache.store.is_local:
            raise BadInput(f"--store {self.cache.store_url}: no folder, so an artifact in it has no path")
        if self.call is None:
            raise BadInput(f"{self}: it has no path before its inputs are made")
        return self.cache.store.path(self.call.artifact.name)

    def exists(self) -> bool:
        return self.call is not None and self.cache.find(self.call) is not None


class SourceTarget(luigi.Target):
    """An external input at a URL, as the output of a ``luigi.ExternalTask``: a ``LocalTarget`` is one here.

    ``luigi.contrib.s3.S3Target`` serves as well, and needs boto3 and credentials of its own.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def exists(self) -> bool:
        return external.is_there(Source.at(self.path))


Workers = frozenset[str]
_at_work: Workers = frozenset()


@dataclass(frozen=True)
class Known:
    """What a task knows of its call while the same workers are at work."""

    workers: Workers
    call: Call | None = None
    awaits: luigi.Task | None = None  # the one below that was not complete when the call was last asked for


class SaltedTask(MixinNaiveBulkComplete, luigi.Task):  # ``RangeDaily`` and its like ask for many at once
    """A step as a Luigi task.

    A subclass declares the step, the step's parameters by their names, and a requirement for each of its arguments.
    Parameters that it only hands down the tree (``luigi.util.inherits``) do not enter its salt: what they change
    below arrives through the salts of its inputs.
    """

    step: ClassVar[Step[..., Any]]

    # Where its target lies is part of a task's identity; which run makes it, as the ledger has it, is not.
    store = luigi.Parameter(DEFAULT_STORE, positional=False, description="folder or fsspec URL of the artifacts")
    strategy = luigi.ChoiceParameter("salted", choices=[*STRATEGIES], positional=False)
    run_id = luigi.Parameter(
        uuid.uuid4().hex[:12], significant=False, positional=False, visibility=ParameterVisibility.HIDDEN
    )

    force = luigi.ListParameter(
        (), significant=False, positional=False, description="names of steps to run, though their artifacts are there"
    )
    verify = luigi.FloatParameter(
        0.0, significant=False, positional=False, description="share of hits to run again, to see if they are stale"
    )

    _params: ClassVar[tuple[tuple[int, ...], list[str]]]  # sizes of the classes that it is of, and names of parameters
    _known: Known | None = None

    @classmethod
    def get_params(cls) -> list[tuple[str, luigi.Parameter]]:
        """As Luigi has it, which looks at every attribute of the class whenever a task is made or cloned."""
        sizes = tuple(len(vars(owner)) for owner in cls.__mro__)  # luigi.util.inherits adds attributes
        if vars(cls).get("_params", ((), ()))[0] != sizes:
            names = [name for name, _ in super().get_params()]
            cls._params = (sizes[0] + ("_params" not in vars(cls)), *sizes[1:]), names
        found = ((name, getattr(cls, name)) for name in cls._params[1])
        return [(name, parameter) for name, parameter in found if isinstance(parameter, luigi.Parameter)]

    @property
    def partition(self) -> str | None:
        """Which one it is, of many tasks of this class; in the artifact's name."""
        return None

    @property
    def key(self) -> str:
        """``train``, or ``daily_counts[2018-03-05]``."""
        return key(self.step.name, self.partition)

    @property
    def cache(self) -> Cache:
        return _cache(self.store, self.strategy, self.run_id, tuple(self.force), self.verify, str(Path.cwd()))

    @property
    def step_call(self) -> Call | None:
        """The step applied to its inputs: which artifact that makes, and from what recipe.

        None as long as it cannot be known; the target does not exist then, and Luigi goes on to what the task needs.
        Luigi asks every task, from the top down. So that this stays linear, a call is kept as long as the same workers
        are at work; until it is known the tree is not walked again before the artifact is there that was missing.
        """
        known = self._known_to(workers())
        if known is None or (known.call is None and (known.awaits is None or known.awaits.complete())):
            known = self._resolve()
        return known.call

    def _known_to(self, at_work: Workers) -> Known | None:
        """What is known of its call, if it was found out in the same build: Luigi keeps tasks from build to build."""
        return self._known if self._known and at_work and self._known.workers == at_work else None

    def _resolve(self) -> Known:
        """Find out the calls of the task and of all below it.

        The tree is walked once, without recursion, and each task keeps its own call: Luigi makes one instance per class
        and parameters (luigi.task_register), so a task that many others need is shared by them.
        Tasks that are not salted count as external inputs, once they are complete, and are not looked into.
        """
        at_work = workers()
        needed: dict[SaltedTask, Needed] = {}
        found: dict[SaltedTask, Known] = {}

        def needs(task: luigi.Task) -> Sequence[luigi.Task]:
            if not isinstance(task, SaltedTask):
                return ()
            known = task._known_to(at_work)
            if known and known.call:
                found[task] = known
                return ()
            needed[task] = task._needed()
            return [*flat(needed[task]).values()]

        def resolved(task: luigi.Task, inputs: Sequence[Any]) -> Any:
            """What the task makes: an input, or several; itself as long as that cannot be known."""
            if not isinstance(task, SaltedTask):
                made = _sources(task)
                return made if task.complete() else task
            if task not in found:
                below = dict(zip(flat(needed[task]).values(), inputs, strict=True))
                found[task] = task._known = task._applied(needed[task], below, at_work)
            call = found[task].call
            if call and task.cache.strategy.digests:
                return task.cache.find(call) or task
            return call.artifact if call else found[task].awaits or task

        memo: dict[luigi.Task, Any] = {}
        fold(self, needs, resolved, memo)
        return found[self]

    def _needed(self) -> Needed:
        """What ``requires`` returns. Raises BadInput where it does not name the inputs of the step."""
        if not isinstance(getattr(self, "step", None), Step):
            raise BadInput(f"{self.task_family}: it has no step; declare one, as in 'step = steps.train'")
        if clash := next((name for name in self.step.parameters if name in _TAKEN and self._declares(name)), None):
            raise BadInput(f"{self.task_family}: every task has a '{clash}'; give the step's parameter another name")
        needed: Any = self.requires()
        if not isinstance(needed, Mapping):
            raise BadInput(
                f"{self.task_family}: requires() must say which input of '{self.step.name}' each task is: "
                f"declare 'requires = Requires()' and requirements, or return a dictionary"
            )
        return needed

    def _applied(self, needed: Needed, made: Mapping[luigi.Task, Any], at_work: Workers) -> Known:
        """The call, from what the needed tasks make."""
        if waits := next((item for item in made.values() if isinstance(item, luigi.Task)), None):
            return Known(at_work, None, waits)
        inputs = {name: like(tasks, tasks, lambda task, _: made[task]) for name, tasks in needed.items()}
        params = {name: getattr(self, name) for name in self.step.parameters if self._declares(name)}
        try:
            return Known(at_work, self.cache.call(self.step, inputs, params, self.partition))
        except FileNotFoundError:
            return Known(at_work)  # an external input is missing, as Luigi is about to find out

    def _declares(self, name: str) -> bool:
        """Whether its class has a value for a parameter of the step, and not every task an attribute of that name."""
        return any(name in vars(owner) for owner in type(self).__mro__ if owner not in SaltedTask.__mro__)

    def up_to_date(self) -> bool:
        """Whether the target is there. A subclass may ask for more."""
        there: bool = super().complete()
        return there

    def complete(self) -> bool:
        try:
            done = self.up_to_date() and not (self.force and self._is_forced_below())
            if done and self.verify:
                self._verify()
            return done
        except Exception as error:
            # Luigi logs an error in here and keeps it to itself (luigi.worker.Worker._add): tell those who listen.
            self.trigger_event(luigi.Event.BROKEN_TASK, self, error)
            raise

    def _is_forced_below(self) -> bool:
        """Whether a task that this one needs is yet to be made in this run: else Luigi would not come to it."""

        def waits(task: luigi.Task, below: Sequence[bool]) -> bool:
            return any(below) or (
                isinstance(task, SaltedTask) and task.step.name in self.force and not task.up_to_date()
            )

        memo: dict[luigi.Task, bool] = {}
        return fold(self, _needs, waits, memo)

    def _verify(self) -> None:
        """Verify all that is taken instead of being made: Luigi asks no task below one that is complete.

        Where the worker forks for each task, so does this: a library's threads that a step has started (polars, OpenMP)
        would be missing in the forks of this process, which would wait for them for ever.
        """

        def look(task: luigi.Task, _below: Sequence[None]) -> None:
            if isinstance(task, SaltedTask) and task.step_call:
                task.cache.reuse(task.step_call)

        memo: dict[luigi.Task, None] = {}
        if not _forks():
            fold(self, _needs, look, memo)
            return
        process = multiprocessing.get_context("fork").Process(target=fold, args=(self, _needs, look, memo))
        process.start()
        process.join()
        if process.exitcode:
            raise RuntimeError(f"{self}: the process that verifies it ended with {process.exitcode}; see above")

    def run(self) -> None:
        """Make the artifact. Luigi decided that before the run began (spotify/luigi#2211), so ``make`` looks again."""
        call = self.step_call
        assert call is not None  # Luigi runs a task when all it needs is there
        self.cache.make(call)


# What every task needs for itself.
_TAKEN = {name for name in vars(SaltedTask) if name[0] != "_"} - {"key", "partition", "store", "strategy", "verify"}


def _sources(task: luigi.Task) -> Any:
    """What a task that is not salted makes: an external input, or several as its ``output`` has them."""
    output = task.output()
    if not flat({"": output}):
        raise BadInput(f"{task}: it has no output, so it cannot be the input of a step; require what it requires")

    def source(target: Any, _: Any) -> Source:
        path, files = str(getattr(target, "path", "")), getattr(target, "fs", None)
        if not path or ("://" not in path and files is not None and not isinstance(files, LocalFileSystem)):
            raise BadInput(f"{task}: its output {target!r} is neither a file of this machine nor a URL")
        return Source.at(path)

    return like(output, output, source)


def workers() -> Workers:
    """Luigi's workers that are at work in this process. None outside of a build.

    Luigi tells no task that a build begins. But each worker has a thread that keeps it alive at the scheduler. The
    process that a worker starts for a task is a fork without that thread.
    """
    global _at_work
    if not isinstance(multiprocessing.current_process(), TaskProcess):
        _at_work = frozenset(thread._worker_id for thread in _alive())
    return _at_work


def _forks() -> bool:
    """Whether a worker that is at work in this process starts another one for each task."""
    several = [thread._rpc_message_callback.__self__ for thread in _alive()]
    return any(one.worker_processes > 1 or one._config.force_multiprocessing or one._config.timeout for one in several)


def _alive() -> list[Any]:
    """The threads that keep workers alive; none in the process that a worker starts for a task."""
    return [thread for thread in threading.enumerate() if isinstance(thread, KeepAliveThread)]


def _needs(task: luigi.Task) -> Sequence[luigi.Task]:
    """What a salted task needs. Others are not looked into."""
    return list(flatten(task.requires())) if isinstance(task, SaltedTask) else ()


@lru_cache
def _cache(store: str, strategy: str, run_id: str, force: tuple[str, ...], verify: float, _folder: str) -> Cache:
    """One cache for all tasks of a run, so that a remote store is connected to once. A folder is named from another."""
    return Cache(store, strategy, run_id, "luigi", force, verify)
