"""The walk over a project's source: from a step to all code that it reaches, and to what else its result depends on."""

from __future__ import annotations

import builtins
import glob
import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from saltern import memory, sources, watch
from saltern.codecs import CODECS
from saltern.effects import is_known
from saltern.errors import BadInput
from saltern.files import file_digest
from saltern.memory import Written
from saltern.modules import BODY, DIGITS, DOCSTRINGS, NOTHING, SUBCLASSES, WHOLE, Module, parse
from saltern.names import Import, Reference
from saltern.parameters import exact
from saltern.sources import State, locate, state_of
from saltern.steps import Step

FILE = "<file>"  # what has no source: bytecode, an extension, an archive
PROJECT = "<project>"  # all that could be imported of the step's project
ORDER = "<order>"  # in which the modules are imported that do something then
CLOSURE = "<closure>"  # what a function that another one made holds of it
CODECS_MODULE = f"{__package__}.codecs"

Place = tuple[str, str]  # a module, and a name in it

# Library functions that run code which is named by data, or read source as text; and what these are taken from.
_BY_DATA = {
    "builtins", "builtins.__import__", "builtins.eval", "builtins.exec", "builtins.globals", "builtins.vars",
    "cProfile.run", "cProfile.runctx", "cloudpickle.load", "cloudpickle.loads", "code.InteractiveConsole",
    "code.InteractiveInterpreter", "code.interact", "dill.load", "dill.loads", "importlib", "importlib.__import__",
    "importlib.import_module", "importlib.reload", "inspect.findsource", "inspect.getmodule", "inspect.getsource",
    "inspect.getsourcelines", "joblib.load", "linecache.getline", "linecache.getlines", "pandas.read_pickle",
    "pickle.load", "pickle.loads", "pickle.Unpickler", "pkgutil.resolve_name", "runpy.run_module", "runpy.run_path",
    "shelve.open", "sys", "sys.executable", "sys.modules", "timeit.Timer", "timeit.repeat", "timeit.timeit",
    "torch.load",
}  # fmt: skip
_IMPORTS = {"builtins.__import__", "importlib.__import__", "importlib.import_module", "pkgutil.resolve_name"}
_ANY_VARIABLE = {"os.environ", "os.environ.get", "os.getenv", "os.path.expandvars"}
_ENVIRONMENT = {"os.environ", "os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop"}
# What every module has, and the piece that tells what is in it.
_SPECIAL = {
    **dict.fromkeys(("__builtins__", "__doc__", "__file__", "__name__", "__package__", "__path__")),
    **dict.fromkeys(("__annotations__", "__class__", "__dict__", "__dir__", "__getattribute__"), WHOLE),
    **dict.fromkeys(("__cached__", "__loader__", "__spec__"), FILE),
}
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
    words: set[str] = field(default_factory=set)  # in texts of its code
    by_name: set[str] = field(default_factory=set)  # what is named by data: "variables", "modules"
    texts: dict[str, Path] = field(default_factory=dict)  # files that the code names, by their names in the project
    steady: bool = True  # whether it is the same on every Python
    files: set[Path] = field(default_factory=set)  # those that were looked at
    places: list[tuple[str, str, str, str]] = field(default_factory=list)  # module, name, file, module of the file
    written: dict[str, Written] = field(default_factory=dict)  # file -> the code that it compiles to
    # module -> file that says it -> name, or ``Class.attribute`` -> what it is there
    literals: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    is_volatile: bool = False  # whether it was looked for what is not there, or at all of a folder


