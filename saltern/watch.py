"""What this process executes, by Python's own audit events (PEP 578): the code of modules, as it is run.

Python keeps no module's code once it is run. Its times tell little about which text it came from: bytecode may be
stale, and a file may be saved again with what it said before.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import CodeType
from typing import Any

from saltern.memory import compiled, same

_PYTHON = str(Path(os.__file__).parent)
_executed: dict[str, CodeType] = {}  # file name -> the code of the module, the last that was run
_count = 0


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "exec":
        global _count
        code = arguments[0]
        if isinstance(code, CodeType) and code.co_name == "<module>":
            file = code.co_filename
            if not file.startswith(("<", _PYTHON)) and "site-packages" not in file:
                _executed[file] = code
                _count += 1


sys.addaudithook(_hook)  # a process cannot take it back: it does nothing but the above


def executions() -> int:
    """How many modules this process has executed since this one was loaded, libraries' apart."""
    return _count


def is_as_executed(path: Path, source: bytes) -> bool:
    """Whether the module that this process executed from a file is what the file says now. Not known is no."""
    code = _executed.get(str(path))
    return code is not None and same(code, compiled(source, str(path)))
