"""Which global names a piece of source reads.

Scopes are Python's: a name that a function binds is its own, unless it says ``global``; a class body's names are not
seen by its methods; a comprehension's are its own, but for what ``:=`` binds in it. The tree is walked with a stack of
its own, so that no expression is too long.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from saltern import patterns, remote
from saltern.forks import cached_property
from saltern.methods import IDENTIFIER, PROPERTIES, QUERIES, Uses, given_name, uses
from saltern.trees import (
    COMPREHENSIONS,
    Import,
    annotations_of,
    arguments_of,
    binding,
    bound_by,
    children,
    defaults,
    imports,
    is_docstring,
    is_self,
    last_name,
    text_of,
)
from saltern.vocabulary import (
    ARCHIVES,
    JOINS,
    LOADS,
    LOOKS,
    METHODS_GO_BY,
    NAMES_OF_FILES,
    NO_WORDS,
    OF_SCOPE,
    PARSES,
    READERS,
    READS_DOCSTRINGS,
    READS_HINTS,
    READS_LINES,
    READS_MODULES,
    TAKERS,
)
from saltern.writing import mode_of, written_by

_PYTHON = re.compile(r"(\S*/)?python[\d.]*(\s+-|$)")
SHELL = re.compile(r"\$\{?([A-Z_][A-Z0-9_]+)\b")  # a variable in a command


class Reference(NamedTuple):
    """A global name that is read, and the attributes then taken of it: ``pages.render`` is ``("pages", ("render",))``.

    ``imported`` is what a local import binds the name to, where there is one. ``constant`` is the text that it is
    called or subscripted with, where that stands in the source: ``import_module("lab")``, ``os.environ["HOME"]``.
    A ``soft`` reference counts where there is such a name, and is none else: names in annotations and in texts.
    An ``unread`` one is an import that nothing goes by: what the import does counts, not what the name is bound to.
    ``taken`` are the attributes that are taken of what a call of it makes, ``name()`` for those that are called, where
    nothing else is done with that.
    """

    name: str
    attributes: tuple[str, ...]
    imported: Import | None = None
    constant: str | None = None
    soft: bool = False
    unread: bool = False
    taken: frozenset[str] | None = None


@dataclass
class Read:
    """What statements read: names, and texts that may be names of files. Whether they read docstrings as data."""

    references: list[Reference] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    patterns: set[str] = field(default_factory=set)  # of the texts that are put together and may name files
    hinted: list[ast.AnnAssign] = field(default_factory=list)  # variables of functions that have a type hint
    words: set[str] = field(default_factory=set)  # in short texts: of variables, modules or folders, maybe
    # That classes bind, which a program may go through, and parameters in capitals, as variables are.
    fields: set[str] = field(default_factory=set)
    docstrings: bool = False
    hints: bool = False
    bare: set[str] = field(default_factory=set)  # functions whose type hints are left out
    methods: bool = False  # whether methods are among them, which anybody may find who has an object
    documented: set[str] = field(default_factory=set)  # functions and classes that have a docstring
    handed: set[str] = field(default_factory=set)  # names that are used in another way than to call what they stand for
    modules: bool = False  # whether they may read any name of any module, by its globals
    lines: bool = False  # whether they may read where code stands in its file
    looks: set[str] = field(default_factory=set)  # at "sizes", "times" or "names" of files


@dataclass
class _Scope:
    names: dict[str, list[Import]]  # name -> what imports in this scope bind it to
    is_class: bool = False
    body: Sequence[ast.AST] = ()  # of a function

    @property
    def is_function(self) -> bool:
        return bool(self.body)

    @cached_property
    def uses(self) -> Uses:
        return uses(self.body)


def read(
    statements: Iterable[ast.AST],
    package: str,
    *,
    walrus: bool = True,
    is_bare: Callable[[ast.AST], bool] | None = None,
) -> Read:
    """What statements of a module's top level read, in the order of the source.

    ``walrus``: there may be a ``:=``. ``is_bare``: whether the type hints of a function are left out.
    """
    collector = _Collector(package, walrus, is_bare)
    collector.collect(statements)
    return collector.read


def read_hints(hints: Iterable[ast.AST], package: str) -> Read:
    """What type hints read."""
    collector = _Collector(package)
    collector.annotating = 1
    collector.collect(hints)
    return collector.read


_Todo = ast.AST | Callable[[], object]


class _Collector:
    """Walks trees with the scopes of functions, classes and comprehensions on a stack."""

    def __init__(self, package: str, walrus: bool = True, is_bare: Callable[[ast.AST], bool] | None = None) -> None:
        self.package, self.walrus, self.is_bare = package, walrus, is_bare
        self.read = Read()
        self.scopes: list[_Scope] = []
        self.annotating = 0
        self.called: ast.Call | None = None  # the last call whose value is called
        self.taken: dict[ast.AST, frozenset[str]] = {}  # call -> the attributes that are taken of what it makes
        self.within: set[ast.AST] = set()  # the texts that are parts of others
        self.written: set[ast.AST] = set()  # those in what tells where a file is to be written

    def collect(self, nodes: Iterable[ast.AST]) -> None:
        todo: list[_Todo] = [*reversed([*nodes])]
        while todo:
            item = todo.pop()
            kind = type(item)
            if kind is ast.Name:
                if not self.annotating:
                    self.read.handed.add(item.id)  # type: ignore[union-attr]
                self._read(item, ())  # type: ignore[arg-type]
            elif inside := _INSIDE.get(kind):  # type: ignore[arg-type]
                todo += reversed(inside(self, item))
            elif isinstance(item, ast.AST):
                todo += reversed(children(item))
            else:
                item()

    def _read(
        self,
        node: ast.Name,
        attributes: tuple[str, ...],
        constant: str | None = None,
        taken: frozenset[str] | None = None,
    ) -> None:
        name = node.id
        if name in READERS or (attributes and not READERS.isdisjoint(attributes)):
            self._taken({name, *attributes} - ({"__dict__"} if name == "self" else set()))
        soft, is_innermost = self.annotating > 0, True
        for scope in reversed(self.scopes):
            if name in scope.names and (is_innermost or not scope.is_class):
                for imported in scope.names[name]:
                    self._found(Reference(name, attributes, imported, constant, soft, taken=taken))
                if not scope.is_class:
                    return
                soft = True  # a class body may read the global name before it binds its own
                break
            is_innermost = False
        if type(node.ctx) is ast.Load:
            self._found(Reference(name, attributes, None, constant, soft, taken=taken))

    def _found(self, reference: Reference) -> None:
        self.read.references.append(reference)

    def chain(
        self,
        node: ast.expr,
        constant: str | None = None,
        *,
        is_called: bool = False,
        taken: frozenset[str] | None = None,
    ) -> Sequence[_Todo]:
        """Read a name and its attributes, and return what else is to be walked: what the attributes are taken of."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not self.annotating:
            self.read.handed.update(attributes[is_called:])
            if constant:  # locate("lab.helpers.clean"), of which the last word is the name
                self.read.handed.update(IDENTIFIER.findall(constant)[-1:])
            if isinstance(node, ast.Name) and (attributes or not is_called):
                self.read.handed.add(node.id)
        if not NAMES_OF_FILES.isdisjoint(attributes):
            self.read.looks.add("names")
        if isinstance(node, ast.Name):
            self._read(node, tuple(reversed(attributes)), constant, taken)
            return []
        if not READERS.isdisjoint(attributes):
            self._taken({*attributes})
        if isinstance(node, ast.Call) and attributes:
            self.taken[node] = frozenset([attributes[-1] + "()" * (is_called and len(attributes) == 1)])
        return [node]

    def _taken(self, names: set[str]) -> None:
        self.read.docstrings |= not READS_DOCSTRINGS.isdisjoint(names)
        self.read.hints |= not READS_HINTS.isdisjoint(names)
        self.read.modules |= not READS_MODULES.isdisjoint(names)
        self.read.lines |= not READS_LINES.isdisjoint(names)
        self.read.looks |= {kind for kind, several in LOOKS if not several.isdisjoint(names)}
        for name in sorted(names & METHODS_GO_BY.keys()):
            for variable in METHODS_GO_BY[name]:
                self._variable(variable)

    def _variable(self, name: str) -> None:
        self._found(Reference("os", ("environ",), Import("os"), name))

    def call(self, node: ast.Call) -> Sequence[_Todo]:
        function, given = node.func, [*node.args, *node.keywords]
        if not isinstance(function, ast.Name | ast.Attribute):
            if isinstance(function, ast.Call):
                self.called = function  # what is called is no text
            return [function, *given]
        last = function.id if isinstance(function, ast.Name) else function.attr
        if last in QUERIES:
            self._query(node)
        elif last == "format" and isinstance(function, ast.Attribute):
            self._put_together(function.value, function.value)
        elif last in OF_SCOPE and not given:
            if not any(scope.is_function for scope in self.scopes):
                self._found(Reference("globals", ()))
        elif last in TAKERS:
            if last == "getattr" and len(node.args) > 1 and (name := text_of(node.args[1])):
                taken = ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node)
                return [taken, *node.args[2:]]
            if node is not self.called:
                self.read.docstrings |= _may_take(last, node.args, "__doc__")
                self.read.hints |= _may_take(last, node.args, "__annotations__")
        elif last in PARSES and not given:
            self._found(Reference("sys", ("argv",), Import("sys")))
        elif last in ARCHIVES and mode_of(node)[:1] in ("w", "a", "x"):
            self.read.looks |= {"times"} if last != "open" or _is_tar(function, node) else set()
        elif last in JOINS:
            self._path(node.args)
        elif last in LOADS:
            self._found(Reference("importlib", ("import_module",), Import("importlib")))
        self.written.update(one for place in written_by(node) for one in ast.walk(place))
        constant = text_of(node.args[0]) if node.args else None
        return [*self.chain(function, constant, is_called=True, taken=self.taken.pop(node, None)), *given]

    def _query(self, node: ast.Call) -> None:
        """Read the names in the texts that a call is given: there may be such names."""
        if any(text_of(one) is None and not isinstance(one, ast.JoinedStr) for one in node.args[:1]):
            self._found(Reference("globals", ()))  # which text that is nobody knows
        self.annotating += 1
        for inner in (one for argument in node.args for one in ast.walk(argument)):
            for name in IDENTIFIER.findall(text_of(inner) or ""):
                self._read(ast.Name(name, ast.Load(), lineno=node.lineno), ()) if len(name) < 80 else None
        self.annotating -= 1

    def subscript(self, node: ast.Subscript) -> Sequence[_Todo]:
        if isinstance(node.value, ast.Name | ast.Attribute):
            return [*self.chain(node.value, text_of(node.slice)), node.slice]
        return [node.value, node.slice]

    def constant(self, node: ast.Constant) -> Sequence[_Todo]:
        if isinstance(node.value, bytes) and len(node.value) < 80:
            self.read.words |= {*IDENTIFIER.findall(node.value.decode("ascii", "replace"))}
        if not isinstance(node.value, str):
            return []
        if self.annotating:
            try:
                return [ast.parse(node.value, mode="eval").body]
            except (SyntaxError, ValueError):
                return []
        if len(node.value) < 80:
            words = {*IDENTIFIER.findall(node.value)}
            self.read.words |= words
            self._taken(words & NO_WORDS)
            self.read.lines |= "(lineno)" in node.value or "{lineno" in node.value  # a format of logs
            if _PYTHON.match(node.value):  # a command that runs what it names
                self._found(Reference("sys", ("executable",), Import("sys")))
        if "$" in node.value:
            for name in dict.fromkeys(SHELL.findall(node.value)):
                self._variable(name)
        if remote.is_place(node.value):
            self.read.patterns.add(node.value)
        if patterns.is_file_name(node.value):
            if node in self.written or node.value.endswith(".log"):
                self.read.patterns.add(node.value)
            else:
                self.read.texts.append(node.value)
        self._quoted(node)
        return []

    def joined(self, node: ast.JoinedStr) -> Sequence[_Todo]:
        if node.values:
            self._put_together(node, node.values[-1])
        self._quoted(node)
        return node.values

    def operation(self, node: ast.BinOp) -> Sequence[_Todo]:
        if type(node.op) is ast.Div:
            self._path(patterns.parts(node))
        self._put_together(node, node.right if type(node.op) is ast.Add else node.left)
        if type(node.op) in (ast.Add, ast.Mod):
            self._quoted(node)
        return node.left, node.right

    def _put_together(self, node: ast.expr, end: ast.expr) -> None:
        """Note a text that is put together, if its end may be that of a file's name."""
        if patterns.may_end(end):
            self._pattern(patterns.said(node), node)

    def _path(self, parts: Sequence[ast.expr]) -> None:
        """Note a file whose path is put together at import, which nobody watches, in folders of any depth."""
        is_read = len(parts) > 1 and patterns.may_end(parts[-1]) and parts[-1] not in self.written
        if is_read and all(scope.is_class for scope in self.scopes):
            self.read.texts += filter(None, [patterns.pattern("/".join(map(patterns.said, parts))).removeprefix("*/")])

    def _quoted(self, node: ast.expr) -> None:
        """Note the names of files that stand in quotes in a text, as in SQL; the text that it is a part of has more."""
        if node not in self.within:
            for name in patterns.quoted(patterns.said(node, self.within)):
                self._pattern(name, node)

    def _pattern(self, said: str, node: ast.expr) -> None:
        if pattern := patterns.pattern(said):
            self.read.patterns.add(pattern)
            is_at_import = all(scope.is_class for scope in self.scopes)  # which nobody watches
            if is_at_import and node not in self.written:
                self.read.texts.append(pattern.removeprefix("*/"))

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[_Todo]:
        parameters = getattr(node, "type_params", [])
        # f(**os.environ) hands a variable to a parameter of its name
        self.read.fields |= {argument.arg for argument in arguments_of(node.args) if argument.arg.isupper()}
        is_bare = bool(self.is_bare and self.is_bare(node))
        if is_docstring(node.body[0]):
            self.read.documented.add(node.name)
        if is_bare:
            self.read.methods |= bool(self.scopes) and self.scopes[-1].is_class
            if all(last_name(one) not in PROPERTIES for one in node.decorator_list):  # which its name gives to nobody
                self.read.bare.add(node.name)
        return [
            *node.decorator_list,
            self._open({parameter.name: [] for parameter in parameters}),
            *self._annotations([*parameters, *(() if is_bare else annotations_of(node))]),
            *defaults(node.args),
            self._open(self._own(node.args, node.body), body=node.body),
            *node.body,
            self.scopes.pop,
            self.scopes.pop,
        ]

    def lambda_(self, node: ast.Lambda) -> Sequence[_Todo]:
        own = self._open(self._own(node.args, [node.body]))
        return [*defaults(node.args), own, node.body, self.scopes.pop]

    def class_(self, node: ast.ClassDef) -> Sequence[_Todo]:
        parameters, own = getattr(node, "type_params", []), self._own(None, node.body)
        self.read.fields |= own.keys()
        if is_docstring(node.body[0]):
            self.read.documented.add(node.name)
        return [
            *node.decorator_list,
            self._open({parameter.name: [] for parameter in parameters}),
            *self._annotations(parameters),
            *node.bases,
            *node.keywords,
            self._open(own, is_class=True),
            *node.body,
            self.scopes.pop,
            self.scopes.pop,
        ]

    def alias(self, node: ast.AST) -> Sequence[_Todo]:
        """``type Pair[T] = tuple[T, T]``, of Python 3.12."""
        parameters = getattr(node, "type_params", [])
        value: ast.expr = node.value  # type: ignore[attr-defined]
        names = self._open({parameter.name: [] for parameter in parameters})
        return [names, *self._annotations([*parameters, value]), self.scopes.pop]

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Sequence[_Todo]:
        names: dict[str, list[Import]] = {}
        todo: list[ast.AST] = [one.target for one in node.generators]
        while todo:
            if type(one := todo.pop()) is ast.Name:
                names[one.id] = []
            else:
                todo += children(one)
        return [node.generators[0].iter, self._open(names), *children(node), self.scopes.pop]

    def assigned(self, node: ast.Assign) -> Sequence[_Todo]:
        if type(node.value) is ast.Call:
            self._made(node)
        return [*node.targets, node.value]

    def _made(self, node: ast.Assign | ast.AnnAssign) -> None:
        """Note what a function does with an object that it makes and gives a name."""
        if self.scopes and self.scopes[-1].body and (name := given_name(node)):
            taken = self.scopes[-1].uses.of(name, bound=1)
            if taken is not None and node.value:
                self.taken[node.value] = taken

    def annotated(self, node: ast.AnnAssign) -> Sequence[_Todo]:
        self._made(node)
        value = [node.value] if node.value else []
        if self.scopes and not self.scopes[-1].is_class:  # Python does not even look at it there
            self.read.hinted.append(node)
            return [node.target, *value]
        return [node.target, *self._annotations([node.annotation]), *value]

    def import_(self, node: ast.Import | ast.ImportFrom) -> Sequence[_Todo]:
        """What a class body or a ``global`` name is bound to can be reached from anywhere.

        What an import in a function does counts, too, where nothing goes by its name.
        """
        if not self.scopes:
            return []
        for name, target in imports(node, self.package):
            if self.scopes[-1].is_class or name not in self.scopes[-1].names:
                self._found(Reference(name, (), target))
            whole = [Import(one.name) for one in node.names] if isinstance(node, ast.Import) else [target]
            for one in whole:  # ``import a.b`` binds ``a``, and executes both
                self._found(Reference(name, (), one, soft=True, unread=True))
        return []

    def _own(self, arguments: ast.arguments | None, body: Iterable[ast.AST]) -> dict[str, list[Import]]:
        """The names that a function or class body binds, but for those that it declares global."""
        names: dict[str, list[Import]] = {argument.arg: [] for argument in arguments_of(arguments)}
        shared: set[str] = set()
        for inner in binding(body, walrus=self.walrus):
            if type(inner) is ast.Global:
                shared |= set(inner.names)
            elif isinstance(inner, ast.Import | ast.ImportFrom):
                for name, target in imports(inner, self.package):
                    names.setdefault(name, []).append(target)
            elif binds := bound_by(inner):
                names.setdefault(binds, [])
        return {name: targets for name, targets in names.items() if name not in shared} if shared else names

    def _open(
        self, names: dict[str, list[Import]], *, is_class: bool = False, body: Sequence[ast.AST] = ()
    ) -> Callable[[], object]:
        return partial(self.scopes.append, _Scope(names, is_class, body))

    def _annotations(self, nodes: Iterable[ast.AST]) -> Sequence[_Todo]:
        return [partial(self._annotate, 1), *nodes, partial(self._annotate, -1)]

    def _annotate(self, by: int) -> None:
        self.annotating += by


