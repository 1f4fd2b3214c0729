"""What the chapters show is what happens: their commands and examples are run, page by page, in order.

A block is of one of three kinds; the blocks of a page share one scratch copy of the project.

``console``  lines that begin with ``$ `` are commands, what stands below them is what they say, errors too. Without any
             ``$ `` each line is a command, and what it says is not shown. A command that fails fails the page, unless
             the next is ``echo $?``.
``pycon``    a session of the interpreter, held to what it shows by doctest.
``python``   a program that has to run through.

In what is shown ``...`` stands for any text, and alone on a line for any lines. ``python`` is the interpreter of the
environment that a command or an example needs by the names in it, else Luigi's. A block that cannot be run has
``<!-- skip: next -->`` before it, and a reason there. ``pytest --rewrite`` brings outputs up to date, as new versions
of libraries change salts; look at what it wrote.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.example import SybilFailure
from sybil.parsers.markdown import CodeBlockParser, SkipParser

from shared.engines import ENGINES
from shared.pipelines import PROJECT
from shared.rerun.workspace import Workspace

DOCS = PROJECT / "docs"
ELSEWHERE = {"lift", "tutorial"}  # need more than a copy of the project: test_lift.py and test_tutorial.py run them
SECONDS = re.compile(r"in \d+\.\d s")  # no run takes as long as another
SALT = re.compile(r"[0-9a-f]{16,64}")
PACKAGES = [*(engine.package for engine in ENGINES.values()), "lesson", "tests", "benchmarks"]
FOLDER = "/home/you/saltworks"  # where the scratch copy is said to be
PATIENCE = 900  # seconds for one command, on a machine that does much else


class Copy:
    """A scratch copy of the project, and a shell in it."""

    def __init__(self, folder: Path, *, rewrite: bool = False) -> None:
        self.rewrite = rewrite
        self.rewritten: list[tuple[int, str, str]] = []  # where in the page, what stands there, what shall
        self.world = Workspace(folder / "saltworks", PACKAGES)
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.status = 0
        here = {"SALTWORKS_CACHE_DIR": str(folder / "digests"), "HOME": str(folder), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        show = {"COLUMNS": "88", "NO_COLOR": "1"}
        self.env = os.environ | here | show | {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}
        self.env.pop("PYTHONPATH", None)

    def run(self, command: str) -> str:
        """What a command says, on both streams. ``$?`` is the status of the one before."""
        script = f"(exit {self.status}); {command}"
        finished = self._finish(["bash", "-c", script], environment_of(command))
        self.status = finished.returncode
        return finished.stdout.replace(str(self.world.folder), FOLDER)

    def python(self, code: str, *arguments: str) -> str | None:
        """Run code from a file in the copy, ``-m doctest`` as a session. What it said if that failed, else None."""
        file = self.world.folder / "example"
        file.write_text(code)
        finished = self._finish(["python", *arguments, file.name], environment_of(code))
        return finished.stdout if finished.returncode else None

    def _finish(self, command: list[str], environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy, both streams in one, with ``python`` an environment's interpreter."""
        interpreter = PROJECT / ".nox" / environment / "bin" / "python"
        assert interpreter.exists(), f"no environment for {environment}: nox --install-only -s {environment}"
        python = self.bin / "python"
        python.write_text(f'#!/bin/sh\nexec "{interpreter}" "$@"\n')
        python.chmod(0o755)
        folder = self.world.folder
        both = subprocess.STDOUT
        return subprocess.run(
            command, cwd=folder, env=self.env, timeout=PATIENCE, stdout=subprocess.PIPE, stderr=both, text=True
        )


def environment_of(text: str) -> str:
    """The environment that code or a command needs: ``python -m dask_impl``, ``import airflow``."""
    for name, engine in ENGINES.items():
        if re.search(rf"(\bfrom|\bimport|-m) ({'|'.join((engine.package, *engine.modules))})\b", text):
            return name
    return "luigi"


def agrees(said: str, shown: str) -> bool:
    """Whether what was said is what is shown, where ``...`` is any text, and any lines if alone on its line."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else r".*".join(map(re.escape, line.rstrip().split("..."))) + r"\n"
        for line in shown.splitlines()
    )
    plain = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
    return re.fullmatch(pattern, plain) is not None


def commands(block: str) -> list[tuple[str, str | None]]:
    """Each command of a console block with the output that is shown; None where none of the block's is."""
    if not re.search(r"^\$ ", block, re.MULTILINE):
        return [(line.partition("#")[0].strip(), None) for line in block.splitlines() if line.strip()]
    found: list[tuple[str, str | None]] = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        while command.endswith("\\"):
            more, _, shown = shown.partition("\n")
            command = f"{command}\n{more}"
        found.append((command, shown.rstrip()))
    return found


