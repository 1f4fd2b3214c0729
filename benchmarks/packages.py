"""Packages from the package index, and our own steps, laid out as the code of a project of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# package -> the top-level modules that its folder holds: itself, and what it needs
PACKAGES = {
    "attrs": ("attr", "attrs"),
    "boltons": ("boltons",),
    "click": ("click",),
    "dateutil": ("dateutil", "six"),
    "docutils": ("docutils",),
    "idna": ("idna",),
    "jinja2": ("jinja2", "markupsafe"),
    "markdown": ("markdown",),
    "more_itertools": ("more_itertools",),
    "networkx": ("networkx",),
    "packaging": ("packaging",),
    "pygments": ("pygments",),
    "pyparsing": ("pyparsing",),
    "requests": ("requests", "urllib3", "idna", "certifi", "charset_normalizer"),
    "rich": ("rich", "markdown_it", "mdurl", "pygments"),
    "steps": ("shared",),
    "sortedcontainers": ("sortedcontainers",),
    "sympy": ("sympy", "mpmath"),
    "tabulate": ("tabulate",),
    "toolz": ("toolz", "tlz"),
}
# What the steps use, to be loaded before a process is forked.
LIBRARIES = (
    "jinja2",
    "numpy",
    "polars",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.pipeline",
    "sklearn.svm",
)
PINNED = Path(__file__).with_suffix(".txt")


def downloaded(folder: Path) -> Path:
    """A folder that all of the packages are installed into, unless they are there already."""
    if not (folder / "done").exists():
        installer = ["uv", "pip"] if shutil.which("uv") else ["pip"]
        quiet = ["--quiet", "--no-deps", "--target", str(folder), "--requirement", str(PINNED)]
        subprocess.run([*installer, "install", *quiet], check=True, stderr=subprocess.DEVNULL)
        (folder / "done").touch()
    return folder


def laid_out(package: str, installed: Path, root: Path) -> Path:
    """Copy a package's source, and that of what it needs, to the root of a project, where no library is."""
    root.mkdir(parents=True)
    (root / "pyproject.toml").touch()
    if package == "steps":
        shutil.copytree(ROOT / "shared" / "steps", root / "shared" / "steps")
        for name in ("data/digits.csv", "data/streams/2018-03-05.tsv"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("".join((ROOT / name).open(encoding="utf-8").readlines()[:200]), encoding="utf-8")
        return root
    for module in PACKAGES[package]:
        if (installed / f"{module}.py").exists():
            shutil.copy(installed / f"{module}.py", root)
        else:
            hidden = shutil.ignore_patterns("__pycache__", "tests", "*.so", "*.pyd")
            shutil.copytree(installed / module, root / module, ignore=hidden)
    return root


def python() -> str:
    return ".".join(map(str, sys.version_info[:3]))
