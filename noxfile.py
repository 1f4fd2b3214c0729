# /// script
# requires-python = ">=3.11"
# dependencies = ["nox[uv]>=2026.2"]
# ///
"""Every job a person runs. ``nox -l`` lists them; ``nox`` alone runs the comparison.

One environment cannot hold all four engines: Airflow and Prefect want different versions of fastapi. Each has its own,
``.nox/<engine>``, pinned by ``locks/<engine>.txt``; the libraries they share have one version everywhere.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox
from nox.command import CommandFailed

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from shared.engines import ENGINES, Entry  # noqa: E402

PYTHONS = ("3.11", "3.12", "3.13")
PEERS = tuple(sorted(path.parent.name for path in HERE.glob("peers/*/peer.toml")))
PATIENCE = 60.0  # seconds after Ctrl-C, for what runs to stop in
# Of pytest. A file's tests share what is slow to start; those of one engine alone, which are the slowest, begin first.
# Those that take the longest are told.
WORKERS = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=8", "--durations-min=8")
EDITS = {"luigi": 1000, "dask": 1000}  # of a score; other engines take some ten times as long for one
SERVICES = {"prefect": ("postgresql",), "airflow": ("postgresql", "redis-server")}  # Debian's packages, of a cluster
PROGRAMS = {"postgresql": "pg_ctlcluster", "redis-server": "redis-server"}  # that tells whether a package is there
LESSON = ("tests/lesson/test_tour.py", "tests/lesson/test_exercises.py")
# Part of the tests -> the environments it needs, in the first of which it runs, and what pytest is told. Two parts run
# at a time, so the longest come first.
OF_AN_ENGINE = ("tests/conformance", "tests/machine", *LESSON, "tests/docs/test_lift.py")
PARTS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "core": (
        ["luigi", "dask"],
        [
            "tests/core",
            "tests/lineage",
            "tests/machine",
            "tests/faults",
            "tests/lesson/test_textbook.py",
            "tests/lesson/test_descriptors.py",
        ],
    ),
    "pages": (["browser", *ENGINES], ["tests/browser"]),
    **{name: ([name, "luigi", "dask"], [*OF_AN_ENGINE, "--engine", name]) for name in reversed(ENGINES)},
    "site": (["docs", *ENGINES], ["tests/docs"]),
    "reference": (["luigi"], ["tests/conformance", "--engine", "reference"]),
}
# The histories of projects that are walked where no other is named -> the environment of each.
HISTORIES = {"tests/histories/billing": "luigi", "tests/histories/search": "luigi", "tests/histories/sensors": "dask"}
ELSEWHERE = [("core", "3.12"), ("core", "3.13"), *((name, "3.12") for name in ENGINES)]

nox.needs_version = ">=2026.2"
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.sessions = [*ENGINES, "compare"]


def install(session: nox.Session, lock: str) -> None:
    """Install a lock and the project, unless they are there already.

    An engine's libraries are compiled, as the comparison's processes write no bytecode: each would compile them again.
    """
    session.env["UV_PYTHON_DOWNLOADS"] = "never"
    pinned = HERE / "locks" / f"{lock}.txt"
    stamp = Path(session.virtualenv.location) / "saltworks.stamp"
    wanted = hashlib.sha256(pinned.read_bytes() + (HERE / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    compiled = ("--compile-bytecode",) if lock in ENGINES else ()
    session.install(*compiled, "--require-hashes", "--requirement", str(pinned))
    session.install("--no-deps", "--editable", str(HERE))
    stamp.write_text(wanted)


def engine_session(engine: Entry) -> None:
    """Make the session of one engine, which has its name."""

    def run(session: nox.Session) -> None:
        install(session, engine.name)
        first = session.posargs[0] if session.posargs else ""
        command = first == "--help" or (first and not first.startswith("-"))
        patiently(session, "python", "-m", engine.package, *([] if command else ["compare"]), *session.posargs)

    run.__doc__ = f"The gauntlet on {engine.name} (all of it: -- --full); or a command: nox -s {engine.name} -- run ml"
    nox.session(name=engine.name)(run)


for entry in ENGINES.values():
    engine_session(entry)


@nox.session(venv_backend="none")
def compare(session: nox.Session) -> None:
    """Print the matrix of the results that are there; with -- --full, measure every cell on every engine first."""
    environments(session, *(ENGINES if "--full" in session.posargs else ["luigi"]))
    if "--full" in session.posargs:
        everything(session)
    session.run(python_of("luigi"), "-m", "shared.report", *session.posargs, external=True)


@nox.session(venv_backend="none", default=False)
def score(session: nox.Session) -> None:
    """Random edits on each engine, some 2 hours: how often wrong, how much waste (-- --edits 100 --engine luigi)"""
    chosen = argparse.ArgumentParser(prog="nox -s score --", allow_abbrev=False)
    chosen.add_argument("--engine", choices=ENGINES, action="append", help="may be repeated; default: all")
    chosen.add_argument("--edits", type=int, metavar="N", help="default: 1000 on Luigi and Dask, 200 on others")
    chosen.add_argument("--seed", type=int, default=1, metavar="S", help="of the edits; default: 1")
    asked = chosen.parse_args(session.posargs)
    names = asked.engine or list(ENGINES)
    environments(session, *dict.fromkeys([*names, "luigi"]))
    for name in names:
        edits = str(asked.edits or EDITS.get(name, 200))
        words = (ENGINES[name].package, "compare", "--score", edits, "--seed", str(asked.seed))
        patiently(session, python_of(name), "-m", *words)
    session.run(python_of("luigi"), "-m", "shared.report", "--publish-score", external=True)


def everything(session: nox.Session) -> None:
    """The full gauntlet of each engine; then each builds, and runs on what the others built."""
    for command in (["compare", "--full"], ["handover", "--give"], ["handover"]):
        # 1: a cell is not as expected. The report says which, when all are measured, and fails then.
        codes = (0,) if "--give" in command else (0, 1)
        for name, engine in ENGINES.items():
            patiently(session, python_of(name), "-m", engine.package, *command, success_codes=codes)


@nox.session(venv_backend="none", default=False)
def ui(session: nox.Session) -> None:
    """An engine's own pages, with both pipelines to play with: nox -s ui -- airflow (or luigi, dask, prefect)"""
    name, *options = session.posargs or [""]
    if name not in ENGINES:
        session.error(f"{name or 'which engine?'}: nox -s ui -- {'|'.join(ENGINES)}")
    environments(session, name)
    command = (python_of(name), "-m", ENGINES[name].package, "ui", *options)
    patiently(session, *command)


