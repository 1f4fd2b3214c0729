"""A case: a small project of a user, an edit, and what ``lineage`` is to do about it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Edit = tuple[str, str, str]  # a file, a text that stands in it once, and what is put there
Call = tuple[str, Mapping[str, str | list[str]], str]  # a step, its inputs (files or steps above), parameters as Python


@dataclass(frozen=True, kw_only=True)
class Case:
    """``about`` says what it is and where people have met it.

    ``project`` is text with a line ``--- name`` before each file. A file ``in.txt`` of ``1 2 3`` is there in any case.
    ``expect`` is ``rerun``, ``reuse`` or ``refuse``; several with ``|``. A value that is not the truth is never right.
    """

    name: str
    about: str
    project: str
    expect: str
    edit: Edit | tuple[Edit, ...] | Callable[[Path], object] = ()
    setup: Callable[[Path], object] | None = None  # what the text cannot say of the project
    module: str = "steps"
    calls: tuple[Call, ...] = (("out", {"data": "in.txt"}, "{}"),)  # one after the other; the last one's value counts
    calls_after: tuple[Call, ...] = ()  # those after the edit, where they are others
    pair: tuple[str, ...] = ()  # no edit: whether calls with these parameters share an artifact (reuse), or not (rerun)
    program: tuple[str, ...] = ()  # the arguments of Python, where the case has a program of its own
    reruns: tuple[str, ...] = ()  # the steps that run after the edit, where not all do
    same_value: bool = False  # the edit is seen, and changes no value
    env: Mapping[str, str] = field(default_factory=dict)
    env_after: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()  # modules that must be importable
    needs_312: bool = False  # Python 3.12
    then_312: bool = False  # Python 3.11 before the edit, 3.12 after it
    bytecode: bool = False  # whether Python writes any
    old: bool = True  # whether the files are; else they are as young as the test
    wrong: str = ""  # why it does not come out right, where it does not

    def files(self) -> dict[str, str]:
        return files(self.project)


def files(project: str) -> dict[str, str]:
    """The files of a project, from its text."""
    parts = textwrap.dedent(project).split("\n--- ")
    return {name: text + "\n" if text else "" for name, _, text in (part.partition("\n") for part in parts[1:])}


def helped(helper: str, call: str, module: str = "helper") -> str:
    """The text of a project whose step returns what a call of a function of another module gives, the ``helper``."""
    function = call.partition("(")[0]
    head = f"\n--- steps.py\nfrom saltern import step\nfrom {module} import {function}\n"
    step = f'@step(version="1", writes="json")\ndef out(data):\n    return {call}\n'
    return f"{head}{step}--- {module}.py{textwrap.dedent(helper)}"


def steps(body: str, before: str = "") -> str:
    """The text of a module ``steps`` with one step, for a project's: what its function does, and what stands above."""
    head = f"--- steps.py\nfrom pathlib import Path\n{before}\nfrom saltern import step\n"
    return f'{head}@step(version="1", writes="json")\ndef out(data):\n    {body}\n'
