"""Fingerprints of code: all of the project's own code that a step reaches, by what it does and not by how it looks.

From the step's definition the walk follows each global name that is read: to functions, classes and constants of the
same module and, through imports, of the project's other modules. A definition counts with its syntax tree, so comments,
docstrings, formatting and the order of definitions do not count. Libraries are not followed: their versions are an
ingredient of their own.

Source is read; nothing is run to find out. What is not in the source cannot be seen: C extensions, environment
variables, files, the network, attributes set at run time. What can be seen to be unreadable (``eval``, ``exec``,
imports by a computed name, ``import *``) is an error that names the place: a fingerprint is whole, or there is none.
"""

from __future__ import annotations

import ast
import builtins
import copy
import hashlib
import sys
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from saltern.errors import BadInput
from saltern.memory import differs
from saltern.names import Bindings, Import, Reference, bindings, folders_of, is_docstring, references, source_of
from saltern.steps import Step, step

DIGITS = 16  # hex digits of the hash of each definition
BODY = "<body>"  # what a module does when it is imported, beside defining things
DECLARATIONS = {
    (step.__module__, step.__name__),
    (__package__, step.__name__),
}
UNREADABLE = {"eval", "exec", "globals", "__import__"}  # locals() reaches nothing but its function's own names
UNREADABLE_IMPORTS = {("importlib", "import_module"), ("importlib", "reload"), ("importlib", "__import__")}

Place = tuple[str, str]  # a module, and a name in it
State = tuple[int, int, int, int]  # of a file: size, times of modification and of change (ns), inode

# Of each step, the files of modules that were not loaded when it was fingerprinted.
_LATE: dict[Step[..., Any], dict[Path, State]] = {}

_PYTHON = Path(sysconfig.get_path("stdlib")).resolve()


@cache
def code_fingerprint(declared: Step[..., Any]) -> dict[str, str]:
    """``{"shared.steps.ml:train": "5f0c...", ...}``: each definition that a step reaches, and its hash.

    Raises BadInput, naming the place, for what cannot be fingerprinted, and for a file that was edited after the step
    was loaded: what is in memory is then not what the file says. Remembered for the life of the process.
    """
    found: dict[str, str] = {}
    late = _LATE[declared] = {}
    todo: list[Place] = [_home(declared)]
    while todo:
        place = todo.pop()
        if place in DECLARATIONS or ":".join(place) in found:
            continue
        module = _module(place[0])
        if differs(module.name, place[1], module.path, module.source):
            raise BadInput(
                f"{module.path}: '{place[1]}' in memory is not what the file says; start the process anew, or reload "
                f"'{module.name}' and what imports it"
            )
        if module.name not in sys.modules:
            late[module.path] = _state(module.path)
        if declared.loaded_ns < module.path.stat().st_mtime_ns <= time.time_ns():  # later: of a clock that is ahead
            raise BadInput(f"{module.path}: edited after '{declared.name}' was loaded; start the process anew")
        statements = module.statements(place[1])
        found[":".join(place)] = _hash(statements)
        todo += [(name, BODY) for name in module.loaded]
        for reference in references(statements, module.package):
            todo += module.followed(reference)
        if place[1] != BODY and not statements:
            for imported in module.bindings.imports.get(place[1], ()):  # handed on from another module
                todo += module.resolved(Reference(place[1], (), 0, imported))
    nothing = _hash([])
    return {place: digest for place, digest in sorted(found.items()) if digest != nothing}


def _home(declared: Step[..., Any]) -> Place:
    """The module and the name by which a step is known."""
    loaded = sys.modules.get(declared.function.__module__)
    for name, value in vars(loaded).items() if loaded else ():
        if value is declared:
            return declared.function.__module__, name
    raise BadInput(
        f"step '{declared.name}': no name at the top level of {declared.function.__module__} stands for it, "
        "so its code cannot be fingerprinted"
    )