def walk(declared: Step[..., Any]) -> Reached:
    """What a step reaches, read from the source."""
    walking = _Walk(declared)
    walking.run()
    found = walking.found
    found.code = {place: digest for place, digest in sorted(found.code.items()) if digest != NOTHING}
    return found


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
        self.texts: dict[tuple[str, Path], None] = {}  # those that may name files, and the folders of their modules
        self.everywhere: set[str] = set()  # pieces that count of all modules that are reached, where one of them asks

    def run(self) -> None:
        self.todo += self._starts()
        self.start = set(self.todo)
        self.todo += [*codecs_of(self.declared), *self._declared()]
        self._visit_all()
        while wanted := self._wanted_everywhere():
            self.todo += wanted
            self._visit_all()
        self._order()
        self._texts()
        if "modules" in self.found.by_name:
            for word in sorted(self.found.words):
                if locate(word, self.home).kind == "library":
                    self._uses(word)

    def _visit_all(self) -> None:
        while self.todo:
            place = self.todo.pop()
            key = ":".join(place)
            is_known = key in self.found.code or place == (CODECS_MODULE, BODY)  # which would be all codecs
            if not is_known and not is_ignored(self.declared, key, place[0]):
                self._visit(*place)

    def _wanted_everywhere(self) -> list[Place]:
        """The pieces that count of every module that is reached, but for the codecs' that the step has no use for."""
        modules = {key.partition(":")[0] for key in self.found.code if self.everywhere} - {CODECS_MODULE}
        known = [module for module in sorted(modules) if locate(module, self.home).kind == "source"]
        wanted = [(module, piece) for module in known for piece in sorted(self.everywhere)]
        keys = {place: ":".join(place) for place in wanted}
        return [
            place
            for place in wanted
            if keys[place] not in self.found.code and not is_ignored(self.declared, keys[place], place[0])
        ]

    def _order(self) -> None:
        """Note in which order the modules that do something are imported: what a later one sets holds."""
        ends = f":{BODY}", f":{WHOLE}"
        found = {
            key.rpartition(":")[0] for key, hash_ in self.found.code.items() if key.endswith(ends) and hash_ != NOTHING
        }
        order = [module for module in self._executed() if module in found] if len(found) > 1 else []
        if len(order) > 1:
            self.found.code[f"{self.home_module}:{ORDER}"] = hashed(order)

    def _executed(self) -> list[str]:
        """The project's modules in the order in which importing the step's own ends executing them."""
        order: dict[str, None] = {}
        seen, todo = set(), [(self.home_module, False)]
        while todo:
            module, is_done = todo.pop()
            if is_done:
                order[module] = None
            elif module not in seen and locate(module, self.home).kind == "source":
                seen.add(module)
                source = self._module(module, locate(module, self.home).path)
                todo += [(module, True), *((name, False) for name in reversed(_with_packages(module, source)))]
        return [*order]

    def _starts(self) -> Iterator[Place]:
        """Where the step is defined: its name, or where it has none all of its module and what its function holds."""
        module, declared = self.home_module, self.declared
        names = declared.names
        parts = self._module(module, locate(module, self.home).path).statements if self._is_source(module) else {}
        yield from ((module, name) for name in names if name in parts)
        if not any(name in parts for name in names):
            self._coarse(module, WHOLE, f"no name at its top level stands for '{declared.name}'")
            yield module, WHOLE
        if held := _held(declared.function):
            self.found.code[f"{module}:{CLOSURE}"] = hashed(held)

    def _is_source(self, module: str) -> bool:
        location = locate(module, self.home)
        if location.kind == "unknown":
            raise BadInput(
                f"step '{self.declared.name}': there is no file of its module '{module}', so its code cannot be "
                "fingerprinted; define it in a file"
            )
        return location.kind == "source"

    def _declared(self) -> Iterator[Place]:
        """The code that the step declares, which no name in its own leads to."""
        for declared in self.declared.code:
            module, _, name = declared.partition(":")
            if locate(module, self.home).kind in ("library", "unknown"):
                raise BadInput(f"step '{self.declared.name}' declares the code '{declared}': there is no such module")
            yield from self._resolved(module, [name] if name else [], Reference(name, (), 0))

    def _visit(self, module: str, name: str) -> None:
        key = f"{module}:{name}"
        if name == PROJECT:
            self.found.is_volatile = True
            self.found.code[key] = _project(self._root(), watch.executions())
            return
        location = locate(module, self.home)
        if name == FILE or location.kind != "source":
            self.found.code[key] = hashed([_files(path) for path in location.paths])
            self.found.files |= {*location.paths}
            self.found.is_volatile |= location.kind == "folder"
            return
        source = self._module(module, location.path)
        part = source.part(name, declared=(module, name) not in self.start)
        self.found.code[key] = part.digest
        if module != CODECS_MODULE:
            self.found.places.append((module, name, str(location.path), module))
            self._literals(module, name, source, name)
            if module not in self.imported:
                self.imported.add(module)
                self.todo += self._imported_with(module, source)
                self.todo += self._registered(module, source)
        for reference in part.references:
            self.todo += self._followed(module, source, reference)
        self.texts |= dict.fromkeys((one, location.path.parent) for one in part.texts)
        self.found.words |= part.words
        if part.docstrings:
            self._coarse(module, DOCSTRINGS, f"'{name}' reads docstrings as data")
            self.everywhere.add(DOCSTRINGS)
        if part.modules:
            self._coarse(module, WHOLE, f"'{name}' may read any name of any module, by its globals")
            self.everywhere.add(WHOLE)
        if source.sees_classes and module != CODECS_MODULE:
            self._coarse(module, SUBCLASSES, "it hears of classes that others define")
            self.everywhere.add(SUBCLASSES)

    def _literals(self, module: str, name: str, source: Module, original: str) -> None:
        """Note what a name of a module is to be in memory; ``source`` defines it, by its ``original`` name."""
        if len(source.bindings.get(original, ())) == 1 and not (original in source.imports or source.stars):
            known = self.found.literals.setdefault(module, {}).setdefault(source.path, {})
            for one, literal in memory.literals(original, source.statements[original]).items():
                known[name + one.removeprefix(original)] = literal

    def _module(self, module: str, path: Path) -> Module:
        known = self.modules.get(module)
        if known is None:
            self.found.files.add(path)
            known = self.modules[module] = parsed(module, path, state_of(path))
        return known

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

    def _registered(self, module: str, source: Module) -> Iterator[Place]:
        """The classes of a module that a library hears of, by a base of it: it may use them where no name leads."""
        for name, bases in source.bases.items():
            if any(self._is_heard_of(module, base, set()) for base in bases):
                yield self._coarse(module, name, "its base is a library's, which may know its subclasses")

    def _is_heard_of(self, module: str, path: list[str], seen: set[Place]) -> bool:
        """Whether a base class, by its dotted name in a module, is one of a library that may know its subclasses."""
        while len(path) > 1 and locate(f"{module}.{path[0]}", self.home).kind == "source":
            module, path = f"{module}.{path[0]}", path[1:]
        location = locate(module, self.home)
        if location.kind != "source" or not path:
            return location.kind == "library" and not is_known(module)
        if (module, path[0]) in seen:
            return False
        seen.add((module, path[0]))
        source, name = self._module(module, location.path), path[0]
        above = [(module, base) for base in source.bases.get(name, ())]
        for target in source.imports.get(name, ()):
            above.append((target.module, [*([target.name] if target.name else []), *path[1:]]))
        if name not in source.bindings:
            above += [(star, path) for star in source.stars]
        return any(self._is_heard_of(one, dotted, seen) for one, dotted in above)

    def _followed(self, module: str, source: Module, reference: Reference) -> Iterator[Place]:
        """The places that a reference in a module leads to; none for libraries and builtins."""
        name = reference.name
        if reference.imported:
            places = self._through(reference.imported, reference)
            # to bind a name runs nothing of what it is, but for a module's own ``__getattr__``
            yield from (one for one in places if not reference.unread or one[1] == "__getattr__" or one[1][0] == "<")
        elif name in source.statements or name in source.imports:
            places = self._resolved(module, [name, *reference.attributes], reference)
            yield from (one for one in places if one != (module, name) or name in source.statements)
        elif starred := [*self._starred(source, [name, *reference.attributes], reference)]:
            yield from starred
        elif hasattr(builtins, name):
            yield from self._builtin(module, reference)
        elif name == "__builtins__":
            yield self._coarse(self.home, PROJECT, f"{module} reads __builtins__")
        elif _SPECIAL.get(name):
            yield self._coarse(module, FILE, f"its {name} is read")
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
        elif location.kind == "source" and path[0] in _SPECIAL:
            if piece := _SPECIAL[path[0]]:
                yield self._coarse(module, piece, f"its {path[0]} is read")
            yield from self._bound(module, path, reference, seen)
        elif location.kind == "source":
            found = [*self._bound(module, path, reference, seen)]
            yield from found
            source = self._module(module, location.path)
            if reference.unread and not found and "__getattr__" in source.statements:
                yield module, "__getattr__"  # which the import runs
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
            home = locate(target.module, self.home)
            if home.kind == "source" and target.module != CODECS_MODULE:  # it may be held since before a reload
                self.found.places.append((module, name, str(home.path), target.module))
                if target.name and len(source.bindings[name]) == 1 and not source.stars:
                    self._literals(module, name, self._module(target.module, home.path), target.name)
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
                found = [*self._bound(star, path, reference, seen | {f"{star}:*"})]
                yield from found
                if found and "__all__" in self._module(star, locate(star, self.home).path).statements:
                    yield star, "__all__"
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
        elif full in _ANY_VARIABLE:
            self.found.by_name.add("variables")
        elif full in _IMPORTS and reference.constant and not reference.constant.startswith("."):
            yield from self._resolved(reference.constant.replace(":", "."), [], reference._replace(constant=None))
        elif (full in _BY_DATA and not (reference.soft and "." not in full)) or full.startswith("sys.modules."):
            yield self._coarse(self.home, PROJECT, f"{full} may reach any module")
            self.found.by_name.add("modules")

    def _uses(self, module: str) -> None:
        top = module.partition(".")[0]
        if top != __package__:
            self.found.libraries.add(top)
            self.found.steady &= top in _STEADY

    def _unknown(self, module: str) -> Iterator[Place]:
        """What cannot be found now: the project's files of that name; all of it where a program has put it there."""
        self.found.is_volatile = True
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

    def _texts(self) -> None:
        """Note the files that texts may name: from the module's folder, the project's, and folders that others name.

        Patterns name all that they match.
        """
        root = self._root()
        inner = {start: self._named_folders(start) for start in {root, *(folder for _, folder in self.texts)}}
        for one, folder in self.texts:
            starts = {folder, root}
            if not any(os.path.isfile(start / one) for start in starts):  # noqa: PTH113 - of each text
                starts |= inner[folder] | inner[root]
            for start in starts:
                names = [one]
                if glob.has_magic(one):
                    self.found.is_volatile = True  # another may match tomorrow
                    names = glob.glob(one, root_dir=start)  # noqa: PTH207 - never recursive
                for path in (start / name for name in names):
                    if path.suffix != ".py":
                        self.found.texts[named(path, root)] = path

    def _named_folders(self, start: Path) -> set[Path]:
        """The folders in a folder whose names stand in texts of the code."""
        return {path for path in start.iterdir() if path.name in self.found.words and path.is_dir()}

    def _root(self) -> Path:
        return project_of(self.declared)

    def _coarse(self, module: str, name: str, why: str) -> Place:
        self.found.coarse.setdefault(f"{module}:{name}", why)
        return module, name


