"""Fingerprints of code: all of the project's own code that a step reaches, by what it does and not by how it looks.

From the step's definition the walk follows each global name that is read: to functions, classes and constants of the
same module and, through imports, of the project's other modules. A definition counts with its syntax tree, so comments,
docstrings that nobody reads, formatting and the order of definitions do not count. What a module does when it is
imported counts wherever importing the step's module imports it. Libraries are not followed: see ``libraries.py``.

Source is read; nothing is run to find out. Where a name leads cannot always be read from source: then a coarser piece
counts that holds it in any case, a whole module or the whole project. ``Reached.coarse`` says where, and why.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from saltern import sources, watch
from saltern.codecs import CODECS
from saltern.errors import BadInput
from saltern.files import file_digest
from saltern.memory import differs
from saltern.modules import BODY, DIGITS, DOCSTRINGS, NOTHING, WHOLE, Module, parse
from saltern.names import Import, Reference
from saltern.parameters import exact
from saltern.recipe import differing
from saltern.sources import State, locate, state_of
from saltern.steps import Step

FILE = "<file>"  # what has no source: bytecode, an extension, an archive
PROJECT = "<project>"  # all that could be imported of the step's project
ORDER = "<order>"  # of the modules that do more than define when they are imported
CLOSURE = "<closure>"  # what a function that another one made holds of it
CODECS_MODULE = f"{__package__}.codecs"

Place = tuple[str, str]  # a module, and a name in it

# Library functions that run code which is named by data, or read source as text.
_BY_DATA = {
    "builtins.__import__", "cloudpickle.load", "cloudpickle.loads", "dill.load", "dill.loads", "importlib.__import__",
    "importlib.import_module", "importlib.reload", "inspect.findsource", "inspect.getsource", "inspect.getsourcelines",
    "joblib.load", "pandas.read_pickle", "pickle.load", "pickle.loads", "pickle.Unpickler", "pkgutil.resolve_name",
    "runpy.run_module", "runpy.run_path", "shelve.open", "sys.modules", "torch.load",
}  # fmt: skip
_IMPORTS = {"builtins.__import__", "importlib.__import__", "importlib.import_module", "pkgutil.resolve_name"}
_ENVIRONMENT = {"os.environ", "os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop"}
# What gives the same on every Python; for all else its minor version is an ingredient.
_STEADY = {
    "__future__", "abc", "base64", "bisect", "builtins", "collections", "contextlib", "copy", "csv", "dataclasses",
    "decimal", "enum", "fractions", "functools", "gzip", "hashlib", "heapq", "io", "itertools", "json", "logging",
    "math", "operator", "os", "pathlib", "string", "struct", "subprocess", "sys", "textwrap", "time", "types", "typing",
    "zlib",
}  # fmt: skip
_UNSTEADY = {"sum", "hash", "compile", "exec", "eval", "repr", "dir", "vars"}


@dataclass
class Reached:
    """What a step reaches: places with the hashes of their code, and what else its result may depend on."""

    code: dict[str, str] = field(default_factory=dict)  # "shared.steps.ml:train" -> hash
    coarse: dict[str, str] = field(default_factory=dict)  # place -> why nothing finer would do
    libraries: set[str] = field(default_factory=set)  # top-level modules
    environment: set[str] = field(default_factory=set)  # names of variables
    texts: dict[str, Path] = field(default_factory=dict)  # files that the code names, by their names in the project
    steady: bool = True  # whether it is the same on every Python
    files: set[Path] = field(default_factory=set)  # those that were looked at


def code_fingerprint(declared: Step[..., Any]) -> dict[str, str]:
    """``{"shared.steps.ml:train": "5f0c...", ...}``: each definition that a step reaches, and its hash.

    Raises BadInput, naming the place, where what is in memory is not what the source says.
    """
    return reached(declared).code


def reached(declared: Step[..., Any]) -> Reached:
    """All that a step reaches. Remembered until this process executes another module of the project."""
    return _reached(declared, watch.executions())


@lru_cache(maxsize=4096)
def _reached(declared: Step[..., Any], executions: int) -> Reached:
    walk = _Walk(declared)
    walk.run()
    found = walk.found
    found.code = {place: digest for place, digest in sorted(found.code.items()) if digest != NOTHING}
    return found


def named_files(declared: Step[..., Any]) -> dict[str, str]:
    """The files of the project that a step's code names, and the digests of their content."""
    return {name: file_digest(path) for name, path in sorted(reached(declared).texts.items()) if path.is_file()}


