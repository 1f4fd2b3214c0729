"""Builds cases, each in a process of its own, in the folder of its project.

Started as a program this has the library loaded, and forks for each request: that takes a tenth of the time. A case's
own program is started as people start it; it says ``from build import tell``, and what to build.
The last line that a build prints is what came of it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import blake3  # noqa: F401
import filelock  # noqa: F401
from watched import unnamed_files, unnamed_functions, watched  # type: ignore[import-not-found]  # it is copied too

import saltern.places.folder  # noqa: F401 - what the first build loads else
from saltern import BadInput, Cache, Source, remembered

# What the steps of files that were just written reach is remembered, too, as that of a user's files, which are older.
vars(remembered)["CLOCK_RESOLUTION"] = -(10**15)
tempfile.tempdir = None  # some releases of filelock ask for it when they are imported
UNNAMED: list[str] = []  # what steps did that neither their recipes nor their manifests name


class Watched(Cache):
    def execute(self, call: Any) -> Any:
        with watched() as (ran, opened):
            artifact = super().execute(call)
        read = (self.store.manifest(artifact.name) or {}).get("read", {})
        UNNAMED.extend([*unnamed_functions(call, ran), *unnamed_files(call, opened, read)])
        return artifact


class Build:
    def __init__(self) -> None:
        store, self.run = sys.argv[1:3]
        self.cache = Watched(store, "lineage", self.run, "plain")
        self.made: dict[str, Any] = {}

    def call(self, step: Any, inputs: dict[str, Any] | None = None, params: dict[str, Any] | None = None) -> Any:
        given = {name: self._input(one) for name, one in (inputs or {"data": "in.txt"}).items()}
        return self.cache.call(step, given, params)

    def value(self, step: Any, inputs: dict[str, Any] | None = None, params: dict[str, Any] | None = None) -> Any:
        """What a step makes, or has made."""
        call = self.call(step, inputs, params)
        return self.cache.load(self.artifact(call))

    def artifact(self, call: Any) -> Any:
        self.made[call.step.name] = found = self.cache.find(call) or self.cache.make(call)
        return found

    def _input(self, name: Any) -> Any:
        if isinstance(name, list):
            return {one: self._input(one) for one in name}
        return self.made[name] if name in self.made else Source.at(name) if isinstance(name, str) else name


def tell(value: Callable[[Build], Any], truth: Callable[[], Any] | None = None) -> None:
    """Print the value that is built, the steps that ran for it, and where it is known the value that is true."""
    out: dict[str, Any] = {}
    try:
        build = Build()
        out = {"value": value(build), "ran": build.cache.ledger.executed(), "unnamed": UNNAMED}
        if truth:
            out["truth"] = truth()
    except BadInput as error:
        out = {"refused": str(error)}
    except Exception:
        out = {"crash": traceback.format_exc()}
    print("\n" + json.dumps(out))


def build(module: str, calls: list[Any], pair: list[str]) -> None:
    def params(text: str) -> Any:
        return eval(text, dict(vars(importlib.import_module(module))))

    def last(build: Build) -> Any:
        steps = importlib.import_module(module)
        return [build.value(getattr(steps, name), inputs, params(text)) for name, inputs, text in calls][-1]

    def both(build: Build) -> Any:
        return [build.value(importlib.import_module(module).out, params=params(text)) for text in pair]

    def truth() -> Any:
        step = importlib.import_module(module).out
        return json.loads(json.dumps([step(Path("in.txt"), **step.checked(params(text))) for text in pair]))

    tell(both, truth) if pair else tell(last)


def serve() -> None:
    """Fork for each line of JSON; answer with an empty line once the child has ended."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            _become(**json.loads(line))
        os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGTERM)  # processes of a pool wait for more to do
        print(flush=True)


def _become(folder: str, env: dict[str, str], arguments: list[str], printed: str, said: str, **what: Any) -> None:
    """The process that Python would have started in a folder."""
    for stream, path in ((1, printed), (2, said)):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ |= env
    sys.path[:1] = [folder, *(str(Path(path).absolute()) for path in env["PYTHONPATH"].split(os.pathsep))]
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in env
    sys.pycache_prefix = env.get("PYTHONPYCACHEPREFIX")
    sys.argv[1:] = arguments
    build(**what)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    serve()
