"""Facts about an engine, beside its cells, that people ask for when they choose one. Measured, as the cells are."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from pydantic import Field

from shared.engine.protocol import Engine
from shared.engines import ENGINES
from shared.pipelines import PIPELINES, PROJECT
from shared.rerun.document import Model

TIMES = 2  # an import is made


class Facts(Model):
    """What it takes to have the engine."""

    wiring_lines: int = Field(
        description="lines of code that wire both pipelines, without blanks, comments, docstrings"
    )
    distributions: int = Field(description="the engine's own distribution and all that it requires")
    megabytes: float = Field(description="their files, as installed, without bytecode")
    import_seconds: float = Field(description="a fresh interpreter that imports a wired pipeline, the faster of two")


def facts(engine: Engine) -> Facts | None:
    """Measure; some seconds. None for an engine that has no modules of the pipelines' names."""
    files = [PROJECT / engine.package.replace(".", "/") / f"{name}.py" for name in PIPELINES]
    if not all(file.is_file() for file in files):
        return None
    entry = ENGINES.get(engine.name)
    needed = list(_needed({engine.distribution, *(entry.modules if entry else ())}))
    return Facts(
        wiring_lines=sum(_lines(file.read_text()) for file in files),
        distributions=len(needed),
        megabytes=round(sum(map(_size, needed)) / 1e6, 1),
        import_seconds=round(min(_import(f"{engine.package}.{files[0].stem}") for _ in range(TIMES)), 2),
    )


def _needed(names: Iterable[str]) -> Iterator[Distribution]:
    """Distributions and, through their requirements, all that came with them. A name of none is passed over."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    todo, known = [Requirement(name) for name in names], set[str]()
    while todo:
        wanted = todo.pop()
        if (key := f"{canonicalize_name(wanted.name)}[{','.join(sorted(wanted.extras))}]") in known:
            continue
        known.add(key)
        try:
            found = distribution(wanted.name)
        except PackageNotFoundError:  # not for this platform
            continue
        if not wanted.extras:
            yield found
        elif f"{canonicalize_name(wanted.name)}[]" not in known:
            todo.append(Requirement(wanted.name))
        for line in found.requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)):
                todo.append(requirement)


def _size(found: Distribution) -> int:
    """Bytes of the files that it lists."""
    return sum(file.size or 0 for file in found.files or ())


def _lines(source: str) -> int:
    """Lines on which there is code."""
    tree = ast.parse(source)
    skipped = {
        number
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(source.splitlines(), 1)
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") and n not in skipped for n, line in lines)


def _import(module: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=PROJECT, check=True, capture_output=True)
    return time.perf_counter() - started
