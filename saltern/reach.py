"""The walk over a project's source: from a step to all code that it reaches, and to what else its result depends on."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from fnmatch import filter as matching
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from saltern import sources, watch
from saltern.codecs import CODECS
from saltern.effects import is_known
from saltern.errors import BadInput
from saltern.modules import BODY, DOCSTRINGS, HINTS, SUBCLASSES, WHOLE, Module, item_of
from saltern.names import Reference
from saltern.parameters import exact
from saltern.parsed import content, project
from saltern.reached import CLOSURE, FILE, ORDER, PROJECT, Place, Reached, hashed
from saltern.resolver import CODECS_MODULE, Resolver
from saltern.sources import locate
from saltern.steps import Step
from saltern.text import NOTHING
from saltern.trees import Import

# Libraries that check or compile the source of functions: they look at type hints that Python does not look at.
_READ_HINTS = {"Cython", "beartype", "cython", "jaxtyping", "numba", "taichi", "torch", "triton", "typeguard", "warp"}
# Libraries that look neither at type hints of methods of objects that they are given, nor at docstrings.
_READ_NO_HINTS = {
    *sys.stdlib_module_names,
    *("blake3", "duckdb", "joblib", "matplotlib", "numpy", "pandas", "platformdirs", "polars", "pyarrow", "requests"),
    *("scipy", "skops", "sklearn", "sqlalchemy", "tqdm", "yaml"),
}


def walk(declared: Step[..., Any], also: Iterable[str] = ()) -> Reached:
    """What a step reaches, read from the source; ``also`` by way of some modules, which a program leads it to."""
    walking = _Walk(declared)
    walking.todo += [
        walking.resolver.coarse(module, WHOLE, "a program has put something of it in a place") for module in also
    ]
    walking.run()
    found = walking.found
    found.code = {place: digest for place, digest in sorted(found.code.items()) if digest != NOTHING}
    return found


class _Walk:
    def __init__(self, declared: Step[..., Any]) -> None:
        self.declared, self.found = declared, Reached()
        self.home_module = declared.module
        top = self.home_module.partition(".")[0]
        if top == "__main__":
            top = (getattr(sys.modules[top], "__package__", None) or top).partition(".")[0]
        self.home, self.root = top, project_of(declared)
        self.resolver = Resolver(top, self.root, self.found)
        self.start: set[Place] = set()
        self.todo: list[Place] = []
        self.imported: set[str] = set()  # those whose imports were followed
        self.texts: dict[tuple[str, Path], None] = {}  # those that may name files, and the folders of their modules
        self.handed: set[str] = set()  # the names of what is not only called
        self.aliases: dict[str, set[str]] = {}  # a name that an import gives -> those that it has where it comes from
        self.bare: dict[str, set[str]] = {}  # module -> its functions whose type hints do not count yet
        self.documented: dict[str, set[str]] = {}  # module -> what has a docstring there
        self.with_methods: set[str] = set()  # modules with methods whose type hints do not count yet
        self.everywhere: set[str] = set()  # pieces that count of all modules that are reached, where one of them asks

    def run(self) -> None:
        self.todo += self._starts()
        self.start = set(self.todo)
        self.todo += [*codecs_of(self.declared), *self._declared(), *self._given()]
        self._visit_all()
        while wanted := self._wanted_everywhere():
            self.todo += wanted
            self._visit_all()
        self._order()
        self._texts()
        if "modules" in self.found.by_name:
            for word in sorted(self.found.words):
                if self.resolver.locate(word).kind == "library":
                    self.resolver.uses(word)

    def _visit_all(self) -> None:
        while self.todo:
            place = self.todo.pop()
            key = ":".join(place)
            is_known = key in self.found.code or place == (CODECS_MODULE, BODY)  # which would be all codecs
            if not is_known and not is_ignored(self.declared, key, item_of(key)[0], place[0]):
                self._visit(*place)

    def _wanted_everywhere(self) -> list[Place]:
        """The pieces that count of every module that is reached, but for the codecs' that the step has no use for."""
        if self.found.libraries & _READ_HINTS:
            self.everywhere.add(HINTS)
        modules = {key.partition(":")[0] for key in self.found.code if self.everywhere} - {CODECS_MODULE}
        known = [module for module in sorted(modules) if self.resolver.locate(module).kind == "source"]
        wanted = [(module, piece) for module in known for piece in sorted(self.everywhere)]
        handed = self._with_aliases(self.handed)
        if self.resolver.handed:
            wanted += self.resolver.parts_of_handed(self._executed())
        wanted += [(module, HINTS) for module, names in sorted(self.bare.items()) if not names.isdisjoint(handed)]
        if not self.found.libraries <= _READ_NO_HINTS:
            wanted += [(module, HINTS) for module in sorted(self.with_methods)]
            several = [module for module, names in self.documented.items() if not names.isdisjoint(handed)]
            wanted += [(module, DOCSTRINGS) for module in sorted(several)]
        keys = {place: ":".join(place) for place in wanted}
        return [
            place
            for place in wanted
            if keys[place] not in self.found.code and not is_ignored(self.declared, keys[place], place[0])
        ]

    def _note_alias(self, name: str, target: Import) -> None:
        if target.name not in (None, name):
            self.aliases.setdefault(name, set()).add(target.name)

    def _with_aliases(self, names: set[str]) -> set[str]:
        found, todo = {*names}, [*names]
        while todo:
            others = self.aliases.get(todo.pop(), set()) - found
            found |= others
            todo += others
        return found

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
            elif module not in seen and self.resolver.locate(module).kind == "source":
                seen.add(module)
                source = self.resolver.module(module)
                todo += [(module, True), *((name, False) for name in reversed(_with_packages(module, source)))]
        return [*order]

    def _starts(self) -> Iterator[Place]:
        """Where the step is defined: its name, or where it has none all of its module and what its function holds."""
        module, declared = self.home_module, self.declared
        names = declared.names
        parts = self.resolver.module(module).statements if self._is_source(module) else {}
        yield from ((module, name) for name in names if name in parts)
        if not any(name in parts for name in names):
            self.resolver.coarse(module, WHOLE, f"no name at its top level stands for '{declared.name}'")
            yield module, WHOLE
        if held := _held(declared.function):
            self.found.code[f"{module}:{CLOSURE}"] = hashed(held)
        if (other := declared.declared_in) and other != module and self._is_of_user(other):
            here = [name for name in declared.names_in(other) if name in self.resolver.module(other).statements]
            if not here:
                self.resolver.coarse(other, WHOLE, f"it declares '{declared.name}' under no name of its own")
            yield from ((other, name) for name in here or [WHOLE])

    def _is_of_user(self, module: str) -> bool:
        location = self.resolver.locate(module)
        return location.kind == "source" and not sources.is_library(str(location.path))

    def _is_source(self, module: str) -> bool:
        location = self.resolver.locate(module)
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
            if self.resolver.locate(module).kind in ("library", "unknown"):
                raise BadInput(f"step '{self.declared.name}' declares the code '{declared}': there is no such module")
            yield from self.resolver.resolved(module, [name] if name else [], Reference(name, ()), set())

    def _given(self) -> Iterator[Place]:
        """The classes and functions that the step's parameters are made of."""
        for given in sorted(self.declared.given):
            module, _, name = given.partition(":")
            if module.partition(".")[0] not in sys.stdlib_module_names:
                outer = name.partition(".")[0]  # a class within another counts with it
                yield from self.resolver.resolved(module, [outer], Reference(outer, ()), set())

    def _visit(self, module: str, name: str) -> None:
        key = f"{module}:{name}"
        if name == PROJECT:
            self.found.trees.add(str(self.root))
            self.found.code[key] = project(self.root, watch.executions())
            return
        location = self.resolver.locate(module)
        if name == FILE or location.kind != "source":
            self.found.code[key] = hashed([content(path) for path in location.paths])
            self.found.files |= {*map(str, location.paths)}
            self.found.trees |= {str(path) for path in location.paths if location.kind == "folder"}
            return
        source = self.resolver.module(module)
        part = source.part(name, declared=(module, name) not in self.start)
        self.found.code[key] = part.digest
        if module != CODECS_MODULE:
            table, _ = item_of(name)
            self.resolver.note(module, table, module, table)
            if module not in self.imported:
                self.imported.add(module)
                self.todo += self._imported_with(module, source)
                self.todo += self._registered(module, source)
                for bound, targets in source.imports.items():
                    for target in targets:
                        self._note_alias(bound, target)
        for reference in part.references:
            self.todo += self.resolver.followed(module, reference)
            if reference.imported:
                self._note_alias(reference.name, reference.imported)
        self.texts |= dict.fromkeys((one, location.path.parent) for one in part.texts)
        self.found.words |= part.words
        self.handed |= part.handed
        if part.bare:
            self.bare.setdefault(module, set()).update(part.bare)
        if part.methods:
            self.with_methods.add(module)
        if part.documented:
            self.documented.setdefault(module, set()).update(part.documented)
        if part.hints:
            self.resolver.coarse(module, HINTS, f"'{name}' may read type hints as data")
            self.everywhere.add(HINTS)
        self.found.fields |= part.fields
        if part.docstrings:
            self.resolver.coarse(module, DOCSTRINGS, f"'{name}' reads docstrings as data")
            self.everywhere.add(DOCSTRINGS)
        self.found.by_name |= part.looks
        self.found.patterns |= part.patterns
        if part.modules:
            self.resolver.coarse(module, WHOLE, f"'{name}' may read any name of any module, by its globals")
            self.everywhere.add(WHOLE)
        if part.lines or "lines" in self.found.by_name:
            self.resolver.coarse(module, FILE, f"'{name}' may read the numbers of lines")
            self.everywhere.add(FILE)
            self.found.by_name.discard("lines")
        if source.sees_classes and module != CODECS_MODULE:
            self.resolver.coarse(module, SUBCLASSES, "it hears of classes that others define")
            self.everywhere.add(SUBCLASSES)

    def _imported_with(self, module: str, source: Module) -> Iterator[Place]:
        """The modules of the project that importing one loads: itself, its packages, and what it imports itself."""
        for name in _with_packages(module, source):
            kind = self.resolver.locate(name).kind
            if kind == "source":
                yield name, BODY
            elif kind == "file":
                yield name, FILE
            elif kind == "unknown" and "." not in name:
                yield from self.resolver.unknown(name)

    def _registered(self, module: str, source: Module) -> Iterator[Place]:
        """The classes of a module that a library hears of, by a base of it: it may use them where no name leads."""
        for name, bases in source.bases.items():
            if any(self._is_heard_of(module, base, set()) for base in bases):
                yield self.resolver.coarse(module, name, "its base is a library's, which may know its subclasses")

    def _is_heard_of(self, module: str, path: list[str], seen: set[Place]) -> bool:
        """Whether a base class, by its dotted name in a module, is one of a library that may know its subclasses."""
        while len(path) > 1 and self.resolver.locate(f"{module}.{path[0]}").kind == "source":
            module, path = f"{module}.{path[0]}", path[1:]
        location = self.resolver.locate(module)
        if location.kind != "source" or not path:
            return location.kind == "library" and not is_known(module)
        if (module, path[0]) in seen:
            return False
        seen.add((module, path[0]))
        source, name = self.resolver.module(module), path[0]
        above = [(module, base) for base in source.bases.get(name, ())]
        for target in source.imports.get(name, ()):
            above.append((target.module, [*([target.name] if target.name else []), *path[1:]]))
        if name not in source.bindings:
            above += [(star, path) for star in source.stars]
        return any(self._is_heard_of(one, dotted, seen) for one, dotted in above)

    def _texts(self) -> None:
        """Note the files that texts may name: from the module's folder, the project's, and folders that others name.

        Patterns name all that they match.
        """
        root = self.root
        inner = {start: self._named_folders(start) for start in {root, *(folder for _, folder in self.texts)}}
        self.found.matched |= {*map(str, inner)} if self.texts else set()
        listed = cache(_listed)  # once for all patterns
        for one, folder in self.texts:
            starts = {folder, root}
            if not any(os.path.isfile(start / one) for start in starts):  # noqa: PTH113 - of each text
                starts |= inner[folder] | inner[root]
            for start in starts:
                names = [one]
                if glob.has_magic(one):
                    names = _matching(one, start, listed)
                    self.found.matched |= _looked_in(one, start)
                for path in (start / name for name in names):
                    if path.suffix != ".py":
                        self.found.texts[named(path, root)] = path

    def _named_folders(self, start: Path) -> set[Path]:
        """The folders in a folder whose names stand in texts of the code."""
        return {path for path in start.iterdir() if path.name in self.found.words and path.is_dir()}