@nox.session(venv_backend="none", default=False)
def tour(session: nox.Session) -> None:
    """The lesson, a walk in the terminal: nox -s tour, or nox -s tour -- --engine airflow (or dask, prefect)"""
    chosen = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    chosen.add_argument("--engine", choices=ENGINES, default="luigi")
    engine = chosen.parse_known_args(session.posargs)[0].engine
    environments(session, *{engine: None, "luigi": None, "dask": None})  # one to walk on, one that shares the cache
    command = (python_of(engine), "-m", "lesson.tour", *session.posargs)
    patiently(session, *command)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the site, which is read from disk: docs/_build/index.html"""
    install(session, "docs")
    session.run("sphinx-build", "-q", "-W", "--keep-going", "docs", "docs/_build")
    session.log((HERE / "docs" / "_build" / "index.html").as_uri())


@nox.session(default=False)
def slides(session: nox.Session) -> None:
    """Build the slides of the lesson: results/lesson/slides.html, and a PDF of them"""
    install(session, "docs")
    session.run("python", "-m", "lesson.slides", *session.posargs)


@nox.session(venv_backend="none", default=False)
def tests(session: nox.Session) -> None:
    """The whole test suite, two parts at a time; each part is a job of its own, too: nox -s "tests(core)" -- -k salt"""
    environments(session, *dict.fromkeys(name for needed, _ in PARTS.values() for name in needed))
    with ThreadPoolExecutor(2) as pool:
        try:
            passed = [*pool.map(lambda part: passes(session, part), PARTS)]
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    if not all(passed):
        failed = (f'"tests({part})"' for part, good in zip(PARTS, passed, strict=True) if not good)
        session.error(f"tests failed: nox -s {' '.join(failed)}")


def passes(session: nox.Session, part: str) -> bool:
    """Whether the tests of a part pass. What pytest prints is printed at the end, as another part runs beside it."""
    session.log(f"tests({part}) begins")
    try:
        session.log(f"tests({part}) passed:\n{run_part(session, part, silent=True)}")
    except CommandFailed:  # nox has printed what pytest said
        return False
    return True


def part_session(part: str) -> None:
    """Make the session of one part of the tests."""

    def run(session: nox.Session) -> None:
        environments(session, *dict.fromkeys(PARTS[part][0]))
        run_part(session, part)

    run.__doc__ = f'A part of the tests, or some of it: nox -s "tests({part})" -- -k NAME'
    nox.session(name=f"tests({part})", venv_backend="none", default=False)(run)


for part in PARTS:
    part_session(part)


def run_part(session: nox.Session, part: str, *, silent: bool = False) -> object:
    """Run pytest on a part of the tests, in the first of its environments."""
    needed, arguments = PARTS[part]
    return pytest(session, python_of(needed[0]), *arguments, silent=silent)


@nox.session(default=False)
@nox.parametrize(("python", "part"), [nox.param(python, part, id=f"{part}-{python}") for part, python in ELSEWHERE])
def pythons(session: nox.Session, part: str) -> None:
    """On other Pythons, the core, and the conformance suite on an engine: nox -s 'pythons(core-3.13)'"""
    install(session, PARTS[part][0][0])
    pytest(session, "python", *(PARTS[part][1] if part == "core" else ["tests/conformance", "--engine", part]))


@nox.session(python="3.11", default=False)
def oldest(session: nox.Session) -> None:
    """The core's tests with the oldest version of each library that pyproject.toml allows: nox -s oldest -- -k store"""
    session.env["UV_PYTHON_DOWNLOADS"] = "never"
    extras = f"{HERE}[luigi,parquet,models,s3,cli,gauntlet]"
    session.install("--resolution", "lowest-direct", "--editable", extras, "--group", "test", "--group", "bucket")
    pytest(session, "python", "tests/core", "tests/lineage", "tests/faults")


