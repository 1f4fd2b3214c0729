"""What ``lineage`` and ``cutoff`` know of a step, for ``explain``: what its result depends on, and how finely."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from saltern.code import environment, named_files, reached
from saltern.errors import BadInput
from saltern.libraries import library_fingerprint
from saltern.looks import Look, looks
from saltern.modules import BODY, DOCSTRINGS, HINTS, SUBCLASSES, WHOLE
from saltern.reach import project_of
from saltern.reached import CLOSURE, FILE, ORDER, PROJECT
from saltern.steps import Step

MEANS = {
    BODY: "what the module does when it is imported",
    CLOSURE: "what the function holds of the one that made it",
    DOCSTRINGS: "all docstrings of the module",
    FILE: "the whole file",
    HINTS: "all type hints of variables, which a library reads that checks or compiles code",
    ORDER: "the order in which modules that do something are imported",
    SUBCLASSES: "all classes of the module that have bases",
    PROJECT: "all source files of the project",
    WHOLE: "the whole module",
}
# What it would take to make a coarse place fine, by a part of the reason why it is coarse.
WAYS_OUT = {
    "handed around": "import the names that are used, or take them by a constant name: module.name",
    "no definition there": "define the name at the top level of the module, or import it by its name",
    "may reach any name": "look the name up in a dictionary that the module defines",
    "may reach any module": "import by a constant name, or declare what can be loaded: @step(code=[...])",
    "not on the path yet": "extend sys.path before the module of the step is imported",
    "at its top level stands for": "bind the step to a name at the top level of its module",
    "an object that a program": "define the module in a file",
    "hears of classes": "register classes by an explicit call",
    "may know its subclasses": "keep such classes in a module that only those import who use them",
    "by its globals": "pass the value that is looked up as an argument",
    "is read": "take the name itself: module.name",
    "docstrings": "hold the text in a constant",
}
LOOKS: dict[Look, str] = {
    "no": "",
    "suffix": "; of a file the suffix of its name",
    "name": "; of a file its name",
    "path": "; of a file its path",
}


def find_step(place: str) -> Step[..., object]:
    """The step at ``module:name``. Raises BadInput where there is none."""
    module, _, name = place.partition(":")
    if not (module and name):
        raise BadInput(f"{place}: write it as MODULE:STEP, for example shared.steps.ml:train")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError as error:
        raise BadInput(f"{place}: {error}; run this command in the project's folder") from None
    if not isinstance(found, Step):
        raise BadInput(f"{place}: there is no step of that name in {module}")
    return found


def explained(step: Step[..., object]) -> Iterator[tuple[str, str]]:
    """Headings, each with one line or several."""
    found = reached(step)
    yield "step", f"{step.name} version {step.version}, writes .{step.writes}"
    yield "project", str(project_of(step))
    yield "inputs", _lines(f"{name}: what is in it{LOOKS[looks(step, name, found)]}" for name in step.inputs)
    yield "parameters", _lines(step.parameters)
    yield "code", _lines(_place(place) for place in found.code)
    yield "coarse", _lines(f"{place}: {why}{_way_out(why)}" for place, why in sorted(found.coarse.items()))
    yield "libraries", _lines(f"{name} {version}" for name, version in library_fingerprint(step).items())
    yield "environment", _lines(environment(step))
    yield "files", _lines(named_files(step))
    yield (
        "while it runs",
        "files and folders of yours that it opens, and scripts that it starts, are held in the manifest",
    )
    yield "not held", _lines(found.unheld)
    yield (
        "not seen",
        "what a C library opens by a name that only data says; what the network answers; what a program sets on\n"
        "a library, in defaults of functions, in what functools.cache holds, or where the step's code sets it too",
    )


def _place(place: str) -> str:
    name = place.rpartition(":")[2]
    return f"{place}  {MEANS[name]}" if name in MEANS else place


def _way_out(why: str) -> str:
    return next((f". To make it finer: {way}" for part, way in WAYS_OUT.items() if part in why), "")


def _lines(lines: object) -> str:
    return "\n".join(map(str, lines)) or "none"  # type: ignore[call-overload]