_INSIDE: dict[type[ast.AST], Callable[[_Collector, Any], Sequence[_Todo]]] = {
    ast.Attribute: lambda collector, node: collector.chain(node),
    ast.Call: _Collector.call,
    ast.Subscript: _Collector.subscript,
    ast.Constant: _Collector.constant,
    ast.JoinedStr: _Collector.joined,
    ast.BinOp: _Collector.operation,
    ast.FunctionDef: _Collector.function,
    ast.AsyncFunctionDef: _Collector.function,
    ast.Lambda: _Collector.lambda_,
    ast.ClassDef: _Collector.class_,
    ast.Assign: _Collector.assigned,
    ast.AnnAssign: _Collector.annotated,
    **dict.fromkeys((ast.Import, ast.ImportFrom), _Collector.import_),
    **dict.fromkeys(COMPREHENSIONS, _Collector.comprehension),
    **({ast.TypeAlias: _Collector.alias} if hasattr(ast, "TypeAlias") else {}),
}


def _is_tar(function: ast.expr, node: ast.Call) -> bool:
    return (isinstance(function, ast.Attribute) and last_name(function.value) == "tarfile") or ":" in mode_of(node)


def _may_take(taker: str, arguments: Sequence[ast.expr], name: str) -> bool:
    """Whether a call may take what goes by a name, by one that is computed."""
    if taker == "vars":
        return bool(arguments) and not is_self(arguments[0])
    named = arguments if taker == "attrgetter" else arguments[1:2]
    return any(text_of(one) is None and name.startswith(_start(one)) for one in named)


def _start(text: ast.AST) -> str:
    """What a text starts with, where that is known."""
    while isinstance(text, ast.BinOp | ast.JoinedStr):
        text = text.left if isinstance(text, ast.BinOp) else text.values[0] if text.values else ast.Constant("")
    return (text_of(text) or "").partition("%")[0].partition("{")[0]