def codecs_of(declared: Step[..., Any]) -> list[Place]:
    """The functions that write and read a step's output, but for a library's."""
    codec, found = CODECS.get(declared.writes), []
    home = declared.function.__module__.partition(".")[0]
    for function in (codec.dump, codec.load) if codec else ():
        module = getattr(function, "__module__", None)
        if isinstance(module, str) and locate(module, home).kind not in ("library", "unknown"):
            name = getattr(function, "__qualname__", "")
            found.append((module, name if vars(sys.modules[module]).get(name) is function else WHOLE))
    return found


def is_ignored(declared: Step[..., Any], *names: str) -> bool:
    """Whether a step declares that it ignores what goes by one of these names."""
    return any(fnmatchcase(name, pattern) for name in names for pattern in declared.ignore)


def named(path: Path, root: Path) -> str:
    """A file's name in a project; its path where it lies outside."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def project_of(declared: Step[..., Any]) -> Path:
    """The folder of a step's project; where nothing marks one, the one that its top-level package lies in."""
    if declared.project:
        return declared.project
    module = declared.function.__module__
    paths = locate(module, module.partition(".")[0]).paths
    if not paths:  # it was typed in
        return Path.cwd()
    path = paths[0]
    above = module.count(".") + (path.name == "__init__.py")
    return path.parents[min(above, len(path.parents) - 1)]