def _matching(pattern: str, folder: Path, listed: Callable[[Path], list[str]]) -> list[str]:
    """What a pattern matches in a folder, as ``glob`` has it; never recursive."""
    if "/" in pattern:
        return glob.glob(pattern, root_dir=folder)  # noqa: PTH207
    return [name for name in matching(listed(folder), pattern) if pattern.startswith(".") or not name.startswith(".")]


def _looked_in(pattern: str, folder: Path) -> set[str]:
    """The folders in which a pattern looks for names. What it matches becomes more only if one of them changes."""
    found, above = {str(folder)}, pattern.split("/")[:-1]
    for depth in range(1, len(above) + 1):
        found |= {str(folder / name) for name in glob.glob("/".join(above[:depth]), root_dir=folder)}  # noqa: PTH207
    return found


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is needed
    except OSError:
        return []


def codecs_of(declared: Step[..., Any]) -> list[Place]:
    """The functions that write and read a step's output, but for a library's."""
    codec, found = CODECS.get(declared.writes), []
    home = declared.module.partition(".")[0]
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
    module = declared.module
    paths = locate(module, module.partition(".")[0]).paths
    if not paths:  # it was typed in
        return Path.cwd()
    path = paths[0]
    above = module.count(".") + (path.name == "__init__.py")
    return path.parents[min(above, len(path.parents) - 1)]


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
