"""Mutants: does every small edit that changes a result change the fingerprint?

``python benchmarks/mutants.py --count 5000 --seed 1``

Each mutant is one edit of a package's source (``shared/score/mutations.py``), laid out as the code of a project. Steps
with fixed inputs (``drivers/``) run before and after it, in processes that have imported nothing of the project. A step
whose result is another one and whose fingerprint is not has been missed. The work goes on where it was interrupted; one
mutant alone is looked at with ``--only 4711``.
"""

from __future__ import annotations

import argparse
import difflib
import gc
import hashlib
import importlib
import json
import multiprocessing
import os
import pickle
import random
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.util import spec_from_file_location
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

HERE = Path(__file__).parent
sys.path[0] = str(HERE.parent)

from benchmarks.packages import LIBRARIES, PACKAGES, PINNED, downloaded, laid_out, python  # noqa: E402
from saltern import step  # noqa: E402
from saltern.code import code_fingerprint, named_files, reached  # noqa: E402
from saltern.parsed import written  # noqa: E402
from saltern.sources import state_of  # noqa: E402
from saltern.steps import Step  # noqa: E402
from shared.score.mutations import Text  # noqa: E402

DRIVERS = HERE / "drivers"
DRIVEN = sorted(path.stem.removeprefix("drive_") for path in DRIVERS.glob("drive_*.py"))
CHUNK = 60  # mutants per process: what it has read of the source is shared by all that it forks
# Where an edit is made, and how often: in a function that a driver runs, where an import runs it, in any function.
WHERE = {"run": 5, "imported": 4, "any": 1}


@dataclass
class Ran:
    """What one process found: whether it could import the driver, fingerprints and results by step."""

    imported: str = "no"
    files: list[str] = field(default_factory=list)
    called: list[tuple[str, int]] = field(default_factory=list)  # functions that were run: file, first line
    fingerprints: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)


@dataclass
class Mutant:
    """One mutant and what became of it. ``missed``: the steps with another result and the same fingerprint."""

    number: int
    package: str
    kind: str = ""
    file: str = ""
    where: str = ""
    imported: str = ""
    changed: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    harmless: int = 0  # steps with the result they had
    wasted: int = 0  # and another fingerprint
    diff: str = ""


