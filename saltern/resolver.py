"""Where a name leads: from a reference in a module to the places that may define it, and to libraries.

Every import that may win is followed. Where no name leads on, a coarser piece is named that holds it in any case.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import BuiltinFunctionType

from saltern import memory, sources
from saltern.errors import BadInput
from saltern.modules import BODY, DOCSTRINGS, WHOLE, Module
from saltern.names import Reference
from saltern.parameters import exact
from saltern.parsed import content, located, parsed
from saltern.reached import ARGUMENTS, FILE, FOLDER, PLATFORM, PROJECT, Place, Reached, hashed
from saltern.sources import Location, state_of
from saltern.trees import Import

CODECS_MODULE = f"{__package__}.codecs"

# Library functions that run code which is named by data, or read source as text; and what these are taken from.
_BY_DATA = {
    "builtins", "builtins.__import__", "builtins.eval", "builtins.exec", "builtins.globals", "builtins.vars",
    "cProfile.run", "cProfile.runctx", "cloudpickle.load", "cloudpickle.loads", "code.InteractiveConsole",
    "code.InteractiveInterpreter", "code.interact", "dill.load", "dill.loads", "django.utils.module_loading",
    "django.utils.module_loading.import_string", "hydra.utils", "hydra.utils.call", "hydra.utils.get_class",
    "hydra.utils.get_method", "hydra.utils.get_object", "hydra.utils.instantiate", "imp", "imp.load_module",
    "imp.load_source", "importlib", "importlib.__import__", "importlib.import_module", "importlib.machinery",
    "importlib.machinery.SourceFileLoader", "importlib.machinery.SourcelessFileLoader", "importlib.reload",
    "importlib.util", "importlib.util.spec_from_file_location", "importlib.util.spec_from_loader",
    "inspect.findsource", "inspect.getcomments", "inspect.getmodule", "inspect.getsource", "inspect.getsourcelines",
    "joblib.load", "jsonpickle.decode", "linecache.getline", "linecache.getlines", "logging.config",
    "logging.config.dictConfig", "logging.config.fileConfig", "pandas.read_pickle", "pickle.load", "pickle.loads",
    "pickle.Unpickler", "pkgutil.find_loader", "pkgutil.get_loader", "pkgutil.resolve_name", "pydoc",
    "pydoc.importfile", "pydoc.locate", "pydoc.resolve", "pydoc.safeimport", "runpy.run_module", "runpy.run_path",
    "shelve.open", "sys", "sys.executable", "sys.modules", "timeit.Timer", "timeit.repeat", "timeit.timeit",
    "tokenize.open", "torch.load", "unittest.mock.patch", "werkzeug.utils.import_string", "yaml.Loader",
    "yaml.UnsafeLoader", "yaml.unsafe_load", "zipimport", "zipimport.zipimporter",
}  # fmt: skip
# What tells of a library that is named by a text: it counts as one that is imported.
_NAMES_A_LIBRARY = {
    "importlib.metadata.distribution", "importlib.metadata.files", "importlib.metadata.metadata",
    "importlib.metadata.requires", "importlib.metadata.version", "importlib.util.find_spec",
    "pkg_resources.get_distribution", "pkg_resources.require",
}  # fmt: skip
# What tells of all that is installed, such as plug-ins by their entry points.
_ALL_INSTALLED = {
    *(f"{module}.{name}" for module in ("importlib.metadata", "importlib_metadata")
      for name in ("Distribution.discover", "distributions", "entry_points", "packages_distributions")),
    *("pkg_resources.iter_entry_points", "pkg_resources.working_set", "pkgutil.iter_modules"),
}  # fmt: skip
_IMPORTS = {"builtins.__import__", "importlib.__import__", "importlib.import_module", "pkgutil.resolve_name"}
_ANY_VARIABLE = {
    "decouple.config", "dynaconf.Dynaconf", "environ.Env", "environs.Env", "os.environ", "os.environb", "os.getenv",
    "os.getenvb", "os.path.expandvars", "pydantic.BaseSettings", "pydantic_settings.BaseSettings",
    "starlette.config.Config",
}  # fmt: skip
# What tells the numbers of lines, and has a name that others have.
_LINES = {"inspect.stack", "inspect.trace", "marshal.dumps", "warnings.catch_warnings"}
_ENVIRONMENT = {"os.environ", "os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop"}
# Library functions that go by variables of the environment, or by what else the process was started with.
_GO_BY = {
    "getpass.getuser": ("LOGNAME", "USER", "LNAME", "USERNAME"), "os.getcwd": (FOLDER,), "os.getcwdb": (FOLDER,),
    "os.path.expanduser": ("HOME",), "pathlib.Path.cwd": (FOLDER,), "pathlib.Path.home": ("HOME",),
    "shutil.get_terminal_size": ("COLUMNS", "LINES"), "shutil.which": ("PATH",), "sys.argv": (ARGUMENTS,),
    "tempfile.gettempdir": ("TMPDIR", "TEMP", "TMP"),
    **dict.fromkeys(
        ("os.name", "os.uname", "platform.architecture", "platform.machine", "platform.platform", "platform.processor",
         "platform.system", "platform.uname", "sys.byteorder", "sys.maxsize", "sys.platform"),
        (PLATFORM,),
    ),
    "time.ctime": ("TZ",), "time.localtime": ("TZ",), "time.mktime": ("TZ",), "time.timezone": ("TZ",),
    "time.tzname": ("TZ",), "time.altzone": ("TZ",),
}  # fmt: skip
# Library functions that answer differently each time: what depends on them cannot be held, so it is told.
_CLOCKS = {
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "pandas.Timestamp.now", "pandas.Timestamp.today", "pandas.Timestamp.utcnow", "time.asctime", "time.ctime",
    "time.gmtime", "time.localtime", "time.strftime", "time.time", "time.time_ns",
}  # fmt: skip
_CHANCE = {
    "os.getrandom", "os.urandom", "random.SystemRandom", "secrets.choice", "secrets.randbelow", "secrets.randbits",
    "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe", "uuid.uuid1", "uuid.uuid4",
    *(f"random.{name}" for name in (
        "betavariate", "choice", "choices", "expovariate", "gammavariate", "gauss", "lognormvariate", "normalvariate",
        "paretovariate", "randbytes", "randint", "random", "randrange", "sample", "shuffle", "triangular", "uniform",
        "vonmisesvariate", "weibullvariate",
    )),
}  # fmt: skip
_MACHINE = {
    "multiprocessing.cpu_count", "os.cpu_count", "os.getpid", "os.process_cpu_count", "os.sched_getaffinity",
    "platform.node", "socket.getfqdn", "socket.gethostname",
}  # fmt: skip
_FICKLE = {
    **dict.fromkeys(_CLOCKS, "clock"), **dict.fromkeys(_CHANCE, "random numbers"), **dict.fromkeys(_MACHINE, "machine"),
}  # fmt: skip
# What every module has, and the piece that tells what is in it.
_SPECIAL = {
    **dict.fromkeys(("__builtins__", "__file__", "__name__", "__package__", "__path__")),
    **dict.fromkeys(("__annotations__", "__class__", "__dict__", "__dir__", "__getattribute__"), WHOLE),
    "__doc__": DOCSTRINGS,
    **dict.fromkeys(("__cached__", "__loader__", "__spec__"), FILE),
}
# What starts a program, which gets all variables.
_PROGRAMS = {
    "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "os.popen", "os.system", "subprocess",
}  # fmt: skip
# What gives the same on every Python; for all else its minor version is an ingredient.
_STEADY = {
    "__future__", "abc", "base64", "bisect", "builtins", "collections", "contextlib", "copy", "csv", "dataclasses",
    "decimal", "enum", "fractions", "functools", "gzip", "hashlib", "heapq", "io", "itertools", "json", "logging",
    "math", "operator", "os", "pathlib", "string", "struct", "subprocess", "sys", "textwrap", "time", "types", "typing",
    "zlib",
}  # fmt: skip
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
            if not (found or reference.soft or path[0] in source.types or self._has_library_stars(source)):
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
        self.found.environment |= {*_GO_BY.get(full, ())}
        if full in _FICKLE:
            self.found.fickle[full] = _FICKLE[full]
        self.found.is_seeded |= full == "random.seed"
        if full in _NAMES_A_LIBRARY and reference.constant:
            self.found.libraries.add(reference.constant)
        if full in _ALL_INSTALLED or module.partition(".")[0] == "stevedore":
            self.found.by_name.add("distributions")
        if full == "os.access":
            self.found.by_name.add("times")
        if full in _ENVIRONMENT and reference.constant:
            self.found.environment.add(reference.constant)
        elif full in _ANY_VARIABLE or full.startswith(("os.environ.", "os.environb.")):
            self.found.by_name.add("variables")
        elif full in _PROGRAMS or full.startswith(("subprocess.", "os.exec", "os.spawn", "os.posix_spawn")):
            self.found.by_name.add("programs")
        elif full in _LINES:
            self.found.by_name.add("lines")
        elif full in _IMPORTS and reference.constant and not reference.constant.startswith("."):
            yield from self.resolved(reference.constant.replace(":", "."), [], reference._replace(constant=None), set())
        elif (full in _BY_DATA and not (reference.unread or (reference.soft and "." not in full))) or full.startswith(
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
            self.found.steady &= top in _STEADY

    def unknown(self, module: str) -> Iterator[Place]:
        """What cannot be found now: the project's files of that name; all of it where a program has put it there."""
        self.found.is_volatile = True
        parts = module.split(".")
        wanted = {"/".join([*parts, "__init__"]), "/".join(parts), parts[0]}
        for path in sources.project_files(self.root):
            inside = path.relative_to(self.root).with_suffix("").as_posix()
            if any(inside == one or inside.endswith(f"/{one}") for one in wanted):
                name = f"{path.relative_to(self.root).as_posix()}:{FILE}"
                self.found.code[name] = content(path)
                self.found.coarse[name] = f"'{module}' is not on the path yet"
        loaded = sys.modules.get(module)
        if loaded is not None and not getattr(loaded, "__file__", None):
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
