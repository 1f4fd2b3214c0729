"""A fork server: fresh processes that need not load the heavy libraries again.

Run as a script, never imported by what it runs. It loads third-party modules once, and for each request forks a child
that runs ``python -m <package> <arguments>`` in a workspace. What it loads are modules by name, and scripts by path
(``.py``) that get a library ready to be forked from. Nothing of the project itself is kept: that is what the scenarios
edit, so each child reads it from its own workspace. ``--keep`` keeps it, where nobody edits it. (Airflow loads every
provider while it is imported, ours too: modules of the project that a library loaded are forgotten.) Bytecode is not
written: Python tells whether a cached file is stale by the second of its source's change and its size, and an edit can
keep both.

Requests and replies are lines of JSON on standard input and output:
    {"id": 1, "package": ..., "arguments": [...], "folder": ..., "env": {...}, "stdout": path, "stderr": path}
    with "meet": "a name"           it begins when another run of that name is there to begin, too
    {"id": 1, "process": 4711}      started, in a process group of its own
    {"id": 1, "status": 0}          ended; a negative status is the signal that ended it
Standard input's end stops the server and every child of it.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import runpy
import selectors
import signal
import sys
import threading
import traceback
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, NoReturn

PATIENCE = 60  # seconds that a run waits for the one that it is to meet
PROJECT = Path(__file__).resolve().parents[2]


def serve(preload: list[str], *, keep: bool) -> None:
    """Load the modules, then answer requests until standard input ends."""
    sys.dont_write_bytecode = True
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent]
    for name in preload:
        if name.endswith(".py"):
            runpy.run_path(name)
        else:
            importlib.import_module(name)
    if not keep:
        _forget_project_modules()
    gc.collect()
    gc.freeze()  # a child's collector need not look at, and so copy, what it shares with this process

    children: dict[int, int] = {}  # process -> request
    meetings: dict[str, Barrier] = {}
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)
    selector.register(woken, selectors.EVENT_READ)
    _reply({"ready": True})
    pending = b""
    while True:
        for ready, _ in selector.select():
            if ready.fd == woken:
                os.read(woken, 1024)
                _reap(children)
                continue
            received = os.read(0, 65536)
            if not received:
                _stop(children)
                return
            *lines, pending = (pending + received).split(b"\n")
            for line in lines:
                request = json.loads(line)
                meeting = _meeting(request["meet"], meetings)
                process = os.fork()
                if process == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    os.close(woken)
                    os.close(wake)
                    selector.close()
                    _end(_become(request, meeting))
                children[process] = request["id"]
                _reply({"id": request["id"], "process": process})


def _meeting(name: str, meetings: dict[str, Barrier]) -> Barrier | None:
    """What two runs that meet under a name wait at: both are forked with it."""
    if not name:
        return None
    if name not in meetings:
        meetings[name] = multiprocessing.get_context("fork").Barrier(2)
        return meetings[name]
    return meetings.pop(name)


def _become(request: dict[str, Any], meeting: Barrier | None) -> int:
    """In the child: be the process that the request asks for, and return its exit status."""
    os.setsid()  # one group with what it starts, so that it can be stopped as a whole
    for path, descriptor in ((os.devnull, 0), (request["stdout"], 1), (request["stderr"], 2)):
        flags = os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.update(request["env"])
    os.chdir(request["folder"])
    sys.path.insert(0, request["folder"])
    importlib.invalidate_caches()
    sys.argv = [request["package"], *request["arguments"]]
    try:
        if meeting:
            with contextlib.suppress(ModuleNotFoundError):  # what takes the longest, where there is such a module
                importlib.import_module(f"{request['package']}.engine")
            meeting.wait(PATIENCE)
        runpy.run_module(request["package"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """End the child as the interpreter would, but for taking apart the libraries that it shares with its parent.

    That alone takes half a second, most of it copying their pages. ``multiprocessing`` ends its children this way too.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def _reap(children: dict[int, int]) -> None:
    for process in list(children):
        if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            _kill_group(process)  # what it started and left behind
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            _reply({"id": children.pop(process), "status": status})


def _stop(children: dict[int, int]) -> None:
    for process in children:
        _kill_group(process)
    for process in children:
        os.waitpid(process, 0)  # then it writes no more, and its workspace can be removed


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _forget_project_modules() -> None:
    """Runs import the workspace's. An engine may have loaded the library where it is installed: another checkout."""
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")}
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        ours = file.is_relative_to(PROJECT) and "site-packages" not in file.parts
        if (ours or name.partition(".")[0] in packages) and module is not sys.modules["__main__"]:
            del sys.modules[name]


def _reply(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    serve([name for name in sys.argv[1:] if name != "--keep"], keep="--keep" in sys.argv)