def definition(declared: Step[..., Any]) -> dict[str, list[ast.FunctionDef]] | None:
    """The functions of the module that a step is defined in; None where the step's own is not among them."""
    module = declared.function.__module__
    location = locate(module, module.partition(".")[0])
    if location.kind != "source":
        return None
    statements = _parsed(module, location.path, state_of(location.path)).statements
    kept = {name: [one for one in several if isinstance(one, ast.FunctionDef)] for name, several in statements.items()}
    functions = {name: several for name, several in kept.items() if len(several) == len(statements[name])}
    return functions if declared.function.__name__ in functions else None


def environment(declared: Step[..., Any]) -> dict[str, str]:
    """The environment variables that a step's code reads by constant names, and hashes of their values."""
    read = {name: os.environ.get(name) for name in sorted(reached(declared).environment)}
    return {name: _hash(value) if value is not None else "unset" for name, value in read.items()}


def check_unchanged(declared: Step[..., Any], recorded: Mapping[str, str]) -> None:
    """Raise BadInput when the code that a step reaches is not what was recorded before it ran: it may be what ran."""
    if changed := differing(code_fingerprint(declared), recorded):
        raise BadInput(
            f"{', '.join(changed)}: changed while '{declared.name}' ran, so nothing was stored; run it again"
        )


def project_of(declared: Step[..., Any]) -> Path:
    """The folder of a step's project; where nothing marks one, the one that its top-level package lies in."""
    if declared.project:
        return declared.project
    module = declared.function.__module__
    path = locate(module, module.partition(".")[0]).path
    above = module.count(".") + (path.name == "__init__.py")
    return path.parents[min(above, len(path.parents) - 1)]


def forget() -> None:
    """Read all source anew: for programs that change it while they run."""
    for remembered in (_reached, _parsed, _bytes, _project):
        remembered.cache_clear()
    sources.forget()


