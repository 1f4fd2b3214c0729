"""Where a name leads: from a reference in a module to the places that may define it, and to libraries.

Every import that may win is followed. Where no name leads on, a coarser piece is named that holds it in any case.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import BuiltinFunctionType

from saltern import memory, sources, watch
from saltern.errors import BadInput
from saltern.modules import BODY, DOCSTRINGS, WHOLE, Module
from saltern.names import Reference
from saltern.parameters import exact
from saltern.parsed import content, importable, located, parsed
from saltern.reached import FILE, PROJECT, Place, Reached, hashed
from saltern.sources import Location, state_of
from saltern.trees import Import
from saltern.vocabulary import (
    ALL_INSTALLED,
    ANY_VARIABLE,
    BY_DATA,
    ENVIRONMENT,
    FICKLE,
    FUNCTIONS_GO_BY,
    IMPORTS,
    NAMES_A_LIBRARY,
    PROGRAMS,
    STEADY,
    TELL_LINES,
)

CODECS_MODULE = f"{__package__}.codecs"

# What every module has, and the piece that tells what is in it.
_SPECIAL = {
    **dict.fromkeys(("__builtins__", "__file__", "__name__", "__package__", "__path__")),
    **dict.fromkeys(("__annotations__", "__class__", "__dict__", "__dir__", "__getattribute__"), WHOLE),
    "__doc__": DOCSTRINGS,
    **dict.fromkeys(("__cached__", "__loader__", "__spec__"), FILE),
}
_HANDED = "the module itself is handed around"
_UNSTEADY = {"sum", "hash", "compile", "exec", "eval", "repr", "dir", "vars"}


class Resolver:
    """Follows references for one walk, each once, and notes in ``found`` what it comes by."""

    def __init__(self, home: str, root: Path, found: Reached) -> None:
        self.home, self.root, self.found = home, root, found
        self._locations: dict[str, Location] = {}
        self._modules: dict[str, Module] = {}  # those that were looked at
        self._stars: dict[str, dict[str, None]] = {}
        self._beside: dict[str, list[Place]] = {}
        self._known: dict[tuple[str, Reference], list[Place]] = {}
        self.handed: set[str] = set()  # modules of which any name may be taken: of a package also its modules

    def locate(self, module: str) -> Location:
        known = self._locations.get(module)
        if known is None:
            known = self._locations[module] = located(module, self.home)
        return known

    def module(self, module: str) -> Module:
        """What a module that has source says."""
        known = self._modules.get(module)
        if known is None:
            path = self.locate(module).path
            self.found.files.add(str(path))
            known = self._modules[module] = parsed(module, path, state_of(path))
        return known

    def coarse(self, module: str, name: str, why: str) -> Place:
        """A place that holds more than was asked for, and why nothing finer would do."""
        self.found.coarse.setdefault(f"{module}:{name}", why)
        return module, name

    def note(self, module: str, name: str, origin: str, original: str) -> None:
        """Note that this process may hold a name of a module, and what is to be there: what ``origin`` calls so."""
        source = self.module(origin)
        self.found.places.setdefault((module, source.path, origin), {})[name] = None
        if len(source.bindings.get(original, ())) == 1 and not (original in source.imports or source.stars):
            known = self.found.literals.setdefault(module, {}).setdefault(source.path, {})
            for one, literal in memory.literals(original, source.statements[original]).items():
                known[name + one.removeprefix(original)] = literal

    def followed(self, module: str, reference: Reference) -> list[Place]:
        """The places that a reference in a module leads to; none for libraries and builtins."""
        known = self._known.get((module, reference))
        if known is None:
            known = self._known[module, reference] = [*dict.fromkeys(self._followed(module, reference))]
        return known

    def _followed(self, module: str, reference: Reference) -> Iterator[Place]:
        name, source = reference.name, self.module(module)
        if reference.imported:
            places = self._through(reference.imported, reference)
            # to bind a name runs nothing of what it is, but for a module's own ``__getattr__``
            yield from (one for one in places if not reference.unread or one[1] == "__getattr__" or one[1][0] == "<")
            yield from self._executed(reference.imported) if reference.unread else ()
        elif name in source.statements or name in source.imports:
            places = self.resolved(module, [name, *reference.attributes], reference, set())
            yield from (one for one in places if one != (module, name) or name in source.statements)
        elif starred := [*self._bound(module, [name, *reference.attributes], reference, set())]:
            yield from starred
        elif parts := [
            star for one in self._starred(module) for star in self.module(one).stars if self._is_part(star, name)
        ]:
            for star in parts:  # which its ``__all__`` may name
                yield from self.resolved(star, [name, *reference.attributes], reference, set())
        elif name in vars(builtins):  # and not what every module has, as ``__repr__``
            yield from self._builtin(module, reference) if is_pythons(name) else self._added(name)
        elif name == "__builtins__":
            yield self.coarse(self.home, PROJECT, f"{module} reads __builtins__")
        elif name == "__annotations__" or _SPECIAL.get(name) == FILE:  # the others are no module's global names
            yield self.coarse(module, FILE, f"its {name} is read")
        elif not (reference.soft or name in source.types or _is_dunder(name) or self._has_library_stars(source)):
            yield self.coarse(module, WHOLE, f"'{name}' has no definition there")

    def _executed(self, target: Import) -> Iterator[Place]:
        """What the modules do that an import executes."""
        several = (target.module, f"{target.module}.{target.name}" if target.name else target.module)
        yield from ((one, BODY) for one in dict.fromkeys(several) if self.locate(one).kind == "source")

    def _is_part(self, package: str, name: str) -> bool:
        """Whether a package has a module of a name."""
        kind = self.locate(package).kind
        return kind in ("source", "folder") and self.locate(f"{package}.{name}").kind in ("source", "file", "folder")

    def _through(self, target: Import, reference: Reference) -> Iterator[Place]:
        path = [*([target.name] if target.name and target.name != "*" else []), *reference.attributes]
        yield from self.resolved(target.module, path, reference, set())

    def resolved(self, module: str, path: list[str], reference: Reference, seen: set[object]) -> Iterator[Place]:
        """The places that a path of names leads to, from a module through as many names as are modules or imports.

        ``seen`` are the modules and paths that this question has come by: each leads to the same places again.
        """
        here = (module, *path, reference.constant)
        if here in seen:
            return
        seen.add(here)
        while path and self.locate(below := f"{module}.{path[0]}").kind in ("source", "file", "folder"):
            if self.locate(module).kind == "source":  # what the package binds may hide its part of that name
                yield from self._bound(module, path, reference, seen)
            module, path = below, path[1:]
        location = self.locate(module)
        if location.kind == "library":
            yield from self._library(module, path, reference)
        elif location.kind == "unknown":
            yield from self.unknown(module)
        elif location.kind == "file":
            yield module, FILE
        elif not path and location.kind == "source" and reference.unread:
            return  # nobody takes anything of it, and what it does when it is imported counts in any case
        elif not path or location.kind == "folder":
            self.handed.add(module)
            yield self.coarse(module, WHOLE, _HANDED)
        elif path[0] in _SPECIAL:
            if piece := _SPECIAL[path[0]]:
                yield self.coarse(module, piece, f"its {path[0]} is read")
            yield from self._bound(module, path, reference, seen)
        else:
            found = [*self._bound(module, path, reference, seen)]
            yield from found
            source = self.module(module)
            if reference.unread and not found and "__getattr__" in source.statements:
                yield module, "__getattr__"  # which the import runs
            asked = "__getattr__" in source.bindings  # for what is not there, be it there for type checkers
            if asked and not (found or source.defines("__getattr__")):
                yield self.coarse(self.home, PROJECT, f"{module} has a __getattr__ that is made by a call")
            is_type = path[0] in source.types and not asked
            if not (found or reference.soft or is_type or self._has_library_stars(source)):
                yield self.coarse(module, WHOLE, f"'{path[0]}' has no definition there")

    def _bound(self, module: str, path: list[str], reference: Reference, seen: set[object]) -> Iterator[Place]:
        """The places that a name stands for which a module binds, itself or by stars; none where it binds no such."""
        name, every = path[0], self._starred(module)
        binding = {one for one in every if name in self._modules[one].bindings}
        for one in every:
            if one in binding:
                yield one, self._modules[one].item(name, path[1:], reference)
                yield from self._imported(one, path, reference, seen)
            yield from self._beside_stars(one)
        for star in {star: None for one in every for star in self._modules[one].stars if star in every}:
            has_name = not binding.isdisjoint(self._starred(star)) or any(map(self._beside_stars, self._starred(star)))
            if has_name and "__all__" in self._modules[star].statements:
                yield star, "__all__"

    def _imported(self, module: str, path: list[str], reference: Reference, seen: set[object]) -> Iterator[Place]:
        """The places that the imports lead to which a module binds a name by."""
        name, rest = path[0], path[1:]
        source = self.module(module)
        for target in source.imports.get(name, ()):
            kind = self.locate(target.module).kind
            if kind == "source" and target.module != CODECS_MODULE:  # it may be held since before a reload
                if target.name and len(source.bindings[name]) == 1 and not source.stars:
                    self.note(module, name, target.module, target.name)
                else:
                    origin = (module, str(self.locate(target.module).path), target.module)
                    self.found.places.setdefault(origin, {})[name] = None
            yield from self.resolved(target.module, [*([target.name] if target.name else []), *rest], reference, seen)
            if kind == "library":
                self.found.imports.setdefault(module, {})[name] = None
                yield module, BODY  # it is bound, if not by the project

    def _starred(self, module: str) -> dict[str, None]:
        """A module, and all that have source and whose names it may have by ``import *``, one of another."""
        known = self._stars.get(module)
        if known is None:
            known, todo = {}, [module]
            while todo:
                one = todo.pop()
                if one not in known:
                    known[one] = None
                    stars = reversed(self.module(one).stars)
                    todo += [star for star in stars if self.locate(star).kind == "source"]
            self._stars[module] = known
        return known

    def _beside_stars(self, module: str) -> list[Place]:
        """What counts of the stars of a module that have no source, whatever name is asked for."""
        known = self._beside.get(module)
        if known is None:
            known = self._beside[module] = []
            for star in self.module(module).stars:
                kind = self.locate(star).kind
                if kind in ("file", "folder"):
                    known.append((star, FILE))
                elif kind == "unknown":
                    known += self.unknown(star)
                elif kind == "library":
                    self.uses(star)
        return known

    def _has_library_stars(self, source: Module) -> bool:
        return any(self.locate(star).kind == "library" for star in source.stars)

    def _builtin(self, module: str, reference: Reference) -> Iterator[Place]:
        name = reference.name
        if name in _UNSTEADY:
            self.found.steady = False
        if name in ("eval", "globals"):
            yield self.coarse(module, WHOLE, f"{name}() may reach any name in it")
        elif name == "exec":
            yield self.coarse(module, WHOLE, f"{name}() may reach any name in it")
            yield self.coarse(self.home, PROJECT, f"{module} calls exec()")
        elif name == "__import__":
            yield from self._library("builtins", [name], reference)

    def _added(self, name: str) -> Iterator[Place]:
        """What a program has put among the builtins: data by its value; what is none may be made anywhere."""
        self.found.is_volatile, value = True, vars(builtins)[name]
        try:
            self.found.code[f"builtins:{name}"] = hashed(exact(value, name))
        except (BadInput, ValueError):
            self.found.code[f"builtins:{name}"] = hashed(type(value).__qualname__)
            yield self.coarse(self.home, PROJECT, f"'{name}' is an object that a program has put among the builtins")

    def _library(self, module: str, path: list[str], reference: Reference) -> Iterator[Place]:
        full = ".".join([module, *path])
        self.uses(module)
        self.found.environment |= {*FUNCTIONS_GO_BY.get(full, ())}
        if full in FICKLE:
            self.found.fickle[full] = FICKLE[full]
        self.found.is_seeded |= full == "random.seed"
        if full in NAMES_A_LIBRARY and reference.constant:
            self.found.libraries.add(reference.constant)
        if full in ALL_INSTALLED or module.partition(".")[0] == "stevedore":
            self.found.by_name.add("distributions")
        if full == "os.access":
            self.found.by_name.add("times")
        if full in ENVIRONMENT and reference.constant:
            self.found.environment.add(reference.constant)
        elif full in ANY_VARIABLE or full.startswith(("os.environ.", "os.environb.")):
            self.found.by_name.add("variables")
        elif full in PROGRAMS or full.startswith(("subprocess.", "os.exec", "os.spawn", "os.posix_spawn")):
            self.found.by_name.add("programs")
        elif full in TELL_LINES:
            self.found.by_name.add("lines")
        elif full in IMPORTS and reference.constant and not reference.constant.startswith("."):
            yield from self.resolved(reference.constant.replace(":", "."), [], reference._replace(constant=None), set())
        elif (full in BY_DATA and not (reference.unread or (reference.soft and "." not in full))) or full.startswith(
            "sys.modules."
        ):
            yield self.coarse(self.home, PROJECT, f"{full} may reach any module")
            self.found.by_name.add("modules")

    def parts_of_handed(self, modules: Iterable[str]) -> Iterator[Place]:
        """Those of the modules that somebody may take by a name from a package that is handed around."""
        for module in modules:
            if any(package in self.handed for package in _packages(module)):
                yield self.coarse(module, WHOLE, _HANDED)

    def uses(self, module: str) -> None:
        top = module.partition(".")[0]
        if top != __package__:
            self.found.libraries.add(top)
            self.found.steady &= top in STEADY

    def unknown(self, module: str) -> Iterator[Place]:
        """What cannot be found now: the project's files of that name; all of it where a program has put it there."""
        self.found.absent.add(module)
        self.found.listed.add(str(self.root))
        parts = module.split(".")
        wanted = {"/".join([*parts, "__init__"]), "/".join(parts), parts[0]}
        for path in importable(self.root, watch.executions()):
            inside = path.relative_to(self.root).with_suffix("").as_posix()
            if any(inside == one or inside.endswith(f"/{one}") for one in wanted):
                name = f"{path.relative_to(self.root).as_posix()}:{FILE}"
                self.found.code[name] = content(path)
                self.found.trees.add(str(self.root))
                self.found.coarse[name] = f"'{module}' is not on the path yet"
        if sources.is_made(module):
            yield self.coarse(self.home, PROJECT, f"'{module}' is an object that a program has made")


def is_pythons(builtin: str) -> bool:
    """Whether a builtin is Python's own, and none that a program has added."""
    value = vars(builtins)[builtin]
    if isinstance(value, type | BuiltinFunctionType):
        return value.__name__ == builtin or value is OSError  # which has older names
    return (
        _is_dunder(builtin) or value is Ellipsis or value is NotImplemented or type(value).__module__ == "_sitebuiltins"
    )


def _packages(module: str) -> Iterator[str]:
    while module := module.rpartition(".")[0]:
        yield module


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
