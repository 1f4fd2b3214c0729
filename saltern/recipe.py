"""Recipes and salts, and the values that carry them from step to step."""

from __future__ import annotations

import hashlib
import json
import math
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from saltern.errors import BadInput
from saltern.forks import cached_property
from saltern.steps import Step

SALT_IN_NAME = 16  # hex digits, 64 bits: a collision is expected after some four billion artifacts of one step

_NESTED = frozenset({dict, list, tuple})
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


@dataclass(frozen=True, slots=True)
class Source:
    """An external input, which the pipeline does not make: a file, a folder, a pattern of files (``*``) or a URL.

    ``root`` is the folder that the file is named from, which is all that ``salted`` knows of it. Without a root it is
    the project of the step that reads the file. A relative path is one from that project, wherever that lies: so an
    input can go to another machine, which has a copy of its own.
    """

    path: str
    root: str | None = None

    @classmethod
    def at(cls, path: str | os.PathLike[str], *, root: str | os.PathLike[str] | None = None) -> Source:
        """What is at a path. It is named from ``root``, so that a project can be moved with its data.

        Raises BadInput for a path that leads in a circle, or cannot be one.
        """
        given = os.fspath(path)
        try:
            full = given if "://" in given else str(Path(given).resolve())
        except (OSError, RuntimeError, ValueError) as error:
            raise BadInput(f"{given!r}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
        return cls(full, str(Path(root).resolve()) if root is not None else None)

    @property
    def is_url(self) -> bool:
        return "://" in self.path

    def to_json(self, project: str | os.PathLike[str] | None = None) -> dict[str, Any]:
        """To travel to another machine: a path in the project is a path from the project there."""
        path = Path(self.path)
        if self.is_url or project is None or self.root is not None or not path.is_relative_to(project):
            return asdict(self)
        return asdict(Source(path.relative_to(project).as_posix()))

    def within(self, project: Path | None) -> Source:
        """What it is where it is read. Raises BadInput for a path from a project, where there is none."""
        if self.is_url or Path(self.path).is_absolute():
            return self
        if project is None:
            raise BadInput(f"{self.path}: a path from the project's folder, and the step has no project")
        return Source(str(project / self.path), self.root)

    def name(self, project: Path | None = None) -> str:
        """The path from the root, or else from a project; an absolute path where the file lies outside of it."""
        if self.is_url:
            return self.path
        home = Path(self.root) if self.root is not None else project
        path = Path(self.path)
        return (path.relative_to(home) if home and path.is_relative_to(home) else path).as_posix()


@dataclass(frozen=True, slots=True)
class Artifact:
    """The output of one step, made or still to be made. It is small and fits into JSON: any engine can hand it on."""

    step: str
    partition: str | None
    name: str  # the file's name in the store
    salt: str | None = None  # None under ``native``
    digest: str | None = None  # of the content, once it is made
    interval: str | None = None  # of the days it sums up: in its plain name under ``native``
    settings: str | None = None  # ``C=1.0,seed=0``, its own and those of what it is made from: where names tell them

    @property
    def key(self) -> str:
        """``train``, or ``daily_counts[2018-03-05]``."""
        return key(self.step, self.partition)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Artifact:
        return cls(**document)


Input = Source | Artifact
Given = Input | Mapping[str, Any] | Sequence[Any]  # one input, or several: by partition, or in order
Inputs = Mapping[str, Given]  # by the step's arguments


_PROCESS = uuid.uuid4().hex  # of this one, and of those that it forks


def this_process() -> str:
    """A name of this process that no other has, on whatever machine."""
    return f"{_PROCESS}-{os.getpid()}"


@dataclass(frozen=True)
class Call:
    """One step applied to named inputs and parameters: what is to run, and the artifact it is to make."""

    step: Step[..., Any]
    partition: str | None
    params: Mapping[str, Any]
    inputs: Inputs
    canonical_recipe: str | None  # as text, of which a graph of many thousand steps can hold one each; None: ``native``
    artifact: Artifact
    process: str = field(default_factory=this_process, compare=False)  # that wrote the recipe

    @property
    def key(self) -> str:
        return self.artifact.key

    @property
    def recipe(self) -> dict[str, Any] | None:
        """The document of all that goes into the artifact; None under ``native``."""
        return json.loads(self.canonical_recipe) if self.canonical_recipe else None

    @cached_property
    def upstream(self) -> tuple[Artifact, ...]:
        """The artifacts among the inputs, in order."""
        return tuple(item for item in each(self.inputs) if isinstance(item, Artifact))


def key(step: str, partition: str | None) -> str:
    return step if partition is None else f"{step}[{partition}]"


def each(inputs: Inputs) -> Iterator[Input]:
    """Every single input, those of a fan-in one by one."""
    todo: list[Given] = [*inputs.values()][::-1]
    while todo:
        given = todo.pop()
        if isinstance(given, Source | Artifact):
            yield given
        else:
            todo += reversed([*(given.values() if isinstance(given, Mapping) else given)])


def mapped(inputs: Inputs, change: Callable[[Input], Any]) -> dict[str, Any]:
    """Named inputs, each changed by a function; several stay together, in their order: by partition, or in a list."""
    return {argument: like(given, given, lambda item, _: change(item)) for argument, given in inputs.items()}


def like(given: Any, values: Any, change: Callable[[Any, Any], Any]) -> Any:
    """What is in ``values`` where the inputs of an argument are, arranged as these are.

    ``change`` is given each input and its value.
    """
    if isinstance(given, Mapping):
        return {part: like(one, values[part], change) for part, one in given.items()}
    if isinstance(given, list | tuple):
        found = [like(one, value, change) for one, value in zip(given, values, strict=True)]
        return found if isinstance(given, list) else tuple(found)
    return change(given, values)


def order(given: Given) -> str | None:
    """The hash of how inputs are arranged, where canonical JSON does not say it: not by name, or in a tuple."""
    told: list[Any] = []
    todo: list[Any] = [given]
    is_plain = True
    while todo:
        one = todo.pop()
        if isinstance(one, Mapping):
            is_plain &= [*one] == sorted(one, key=str)
            told.append([*one])
            todo += one.values()
        elif isinstance(one, list | tuple):
            is_plain &= isinstance(one, list)
            told.append(["list" if isinstance(one, list) else "tuple", len(one)])
            todo += one
    return None if is_plain else hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def flat(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Named inputs, of a call or of its recipe, several one by one: ``counts[2018-03-05]``, ``tables[0]``."""
    found: dict[str, Any] = {}
    todo = [*inputs.items()][::-1]
    while todo:
        name, value = todo.pop()
        if isinstance(value, Mapping):
            todo += [(key(name, part), one) for part, one in value.items()][::-1]
        elif isinstance(value, list | tuple):
            todo += [(f"{name}[{number}]", one) for number, one in enumerate(value)][::-1]
        else:
            found[name] = value
    return found


def differing(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[str]:
    """The names under which two mappings do not hold the same, sorted."""
    return sorted(name for name in {*new, *old} if new.get(name) != old.get(name))


def canonical(document: Mapping[str, Any], where: str = "recipe") -> str:
    """Canonical JSON: sorted keys, no white space, no NaN. Equal documents give equal text.

    Raises BadInput, naming the place, for a value that JSON cannot hold exactly.
    """
    try:
        if _has_text_keys(document):  # others the encoder would quietly turn into text
            return _encode(document)
    except (TypeError, ValueError):
        pass
    raise BadInput(f"{_inexact(document, where)} cannot be part of a salt")


def salt(canonical_recipe: str) -> str:
    """The full sha256 of a recipe in canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_recipe.encode("utf-8", "surrogatepass")).hexdigest()


def _has_text_keys(value: Any) -> bool:
    """Whether every key of every object in a value is text. Fast: it is asked of each recipe."""
    if type(value) is dict:
        for name, item in value.items():
            if type(name) is not str or (type(item) in _NESTED and not _has_text_keys(item)):
                return False
    elif type(value) in _NESTED:
        return all(map(_has_text_keys, value))
    return True


def _inexact(value: Any, where: str) -> str | None:
    """Where in a value there is what JSON cannot hold exactly, and what it is; None where there is nothing."""
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return None
    if isinstance(value, float):
        return f"{where}: {value}"
    if isinstance(value, dict):
        for name, item in value.items():
            if type(name) is not str:
                return f"{where}: a key of type {type(name).__name__}"
            if found := _inexact(item, f"{where}.{name}"):
                return found
        return None
    if isinstance(value, list | tuple):
        return next(filter(None, (_inexact(item, f"{where}[{i}]") for i, item in enumerate(value))), None)
    return f"{where}: a value of type {type(value).__name__}"
