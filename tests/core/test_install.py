"""The library as it is installed: what is in the wheel, what an import brings along, and the command ``saltern``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import saltern

ROOT = Path(__file__).resolve().parents[2]
NEEDS = {"blake3", "filelock", "platformdirs", "pydantic"}
NEEDS_OF_PYDANTIC = {"annotated_types", "pydantic_core", "typing_extensions", "typing_inspection"}
# In plain Python, on the small project of the chapter on lifting. Prints what it loads beside Python's own modules.
PROGRAM = """
import sys
from pathlib import Path

before = set(sys.modules)
from saltern import *
import steps

cache = Cache("store", "lineage", run="today", engine="plain")
days = cache.make(cache.call(steps.clean, {"measured": Source.at(Path("temperatures.csv"))}))
cache.make(cache.call(steps.monthly, {"days": days}, {"digits": 2}))
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(name for name in loaded - set(sys.stdlib_module_names) if not name.startswith("_sysconfigdata")))
"""


def run(
    *command: str | Path, folder: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **(env or {})}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=600)


def succeed(*command: str | Path, folder: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    done = run(*command, folder=folder, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_its_core_loads_is_what_it_says_that_it_needs(programs: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "docs" / "lift" / "project", tmp_path / "project"))
    (folder / "program.py").write_text(PROGRAM)
    home = {"SALTWORKS_CACHE_DIR": "", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    loaded = set(succeed(programs / "python", "program.py", folder=folder, env=home).split()) - {"steps", "stats"}
    assert loaded >= {"saltern", *NEEDS}
    assert loaded <= {"saltern", *NEEDS, *NEEDS_OF_PYDANTIC}


def test_the_wheel_has_the_library_alone_and_its_one_version(programs: Path, tmp_path: Path) -> None:
    succeed(programs / "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    about = f"saltern-{saltern.__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"saltern", about}
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "saltern").rglob("*") if path.is_file()}
    assert {name for name in names if name.startswith("saltern/")} == {name for name in files if ".pyc" not in name}
    assert f"{about}/licenses/LICENSE" in names


def test_without_typer_the_command_says_in_one_line_what_to_install(programs: Path, tmp_path: Path) -> None:
    done = run(programs / "saltern", "ls", "store", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == 'error: the command saltern needs typer: pip install "saltern[cli]"\n'


def test_the_command_tells_its_version() -> None:
    assert succeed(sys.executable, "-m", "saltern", "--version") == f"saltern {saltern.__version__}\n"


@pytest.mark.parametrize(
    ("typed", "offered"), [("", {"ls", "show", "verify", "prune", "explain"}), ("ver", {"verify"})]
)
def test_a_shell_completes_the_command(typed: str, offered: set[str]) -> None:
    words = {"COMP_WORDS": f"saltern {typed}", "COMP_CWORD": "1", "_SALTERN_COMPLETE": "complete_bash"}
    assert set(succeed(sys.executable, "-m", "saltern", env=words).split()) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_shown_and_installed(shell: str, tmp_path: Path) -> None:
    # Typer looks for the shell among the processes above it; here it is told.
    told = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1", "HOME": str(tmp_path)}
    command = (sys.executable, "-m", "saltern")
    shown = succeed(*command, "--show-completion", shell, env=told)
    assert "_SALTERN_COMPLETE=complete_" in shown
    succeed(*command, "--install-completion", shell, env=told)
    assert any(shown.strip() in path.read_text() for path in tmp_path.rglob("*saltern*"))
