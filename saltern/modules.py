"""What one module of source says: what its top level binds, what each part of it reads, and the hash of each part.

All of it follows from the text of the file alone. Nothing is imported, and no other file is looked at.
"""

from __future__ import annotations

import ast
import copy
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from saltern.changes import Changes, changes
from saltern.classes import may_be_seen, sees_classes
from saltern.effects import run_at_once
from saltern.forks import cached_property
from saltern.methods import needed, only
from saltern.names import Reference, read, read_hints
from saltern.steps import step
from saltern.text import digest, may_be_read, text
from saltern.trees import (
    DEFINED,
    FUNCTIONS,
    Import,
    annotations_of,
    bound,
    children,
    dotted,
    hints,
    imports,
    is_docstring,
    last_name,
    lines_of,
    text_of,
    that_run,
    walk,
    without_hint,
    without_hints,
)
from saltern.writing import written_by

BODY = "<body>"  # what a module does when it is imported, beside defining things
WHOLE = "<whole>"  # all of a module
DOCSTRINGS = "<docstrings>"  # all docstrings of a module
SUBCLASSES = "<subclasses>"  # all classes of a module that have bases
HINTS = "<type hints>"  # all type hints of a module
_PLAIN_KEY = re.compile(r"[\w.-]+")  # of a table
DECLARATIONS = {f"{step.__module__}.{step.__name__}", f"{__package__}.{step.__name__}"}
_PYTHONS = {*sys.stdlib_module_names, "typing_extensions", __package__}


@dataclass(frozen=True)
class Part:
    """The statements that define or change one name, or a coarser piece of a module: their hash, and what they read."""

    digest: str
    references: tuple[Reference, ...] = ()
    texts: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    docstrings: bool = False  # whether docstrings are read as data
    modules: bool = False  # whether any name of any module may be read
    lines: bool = False  # whether the numbers of lines may be read
    looks: frozenset[str] = frozenset()  # whether "sizes", "times" or "names" of files may be
    patterns: frozenset[str] = frozenset()  # of texts that are put together and may name files
    hints: bool = False  # whether type hints may be read
    handed: frozenset[str] = frozenset()  # the names that are used in another way than to call what they stand for
    bare: frozenset[str] = frozenset()  # the functions whose type hints are left out
    methods: bool = False  # whether methods are among them
    documented: frozenset[str] = frozenset()  # the functions and classes that have a docstring


