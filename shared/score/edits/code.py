"""Edits of the steps' modules and of others: what changes their behaviour, and what changes only their looks."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from shared.pipelines import PIPELINES
from shared.rerun.scenarios.ground import Ground
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import NOTHING, Demanded
from shared.score.mutations import Text

STEPS = "shared/steps"  # the modules of both pipelines' steps
ELSEWHERE = "shared/report"  # modules that no step reaches
ATTEMPTS = 1000  # to draw a rewriting that is Python and not the same text

Rewrite = Callable[[str, Random], str | None]  # None: there is nothing in this file to be rewritten so


def mutated(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """One small edit by syntax in a module of steps, of this pipeline or of the other."""
    return _rewritten(world, STEPS, rng, _mutant)


def mutated_elsewhere(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """One small edit by syntax in a module that no step reaches."""
    return _rewritten(world, ELSEWHERE, rng, _mutant)


def _mutant(text: str, rng: Random) -> str | None:
    """One small edit, of a kind that is drawn first: there are many more of some kinds than of others."""
    source = Text(text.encode())
    kinds = sorted({edit.kind for edit in source.edits})
    if not kinds:
        return None
    kind = rng.choice(kinds)
    edited = source.edited(rng.choice([edit for edit in source.edits if edit.kind == kind]), rng)
    return None if edited is None else edited.decode()


def cosmetic(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """What a person does to the looks of a module of steps; its behaviour stays."""
    looks = [_commented, _formatted, _spaced, _annotated, _local_renamed, _redocumented]
    return _rewritten(world, STEPS, rng, lambda text, rng: rng.choice(looks)(text, rng))


def _rewritten(world: Workspace, folder: str, rng: Random, rewrite: Rewrite) -> Demanded:
    for _ in range(ATTEMPTS):
        path = rng.choice(_modules(world, folder))
        text = path.read_text()
        new = rewrite(text, rng)
        if new not in (None, text):
            path.write_text(str(new))
            return NOTHING
    raise ValueError(f"{folder}: nothing to rewrite in {ATTEMPTS} attempts")


def _commented(text: str, rng: Random) -> str | None:
    """A comment above a statement."""
    lines = text.splitlines(keepends=True)
    at = rng.choice(sorted({node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)}))
    line = lines[at - 1]
    indent = line[: len(line) - len(line.lstrip())]
    return "".join([*lines[: at - 1], f"{indent}# To be looked at again ({rng.randrange(1000)}).\n", *lines[at - 1 :]])


def _formatted(text: str, rng: Random) -> str | None:
    """The module as another formatter writes it, which drops the comments."""
    return ast.unparse(ast.parse(text)) + "\n"


def _spaced(text: str, rng: Random) -> str | None:
    """Blank lines at the end of the file."""
    return text + "\n" * rng.randint(1, 3)


def _redocumented(text: str, rng: Random) -> str | None:
    """Another word in a function's docstring."""
    found = [node for node in _functions(text) if ast.get_docstring(node)]
    if not found:
        return None
    docstring = rng.choice(found).body[0]
    lines = text.splitlines(keepends=True)
    line = lines[docstring.lineno - 1]
    lines[docstring.lineno - 1] = line.replace('"""', '"""Note: ', 1)
    return "".join(lines)


def _annotated(text: str, rng: Random) -> str | None:
    """Another annotation of what a private function returns."""
    found = [node.returns for node in _functions(text) if node.returns and node.name.startswith("_")]
    return _replaced(text, [(rng.choice(found), '"object"')]) if found else None


def _local_renamed(text: str, rng: Random) -> str | None:
    """Another name for a local variable."""
    choices = []
    for function in _functions(text):
        inner = [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef)]
        if len(inner) > 1 or any(isinstance(node, ast.Global | ast.JoinedStr) for node in ast.walk(function)):
            continue  # the names in an f-string have no place of their own before Python 3.12
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        choices += [[node for node in names if node.id == name] for name in sorted(stored)]
    if not choices:
        return None
    chosen = rng.choice(choices)
    return _replaced(text, [(node, f"{chosen[0].id}_") for node in chosen])


def renamed(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another name for a private helper, wherever it is used."""
    name = rng.choice(sorted({node.name for _, node in _helpers(world) if node.name.startswith("_")}))
    for path in _modules(world, STEPS):
        text = path.read_text()
        if (new := re.sub(rf"\b{name}\b", f"{name}_anew", text)) != text:
            path.write_text(new)
    return NOTHING


def moved(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A helper is moved to a module of its own, and imported from there."""
    movable = [(path, node) for path, node in _helpers(world) if not node.decorator_list and not _defaults(node)]
    path, function = rng.choice(movable)
    text = path.read_text()
    package, module = STEPS.replace("/", "."), f"{function.name.strip('_')}_moved"
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    needed = sorted((used & _bound_at_the_top(text)) - {function.name})
    lines = text.splitlines(keepends=True)
    body = [*lines[function.lineno - 1 : function.end_lineno]]
    if needed:  # where it is called: the two modules need each other
        first = function.body[0].lineno - function.lineno
        body.insert(first, f"    from {package}.{path.stem} import {', '.join(needed)}\n\n")
    new = path.with_name(f"{module}.py")
    new.write_text("from __future__ import annotations\n\n\n" + "".join(body))
    lines[function.lineno - 1 : function.end_lineno] = [f"from {package}.{module} import {function.name}\n"]
    path.write_text("".join(lines))
    return NOTHING


def _modules(world: Workspace, folder: str) -> list[Path]:
    return sorted((world.folder / folder).glob("*.py"))


def _helpers(world: Workspace) -> list[tuple[Path, ast.FunctionDef]]:
    """The functions that only the steps use, with the files of their modules."""
    found = []
    for path in _modules(world, STEPS):
        for node in ast.parse(path.read_text()).body:
            decorators = [ast.unparse(one) for one in getattr(node, "decorator_list", ())]
            if not isinstance(node, ast.FunctionDef) or any(one.startswith("step(") for one in decorators):
                continue
            if node.name.startswith("_") or path.stem not in PIPELINES:
                found.append((path, node))
    return found


def _functions(text: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def _defaults(function: ast.FunctionDef) -> list[ast.expr]:
    return [*function.args.defaults, *filter(None, function.args.kw_defaults)]


def _bound_at_the_top(text: str) -> set[str]:
    return {name for statement in ast.parse(text).body for name in _binds(statement)}


def _binds(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from ((one.asname or one.name).partition(".")[0] for one in statement.names)
    elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and _is_stored(node))


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _replaced(text: str, places: list[tuple[ast.expr, str]]) -> str | None:
    """The text with other words at the places of some nodes; None where that is not Python."""
    source = text.encode()
    starts = [0, *(at + 1 for at, byte in enumerate(source) if byte == 0x0A)]
    spans = [(starts[n.lineno - 1] + n.col_offset, starts[(n.end_lineno or 0) - 1] + (n.end_col_offset or 0), new)
             for n, new in places]  # fmt: skip
    for start, end, new in sorted(spans, reverse=True):
        source = source[:start] + new.encode() + source[end:]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<rewritten>", "exec", dont_inherit=True)
    except SyntaxError:
        return None
    return source.decode()
