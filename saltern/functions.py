"""The fingerprint of a function, for other caches that ask their user for a version of the code.

>>> from saltern import fingerprint
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from saltern.code import code_fingerprint, environment, named_files
from saltern.errors import BadInput
from saltern.libraries import library_fingerprint
from saltern.memory import digest
from saltern.parameters import exact
from saltern.parsed import written
from saltern.recipe import canonical, salt
from saltern.sources import state_of
from saltern.steps import Step

FORMAT = 1  # raised when the same ingredients are written down in another way


class _Plain(Step[..., Any]):
    """A function that nobody declared a step."""

    def __init__(self, function: FunctionType) -> None:
        super().__init__(function, name=function.__qualname__, version="", writes="")
        self.code_object = function.__code__

    @property
    def names(self) -> list[str]:
        """Also the name of its definition, which a decorator may have bound to something else, or is about to."""
        module, name = sys.modules.get(self.function.__module__), self.code_object.co_qualname
        found = [one for one, value in vars(module).items() if value is self.function] if module else []
        return found or ([name] if name.isidentifier() and self._is_of(module) else [])

    def _is_of(self, module: ModuleType | None) -> bool:
        return self.code_object.co_filename == getattr(module, "__file__", None)

    def check(self) -> None:
        """Raise BadInput where its source does not tell what it does."""
        module = sys.modules.get(self.function.__module__)
        if not self.names and not self._is_of(module):
            raise BadInput(f"{self._place}: its module does not define it, so its code cannot be fingerprinted")
        for name, value in () if self.names else _made_with(self.function):
            try:
                exact(value, name)
            except (BadInput, ValueError):
                raise BadInput(
                    f"{self._place}: '{name}' is an object that it was made with, which cannot be fingerprinted; "
                    "give it as an argument, or define the function at its module's top level"
                ) from None
        path = Path(self.code_object.co_filename)
        source = written(self.function.__module__, path, state_of(path)) if path.is_file() else {}
        if source and digest(self.code_object) not in source.get(self.code_object.co_qualname, ()):
            raise BadInput(f"{path}: '{self.name}' in memory is not what the file says; start the process anew")

    @property
    def _place(self) -> str:
        return f"{self.function.__module__}.{self.name}"


def fingerprint(function: Callable[..., Any]) -> str:
    """Sixty-four hexadecimal digits that change when the function may do something else. Nothing is run.

    It depends on what ``lineage`` puts into the name of a step's artifact. This is the function's code with its
    decorators, and all code of this project that it reaches, in other modules too. It is what the project's modules do
    when they are imported, the versions of the libraries that this code imports and of those that they need, and
    Python's minor version. It is the environment variables and files that the code names, and what a step declares.
    Comments, formatting, docstrings that nobody reads, and code that the function does not reach do not count.

    A file that the code names counts by its content. So pass the paths of what a pipeline makes as arguments.

    It does not depend on the arguments, which the cache that asks must compare itself. Nor does it depend on the
    network, clocks, random numbers, or files that are opened by a path which is computed.

    It may be called in a decorator. What a module runs at its top level counts for each of its functions. So does a
    decorator that is not known, because it may register its function. Keep the functions in a module of their own, and
    build the pipeline in another module or below ``if __name__ == "__main__":``. Then each has its own fingerprint.

    Raises BadInput if the function cannot be fingerprinted: it has no source file, it is an object, or it was made
    with one. Raises BadInput too if the function in memory is not the one in the source.
    """
    declared = function if isinstance(function, Step) else _plain(function)
    recipe: dict[str, Any] = {
        "fingerprint": FORMAT,
        "version": declared.version,
        "code": code_fingerprint(declared),
        "environment": environment(declared),
        "files": named_files(declared),
        "libraries": library_fingerprint(declared),
    }
    if isinstance(declared, _Plain) and not declared.names:
        recipe["made with"] = [[name, exact(value, name)] for name, value in _made_with(declared.function)]
    return salt(canonical(recipe, declared.name))


def _plain(function: Callable[..., Any]) -> _Plain:
    if not isinstance(function, FunctionType):
        raise BadInput(
            f"{function!r}: neither a function nor a step, so its code cannot be fingerprinted; give the function "
            "that it calls"
        )
    declared = _known(function)
    declared.check()
    return declared


@lru_cache(maxsize=4096)
def _known(function: FunctionType) -> _Plain:
    return _Plain(function)


def _made_with(function: Any) -> Iterator[tuple[str, Any]]:
    """What is in a function that is in no source: values of the function around it, and its defaults."""
    code = function.__code__
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # it is empty
            continue
    yield from sorted((function.__kwdefaults__ or {}).items())
    names = code.co_varnames[: code.co_argcount]
    yield from zip(reversed(names), reversed(function.__defaults__ or ()), strict=False)
