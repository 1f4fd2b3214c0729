"""The commits of a project, one after the other in a folder of their own. The user's repository is only read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saltern.errors import BadInput

# Nobody's settings: a commit must not ask for a signature, or change line ends.
_ENV = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
_ENV |= {"GIT_COMMITTER_NAME": "history", "GIT_COMMITTER_EMAIL": "history@localhost"}


@dataclass(frozen=True)
class Commit:
    """One of a project's commits."""

    id: str
    subject: str


def taken(path: Path, folder: Path) -> bool:
    """Put a clone of a repository into a folder, or apply a folder of patches there.

    Returns whether the repository has changes that are not committed, which nobody will see then. Raises BadInput where
    the path is neither a repository nor a folder of patches, and where a patch does not apply.
    """
    if patches := sorted(path.glob("*.patch")):
        _git(path, "init", "--quiet", str(folder))
        _git(folder, "am", "--quiet", "--committer-date-is-author-date", *map(str, (one.absolute() for one in patches)))
        return False
    if not path.is_dir():
        raise BadInput(f"{path}: no such folder")
    try:
        top = _git(path, "rev-parse", "--show-toplevel")
    except BadInput:
        raise BadInput(f"{path}: no Git repository, and no folder of patches") from None
    _git(path, "clone", "--quiet", "--no-checkout", top, str(folder))
    return bool(_git(path, "status", "--porcelain"))


def commits(folder: Path, last: int | None) -> list[Commit]:
    """The commits of the branch that is checked out, oldest first; of a merge, the first parent's side.

    ``last``: no more than so many. Raises BadInput where there are none.
    """
    limit = [f"--max-count={last}"] if last else []
    try:
        lines = _git(folder, "log", "--reverse", "--first-parent", "--format=%H %s", *limit, "HEAD").splitlines()
    except BadInput:
        raise BadInput(f"{folder.name}: a repository without commits") from None
    return [Commit(*line.split(" ", 1)) for line in lines]


def checked_out(folder: Path, wanted: list[Commit]) -> Iterator[Commit]:
    """Check out commit after commit. What no commit knows stays, such as bytecode, as it does with people."""
    for commit in wanted:
        _git(folder, "checkout", "--quiet", "--force", "--detach", commit.id)
        yield commit


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=folder, env=os.environ | _ENV, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"git {words[0]} failed"]
        raise BadInput(f"{folder}: {said[0]}")
    return done.stdout.strip()
