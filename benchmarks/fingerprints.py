"""Fingerprints of other people's code: ``python benchmarks/fingerprints.py``.

The top-level functions of pure-Python packages, each taken for a step, with the package for its project: how many have
a fingerprint, how fine it is, and how long it takes, in a new process (cold) and in a second one (warm). And a project
of a thousand modules.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import cProfile
import importlib
import inspect
import json
import os
import pkgutil
import pstats
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
sys.path[0] = str(HERE.parent)

from benchmarks.packages import PACKAGES, PINNED, downloaded, laid_out, python  # noqa: E402
from saltern.code import reached  # noqa: E402
from saltern.files import CLOCK_RESOLUTION  # noqa: E402
from saltern.steps import Step  # noqa: E402

BIG = "1,000 modules"


@dataclass
class Measured:
    """What was found of one package in one process."""

    package: str
    functions: int = 0  # that it has
    taken: int = 0  # that were looked at
    failed: dict[str, str] = field(default_factory=dict)  # function -> why it has no fingerprint
    unloaded: dict[str, str] = field(default_factory=dict)  # module -> why it could not be imported
    coarse: int = 0  # functions with a place that is coarser than a name
    reasons: dict[str, int] = field(default_factory=dict)  # why, and of how many functions
    places: float = 0  # the median of their number
    first: float = 0  # seconds for the first function
    seconds: float = 0  # for all of them


def measured(package: str, root: Path, budget: float) -> Measured:
    sys.path.insert(0, str(root))
    found, places, reasons = Measured(package), [], Counter[str]()
    every = [*_functions(found, root, "big" if package == BIG else PACKAGES[package][0])]
    found.functions = len(every)
    random.Random(1).shuffle(every)  # noqa: S311
    begun = time.process_time()
    for module, name in every:
        if time.process_time() > begun + budget:
            break
        found.taken += 1
        started = time.process_time()
        try:
            result = _reached(module, name)
        except Exception as error:
            found.failed[f"{module.__name__}:{name}"] = f"{type(error).__name__}: {error}"
            continue
        finally:
            found.seconds += time.process_time() - started
            found.first = found.first or found.seconds
        places.append(len(result.code))
        found.coarse += bool(result.coarse)
        reasons.update({f"{place}: {why}" for place, why in result.coarse.items()})
    found.places = statistics.median(places or [0])
    found.reasons = dict(reasons.most_common(8))
    return found


def _functions(found: Measured, root: Path, top: str) -> Iterator[tuple[ModuleType, str]]:
    """The top-level functions of a package's modules, those apart that cannot be imported here."""
    package = importlib.import_module(top)
    names = [one.name for one in pkgutil.walk_packages(getattr(package, "__path__", []), f"{top}.", lambda _: None)]
    for name in [top, *sorted(names)]:
        if name.endswith("__main__"):
            continue
        try:
            with contextlib.redirect_stdout(sys.stderr):
                module = importlib.import_module(name)
        except BaseException as error:
            found.unloaded[name] = f"{type(error).__name__}: {error}"
            continue
        file = getattr(module, "__file__", None) or ""
        for node in ast.parse(Path(file).read_bytes()).body if file.endswith(".py") else ():
            value = vars(module).get(node.name) if isinstance(node, ast.FunctionDef) else None
            if inspect.isfunction(value) and value.__module__ == name:
                yield module, value.__name__


def _reached(module: ModuleType, name: str) -> Any:
    """What a function reaches as a step, which it is for this moment."""
    function = vars(module)[name]
    declared = Step(function, name=name, version="1", writes="json", libraries=())
    setattr(module, name, declared)
    try:
        return reached(declared)
    finally:
        setattr(module, name, function)


