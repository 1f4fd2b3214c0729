"""When a module of the user's has been executed to its end: nothing has changed then what its top level has made.

Python tells when a module's code begins to run (an audit event, PEP 578), and not when it has ended. Then the import
system asks the module's spec for its name once more. Whoever calls a loader's ``exec_module`` does not; but the loader
lets go of the code then, and mostly nobody else has it.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

_PYTHON, _OURS = str(Path(os.__file__).parent), str(Path(__file__).parent)
_BOOTSTRAP: Any = sys.modules[ModuleSpec.__module__]
_IMPORTERS = {_BOOTSTRAP._load_unlocked.__code__, _BOOTSTRAP._exec.__code__}  # the second when it is loaded again
_listeners: list[Callable[[str], None]] = []
_running: dict[int, weakref.ref[CodeType]] = {}  # the code that a loader runs for somebody else than the import system


def at_end(listener: Callable[[str], None]) -> None:
    """Call ``listener`` with the name of each module of the user's when its top level has ended."""
    _listeners.append(listener)


def names_of(module: object) -> dict[str, Any] | None:
    """The names of a module, without asking one that is loaded when it is first asked."""
    return object.__getattribute__(module, "__dict__") if issubclass(type(module), ModuleType) else None


def is_users(file: object) -> bool:
    """Whether a file is source of the user's: not of Python, of a library or of ours."""
    if not isinstance(file, str) or not file.endswith(".py") or file.startswith((_PYTHON, _OURS)):
        return False
    return "site-packages" not in file and "dist-packages" not in file


class _Running(ModuleSpec):
    """The spec of a module whose top level runs."""

    def __getattribute__(self, name: str) -> Any:
        if name == "name" and sys._getframe(1).f_code in _IMPORTERS:
            self.__class__ = ModuleSpec  # type: ignore[assignment]
            _tell(self.name)
        return object.__getattribute__(self, name)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "exec" or not isinstance(code := arguments[0], CodeType) or code.co_name != "<module>":
        return
    if not is_users(code.co_filename):
        return
    frame: FrameType | None = sys._getframe(1)
    name = None
    while frame and frame.f_code.co_name in ("_call_with_frames_removed", "exec_module"):
        if frame.f_code.co_name == "exec_module" and frame.f_code.co_argcount == 2:  # the loader, and the module
            names = names_of(frame.f_locals.get(frame.f_code.co_varnames[1]))
            name = names.get("__name__") if names else None
        frame = frame.f_back
    if frame and frame.f_code in _IMPORTERS and type(spec := frame.f_locals["spec"]) is ModuleSpec:
        spec.__class__ = _Running
    elif name:
        _running[id(code)] = weakref.ref(code, partial(_let_go, name, id(code)))


def _let_go(name: str, code: int, _: object) -> None:
    _running.pop(code, None)
    _tell(name)


def _tell(name: str) -> None:
    for listener in _listeners:
        listener(name)


sys.addaudithook(_hook)
