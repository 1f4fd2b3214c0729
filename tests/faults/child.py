"""A command line of ours in a world that is not as it should be, in a process of its own.

``python -m tests.faults.child '{"package": "luigi_impl", "arguments": ["run", "ml"], "files": 40, "clock": -86400}'``:
with so many file handles, and a clock that has been set by so many seconds.
"""

from __future__ import annotations

import json
import resource
import runpy
import sys
import time


def main(package: str, arguments: list[str], files: int | None = None, clock: int = 0) -> None:
    if clock:
        seconds, nanoseconds = time.time, time.time_ns
        time.time = lambda: seconds() + clock
        time.time_ns = lambda: nanoseconds() + clock * 10**9
    if files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    sys.argv = [package, *arguments]
    runpy.run_module(package, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