def big(root: Path) -> Path:
    """A project of a thousand modules of ten functions each, all of which the first one reaches."""
    (root / "big").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    (root / "big" / "__init__.py").touch()
    for number in range(1000):
        below = [one for one in (2 * number + 1, 2 * number + 2, 3 * number + 1) if one < 1000]
        lines = [f"from big import m{one}" for one in below]
        lines += ["import math", "", f"LIMIT = {number}", "TABLE = {str(n): n for n in range(LIMIT)}", ""]
        for index in range(10):
            called = f"f{index + 1}(x, LIMIT)" if index < 9 else "math.sqrt(x)"
            lines += [f"def f{index}(x, y=LIMIT):", '    """Adds."""', "    rows = [a * x for a in range(y) if a % 3]"]
            lines += [
                f"    if x > {index}:",
                f"        return len(rows) + {called}",
                "    return TABLE.get(str(x), 0)",
                "",
            ]
        calls = " + ".join(["f0(x)", *(f"m{one}.all_below(x)" for one in below)])
        lines += ["def all_below(x):", f"    return {calls}"]
        (root / "big" / f"m{number}.py").write_text("\n".join(lines) + "\n")
    return root


def one(package: str, root: Path, budget: float) -> None:
    """In a process of its own: measure and print as JSON."""
    if package != BIG:
        print(json.dumps(asdict(measured(package, root, budget))))
        return
    sys.path.insert(0, str(root))
    module, profile = importlib.import_module("big.m0"), cProfile.Profile()
    started = time.process_time()
    result = _reached(module, "all_below")
    seconds = time.process_time() - started
    found = Measured(BIG, 1, 1, places=len(result.code), coarse=bool(result.coarse), first=seconds, seconds=seconds)
    if os.environ.get("PROFILE"):
        from saltern.code import forget

        forget()
        profile.runcall(_reached, module, "all_below")
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(20)
    print(json.dumps(asdict(found)))


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("packages", nargs="*", default=[*(name for name in PACKAGES if name != "steps"), BIG])
    options.add_argument("--installed", type=Path, help="the folder that the packages are installed in")
    options.add_argument("--budget", type=float, default=60, help="seconds for one package; then the rest is left out")
    options.add_argument("--summary", type=Path, help="where to write the summary, as JSON")
    options.add_argument("--one", type=Path, metavar="ROOT", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        return one(given.packages[0], given.one, given.budget)
    print(f"{'package':17} functions   taken  failed  coarse  places   first    cold    warm  (CPU seconds)")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        installed = given.installed or downloaded(home / "installed")
        for package in given.packages:
            root = home / "projects" / package
            big(root) if package == BIG else laid_out(package, installed, root)
            time.sleep(CLOCK_RESOLUTION / 1e9)  # nothing is remembered of files that may still change unnoticed
            cold, warm = (_in_process(package, root, home / "digests" / package, given.budget) for _ in range(2))
            rows.append({**asdict(cold), "warm_first": warm.first, "warm_seconds": warm.seconds})
            share = f"{cold.coarse / max(1, cold.taken - len(cold.failed)):7.0%}"
            numbers = f"{cold.functions:9} {cold.taken:7} {len(cold.failed):7} {share} {cold.places:7.0f}"
            print(f"{package:17} {numbers} {cold.first:7.2f} {cold.seconds:7.2f} {warm.seconds:7.2f}", flush=True)
            for name, why in cold.failed.items():
                print(f"    {name}: {why}")
    if given.summary:
        head = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "python": python(),
            "command": f"python benchmarks/fingerprints.py --budget {given.budget:g}",
        }
        versions = PINNED.read_text().split()
        given.summary.write_text(json.dumps({**head, "versions": versions, "packages": rows}, indent=1) + "\n")
    raise SystemExit(any(row["failed"] for row in rows))


def _in_process(package: str, root: Path, cache: Path, budget: float) -> Measured:
    command = [sys.executable, str(HERE / "fingerprints.py"), package, "--one", str(root), "--budget", str(budget)]
    env = {**os.environ, "SALTWORKS_CACHE_DIR": str(cache)}
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=None, env=env, text=True)
    return Measured(**json.loads(ran.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
