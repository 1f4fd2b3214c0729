"""From the source of a module to what it binds: ``parse``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import decode_source
from itertools import chain
from symtable import SymbolTable, symtable

from saltern.classes import SEES_CLASSES
from saltern.effects import has_effect
from saltern.modules import Module
from saltern.trees import binding, bound_by, imports, is_docstring, own_scope, root, that_run, walk


def parse(source: bytes, path: str, package: str) -> Module:
    """What a module binds. ``package`` is what its relative imports start from. Raises SyntaxError.

    A compound statement (``if``, ``try``, ``for``, ``with``) counts whole for each name it binds. Blocks for type
    checkers do not count, and of ``if __name__ == "__main__"`` only what functions read that nothing else binds.
    """
    has_walrus = b":=" in source or b"coding" in source  # where each character is as in ASCII
    may_see_classes = bool(SEES_CLASSES.search(source))
    found = Module(ast.parse(source, path), path, package, may_see_classes=may_see_classes, has_walrus=has_walrus)
    has_globals = b"global" in source
    of_main: list[ast.stmt] = []
    statements = that_run(found.tree.body, found.types, of_main)
    read = chain(statements, _read_of_main(of_main, source, found))  # which asks when all else is known
    for number, statement in enumerate(read):
        if is_docstring(statement):
            continue
        names: set[str] = set()
        for node in binding([statement], walrus=has_walrus):
            if isinstance(node, ast.Import | ast.ImportFrom):
                _imports(node, number, found)
            else:
                names |= {*filter(None, (bound_by(node), _changed(node)))}
        if has_globals:
            names |= {name for node in walk(statement) if isinstance(node, ast.Global) for name in node.names}
        for name in sorted(names):
            found.statements.setdefault(name, []).append(statement)
            found.bindings.setdefault(name, []).append((number, ""))
        if has_effect(statement, found) or not (names or isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass)):
            found.body.append(statement)
    return found


def _read_of_main(block: list[ast.stmt], source: bytes, found: Module) -> Iterator[ast.stmt]:
    """The statements of a program's own block that bind what functions read, and no other statement binds."""
    names = {id(one): {*_named(one, found.package)} for one in block}
    alone = {name for several in names.values() for name in several} - found.bindings.keys()
    if not alone:
        return
    todo = [*alone & {*_globals_of(symtable(decode_source(source), found.path, "exec"))}]
    wanted = set[str]()
    while todo:
        wanted.add(name := todo.pop())
        several = [node for one in block if name in names[id(one)] for node in walk(one)]
        todo += {node.id for node in several if isinstance(node, ast.Name)} & alone - wanted
    yield from (one for one in block if names[id(one)] & wanted)


def _named(statement: ast.stmt, package: str) -> Iterator[str]:
    """The names that a statement binds, or whose object it changes."""
    for node in own_scope(statement):
        yield from filter(None, (bound_by(node), _changed(node)))
        yield from (name for name, _ in imports(node, package))


def _globals_of(table: SymbolTable) -> Iterator[str]:
    """The names of the module that functions read."""
    for inner in table.get_children():
        yield from (one.get_name() for one in inner.get_symbols() if one.is_global() and one.is_referenced())
        yield from _globals_of(inner)


def _imports(node: ast.Import | ast.ImportFrom, number: int, found: Module) -> None:
    """Note what an import binds, which is of the statement of that number."""
    if isinstance(node, ast.Import):
        found.modules += [alias.name for alias in node.names]
    for name, target in imports(node, found.package):
        if isinstance(node, ast.ImportFrom):
            found.modules += [target.module, f"{target.module}.{target.name}"]
        found.bindings.setdefault(name, []).append((number, ".".join(filter(None, target))))
        if name == "*":
            found.stars.append(target.module)
        else:
            found.imports.setdefault(name, []).append(target)


def _changed(node: ast.AST) -> str | None:
    """The name whose object a statement changes: ``x.a = 1``, ``x[0] = 1``, ``x.append(1)``."""
    target: ast.AST | None = None
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        target = node
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        target = node.value.func if isinstance(node.value.func, ast.Attribute) else None
    changed = root(target)
    return changed.id if isinstance(changed, ast.Name) else None
