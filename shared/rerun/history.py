"""History: every commit of a project that uses the library, built on what the commits before it left, and clean.

``python -m shared.rerun.history PATH --build "python build.py {store}"``
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from saltern.command import start
from saltern.errors import BadInput
from saltern.housekeeping.contents import Contents
from saltern.ledger import Ledger, runs
from saltern.recipe import key
from saltern.store import Store
from shared.pipelines import PROJECT
from shared.rerun.commits import Commit, checked_out, commits, taken
from shared.rerun.judged import Judged, line, page, sentence

BUILD = "python build.py {store}"
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@dataclass(frozen=True)
class Ran:
    """One build: how it ended, what executed, and how long it took."""

    status: int
    complaint: str
    executed: list[str]
    seconds: float


class Walk:
    """Builds commit after commit of the project in a folder, whose stores are beside it."""

    def __init__(self, project: Path, command: str, timeout: float) -> None:
        self.project, self.timeout, self.command = project, timeout, command
        self._before: dict[str, str] = {}  # of the last commit that could be built: step -> digest

    def judged(self, commit: Commit) -> Judged:
        """Build the commit that is checked out, and judge the build."""
        beside = self.project.parent
        store, clean_store = Store(beside / "store"), Store(beside / "clean")
        # Bytecode is where Python leaves it, as it is at people's, but for the clean build, which sees none.
        ran = self._build(store, {"SALTWORKS_CACHE_DIR": str(beside / "digests")})
        apart = {"SALTWORKS_CACHE_DIR": str(beside / "clean" / ".digests")}
        clean = self._build(clean_store, apart | {"PYTHONPYCACHEPREFIX": str(beside / "clean" / ".bytecode")})
        artifacts = dict(Contents.of(clean_store).artifacts()) if clean_store.root.is_dir() else {}
        judged = Judged(commit.id[:10], commit.subject, "exact", len(artifacts), ran.executed)
        judged.seconds, judged.clean_seconds = ran.seconds, clean.seconds
        if ran.status or clean.status:
            judged.state = "fails" if ran.status and clean.status else "error" if ran.status else "stale"
            judged.note = ran.complaint or f"a clean build fails: {clean.complaint}"
        else:
            self._compare(judged, artifacts, store)
        shutil.rmtree(clean_store.root, ignore_errors=True)
        return judged

    def _compare(self, judged: Judged, artifacts: Mapping[str, Mapping[str, str]], store: Store) -> None:
        now = {key(made["step"], made["partition"]): made["digest"] for made in artifacts.values()}
        judged.stale = sorted(
            key(made["step"], made["partition"])
            for name, made in artifacts.items()
            if store.digest(name) != made["digest"]
        )
        judged.wasted = sorted(step for step in judged.executed if self._before.get(step) == now.get(step, ""))
        judged.state = "stale" if judged.stale else "wasteful" if judged.wasted else "exact"
        self._before = now

    def _build(self, store: Store, env: Mapping[str, str]) -> Ran:
        known = _executions(store)
        words = [word.replace("{store}", str(store.root)) for word in shlex.split(self.command)]
        here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # ``python`` is this one
        begun = time.monotonic()
        try:
            done = subprocess.run(
                words,
                cwd=self.project,
                env=os.environ | {"PATH": here, "PYTHONPATH": str(PROJECT), **env},
                capture_output=True,
                text=True,
                timeout=self.timeout,
                check=False,
            )
        except (FileNotFoundError, PermissionError) as error:
            raise BadInput(f"--build {self.command}: {words[0]} cannot be run ({error.strerror})") from None
        except subprocess.TimeoutExpired:
            raise BadInput(f"--build {self.command}: it took more than {self.timeout:.0f} s (--timeout)") from None
        seconds = time.monotonic() - begun
        executed = [step for _, _, step in sorted(_executions(store) - known)]
        said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["it said nothing"]
        return Ran(done.returncode, said[-1] if done.returncode else "", executed, seconds)


def _executions(store: Store) -> set[tuple[int, int, str]]:
    """The executions that a store's ledger has: when it started, in which process, and the step."""
    events = (event for run in runs(store) for event in Ledger(store, run).events("started"))
    return {(event["started_ns"], event["pid"], event["step"]) for event in events}


@app.command()
def history(
    path: Annotated[Path, typer.Argument(help="A Git repository, or a folder of patches.", show_default=False)],
    build: Annotated[
        str, typer.Option(metavar="COMMAND", help="Builds into {store}, in the project's folder.")
    ] = BUILD,
    last: Annotated[int | None, typer.Option(min=1, help="Only so many commits, the last ones.")] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that a build may take.")] = 3600,
    results: Annotated[Path, typer.Option(help="The folder of outcomes.")] = PROJECT / "results" / "history",
) -> int:
    """Build each commit of a project on what the commits before left, and clean, and compare the artifacts.

    Exit status 1 where a build was stale, or failed where the clean one did not.
    """
    if "{store}" not in build:
        raise BadInput(f"--build {build}: it has no {{store}}, which stands for the folder of the artifacts")
    with tempfile.TemporaryDirectory(prefix="saltworks-history-") as scratch:
        project = Path(scratch) / path.resolve().name
        if taken(path, project):
            print(f"{path}: changes that are not committed are not built", file=sys.stderr)
        walk, judged = Walk(project, build, timeout), []
        for commit in checked_out(project, commits(project, last)):
            judged.append(walk.judged(commit))
            if judged[-1].state != "exact":
                print(line(judged[-1]), flush=True)
    results.mkdir(parents=True, exist_ok=True)
    document: dict[str, Any] = {"project": path.resolve().name, "build": build, "day": str(datetime.now(UTC).date())}
    document |= {"sentence": sentence(judged), "commits": [asdict(one) for one in judged]}
    (results / f"{document['project']}.json").write_text(json.dumps(document, indent=1) + "\n")
    walked = [json.loads(file.read_text()) for file in sorted(results.glob("*.json"))]
    results.with_suffix(".md").write_text(page(walked))
    print(f"{document['project']}: {document['sentence']}")
    return int(any(one.state in ("stale", "error") for one in judged))


if __name__ == "__main__":
    start(app, "history")