def pytest(session: nox.Session, python: str, *arguments: str, silent: bool = False) -> object:
    """Run pytest. Where some tests are chosen by name, it is well that a part has none of them."""
    codes = (0, 5) if any(argument.startswith("-k") for argument in session.posargs) else (0,)
    command = (python, "-m", "pytest", *WORKERS, *arguments, *session.posargs)
    return session.run(*command, external=True, success_codes=codes, silent=silent)


@nox.session(venv_backend="none", default=False)
def fingerprints(session: nox.Session) -> None:
    """Fingerprint the functions of other people's packages: how many have one, how fine, how fast."""
    environments(session, "luigi")
    session.run(python_of("luigi"), "benchmarks/fingerprints.py", *session.posargs, external=True)


@nox.session(venv_backend="none", default=False)
def mutants(session: nox.Session) -> None:
    """Edit other people's code at random, and see that no result changes without the fingerprint: -- --count 5000"""
    environments(session, "luigi")
    session.run(python_of("luigi"), "benchmarks/mutants.py", *session.posargs, external=True)


@nox.session(venv_backend="none", default=False)
def machine(session: nox.Session) -> None:
    """Random sequences of edits, runs, kills and accidents on the real engines: -- --sequences 10000 --seed 1"""
    environments(session, *ENGINES)
    patiently(session, python_of("luigi"), "-m", "tests.machine", *session.posargs)


@nox.session(venv_backend="none", default=False)
def faults(session: nox.Session) -> None:
    """Kills, bad input, full disks, no handles, clocks: what was lost. -- --engine luigi --kills 300 --seed 1"""
    chosen = argparse.ArgumentParser(prog="nox -s faults --", add_help=False, allow_abbrev=False)
    chosen.add_argument("--engine", choices=ENGINES, action="append", help="may be repeated; default: all")
    given, words = chosen.parse_known_args(session.posargs)
    names = given.engine or list(ENGINES)
    environments(session, *names)
    for name in names:
        patiently(session, python_of(name), "-m", "tests.faults", name, *words, success_codes=(0, 1))
    session.run(python_of(names[0]), "-m", "tests.faults", external=True)  # 1: something was lost, in any of them


@nox.session(venv_backend="none", default=False)
def history(session: nox.Session) -> None:
    """Build every commit of your project, on what is there and clean: -- PATH [--engine dask] [--build COMMAND]"""
    chosen = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    chosen.add_argument("--engine", choices=ENGINES, default="luigi")
    given, words = chosen.parse_known_args(session.posargs)
    walks = [(given.engine, words)] if words else [(name, [path]) for path, name in HISTORIES.items()]
    environments(session, *{name: None for name, _ in walks})
    for name, words in walks:
        session.run(python_of(name), "-m", "shared.rerun.history", *words, external=True)


@nox.session(venv_backend="none", default=False)
def peers(session: nox.Session) -> None:
    """Other tools through the same changes: nox -s peers -- --peer dvc --again; or random edits: -- --score 20"""
    chosen = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    chosen.add_argument("--peer", choices=PEERS, action="append")
    environments(session, "luigi")
    for name in chosen.parse_known_args(session.posargs)[0].peer or PEERS:
        peer_environment(session, name)
    patiently(session, python_of("luigi"), "-m", "peers", *session.posargs)