@dataclass
class Module:
    """What the top level of a module binds, and how."""

    tree: ast.Module
    path: str
    package: str  # what its relative imports start from
    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)  # name -> what defines or changes it
    imports: dict[str, list[Import]] = field(default_factory=dict)  # of every branch: any of them may win
    body: list[ast.stmt] = field(default_factory=list)  # what else happens when it is imported
    stars: list[str] = field(default_factory=list)  # modules of ``from module import *``
    modules: list[str] = field(default_factory=list)  # all that importing it may import, where there are such modules
    may_see_classes: bool = True
    has_walrus: bool = True  # whether there may be a ``:=``
    types: set[str] = field(default_factory=set)  # names that are there for type checkers alone
    bindings: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # name, or ``*`` -> statement, its source

    def __post_init__(self) -> None:
        self._parts: dict[tuple[str, bool], Part] = {}
        self._tables: dict[str, Mapping[str, ast.Expr]] = {}
        self._unhinted: dict[ast.AnnAssign, ast.stmt] = {}
        self._bare: dict[ast.AST, bool] = {}
        self._changes: dict[str, Changes] = {}

    def part(self, name: str, *, declared: bool = True) -> Part:
        """One part: a name's, ``BODY``, ``WHOLE`` or ``DOCSTRINGS``. Not ``declared``: without its ``@step(...)``."""
        known = self._parts.get((name, declared))
        if known is None:
            known = self._parts[name, declared] = self._read(name, declared)
        return known

    def defines(self, name: str) -> bool:
        """Whether a name is a function that the module defines, and nothing else."""
        return all(isinstance(one, DEFINED) for one in self.statements.get(name, [None]))

    def _read(self, name: str, declared: bool) -> Part:
        if name == DOCSTRINGS:
            return Part(digest(filter(None, map(_docstring, ast.walk(self.tree)))))
        if name == HINTS:
            every = [*hints(self.tree)]
            named = dict.fromkeys(read_hints([hint for _, hint in every], self.package).references)
            said = [f"{one} {text(hint, self)}" for one, hint in every]
            return Part(digest([self._imported("annotations"), *said]), tuple(named))
        statements = self._statements(name)
        bare = set[str]()
        if not declared:
            bare = {one.name for one in statements if isinstance(one, ast.FunctionDef)}
            statements = [self._undeclared(statement) for statement in statements]
        is_bare = self.is_bare if name not in (BODY, WHOLE) else None
        if is_bare:
            statements = [without_hint(statement) for statement in statements]
        found = read(statements, self.package, walrus=self.has_walrus, is_bare=is_bare)
        if found.texts and (written := self._written(statements)):
            found.patterns |= written.intersection(found.texts)
            found.texts = [one for one in found.texts if one not in written]
        self._unhinted |= {one: without_hint(one) for one in found.hinted if one.value}
        if name == BODY:  # an import that nothing reads is there for its effect
            found.references += [
                Reference(name, (), target, soft=True, unread=True)
                for name in self._unread
                for target in self.imports[name]
            ]
        if name == WHOLE:
            found.references += [
                Reference(name, (), target, soft=True) for name, targets in self.imports.items() for target in targets
            ]
            found.references += [Reference("*", (), Import(star)) for star in self.stars]
        names = {reference.name for reference in found.references if not reference.imported}
        if name in self.imports:
            names.add(name)
        texts = [text(statement, self, docstrings=name == WHOLE) for statement in statements]
        order = self._order() if name == BODY else ""
        # Python computes type hints, which may do something
        computed = [hint for statement in statements for hint in hints(statement)] if name == BODY else []
        texts += [f"{one} {text(hint, self)}" for one, hint in computed]
        if "__future__.annotations" in self._imported("annotations") and (
            computed or any(map(self._annotates, statements))
        ):
            order += "annotations are texts"
        hashed = digest(filter(None, [*texts, *map(self._imported, sorted(names)), order]))
        references, words = tuple(dict.fromkeys(found.references)), frozenset(found.words)
        seen = (found.docstrings, found.modules, found.lines, frozenset(found.looks), frozenset(found.patterns))
        used = (found.hints, frozenset(found.handed), frozenset(found.bare | bare), found.methods)
        documented = frozenset(found.documented)
        return Part(hashed, references, tuple(found.texts), words, frozenset(found.fields), *seen, *used, documented)

    def _written(self, statements: Sequence[ast.stmt]) -> set[str]:
        """The texts in what is given a name by which the module, somewhere, says where it writes a file."""
        return {
            found
            for statement in statements
            for node in ast.walk(statement)
            if isinstance(node, ast.Assign | ast.AnnAssign) and not self._writes.isdisjoint(bound(node))
            for inner in ast.walk(node)
            if (found := text_of(inner)) is not None
        }

    @cached_property
    def _writes(self) -> set[str]:
        """The names by which the module says where it writes files."""
        calls = (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return {last_name(one) for call in calls for one in written_by(call)}

    def _statements(self, part: str) -> Sequence[ast.stmt]:
        table, key = item_of(part)
        if key:
            known = self._class(table)
            return [only(known, key.split(",")) if known else self._table(table)[key]]
        if part == SUBCLASSES:
            return [one for one in self.tree.body if any(map(may_be_seen, ast.walk(one)))]
        return {BODY: self.body, WHOLE: self.tree.body}.get(part) or self.statements.get(part, [])

    def unhinted(self, node: ast.AnnAssign) -> ast.stmt:
        """An assignment without its type hint, where Python does not look at that: in a function."""
        return self._unhinted.get(node, node)

    def is_bare(self, node: ast.AST) -> bool:
        """Whether the type hints of a function are left out: no decorator may read them."""
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
        if node not in self._bare:
            self._bare[node] = (
                any(annotations_of(node))
                and not may_be_read(node, self)
                and not any(map(self._declares, node.decorator_list))
            )
        return self._bare[node]

    def _annotates(self, statement: ast.stmt) -> bool:
        """Whether there are type hints in a statement that count with it."""
        nodes = [node for node in walk(statement) if not self.is_bare(node) and node not in self._unhinted]
        return any(
            isinstance(node, ast.AnnAssign) or (isinstance(node, FUNCTIONS) and any(annotations_of(node)))
            for node in nodes
        )

    def item(self, name: str, path: Sequence[str], reference: Reference) -> str:
        """The part of what is taken of a name: of a table, if only an item is, ``NAME[key]``. Else all of the name.

        Of a class, where nothing but some methods can be called: ``NAME[method,other]``.
        """
        key, taken = reference.constant, reference.taken
        if taken and not path and (known := self._class(name)):
            methods = needed(known, taken, self.is_pythons)
            return f"{name}[{','.join(methods)}]" if methods else name
        is_item = key is not None and path in ([], ["get"]) and key in self._table(name)
        return f"{name}[{key}]" if is_item else name

    def _class(self, name: str) -> ast.ClassDef | None:
        """The class that a name stands for, where no other statement changes it and its definition does nothing."""
        statement = self._bound_once(name)
        return statement if isinstance(statement, ast.ClassDef) else None

    def _table(self, name: str) -> Mapping[str, ast.Expr]:
        """The items of a dictionary of constant keys that is written out once, and that no other statement changes."""
        if name not in self._tables:
            statement = self._bound_once(name)
            self._tables[name] = _items(statement) if statement else {}
        return self._tables[name]

    def _bound_once(self, name: str) -> ast.stmt | None:
        """The one statement that binds a name, where no other changes it and it does nothing else."""
        statements = self.statements.get(name, [])
        is_once = len(statements) == 1 and name not in self.imports
        return statements[0] if is_once and not any(one is statements[0] for one in self.body) else None

    def _imported(self, name: str) -> str:
        """What a name is bound to, one after the other, where imports are among it."""
        if name not in self.imports and not self.stars:
            return ""
        bindings = sorted([*self.bindings.get(name, []), *self.bindings.get("*", [])])
        return f"{name} is {', '.join(source for _, source in bindings)}"

    def is_pythons(self, expression: ast.expr) -> bool:
        """Whether what has a name is a builtin, of Python's own library, or ours: others may call theirs the same."""
        name = (dotted(expression) or [""])[0]
        if name in self.statements:  # the accessors of a property go by its name
            return isinstance(expression, ast.Attribute) and expression.attr in ("setter", "getter", "deleter")
        modules = [one.module for one in self.imports.get(name, ())] or self.stars
        return all(module.partition(".")[0] in _PYTHONS for module in modules)

    def holds(self, parts: Iterable[str], name: str, line: int | None) -> bool:
        """Whether one of the parts defines what has a qualified name, which is enough, or what begins in a line."""
        top = name.partition(".")[0]
        return any(
            top in bound(one) or (line is not None and line in lines_of(one))
            for part in parts
            for one in self._statements(part)
        )

    def changes(self, parts: Iterable[str]) -> Changes:
        """What the statements of parts set or fill, if they run."""
        every, found = [*parts], Changes()
        for part in every:
            found.add(self._changes_of(part))
        found.uses |= self.statements.keys() if WHOLE in every else {item_of(part)[0] for part in every}
        return found

    def changes_later(self, parts: Iterable[str]) -> Changes:
        """What functions in the statements of parts set or fill, if they run after the module has been imported.

        What it calls while it is imported has run. What it hands to others may run.
        """
        every, found = [*parts], Changes()
        for part in every:
            found.functions += self._changes_of(part).functions
            found.uses |= self.part(part).handed
        for name, targets in self.imports.items():
            found.functions += [(name, Changes(uses={one.name})) for one in targets if one.name not in (None, name)]
        found.uses |= self.statements.keys() if WHOLE in every else set()
        return found

    def _changes_of(self, part: str) -> Changes:
        if part not in self._changes:
            self._changes[part] = changes(self._statements(part), self._made_here)
        return self._changes[part]

    @cached_property
    def _made_here(self) -> set[str]:
        """The names that its own statements bind, and no import."""
        return self.statements.keys() - self.imports.keys()

    @cached_property
    def all_modules(self) -> set[str]:
        """All that it may import, also in functions."""
        found = {target for node in ast.walk(self.tree) for _, target in imports(node, self.package)}
        return {*self.modules, *(one.module for one in found), *(f"{one.module}.{one.name}" for one in found)}

    @cached_property
    def bases(self) -> dict[str, list[list[str]]]:
        """The dotted names of the bases of the classes that a name's statements define when they are run."""
        found: dict[str, list[list[str]]] = {}
        for name, statements in self.statements.items():
            for statement in statements:
                if isinstance(statement, ast.ClassDef | ast.If | ast.Try | ast.With | ast.For):
                    classes = (node for node in run_at_once(statement) if isinstance(node, ast.ClassDef))
                    above = [dotted(base) for one in classes for base in one.bases]
                    found.setdefault(name, []).extend(filter(None, above))
        return found

    @cached_property
    def sees_classes(self) -> bool:
        """Whether it is told of classes that others define: a metaclass, or a registry of subclasses."""
        return self.may_see_classes and any(map(sees_classes, ast.walk(self.tree)))

    def _order(self) -> str:
        """The order of the statements that it matters for: names bound more than once, who reads them then, effects."""
        names: dict[int, set[str]] = {}
        for name, bindings in self.bindings.items():
            for number, _ in bindings:
                names.setdefault(number, set()).add(name)
        again = {name for name, bindings in self.bindings.items() if len({number for number, _ in bindings}) > 1}
        effects = {*map(id, self.body)}
        found = []
        for number, statement in enumerate(that_run(self.tree.body, set())) if again else ():
            bound_here = names.get(number, set())
            read_here = {node.id for node in run_at_once(statement) if isinstance(node, ast.Name)}
            if id(statement) in effects or again & (bound_here | read_here):
                found.append(",".join(sorted(bound_here)))
        return "; ".join(found) if len({*found}) > 1 else ""  # a name's own statements count in their order with it

    @cached_property
    def _unread(self) -> list[str]:
        """The imported names that nothing in the module goes by."""
        unused = {*self.imports}
        todo: list[ast.AST] = [self.tree]
        while todo and unused:
            node = todo.pop()
            if isinstance(node, ast.Name):
                unused.discard(node.id)
            else:
                todo += children(node)
        return [name for name in self.imports if name in unused]

    def _undeclared(self, statement: ast.stmt) -> ast.stmt:
        """A step's definition without its ``@step(...)``, and without the type hints of its inputs and its result.

        Those of its parameters say what a value becomes.
        """
        if not isinstance(statement, ast.FunctionDef):
            return statement
        kept = [one for one in statement.decorator_list if not self._declares(one)]
        if len(kept) == len(statement.decorator_list):
            return statement
        statement = copy.copy(statement)
        statement.decorator_list, self._bare[statement] = kept, False
        if not may_be_read(statement, self):
            statement.args, statement.returns = without_hints(statement.args, of_parameters=False), None
        return statement

    def _declares(self, decorator: ast.expr) -> bool:
        if not isinstance(decorator, ast.Call):
            return False
        return any(
            ".".join(filter(None, (target.module, target.name, *reference.attributes))) in DECLARATIONS
            for reference in read([decorator.func], self.package).references
            for target in self.imports.get(reference.name, [])
        )


def item_of(part: str) -> tuple[str, str]:
    """The name and the key of a part that is an item of a table; of any other part itself, and an empty key."""
    name, _, key = part.partition("[")
    return name, key.rstrip("]")


def _items(statement: ast.stmt) -> Mapping[str, ast.Expr]:
    """The items of a dictionary that a statement gives a name: none unless all keys are plain words, once each."""
    table = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    binds_more = isinstance(statement, ast.Assign) and len(statement.targets) > 1
    if not isinstance(table, ast.Dict) or binds_more or any(isinstance(node, ast.NamedExpr) for node in walk(table)):
        return {}
    keys = [text_of(key) or "" if key else "" for key in table.keys]
    is_plain = all(map(_PLAIN_KEY.fullmatch, keys)) and len({*keys}) == len(keys)
    return {key: ast.Expr(value) for key, value in zip(keys, table.values, strict=True)} if is_plain else {}


def _docstring(node: ast.AST) -> str | None:
    body = getattr(node, "body", None)
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not body:
        return None
    return text_of(body[0].value) if is_docstring(body[0]) else None
