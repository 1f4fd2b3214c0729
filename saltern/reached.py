"""What a step reaches: the answer of ``reach.walk``, which is remembered on disk and held against what is loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from saltern import remote
from saltern.text import DIGITS

FILE = "<file>"  # what has no source: bytecode, an extension, an archive
PROJECT = "<project>"  # all that could be imported of the step's project
ORDER = "<order>"  # in which the modules are imported that do something then
FOLDER = "<current folder>"  # among the variables of the environment
ARGUMENTS = "<arguments>"  # of the program, among them too
PLATFORM = "<platform>"  # the operating system and the kind of processor
ENCODING = "<encoding>"  # of text files, where nothing else is said
IN_MEMORY = " in memory"  # what ends the places of values that the program has changed
CLOSURE = "<closure>"  # what a function that another one made holds of it

Place = tuple[str, str]  # a module, and a name in it
Origin = tuple[str, str, str]  # a module, the file that its names come from, and the module of that file


@dataclass
class Reached:
    """What a step reaches: places with the hashes of their code, and what else its result may depend on."""

    code: dict[str, str] = field(default_factory=dict)  # "shared.steps.ml:train" -> hash
    coarse: dict[str, str] = field(default_factory=dict)  # place -> why nothing finer would do
    libraries: set[str] = field(default_factory=set)  # top-level modules
    environment: set[str] = field(default_factory=set)  # names of variables
    words: set[str] = field(default_factory=set)  # in texts of its code
    fields: set[str] = field(default_factory=set)  # names that its classes bind
    # What is named by data: "variables" (by "programs" that it starts, too), "modules", "distributions" (plug-ins); and
    # what of files is looked at: "sizes", "times", "names" (of those that are open).
    by_name: set[str] = field(default_factory=set)
    texts: dict[str, Path] = field(default_factory=dict)  # files that the code names, by their names in the project
    patterns: set[str] = field(default_factory=set)  # of texts that the code puts together, which may name files
    steady: bool = True  # whether it is the same on every Python
    files: set[str] = field(default_factory=set)  # those that were looked at
    places: dict[Origin, dict[str, None]] = field(default_factory=dict)  # names that this process may hold
    imports: dict[str, dict[str, None]] = field(default_factory=dict)  # module -> its names of what libraries have
    compiled: dict[str, str] = field(default_factory=dict)  # file -> the digest of all that it compiles to
    # module -> file that says it -> name, or ``Class.attribute`` -> what it is there
    literals: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    fickle: dict[str, str] = field(default_factory=dict)  # functions that answer differently each time -> what they are
    opaque: tuple[str, ...] = ()  # objects in which nobody notices a change, and what they are
    is_seeded: bool = False  # whether the generator of random numbers that all share may be
    trees: set[str] = field(default_factory=set)  # folders of which all counts that could be imported
    listed: set[str] = field(default_factory=set)  # folders in which files were looked for that could be imported
    matched: set[str] = field(default_factory=set)  # folders in which files were looked for by a pattern
    absent: set[str] = field(default_factory=set)  # modules that were not on the path
    is_volatile: bool = False  # whether what was looked at may change and no file tells that

    @property
    def looks(self) -> str:
        """What the code looks at of files: ``times`` (sizes and rights, too), ``sizes``, or nothing: an empty text."""
        return next((kind for kind in ("times", "sizes") if kind in self.by_name), "")

    @property
    def unheld(self) -> list[str]:
        """What the result may depend on and that cannot be held, such as ``clock: time.time``."""
        told = [name for name in sorted(self.fickle) if not (self.is_seeded and name.startswith("random."))]
        inside = [f"what a program changes inside of: {one}" for one in self.opaque]
        places = remote.told(self.libraries, self.patterns)
        return [*(f"{self.fickle[name]}: {name}" for name in told), *inside, *places]


def hashed(value: Any) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