class _Walk:
    def __init__(self, declared: Step[..., Any]) -> None:
        self.declared, self.found = declared, Reached()
        self.home_module = declared.function.__module__
        top = self.home_module.partition(".")[0]
        if top == "__main__":
            top = (getattr(sys.modules[top], "__package__", None) or top).partition(".")[0]
        self.home = top
        self.start: set[Place] = set()
        self.todo: list[Place] = []
        self.modules: dict[str, Module] = {}  # those that were looked at
        self.imported: set[str] = set()  # those whose imports were followed
        self.classes = ""  # why all classes count that are reached, and so the modules they are in
        self.docstrings = False  # whether any are read as data: then all of the modules that are reached count

    def run(self) -> None:
        self.todo += self._starts()
        self.start = set(self.todo)
        self.todo += self._codecs()
        while self.todo:
            place = self.todo.pop()
            if ":".join(place) not in self.found.code and place != (CODECS_MODULE, BODY):  # it would be all codecs
                self._visit(*place)
            if not self.todo and self.docstrings:
                self._add_everywhere(DOCSTRINGS)
            if not self.todo and self.classes:
                self._add_everywhere(WHOLE)
        self._add_order()

    def _add_everywhere(self, name: str) -> None:
        """Let a piece of every module count that is reached, but for the codecs' that the step has no use for."""
        modules = {key.partition(":")[0] for key in self.found.code} - {CODECS_MODULE}
        wanted = [module for module in sorted(modules) if locate(module, self.home).kind == "source"]
        for module in wanted:
            if f"{module}:{name}" not in self.found.code:
                self.todo.append((module, name) if name == DOCSTRINGS else self._coarse(module, name, self.classes))

    def _add_order(self) -> None:
        """Let the order count in which an import executes the modules that do more than define."""
        ends = f":{BODY}", f":{WHOLE}"
        found = {
            key.rpartition(":")[0]
            for key, digest in self.found.code.items()
            if key.endswith(ends) and digest != NOTHING
        }
        order = [module for module in self._executed() if module in found] if len(found) > 1 else []
        if len(order) > 1:
            self.found.code[f"{self.home_module}:{ORDER}"] = _hash(order)

    def _executed(self) -> list[str]:
        """The project's modules in the order in which importing the step's own ends executing them."""
        order: dict[str, None] = {}
        seen, todo = set(), [(self.home_module, False)]
        while todo:
            module, ended = todo.pop()
            if ended:
                order[module] = None
            elif module not in seen and locate(module, self.home).kind == "source":
                seen.add(module)
                source = self._module(module, locate(module, self.home).path)
                todo += [(module, True), *((name, False) for name in reversed(_with_packages(module, source)))]
        return [*order]

    def _starts(self) -> Iterator[Place]:
        """Where the step is defined: its name, or where it has none all of its module and what its function holds."""
        module, declared = self.home_module, self.declared
        loaded = sys.modules.get(module)
        names = [name for name, value in vars(loaded).items() if value is declared] if loaded else []
        parts = self._module(module, locate(module, self.home).path).statements if self._is_source(module) else {}
        yield from ((module, name) for name in names if name in parts)
        if not any(name in parts for name in names):
            self._coarse(module, WHOLE, f"no name at its top level stands for step '{declared.name}'")
            yield module, WHOLE
        if held := _held(declared.function):
            self.found.code[f"{module}:{CLOSURE}"] = _hash(held)

    def _is_source(self, module: str) -> bool:
        location = locate(module, self.home)
        if location.kind == "unknown":
            raise BadInput(
                f"step '{self.declared.name}': there is no file of its module '{module}', so its code cannot be "
                "fingerprinted; define it in a file"
            )
        return location.kind == "source"

    def _codecs(self) -> Iterator[Place]:
        """The functions that write and read the step's output."""
        codec = CODECS.get(self.declared.writes)
        for function in (codec.dump, codec.load) if codec else ():
            module = getattr(function, "__module__", None)
            if not isinstance(module, str) or locate(module, self.home).kind in ("library", "unknown"):
                continue
            name = getattr(function, "__qualname__", "")
            yield module, name if vars(sys.modules[module]).get(name) is function else WHOLE

    def _visit(self, module: str, name: str) -> None:
        key = f"{module}:{name}"
        if name == PROJECT:
            self.found.code[key] = _files(self._root())
            return
        location = locate(module, self.home)
        if name == FILE or location.kind != "source":
            self.found.code[key] = _hash([_files(path) for path in location.paths])
            self.found.files |= {*location.paths}
            return
        source = self._module(module, location.path)
        part = source.part(name, declared=(module, name) not in self.start)
        self.found.code[key] = part.digest
        if module != CODECS_MODULE:
            self._check_memory(module, name, location.path)
            if module not in self.imported:
                self.imported.add(module)
                self.todo += self._imported_with(module, source)
                if source.sees_classes and not self.classes:
                    self.classes = f"{module} sees what classes are made"
        for reference in part.references:
            self.todo += self._followed(module, source, reference)
        self._texts(part.texts, location.path.parent)
        if part.docstrings:
            self._coarse(module, DOCSTRINGS, f"'{name}' reads docstrings as data")
            self.docstrings = True

    def _module(self, module: str, path: Path) -> Module:
        known = self.modules.get(module)
        if known is None:
            self.found.files.add(path)
            known = self.modules[module] = _parsed(module, path, state_of(path))
        return known

    def _check_memory(self, module: str, name: str, path: Path) -> None:
        """Raise BadInput where this process has loaded other code than the source has."""
        if differs(module, name, path, _bytes(path, state_of(path))):
            raise BadInput(
                f"{path}: '{name}' in memory is not what the file says; start the process anew, or reload "
                f"'{module}' and what imports it"
            )
        is_new = self.declared.loaded_ns < path.stat().st_mtime_ns <= time.time_ns()  # later: of a clock that is ahead
        if is_new and module in sys.modules and not watch.is_as_executed(path, _bytes(path, state_of(path))):
            raise BadInput(f"{path}: edited after '{self.declared.name}' was loaded; start the process anew")

    def _imported_with(self, module: str, source: Module) -> Iterator[Place]:
        """The modules of the project that importing one loads: itself, its packages, and what it imports itself."""
        for name in _with_packages(module, source):
            kind = locate(name, self.home).kind
            if kind == "source":
                yield name, BODY
            elif kind == "file":
                yield name, FILE
            elif kind == "unknown" and "." not in name:
                yield from self._unknown(name)

    def _followed(self, module: str, source: Module, reference: Reference) -> Iterator[Place]:
        """The places that a reference in a module leads to; none for libraries and builtins."""
        name = reference.name
        if reference.imported:
            yield from self._through(reference.imported, reference)
        elif name in source.statements or name in source.imports:
            places = self._resolved(module, [name, *reference.attributes], reference)
            yield from (one for one in places if one != (module, name) or name in source.statements)
        elif starred := [*self._starred(source, [name, *reference.attributes], reference)]:
            yield from starred
        elif hasattr(builtins, name):
            yield from self._builtin(module, reference)
        elif not (reference.soft or name in source.types or _is_dunder(name) or self._has_library_stars(source)):
            yield self._coarse(module, WHOLE, f"'{name}' has no definition there")

    def _through(self, target: Import, reference: Reference) -> Iterator[Place]:
        path = [*([target.name] if target.name and target.name != "*" else []), *reference.attributes]
        yield from self._resolved(target.module, path, reference)

    def _resolved(
        self, module: str, path: list[str], reference: Reference, seen: frozenset[str] = frozenset()
    ) -> Iterator[Place]:
        """The places that a path of names leads to, from a module through as many names as are modules or imports."""
        here = f"{module}:{'.'.join(path)}"
        if here in seen:
            return
        seen |= {here}
        while path and locate(below := f"{module}.{path[0]}", self.home).kind in ("source", "file", "folder"):
            if locate(module, self.home).kind == "source":  # what the package binds may hide its part of that name
                yield from self._bound(module, path, reference, seen)
            module, path = below, path[1:]
        location = locate(module, self.home)
        if location.kind == "library":
            yield from self._library(module, path, reference)
        elif location.kind == "unknown":
            yield from self._unknown(module)
        elif location.kind == "file":
            yield module, FILE
        elif not path or location.kind == "folder":
            yield self._coarse(module, WHOLE, "the module itself is handed around")
        elif location.kind == "source" and not _is_dunder(path[0]):
            found = [*self._bound(module, path, reference, seen)]
            yield from found
            source = self._module(module, location.path)
            if not (found or reference.soft or path[0] in source.types or self._has_library_stars(source)):
                yield self._coarse(module, WHOLE, f"'{path[0]}' has no definition there")

    def _bound(self, module: str, path: list[str], reference: Reference, seen: frozenset[str]) -> Iterator[Place]:
        """The places that a name stands for which a module binds; none where it binds no such name."""
        source = self._module(module, locate(module, self.home).path)
        name, rest = path[0], path[1:]
        if name in source.statements or name in source.imports:
            yield module, name
        for target in source.imports.get(name, ()):
            named = [target.name] if target.name else []
            yield from self._resolved(target.module, [*named, *rest], reference, seen)
            if locate(target.module, self.home).kind == "library":
                yield module, BODY  # it is bound, if not by the project
        yield from self._starred(source, path, reference, seen)

    def _starred(
        self, source: Module, path: list[str], reference: Reference, seen: frozenset[str] = frozenset()
    ) -> Iterator[Place]:
        for star in source.stars:
            kind = locate(star, self.home).kind
            if kind == "source" and f"{star}:*" not in seen:
                yield from self._bound(star, path, reference, seen | {f"{star}:*"})
            elif kind in ("file", "folder"):
                yield star, FILE
            elif kind == "unknown":
                yield from self._unknown(star)
            elif kind == "library":
                self._uses(star)

    def _has_library_stars(self, source: Module) -> bool:
        return any(locate(star, self.home).kind == "library" for star in source.stars)

    def _builtin(self, module: str, reference: Reference) -> Iterator[Place]:
        name = reference.name
        if name in _UNSTEADY:
            self.found.steady = False
        if name in ("eval", "globals"):
            yield self._coarse(module, WHOLE, f"{name}() may reach any name in it")
        elif name == "exec":
            yield self._coarse(module, WHOLE, f"{name}() may reach any name in it")
            yield self._coarse(self.home, PROJECT, f"{module} calls exec()")
        elif name == "__import__":
            yield from self._library("builtins", [name], reference)

    def _library(self, module: str, path: list[str], reference: Reference) -> Iterator[Place]:
        full = ".".join([module, *path])
        self._uses(module)
        if full in _ENVIRONMENT and reference.constant:
            self.found.environment.add(reference.constant)
        elif full in _IMPORTS and reference.constant and not reference.constant.startswith("."):
            yield from self._resolved(reference.constant.replace(":", "."), [], reference._replace(constant=None))
        elif full in _BY_DATA or full.startswith("sys.modules."):
            yield self._coarse(self.home, PROJECT, f"{full} may reach any module")

    def _uses(self, module: str) -> None:
        top = module.partition(".")[0]
        if top != __package__:
            self.found.libraries.add(top)
            self.found.steady &= top in _STEADY

    def _unknown(self, module: str) -> Iterator[Place]:
        """What cannot be found now: the project's files of that name; all of it where a program has put it there."""
        parts = module.split(".")
        wanted = {"/".join([*parts, "__init__"]), "/".join(parts), parts[0]}
        for path in sources.project_files(self._root()):
            inside = path.relative_to(self._root()).with_suffix("").as_posix()
            if any(inside == one or inside.endswith(f"/{one}") for one in wanted):
                name = f"{path.relative_to(self._root()).as_posix()}:{FILE}"
                self.found.code[name] = _files(path)
                self.found.coarse[name] = f"'{module}' is not on the path yet"
        loaded = sys.modules.get(module)
        if loaded is not None and not getattr(loaded, "__file__", None):
            yield self._coarse(self.home, PROJECT, f"'{module}' is an object that a program has made")

    def _texts(self, texts: tuple[str, ...], folder: Path) -> None:
        """Note the files that texts name, as seen from the module's folder, the project's and the current one."""
        for one in texts:
            for start in {folder, self._root()}:
                path = start / one
                if path.is_file() and path.suffix != ".py":
                    root = self._root()
                    name = path.relative_to(root) if path.is_relative_to(root) else path
                    self.found.texts[name.as_posix()] = path

    def _root(self) -> Path:
        return project_of(self.declared)

    def _coarse(self, module: str, name: str, why: str) -> Place:
        self.found.coarse.setdefault(f"{module}:{name}", why)
        return module, name