class World:
    """A project of one package, and the steps that drive it."""

    def __init__(self, package: str, installed: Path, folder: Path) -> None:
        self.package, self.driver = package, f"drive_{package}"
        self.root = laid_out(package, installed, folder.resolve() / package)
        shutil.copy(DRIVERS / f"{self.driver}.py", self.root)
        for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES[package]]:
            del sys.modules[name]
        sys.path.insert(0, str(self.root))
        for name in LIBRARIES if package == "steps" else ():
            importlib.import_module(name)
        first = self.run(600)  # it writes the bytecode, which is all that it leaves
        started = time.monotonic()
        self.base = self.run(600)
        self.seconds = 5 + 10 * (time.monotonic() - started)
        unsteady = [name for name, one in self.base.results.items() if one != first.results.get(name) or " " in one]
        unsteady += [name for name, one in self.base.fingerprints.items() if one.startswith("raises")]
        if unsteady or self.base.imported != "yes" or not self.base.called:
            raise RuntimeError(f"{package}: {unsteady}, {self.base}"[:2000])
        self.text = cache(lambda name: Text((self.root / name).read_bytes()))
        self._read_ahead()
        gc.freeze()

    def _read_ahead(self) -> None:
        """Fingerprint the steps in this process, which imports none of them: what is read is there for all forks."""
        path = self.root / f"{self.driver}.py"
        module = sys.modules[self.driver] = ModuleType(self.driver)
        module.__file__, module.__spec__ = str(path), spec_from_file_location(self.driver, path)
        for name in self.base.fingerprints:
            function = FunctionType((lambda: None).__code__, {}, name)
            function.__module__ = self.driver
            setattr(module, name, step(version="1", writes="json")(function))
            reached(getattr(module, name))
        del sys.modules[self.driver]
        for file in self.base.files:
            name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            written(name, self.root / file, state_of(self.root / file))

    def run(self, seconds: float, only: str | None = None) -> Ran:
        """Import the driver, fingerprint and run its steps, in a fork of this process with a time limit."""
        reader, writer = os.pipe()
        process = os.fork()
        if not process:
            os.close(reader)
            self._in_child(writer, only)
        os.close(writer)
        data, until = b"", time.monotonic() + seconds
        while select.select([reader], [], [], max(0.0, until - time.monotonic()))[0]:
            if not (read := os.read(reader, 1 << 20)):
                break
            data += read
        os.close(reader)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        found = Ran()
        for name, values in _messages(data):
            setattr(found, name, values)
        found.results = {name: found.results.get(name, "no end") for name in found.fingerprints}
        return found

    def _in_child(self, writer: int, only: str | None) -> None:
        def say(name: str, value: Any) -> None:
            data = pickle.dumps((name, value))
            os.write(writer, len(data).to_bytes(4, "big") + data)

        try:
            resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
            nowhere = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(nowhere, number)
            os.chdir(self.root)
            first = not hasattr(self, "base")
            sys.dont_write_bytecode = not first
            driver = importlib.import_module(self.driver)
            steps = {name: one for name, one in vars(driver).items() if isinstance(one, Step) and only in (None, name)}
            say("imported", "yes")
            if not sys.dont_write_bytecode or not hasattr(self, "text"):
                files = (getattr(module, "__file__", None) for module in [*sys.modules.values()])
                say("files", [file[len(f"{self.root}/") :] for file in files if file and self._is_mine(file)])
            say("fingerprints", {name: fingerprint(one) for name, one in steps.items()})
            called: set[tuple[str, int]] = set()
            if not hasattr(self, "text"):
                sys.setprofile(
                    lambda frame, event, _: called.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))
                )
            results: dict[str, str] = {}
            for name, one in steps.items():
                results[name] = result(one)
                say("results", results)
            sys.setprofile(None)
            say("called", [(file[len(f"{self.root}/") :], line) for file, line in called if self._is_mine(file)])
        except BaseException as error:
            say("imported", f"raises {type(error).__name__}: {error}"[:200])
        finally:
            os._exit(0)

    def _is_mine(self, file: str) -> bool:
        return file.startswith(f"{self.root}/") and file.endswith(".py")

    def mutant(self, number: int, seed: int) -> Mutant:
        rng, found = random.Random(f"{seed}/{number}"), Mutant(number, self.package)  # noqa: S311
        while True:
            found.where = rng.choices([*WHERE], [*WHERE.values()])[0]
            found.file = rng.choice(
                self.base.files if found.where != "run" else sorted({f for f, _ in self.base.called})
            )
            text = self.text(found.file)
            edits = [one for one in text.edits if self._is_at(one.function, found)]
            if not edits:
                continue
            found.kind = rng.choice(sorted({one.kind for one in edits}))
            source = text.edited(rng.choice([one for one in edits if one.kind == found.kind]), rng)
            if source is not None:
                break
        old, new = (one.decode("utf-8", "replace").splitlines() for one in (text.source, source))
        found.diff = "\n".join(difflib.unified_diff(old, new, found.file, f"mutant {number}", lineterm="", n=1))
        path = self.root / found.file
        before = path.stat()
        path.write_bytes(source)
        try:
            self._judge(found)
            if found.missed:  # once more, each step alone: one may have left something behind for the next
                found.missed = [name for name in found.missed if self._is_missed(name, path, text.source, source)]
        finally:
            path.write_bytes(text.source)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return found

    def _is_at(self, function: int | None, found: Mutant) -> bool:
        if found.where == "run":
            return (found.file, function) in self.base.called
        return found.where == "any" or function is None

    def _judge(self, found: Mutant) -> None:
        ran = self.run(self.seconds)
        found.imported = ran.imported
        for name, value in ran.results.items():
            same = ran.fingerprints[name] == self.base.fingerprints.get(name)
            if value == self.base.results.get(name):
                found.harmless += 1
                found.wasted += not same
            else:
                found.changed.append(name)
                found.missed += [name] if same else []

    def _is_missed(self, name: str, path: Path, old: bytes, new: bytes) -> bool:
        runs = []
        for source in (old, new, old):
            path.write_bytes(source)
            ran = self.run(self.seconds * 3, only=name)
            runs.append((ran.results.get(name), ran.fingerprints.get(name)))
        return runs[0] == runs[2] and runs[0][0] != runs[1][0] and runs[0][1] == runs[1][1]


def fingerprint(one: Step[..., Any]) -> str:
    try:
        return json.dumps([code_fingerprint(one), named_files(one)])
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"


def result(one: Step[..., Any]) -> str:
    try:
        return hashlib.sha256(repr(one()).encode("utf-8", "backslashreplace")).hexdigest()
    except BaseException as error:
        return f"raises {type(error).__name__}"