def forget() -> None:
    """Read all source anew."""
    for remembered in (parsed, written, _project):
        remembered.cache_clear()
    sources.forget()


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


def _with_packages(module: str, source: Module) -> list[str]:
    """A module and all that it imports, each after the packages that it lies in."""
    parts = [imported.split(".") for imported in (module, *source.modules)]
    return [*dict.fromkeys(".".join(one[:end]) for one in parts for end in range(1, len(one) + 1))]


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def hashed(value: Any) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


@lru_cache(maxsize=4096)
def parsed(name: str, path: Path, state: State) -> Module:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    if name == "__main__":
        package = getattr(sys.modules[name], "__package__", None) or ""
    try:
        return parse(path.read_bytes(), str(path), package)
    except (SyntaxError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read as Python ({error})") from None


@lru_cache(maxsize=4096)
def written(name: str, path: Path, state: State) -> Written:
    """What a module compiles to."""
    return memory.written(parsed(name, path, state).tree, str(path))


def _files(path: Path) -> str:
    """The digest of a file, or of all that could be imported of a folder."""
    if path.is_dir():
        return _project(path, watch.executions())
    return file_digest(path)[:DIGITS]


@lru_cache(maxsize=64)
def _project(root: Path, executions: int) -> str:
    files = sources.project_files(root)
    return hashed(
        [(path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    )