def _with_packages(module: str, source: Module) -> list[str]:
    """A module and all that it imports, each after the packages that it lies in."""
    names: dict[str, None] = {}
    for imported in (module, *source.modules):
        parts = imported.split(".")
        names |= dict.fromkeys(".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return [*names]


def _held(function: Any) -> dict[str, Any]:
    """What a function holds of the one that made it, where that is data."""
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None) or ()
    held: dict[str, Any] = {}
    for name, cell in zip(code.co_freevars if code else (), cells, strict=True):
        try:
            held[name] = exact(cell.cell_contents, name)
        except (BadInput, ValueError):  # a function or an object: what made it is in the module; an empty cell
            continue
    return held


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _hash(value: Any) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


@lru_cache(maxsize=4096)
def _bytes(path: Path, state: State) -> bytes:
    return path.read_bytes()


@lru_cache(maxsize=4096)
def _parsed(name: str, path: Path, state: State) -> Module:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    if name == "__main__":
        package = getattr(sys.modules[name], "__package__", None) or ""
    try:
        return parse(_bytes(path, state), str(path), package)
    except (SyntaxError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read as Python ({error})") from None


def _files(path: Path) -> str:
    """The digest of a file, or of all that could be imported of a folder."""
    if path.is_dir():
        return _project(path, watch.executions())
    return file_digest(path)[:DIGITS]


@lru_cache(maxsize=64)
def _project(root: Path, executions: int) -> str:
    files = sources.project_files(root)
    return _hash([(path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files])
