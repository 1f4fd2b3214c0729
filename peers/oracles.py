"""The clean builds by which peers are judged."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from peers.world import PATIENCE
from shared.rerun.fresh import ForkServer
from shared.rerun.oracle import Oracle

# What the bytes of the steps' artifacts depend on, beside the project.
MADE_WITH = ("numpy", "scipy", "scikit-learn", "polars", "skops", "jinja2")


class Oracles:
    """The clean builds of a session, made once for all peers whose environments have the same versions.

    A context manager.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        """``patience``: seconds for one build, before it is ended."""
        self._patience, self._stack, self._known = patience, ExitStack(), dict[str, Oracle]()

    def __enter__(self) -> Oracles:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, python: Path) -> Oracle:
        """The reference, with the libraries of an environment."""
        asked = "import sys, importlib.metadata as m; print(sys.version, *map(m.version, sys.argv[1:]))"
        versions = subprocess.run([python, "-c", asked, *MADE_WITH], capture_output=True, text=True, check=True).stdout
        if versions not in self._known:
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="saltworks-clean-")))
            env = {"SALTWORKS_CACHE_DIR": str(folder / "digests")}
            server = self._stack.enter_context(ForkServer((), env, self._patience, python=str(python)))
            self._known[versions] = Oracle(server, folder, env)
        return self._known[versions]