def _messages(data: bytes) -> Iterator[tuple[str, Any]]:
    while len(data) > 4 and len(data) >= (end := 4 + int.from_bytes(data[:4], "big")):
        yield pickle.loads(data[4:end])  # noqa: S301 - from a fork of our own
        data = data[end:]


def chunk(task: tuple[str, list[int], int, Path]) -> list[Mutant]:
    """Some mutants of one package, in a process of their own."""
    package, numbers, seed, installed = task
    with tempfile.TemporaryDirectory() as folder:
        world = World(package, installed, Path(folder))
        return [world.mutant(number, seed) for number in numbers]


def measured(packages: list[str], numbers: list[int], seed: int, installed: Path, jobs: int) -> Iterator[Mutant]:
    tasks = []
    for index, package in enumerate(packages):
        mine = [number for number in numbers if number % len(packages) == index]
        tasks += [(package, mine[at : at + CHUNK], seed, installed) for at in range(0, len(mine), CHUNK)]
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        for found in pool.imap_unordered(chunk, sorted(tasks, key=lambda task: task[1])):
            yield from found


def summary(mutants: list[Mutant], command: str) -> str:
    versions = ", ".join(PINNED.read_text().split())
    lines = [
        "# Mutants",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {python()}, `{command}`. Packages: {versions}.",
        "",
        "A mutant counts as changing where a step's result is another one, an error or no end; as missed where that",
        "step's fingerprint is the same; a harmless step whose fingerprint changed reruns for nothing (wasted).",
        "",
        "| package | mutants | not importable | changing | missed | harmless steps | wasted |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for package in [*sorted({one.package for one in mutants}), "all"]:
        lines.append(_row(package, [one for one in mutants if package in (one.package, "all")]))
    lines += ["", "| kind of edit | mutants | not importable | changing | missed | harmless steps | wasted |"]
    lines.append("|---|--:|--:|--:|--:|--:|--:|")
    lines += [
        _row(kind, [one for one in mutants if one.kind == kind]) for kind in sorted({one.kind for one in mutants})
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, mutants: list[Mutant]) -> str:
    counts = Counter({"harmless": sum(one.harmless for one in mutants), "wasted": sum(one.wasted for one in mutants)})
    unusable, changing = sum(one.imported != "yes" for one in mutants), sum(bool(one.changed) for one in mutants)
    missed, share = sum(bool(one.missed) for one in mutants), counts["wasted"] / max(1, counts["harmless"])
    return f"| {name} | {len(mutants)} | {unusable} | {changing} | {missed} | {counts['harmless']} | {share:.1%} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--count", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--only", type=int, help="the number of one mutant, to look at it")
    options.add_argument("--packages", nargs="+", choices=DRIVEN, default=DRIVEN)
    options.add_argument("--installed", type=Path, help="the folder that the packages are installed in")
    options.add_argument("--work", type=Path, help="where outcomes are kept, to go on from")
    options.add_argument("--summary", type=Path, help="where to write the summary")
    given = options.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":  # the same results on every run
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606
    work = given.work or Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    os.environ["SALTWORKS_CACHE_DIR"] = str(work / "digests")
    installed = given.installed or downloaded(work / "installed")
    outcomes = work / f"mutants-{given.seed}.jsonl"
    known = [Mutant(**json.loads(line)) for line in outcomes.read_text().splitlines()] if outcomes.exists() else []
    done = {one.number for one in known}
    numbers = [given.only] if given.only is not None else [n for n in range(given.count) if n not in done]
    for one in measured(given.packages, numbers, given.seed, installed, given.jobs):
        known.append(one)
        with outcomes.open("a") as file:
            file.write(json.dumps(asdict(one)) + "\n")
        if one.missed or given.only is not None:
            print(
                f"{'MISSED' if one.missed else 'seen'} --seed {given.seed} --only {one.number}: {one.package}",
                one.missed,
            )
            print(f"{one.kind}, {one.where}, changed {one.changed}\n{one.diff}\n", flush=True)
        if len(known) % 20 == 0:
            print(f"{len(known)} of {given.count}, {sum(bool(one.missed) for one in known)} missed", file=sys.stderr)
    text = summary(known, f"python benchmarks/mutants.py --count {given.count} --seed {given.seed}")
    print(text)
    if given.summary:
        given.summary.write_text(text)
    raise SystemExit(any(one.missed for one in known))


if __name__ == "__main__":
    main()
