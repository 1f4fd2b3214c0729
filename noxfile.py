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
import sys
from pathlib import Path

import nox

ENGINES = {"luigi": "luigi_impl", "dask": "dask_impl", "airflow": "airflow_dags", "prefect": "prefect_flows"}
PYTHONS = ("3.11", "3.12", "3.13")
WORKERS = ("--numprocesses", "2", "--dist", "loadfile")  # of pytest; a file's tests share what is slow to start
PATIENCE = {"interrupt_timeout": 60.0, "terminate_timeout": 30.0}  # seconds after Ctrl-C, for servers to stop in
HERE = Path(__file__).parent

nox.needs_version = ">=2026.2"
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.sessions = [*ENGINES, "compare"]


def install(session: nox.Session, lock: str) -> None:
    """Install a lock and the project, unless they are there already. Bytecode is compiled, so that runs start fast."""
    session.env["UV_PYTHON_DOWNLOADS"] = "never"
    pinned = HERE / "locks" / f"{lock}.txt"
    stamp = Path(session.virtualenv.location) / "saltworks.stamp"
    wanted = hashlib.sha256(pinned.read_bytes() + (HERE / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    session.install("--compile-bytecode", "--require-hashes", "--requirement", str(pinned))
    session.install("--no-deps", "--editable", str(HERE))
    stamp.write_text(wanted)


def engine(session: nox.Session, name: str) -> None:
    install(session, name)
    first = session.posargs[0] if session.posargs else ""
    command = first == "--help" or (first and not first.startswith("-"))
    session.run("python", "-m", ENGINES[name], *([] if command else ["compare"]), *session.posargs)


@nox.session
def luigi(session: nox.Session) -> None:
    """The gauntlet on Luigi (all of it: -- --full); or any of its commands: nox -s luigi -- run ml --set train.C=10"""
    engine(session, "luigi")


@nox.session
def dask(session: nox.Session) -> None:
    """The gauntlet on Dask; or any of its commands: nox -s dask -- tree artists"""
    engine(session, "dask")


@nox.session
def airflow(session: nox.Session) -> None:
    """The gauntlet on Airflow; or any of its commands: nox -s airflow -- run ml"""
    engine(session, "airflow")


@nox.session
def prefect(session: nox.Session) -> None:
    """The gauntlet on Prefect; or any of its commands: nox -s prefect -- run ml"""
    engine(session, "prefect")


@nox.session(venv_backend="none")
def compare(session: nox.Session) -> None:
    """Print the matrix of the results that are there; with -- --full, measure every cell on every engine first."""
    environments(session, *(ENGINES if "--full" in session.posargs else ["luigi"]))
    if "--full" in session.posargs:
        everything(session)
    session.run(python_of("luigi"), "-m", "shared.report", *session.posargs, external=True)


def everything(session: nox.Session) -> None:
    """The full gauntlet of each engine; then each builds, and runs on what the others built."""
    for command in (["compare", "--full"], ["handover", "--give"], ["handover"]):
        # 1: a cell is not as expected. The report says which, when all are measured, and fails then.
        codes = (0,) if "--give" in command else (0, 1)
        for name, package in ENGINES.items():
            session.run(python_of(name), "-m", package, *command, external=True, success_codes=codes)


@nox.session(venv_backend="none", default=False)
def ui(session: nox.Session) -> None:
    """An engine's own pages, with both pipelines to play with: nox -s ui -- airflow (or luigi, dask, prefect)"""
    name, *options = session.posargs or [""]
    if name not in ENGINES:
        session.error(f"{name or 'which engine?'}: nox -s ui -- {'|'.join(ENGINES)}")
    environments(session, name)
    session.run(python_of(name), "-m", ENGINES[name], "ui", *options, external=True, **PATIENCE)


@nox.session(venv_backend="none", default=False)
def tour(session: nox.Session) -> None:
    """The lesson, a walk in the terminal: nox -s tour, or nox -s tour -- --engine airflow (or dask, prefect)"""
    chosen = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    chosen.add_argument("--engine", choices=ENGINES, default="luigi")
    engine = chosen.parse_known_args(session.posargs)[0].engine
    environments(session, *{engine: None, "luigi": None, "dask": None})  # one to walk on, one that shares the cache
    session.run(python_of(engine), "-m", "lesson.tour", *session.posargs, external=True, **PATIENCE)


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


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """The whole test suite: the core, the conformance suite and the gauntlet on each engine, and all pages."""
    environments(session, *ENGINES, "browser", "docs")
    exhibits = ("tests/lesson/test_textbook.py", "tests/lesson/test_descriptors.py")
    on_each = ("tests/lesson/test_tour.py", "tests/lesson/test_exercises.py", "tests/docs/test_lift.py")
    pytest = ("-m", "pytest", *WORKERS, *session.posargs)
    session.run(python_of("luigi"), *pytest, "tests/core", *exhibits, external=True)
    session.run(python_of("luigi"), *pytest, "tests/conformance", "--engine", "reference", external=True)
    for name in ENGINES:
        session.run(python_of(name), *pytest, "tests/conformance", *on_each, "--engine", name, external=True)
    session.run(python_of("docs"), *pytest, "tests/docs", "tests/lesson/test_slides.py", external=True)
    session.run(python_of("browser"), *pytest, "tests/browser", external=True)


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """All pages, the report's and the engines' own, in a real browser, the system's Chromium."""
    install(session, "browser")
    environments(session, *ENGINES)
    session.run("python", "-m", "pytest", "tests/browser", *session.posargs)


@nox.session(venv_backend="none", default=False)
def screenshots(session: nox.Session) -> None:
    """Take the pictures in README and docs again, from the browser tests and the results that are there."""
    session.run(python_of("luigi"), "-m", "shared.report", "--svg", "docs/matrix.svg", silent=True, external=True)
    session.notify("browser", ["--pictures", "docs/pictures"])


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff (style, imports, docstrings) and mypy (types)."""
    install(session, "lint")
    session.run("ruff", "check", *(session.posargs or ["."]))
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Pin every environment again: locks/core.txt first, then each engine held to it."""
    session.install("uv")
    common = ["uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--generate-hashes", "--no-header"]
    common += ["--python-version", PYTHONS[0], "--extra", "gauntlet", "pyproject.toml"]
    session.run(*common, "--output-file", "locks/core.txt")
    for group in (*ENGINES, "browser", "docs", "lint"):
        held = ["--constraint", "locks/core.txt", "--group", group, "--group", "test"]
        session.run(*common, *held, "--output-file", f"locks/{group}.txt")


def environments(session: nox.Session, *names: str) -> None:
    """Make sure that the engines' environments are there, as their own sessions make them."""
    nox_ = (sys.executable, "-m", "nox", "--noxfile", __file__, "--install-only", "--session")
    session.run(*nox_, *names, silent=True, external=True)


def python_of(name: str) -> str:
    """The interpreter of an engine's environment."""
    folder = HERE / ".nox" / name
    return str(next(path for path in (folder / "bin/python", folder / "Scripts/python.exe") if path.exists()))


if __name__ == "__main__":
    nox.main()
