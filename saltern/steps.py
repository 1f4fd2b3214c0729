"""Steps: pure functions with a name, a version, parameters and named inputs.

>>> @step(version="1", writes="json", libraries=["numpy"])
... def mean(numbers, *, digits: int = 2):
...     return round(sum(numbers) / len(numbers), digits)
>>> mean([1, 2])
1.5
>>> mean.name, mean.inputs, mean.parameters
('mean', ('numbers',), {'digits': 2})
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType, SimpleNamespace, UnionType
from typing import Annotated, Any, Generic, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from saltern import snapshots
from saltern.errors import BadInput
from saltern.forks import cached_property

P = ParamSpec("P")
R = TypeVar("R")


class Step(Generic[P, R]):
    """A pure function and what its author declares of it. Calling the step calls the function.

    Positional arguments are *inputs*: what another step made (a value), or an external input (the path of a file,
    because a day of data need not fit in memory). Keyword-only arguments are *parameters*, each with a default.
    """

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str,
        version: str,
        writes: str,
        libraries: Iterable[str] = (),
        files: Iterable[str] = (),
        env: Iterable[str] = (),
        code: Iterable[str] = (),
        ignore: Iterable[str] = (),
        declared_in: str | None = None,
    ) -> None:
        functools.update_wrapper(self, function)
        self.declared_in = declared_in  # the module that did so when it was imported
        # A function's own module; of a partial or another object, which tells none of its own, where it is declared.
        self.module: str = function.__module__ if hasattr(function, "__qualname__") else declared_in or "__main__"
        self.__module__, self.qualname = self.module, getattr(function, "__qualname__", name)
        self.function, self.name, self.version = function, name, version
        self.writes = writes  # the extension of the output's file: a codec in saltern.codecs
        # What else may change the output, where it is not seen without being told; and what is seen and may not.
        self.libraries, self.files, self.env = _texts(libraries), _texts(files), _texts(env)
        self.code, self.ignore = _texts(code), _texts(ignore)
        self.loaded_ns = time.time_ns()  # what its source said then is what runs
        self._signature = inspect.signature(function)
        arguments = self._signature.parameters.values()
        self._kinds = {a.name: a.kind for a in arguments}
        self.inputs = tuple(a.name for a in arguments if a.kind is not a.KEYWORD_ONLY)
        self._defaults_of_inputs = {
            a.name: a.default for a in arguments if a.name in self.inputs and a.default is not a.empty
        }
        self._optional = {name for name, default in self._defaults_of_inputs.items() if default is None}
        several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        # the inputs that it cannot go without
        self.needs = frozenset(
            a.name for a in arguments if a.name in self.inputs and a.default is a.empty and a.kind not in several
        )
        self.parameters: Mapping[str, Any] = {a.name: a.default for a in arguments if a.kind is a.KEYWORD_ONLY}
        self._annotations = {a.name: a.annotation for a in arguments if a.kind is a.KEYWORD_ONLY}
        self._adapters: dict[str, tuple[Any, Any]] = {}  # parameter -> its type, and what checks it
        self.itself: Step[P, R] = self
        self.given: frozenset[str] = frozenset()  # the classes and functions that its parameters are made of
        self._holding: dict[frozenset[str], Step[P, R]] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def apply(self, inputs: Mapping[str, Any], params: Mapping[str, Any]) -> Any:
        """What the function makes of named values. A coroutine is awaited, and a generator is gone through."""
        args, given = self._positional(inputs)
        made: Any = self.function(*args, **given, **params)  # type: ignore[arg-type]
        if inspect.iscoroutine(made):
            made = _awaited(made)
        return list(made) if inspect.isgenerator(made) else made

    def _positional(self, inputs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Inputs that cannot be given by their names (``def f(a, /)``, ``def f(a, *b)``), and the others."""
        kinds = [self._kinds[name] for name in self.inputs]
        several, alone = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.POSITIONAL_ONLY
        last = max((number for number, kind in enumerate(kinds) if kind in (several, alone)), default=-1)
        args: list[Any] = []
        given = dict(inputs)
        for name, kind in [*zip(self.inputs, kinds, strict=True)][: last + 1]:
            if name not in given and name not in self._defaults_of_inputs:
                break
            value = given.pop(name, self._defaults_of_inputs.get(name))
            args += ([*value.values()] if isinstance(value, Mapping) else value) if kind is several else [value]
        for name in [name for name in given if self._kinds[name] is inspect.Parameter.VAR_KEYWORD]:
            given |= given.pop(name)
        return args, given

    def gathered(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Inputs, where what ``*tables`` and ``**tables`` gather is several also if it is one.

        None is left out where it is the default: nothing is given.
        """
        found = {name: value for name, value in inputs.items() if value is not None or name not in self._optional}
        for name, value in found.items():
            kind = self._kinds.get(name)
            if kind is inspect.Parameter.VAR_POSITIONAL and not isinstance(value, Mapping):
                found[name] = [*value] if isinstance(value, list | tuple) else [value]
            if kind is inspect.Parameter.VAR_KEYWORD and not isinstance(value, Mapping):
                found[name] = {name: value}
        return found

    def bound(self, args: Iterable[Any], kwargs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Its inputs and its parameters by name, from arguments as its function takes them.

        Raises BadInput, naming the step, for what its function does not take.
        """
        try:
            given = self._signature.bind_partial(*args, **kwargs).arguments
        except TypeError as error:
            raise BadInput(f"step '{self.name}': {error}") from None
        params = {name: value for name, value in given.items() if name in self.parameters}
        return {name: value for name, value in given.items() if name not in params}, params

    def holding(self, given: frozenset[str]) -> Step[P, R]:
        """The step with classes and functions (``module:name``) that it is given: their code is a part of its own."""
        if not given:
            return self.itself
        if given not in self._holding:
            one = self._holding[given] = object.__new__(type(self))
            vars(one).update(vars(self), given=given)
        return self._holding[given]

    def __repr__(self) -> str:
        return f"<step {self.name} version {self.version}>"

    def __reduce__(self) -> str:
        return self.qualname  # pickled by name, as a function is

    @cached_property
    def project(self) -> Path | None:
        """The root of the project that the step belongs to; None where it has none.

        It is the nearest folder above the step's source that holds a ``pyproject.toml`` or a ``.git``.
        """
        file = getattr(sys.modules.get(self.module), "__file__", None)
        if file is None:
            return None
        source = Path(file).resolve()
        marks = ("pyproject.toml", ".git")
        return next((folder for folder in source.parents if any((folder / mark).exists() for mark in marks)), None)

    @cached_property
    def package(self) -> str:
        """The folder of the step's top-level package, or the file of its module; empty where it was typed in."""
        names = vars(sys.modules.get(self.module.partition(".")[0], sys))  # its own ``__getattr__`` is not asked
        folders = [*names.get("__path__", ())]
        return str(folders[0] if folders else names.get("__file__") or "")

    @property
    def place(self) -> str:
        """Where today's code has the step: ``module:function``."""
        return f"{self.module}:{next(iter(self.names), self.qualname)}"

    @property
    def names(self) -> list[str]:
        """The names that its module, as it is loaded, has for it."""
        return self.names_in(self.module)

    def names_in(self, module: str) -> list[str]:
        """The names that a module, as it is loaded, has for it."""
        loaded = sys.modules.get(module)
        return [name for name, value in vars(loaded).items() if value is self.itself] if loaded else []

    def parameter_schema(self, parameter: str) -> dict[str, Any]:
        """The JSON schema of one parameter: its type, bounds, choices and default."""
        return {**self._adapter(parameter).json_schema(), "default": self.parameters[parameter]}

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters: those given, converted to their declared types, and the defaults of the others.

        Raises BadInput, naming the option, for an unknown parameter, a wrong type or a value out of range.
        """
        params = dict(self._defaults)
        for name, value in given.items():
            option = f"{self.name}.{name}"
            if name not in params:
                known = ", ".join(params) or "none"
                raise BadInput(f"{option}: step '{self.name}' has no parameter '{name}' (it has: {known})")
            params[name] = self._convert(option, name, value)
        for name, value in params.items():
            if value is inspect.Parameter.empty:
                raise BadInput(f"{self.name}.{name}: step '{self.name}' needs a value for it, as it has no default")
        return params

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        """The defaults, each as it would be had it been given: ``1`` for a float is ``1.0``."""
        return {name: self._as_declared(name, value) for name, value in self.parameters.items()}

    def _as_declared(self, name: str, value: Any) -> Any:
        if value is inspect.Parameter.empty or _is_plainly(value, self._type(name)):
            return value  # most runs need no pydantic
        from pydantic import ValidationError

        try:
            return self._adapter(name).validate_python(value)
        except ValidationError:
            return value  # ``limit: int = None`` is what its author wants

    def _type(self, name: str) -> Any:
        """The declared type of a parameter; ``Any`` where there is none, or none that can be found out."""
        declared = self._annotations[name]
        if declared is inspect.Parameter.empty:
            return Any
        if isinstance(declared, str):  # from __future__ import annotations
            hints = SimpleNamespace(__annotations__={name: declared})
            try:
                return get_type_hints(hints, getattr(self.function, "__globals__", {}), include_extras=True)[name]
            except Exception:  # a name for type checkers alone
                return Any
        return declared

    def _convert(self, option: str, name: str, value: Any) -> Any:
        default = self._defaults[name]
        if type(value) is type(default) and _is_same(value, default):
            return value  # the default needs no check, and most runs need no pydantic
        from pydantic import ValidationError

        try:
            found = self._adapter(name).validate_python(value)
            # of an ``Iterable`` pydantic makes what can be gone through once, and looks at its items only then
            return list(found) if isinstance(found, Iterator) and isinstance(value, Collection) else found
        except ValidationError as error:
            problems = dict.fromkeys(detail["msg"] for detail in error.errors())
            raise BadInput(f"{option}={value}: {'; or '.join(problems)}") from None

    def _adapter(self, name: str) -> Any:
        declared = self._type(name)
        if name not in self._adapters or self._adapters[name][0] is not declared:
            self._adapters[name] = declared, _checker(declared)  # dear: a store may have many to check
        return self._adapters[name][1]


def _checker(declared: Any) -> Any:
    """What checks values of a type: pydantic's. Of a class that it knows nothing of, only that it is one."""
    from pydantic import ConfigDict, PydanticUserError, TypeAdapter

    try:
        return TypeAdapter(declared)
    except PydanticUserError:
        try:
            return TypeAdapter(declared, config=ConfigDict(arbitrary_types_allowed=True))
        except PydanticUserError:
            return TypeAdapter(Any)


def _is_same(value: Any, other: Any) -> bool:
    try:
        return bool(value == other) and repr(value) == repr(other)
    except Exception:  # of arrays, it is no truth
        return False


def _awaited(made: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives, also where this thread has a loop that runs."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(made)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, made).result()


def _is_plainly(value: Any, declared: Any) -> bool:
    """Whether a value needs no conversion to a type; False where that takes a closer look."""
    origin, choices = get_origin(declared), get_args(declared)
    if declared is Any or declared is type(value):
        return True
    if origin is Annotated:
        return _is_plainly(value, choices[0])
    if origin is Literal:
        return any(value == choice and type(value) is type(choice) for choice in choices)
    if origin in (Union, UnionType):
        return any(_is_plainly(value, choice) for choice in choices)
    return False


def step(
    *,
    version: str,
    writes: str,
    name: str | None = None,
    libraries: Iterable[str] = (),
    files: Iterable[str] = (),
    env: Iterable[str] = (),
    code: Iterable[str] = (),
    ignore: Iterable[str] = (),
) -> Callable[[Callable[P, R]], Step[P, R]]:
    """Declare a function a step.

    ``name`` defaults to the function's. ``writes`` is the extension of its output's file. ``version`` is raised by
    hand, where the output shall be made again for a reason that no strategy sees.

    The others are for what ``lineage`` and ``cutoff`` cannot see by themselves:

    - ``libraries``: distributions, for a library that is started as a program or loaded by a plug-in.
    - ``files``: paths and patterns (``sql/*.sql``), whole or from the project's folder, for what a C library opens by a
      computed name, such as a model that is loaded with ``polars.read_parquet(folder / name)``.
    - ``env``: environment variables, for those whose names are computed, or that a library reads.
    - ``code``: ``module`` or ``module:name``, for code that is chosen at run time by a name in the data.
    - ``ignore``: patterns of places (``lab.logs:*``), files and variables that are seen and do not change the output,
      such as a module that only logs. It is the one option that can make a result stale.
    """

    def declare(function: Callable[P, R]) -> Step[P, R]:
        importing = _importing()
        snapshots.look(importing)
        called = name or getattr(function, "__name__", None)
        if called is None:
            raise BadInput(f"{function!r}: it has no name of its own; give it one, as in @step(name=...)")
        return Step(
            function,
            name=called,
            version=version,
            writes=writes,
            libraries=libraries,
            files=files,
            env=env,
            code=code,
            ignore=ignore,
            declared_in=importing,
        )

    return declare


def _importing() -> str | None:
    """The module whose top level runs now, or called what does."""
    frame: FrameType | None = sys._getframe(1)
    while frame and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame.f_globals.get("__name__") if frame else None


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


if "SALTWORKS_SEEN" in os.environ:  # seen.TOLD: a step of another process is told what this one reads
    from saltern import watch as watch
