"""What an engine's runs need beside them, from within its environment: ``python -m tests.machine.host prefect FOLDER``.

Prints the variables that lead runs to it as a line of JSON, and ends it when standard input ends.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from shared.engines import ENGINES

if __name__ == "__main__":
    name, folder = sys.argv[1:]
    engine = importlib.import_module(f"{ENGINES[name].package}.engine").ENGINE
    with engine.service(Path(folder)) as env:
        print(json.dumps({"env": dict(env), "preload": engine.preload}), flush=True)
        sys.stdin.read()