def console(example: Example) -> str | None:
    copy: Copy = example.namespace["copy"]
    wanted, rewritten = commands(example.parsed), ""
    for number, (command, shown) in enumerate(wanted):
        said = copy.run(command)
        asked = number + 1 < len(wanted) and "echo $?" in wanted[number + 1][0]
        if copy.status and not asked:
            return f"'{command}' failed with {copy.status}:\n{said}"
        plain = "\n".join(line.rstrip() for line in said.splitlines())
        if shown is None or agrees(plain, shown):
            plain = shown or plain
        elif not copy.rewrite:
            return f"'{command}' is shown to say\n\n{shown}\n\nand says\n\n{plain}"
        else:
            plain = renewed(plain, shown)
        rewritten += f"$ {command}\n" + "".join(f"{line}\n" for line in plain.splitlines())
    if wanted[0][1] is not None:
        copy.rewritten.append((example.start, str(example.parsed), SECONDS.sub("in ... s", rewritten)))
    return None


def renewed(said: str, shown: str) -> str:
    """What is said, but with the ``...`` of what is shown in lines that differ from it in salts alone."""
    elided = [line for line in shown.splitlines() if "..." in line and line.strip() != "..."]
    return "\n".join(_elided(line, elided) for line in said.splitlines())


def _elided(said: str, shown: list[str]) -> str:
    salts = SALT.findall(said)
    for line in shown:
        rest = iter(salts)
        kept = SALT.sub(lambda found, rest=rest: next(rest, "")[: len(found[0])], line)  # type: ignore[misc]
        if agrees(said, kept):
            return kept
    return said


def rewrite(page: Path, blocks: list[tuple[int, str, str]]) -> None:
    """Put new texts in the place of blocks of a page, the last first, so that the places of the others hold."""
    text = page.read_text()
    for start, old, new in reversed(blocks):
        place = text.index(old, start)
        text = text[:place] + new + text[place + len(old) :]
    page.write_text(text)


def pycon(example: Example) -> str | None:
    copy: Copy = example.namespace["copy"]
    return copy.python(example.parsed, "-m", "doctest", "-o", "ELLIPSIS")


def python(example: Example) -> str | None:
    copy: Copy = example.namespace["copy"]
    return copy.python(example.parsed)


EVALUATORS = {"console": console, "pycon": pycon, "python": python}
CHAPTERS = Sybil([*(CodeBlockParser(kind, evaluate) for kind, evaluate in EVALUATORS.items()), SkipParser()])
PAGES = sorted(page for page in DOCS.glob("*.md") if page.stem not in ELSEWHERE and list(CHAPTERS.parse(page)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_chapter_shows_is_what_happens(page: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    copy = Copy(tmp_path, rewrite=pytestconfig.getoption("rewrite"))
    follow(page, copy)
    if copy.rewrite:
        rewrite(page, copy.rewritten)


def follow(page: Path, copy: Copy) -> None:
    """Run all that a page shows. Raises SybilFailure, which names the line, at the first that is otherwise."""
    document = CHAPTERS.parse(page)
    document.namespace["copy"] = copy
    for example in document:
        example.evaluate()


@pytest.mark.parametrize("sketch", sorted((DOCS / "sketches").glob("*.py")), ids=lambda path: path.stem)
def test_a_sketch_is_python_and_says_that_it_is_one(sketch: Path) -> None:
    text = sketch.read_text()
    compile(text, str(sketch), "exec")
    assert text.startswith('"""A sketch')


WRONG = (
    "```console\n$ echo one; echo two\none\n```",
    "```console\n$ echo one; echo two\none\ntwo\nthree\n```",
    "```console\n$ echo one; echo two\no...e\nt...x\n```",
    "```console\n$ false\n```",
    "```console\n$ false\n$ echo $?\n0\n```",
    "```pycon\n>>> 1 + 1\n3\n```",
    "```python\nassert 1 + 1 == 3\n```",
)
RIGHT = (
    "```console\n$ echo one; echo two\none\ntwo\n```",
    "```console\n$ echo one; echo two\n...\n```",
    "```console\n$ echo one; echo two\no...\n...\n```",
    "```console\n$ false\n$ echo $?\n1\n```",
    "```console\n$ echo one \\\n    two\none two\n```",
    "```pycon\n>>> import luigi\n>>> luigi\n<module ...>\n```",
    "```python\nassert 1 + 1 == 2\n```",
    "<!-- skip: next -->\n```python\nassert 1 + 1 == 3\n```",
)


def test_a_page_that_shows_something_else_fails_and_a_true_one_passes(tmp_path: Path) -> None:
    copy, page, failed = Copy(tmp_path), tmp_path / "page.md", []
    for text in (*WRONG, *RIGHT):
        page.write_text(f"{text}\n")
        copy.status = 0
        try:
            follow(page, copy)
        except SybilFailure:
            failed.append(text)
    assert failed == list(WRONG)