def peer_environment(session: nox.Session, name: str) -> None:
    """Make the environment of a peer from its lock, unless it is there. A session for each would fill ``nox -l``."""
    side_environment(session, f"peers-{name}", HERE / "locks" / "peers" / f"{name}.txt")


def side_environment(session: nox.Session, name: str, pinned: Path, *project: str) -> None:
    """Make an environment that no session is named after from its lock, and install the project there if asked."""
    folder = HERE / ".nox" / name
    stamp, wanted = folder / "saltworks.stamp", hashlib.sha256(pinned.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    uv = (sys.executable, "-m", "uv")
    session.run_install(*uv, "venv", "--quiet", "--clear", "--python", python_of("luigi"), str(folder), external=True)
    install = (*uv, "pip", "install", "--quiet", "--python", str(folder))
    locked = ("--compile-bytecode", "--require-hashes", "--requirement", str(pinned))
    session.run_install(*install, *locked, external=True)
    if project:
        session.run_install(*install, "--no-deps", *project, external=True)
    stamp.write_text(wanted)


@nox.session(venv_backend="none", default=False)
def cluster(session: nox.Session) -> None:
    """A real deployment, and accidents on it: nox -s cluster -- airflow (or luigi, dask, prefect); some 10 minutes"""
    name, *options = session.posargs or [""]
    if name not in ENGINES:
        session.error(f"{name or 'which engine?'}: nox -s cluster -- {'|'.join(ENGINES)}")
    debian(session, *SERVICES.get(name, ()))
    environments(session, *dict.fromkeys(["luigi", name]))
    python = python_of(name)
    if name == "airflow":  # with Celery, which the comparison has no use for
        side_environment(session, "cluster", HERE / "locks" / "cluster.txt", "--editable", str(HERE))
        python = python_of("cluster")
    patiently(session, python, "-m", "clusters", name, *options)


def debian(session: nox.Session, *programs: str) -> None:
    """Install packages of Debian that are missing. Their services are not started: the session starts its own."""
    missing = [package for package in programs if not shutil.which(PROGRAMS[package])]
    if missing and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        quietly = {"RUNLEVEL": "1", "DEBIAN_FRONTEND": "noninteractive"}  # 1: where no service is started
        session.run_install("apt-get", "update", silent=True, external=True)
        words = ("apt-get", "install", "--yes", "--no-install-recommends", *missing)
        session.run_install(*words, env=quietly, silent=True, external=True)
    elif missing:
        session.error(f"apt-get install --no-install-recommends {' '.join(missing)}")


@nox.session(venv_backend="none", default=False)
def canary(session: nox.Session) -> None:
    """Which cells are different with an engine's or peer's newest release (-- --engine luigi --with luigi==3.8.0)"""
    chosen = argparse.ArgumentParser(prog="nox -s canary --", allow_abbrev=False)
    chosen.add_argument("--engine", choices=ENGINES, action="append", help="may be repeated; default: all")
    chosen.add_argument("--peer", choices=PEERS, action="append", help="may be repeated; default: none")
    chosen.add_argument("--with", dest="exactly", action="append", help="these versions, and not the newest")
    asked = chosen.parse_args(session.posargs)
    engines, peers = asked.engine or ([] if asked.peer else list(ENGINES)), asked.peer or []
    environments(session, *dict.fromkeys(["luigi", *engines]))
    for name in engines:
        newest = unlocked(session, name, "--group", name, "--group", "test", "--editable", ".[gauntlet]")
        words = ("-m", ENGINES[name].package, "compare", "--results")
        for python, results in ((python_of(name), "results"), (newest, "results/canary")):
            patiently(session, python, *words, results, success_codes=(0, 1))
        told(session, f"{name}.json")
    for name in peers:
        peer_environment(session, name)
        unlocked(
            session, f"peers-{name}", "--requirements", f"peers/{name}/requirements.in", "--editable", ".[gauntlet]"
        )
        for environment, results in ((".nox", "results/peers"), (".nox/canary", "results/canary/peers")):
            measuring = ("--peer", name, "--environments", environment, "--results", results)
            patiently(session, python_of("luigi"), "-m", "peers", *measuring)
        told(session, f"peers/{name}.json")


def unlocked(session: nox.Session, name: str, *wanted: str) -> str:
    """Make an environment without a lock, of the newest versions or those of ``--with``. Returns its interpreter."""
    exactly = [word for flag, word in zip(session.posargs, session.posargs[1:], strict=False) if flag == "--with"]
    python = str(HERE / ".nox" / "canary" / name / "bin" / "python")
    uv = (sys.executable, "-m", "uv")
    folder = str(Path(python).parents[1])
    session.run_install(*uv, "venv", "--quiet", "--clear", "--python", python_of("luigi"), folder, external=True)
    session.run_install(*uv, "pip", "install", "--quiet", "--python", python, *wanted, *exactly, external=True)
    return python


def told(session: nox.Session, file: str) -> None:
    """Print which cells are different. That some are is what one wants to know, and no failure of the session."""
    words = ("-m", "shared.report.canary", f"results/{file}", f"results/canary/{file}")
    session.run(python_of("luigi"), *words, external=True, success_codes=(0, 1))


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """All pages, the report's and the engines' own, in a real browser, the system's Chromium."""
    install(session, "browser")
    environments(session, *ENGINES)
    session.run("python", "-m", "pytest", "tests/browser", *session.posargs)


@nox.session(venv_backend="none", default=False)
def screenshots(session: nox.Session) -> None:
    """Take the pictures in README and docs again, from the browser tests and the results that are there."""
    drawn = ("--svg", "docs/matrix.svg", "--preview", "docs/pictures/preview.png")
    session.run(python_of("luigi"), "-m", "shared.report", *drawn, silent=True, external=True)
    session.notify("browser", ["--pictures", "docs/pictures"])


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff (style, imports, docstrings) and mypy (types): without the engines, then with each engine's own types."""
    install(session, "lint")
    session.run("ruff", "check", *(session.posargs or ["."]))
    session.run("ruff", "format", "--check", ".")
    environments(session, *ENGINES, "browser")
    checks = [
        ["mypy"],
        [*types_from("nox", sys.executable), "noxfile.py"],
        [*types_from("browser", python_of("browser")), "tests/browser"],
    ]
    for name, engine in ENGINES.items():
        ours = (engine.package, f"saltern.{name}", f"tests.conformance.test_{name}", f"clusters.{name}")
        checks.append([*types_from(name, python_of(name)), *(word for package in ours for word in ("-p", package))])
    with ThreadPoolExecutor(2) as pool:  # each is a process that works on one core
        list(pool.map(lambda words: session.run(*words), checks))


def types_from(name: str, python: str) -> list[str]:
    """How to start mypy so that it finds the types of what an interpreter has installed."""
    return ["mypy", "--cache-dir", f".mypy_cache/{name}", "--python-executable", python]


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Pin every environment again: locks/core.txt first, then each engine, and each peer, held to it."""
    session.install("uv")
    common = ["uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--generate-hashes", "--no-header"]
    common += ["--python-version", PYTHONS[0], "--extra", "gauntlet", "pyproject.toml"]
    session.run(*common, "--extra", "s3", "--output-file", "locks/core.txt")
    for group in (*ENGINES, "browser", "cluster", "docs", "lint"):
        held = ["--constraint", "locks/core.txt", "--group", group, "--group", "test"]
        held += ["--extra", "s3", "--group", "bucket"] if group in (*ENGINES, "cluster") else []
        session.run(*common, *held, "--output-file", f"locks/{group}.txt")
    for name in PEERS:
        peer = tomllib.loads((HERE / "peers" / name / "peer.toml").read_text())
        held = [] if peer.get("free") else ["--constraint", "locks/core.txt"]
        session.run(*common, f"peers/{name}/requirements.in", *held, "--output-file", f"locks/peers/{name}.txt")


def patiently(session: nox.Session, *words: str, success_codes: Sequence[int] = (0,)) -> None:
    """Run a program that may have servers to stop, or work to keep, when it is interrupted."""
    session.run(
        *words, external=True, success_codes=success_codes, interrupt_timeout=PATIENCE, terminate_timeout=PATIENCE
    )


def environments(session: nox.Session, *names: str) -> None:
    """Make sure that the engines' environments are there, as their own sessions make them."""
    nox_ = (sys.executable, "-m", "nox", "--noxfile", __file__, "--install-only", "--session")
    session.run_install(*nox_, *names, silent=True, external=True)


def python_of(name: str) -> str:
    """The interpreter of an engine's environment."""
    folder = HERE / ".nox" / name
    return str(next(path for path in (folder / "bin/python", folder / "Scripts/python.exe") if path.exists()))


if __name__ == "__main__":
    nox.main()
