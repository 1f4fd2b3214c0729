"""From the source of a module to what it binds: ``parse``."""

from __future__ import annotations

import ast

from saltern.classes import SEES_CLASSES
from saltern.effects import has_effect
from saltern.modules import Module
from saltern.text import is_docstring
from saltern.trees import binding, bound_by, imports, root, that_run, walk


def parse(source: bytes, path: str, package: str) -> Module:
    """What a module binds. ``package`` is what its relative imports start from. Raises SyntaxError.

    A compound statement (``if``, ``try``, ``for``, ``with``) counts whole for each name it binds; blocks for type
    checkers and ``if __name__ == "__main__"`` do not count.
    """
    has_walrus = b":=" in source or b"coding" in source  # where each character is as in ASCII
    may_see_classes = bool(SEES_CLASSES.search(source))
    found = Module(ast.parse(source, path), path, package, may_see_classes=may_see_classes, has_walrus=has_walrus)
    has_globals = b"global" in source
    for number, statement in enumerate(that_run(found.tree.body, found.types)):
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