@dataclass(frozen=True)
class _Module:
    name: str
    path: Path
    source: bytes
    package: str  # what its relative imports start from
    bindings: Bindings

    def statements(self, name: str) -> list[ast.stmt]:
        """The statements that define or change a name; none for a name that is only imported."""
        if name == BODY:
            return self.bindings.body
        if name in self.bindings.statements:
            return [self._undeclared(statement) for statement in self.bindings.statements[name]]
        if name in self.bindings.imports:
            return []
        if self.bindings.stars:
            raise BadInput(f"{self.path}: '{name}' may come from 'import *', which cannot be fingerprinted")
        if "__getattr__" in self.bindings.statements:
            raise BadInput(f"{self.path}: '{name}' is made by __getattr__, which cannot be fingerprinted")
        raise BadInput(f"{self.path}: '{name}' has no definition there, so its code cannot be fingerprinted")

    @cached_property
    def loaded(self) -> list[str]:
        """The modules of the project that importing this one loads: itself, its packages, and what it imports itself.

        Of these what they do when they are imported counts, whether the step uses a name of theirs or not.
        """
        home = self.name.partition(".")[0]
        found: dict[str, None] = {}
        for module in (self.name, *self.bindings.modules):
            parts = module.split(".")
            found |= dict.fromkeys(".".join(parts[:end]) for end in range(1, len(parts) + 1))
        return [name for name in found if name == self.name or _has_source(name, home)]

    def followed(self, reference: Reference) -> Iterator[Place]:
        """The places that a reference in this module leads to; none for libraries and builtins."""
        name = reference.name
        if reference.imported:
            yield from self.resolved(reference)
            return
        if name in self.bindings.statements:
            yield self.name, name
        if name in self.bindings.imports:
            for imported in self.bindings.imports[name]:
                yield from self.resolved(replace(reference, imported=imported))
        elif name not in self.bindings.statements:
            if name in UNREADABLE:
                raise BadInput(
                    f"{self.path}:{reference.line}: {name}() chooses code at run time: it has no fingerprint"
                )
            if not (hasattr(builtins, name) or (name.startswith("__") and name.endswith("__"))):
                self.statements(name)  # which says what is wrong

    def resolved(self, reference: Reference) -> Iterator[Place]:
        """The places that an imported name leads to, through as many attributes as are modules."""
        assert reference.imported is not None
        path = _path(reference.imported, reference)
        if any((path[i], path[i + 1]) in UNREADABLE_IMPORTS for i in range(len(path) - 1)):
            raise BadInput(f"{self.path}:{reference.line}: an import by a computed name has no fingerprint")
        home = self.name.partition(".")[0]
        module = path.pop(0)
        while path and _is_ours(f"{module}.{path[0]}", home):
            if path[0] in _module_bindings(module):  # what the package binds may hide its part of that name
                yield module, path[0]
            module = f"{module}.{path.pop(0)}"
        if not _is_ours(module, home):
            return
        if path:
            yield module, path[0]
        else:  # the module itself is handed around: all of it may be used
            for name in _module(module).bindings.statements:
                yield module, name

    def _undeclared(self, statement: ast.stmt) -> ast.stmt:
        """A step's definition without its ``@step(...)``."""
        if not isinstance(statement, ast.FunctionDef):
            return statement
        kept = [one for one in statement.decorator_list if not self._declares(one)]
        if len(kept) == len(statement.decorator_list):
            return statement
        statement = copy.copy(statement)
        statement.decorator_list = kept
        return statement

    def _declares(self, decorator: ast.expr) -> bool:
        return isinstance(decorator, ast.Call) and any(
            target and ".".join(_path(target, reference)) in {".".join(one) for one in DECLARATIONS}
            for reference in references([decorator.func], self.package)
            for target in (
                [reference.imported] if reference.imported else self.bindings.imports.get(reference.name, [])
            )
        )


def _path(target: Import, reference: Reference) -> list[str]:
    """What a reference to an imported name means: a module, and the attributes taken of it one after the other."""
    return [target.module, *([target.name] if target.name else []), *reference.attributes]


def check_late(declared: Step[..., Any]) -> None:
    """Raise BadInput when source that was to be imported while the step ran changed after it was fingerprinted."""
    for path, state in _LATE.get(declared, {}).items():
        if not path.exists() or _state(path) != state:
            raise BadInput(f"{path}: changed while '{declared.name}' ran, so nothing was stored; run it again")


def _state(path: Path) -> State:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _module(name: str) -> _Module:
    path = source_of(name)
    if path is None:
        raise BadInput(f"'{name}' is a folder without __init__.py: what may be used of it has no fingerprint")
    return _parsed(name, path, _state(path))


@lru_cache(maxsize=4096)
def _parsed(name: str, path: Path, state: State) -> _Module:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    source = path.read_bytes()
    return _Module(name, path, source, package, bindings(ast.parse(source, str(path)), package))


def _has_source(module: str, home: str) -> bool:
    return _is_ours(module, home) and source_of(module) is not None


def _module_bindings(module: str) -> set[str]:
    """The names that a module binds; none where it is a folder without ``__init__.py``."""
    if source_of(module) is None:
        return set()
    bindings = _module(module).bindings
    return {*bindings.statements, *bindings.imports}


@cache
def _is_ours(module: str, home: str) -> bool:
    """Whether a module's source is the project's: neither Python's nor an installed library's.

    The package that it is referred to from, ``home``, is the project's even where it is installed. Asks of the
    top-level package first: to find a module within a package, Python imports the package.
    """
    package = module.partition(".")[0]
    if package == __package__:
        return False
    if package != module and not _is_ours(package, home):
        return False
    path = source_of(module)
    found = [path] if path else folders_of(module)
    return bool(found) and (package == home or not all(map(_is_library, found)))


def _is_library(path: Path) -> bool:
    return bool({"site-packages", "dist-packages"} & set(path.parts)) or path.is_relative_to(_PYTHON)


def forget() -> None:
    """Read all source anew: for programs that change it while they run."""
    for remembered in (code_fingerprint, _parsed, _is_ours):
        remembered.cache_clear()


def _hash(statements: list[ast.stmt]) -> str:
    return hashlib.sha256("\n".join(map(_text, statements)).encode()).hexdigest()[:DIGITS]


def _text(node: Any) -> str:
    """A syntax tree as text: the same for every version of Python, and without docstrings.

    Empty and absent fields are left out, so that a field that a later Python adds changes nothing where it is not used.
    """
    if isinstance(node, list):
        return f"[{','.join(map(_text, node))}]"
    if not isinstance(node, ast.AST):
        return f"{type(node).__name__}:{node!r}"
    fields = dict(ast.iter_fields(node))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and is_docstring(node.body[0]):
        fields["body"] = node.body[1:] or [ast.Pass()]
    kept = (f"{name}={_text(value)}" for name, value in fields.items() if value is not None and value != [])
    return f"{type(node).__name__}({','.join(kept)})"
