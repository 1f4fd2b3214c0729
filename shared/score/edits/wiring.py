"""Edits of which step needs which, in the pipelines as data and in the engine's own wiring.

Each is a list of texts and what replaces them: ``shared/score/wiring.toml`` for the steps and the pipelines, and
``wiring.toml`` in the engine's folder, as that engine's users would write it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.pipelines import PROJECT
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import NOTHING, Demanded

FILE = "wiring.toml"


@dataclass(frozen=True)
class Rewiring:
    """One edit of the wiring: file, old text, new text. It is made where ``after`` has been made, and built."""

    pieces: tuple[tuple[str, str, str], ...]
    after: str | None

    def make(self, world: Workspace) -> Demanded:
        for piece in self.pieces:
            world.edit(*piece)
        return NOTHING


@cache
def rewirings(package: str, pipeline: str) -> dict[str, Rewiring]:
    """The edits of wiring for an engine's package, by name; none where the package brings no file of them."""
    common = [*_entries(PROJECT / "shared" / "score" / FILE, pipeline)]
    if package.startswith("shared."):  # the reference engine runs the pipelines as data
        own = []
    elif (path := PROJECT / package / FILE).exists():
        own = [*_entries(path, pipeline)]
    else:
        return {}
    found = {}
    for name in dict.fromkeys(entry["name"] for entry in common):
        entries = [entry for entry in (*common, *own) if entry["name"] == name]
        pieces = tuple((entry["file"], entry["old"].strip("\n"), entry["new"].strip("\n")) for entry in entries)
        found[name] = Rewiring(pieces, next((entry["after"] for entry in entries if "after" in entry), None))
    return found


def _entries(path: Path, pipeline: str) -> Iterator[dict[str, str]]:
    return (entry for entry in tomllib.loads(path.read_text())["edit"] if entry["pipeline"] == pipeline)
