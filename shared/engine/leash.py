"""A leash: a process that starts a command, and ends all that came of it when the one who asked for it has died.

``python leash.py PARENT COMMAND...``, see ``servers.leashed``. SIGKILL leaves a process no moment to stop what it has
started, so another one must watch. Signals go on to the command; a second SIGTERM ends all at once. When the command
ends, what it has left behind is ended too, and the leash ends as the command did. It imports nothing of the project.

On Linux whoever loses its parent becomes a child of the leash, so that nothing gets away. Elsewhere a process gets away
whose parent dies in the moment before it is looked for.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys

LOOKS_EACH = 0.5  # seconds between two looks at whether the parent is still there
_SET_CHILD_SUBREAPER = 36  # prctl(2)


def main(parent: int, command: list[str]) -> int:
    """Run the command and return how it ended, as ``os.waitstatus_to_exitcode`` has it."""
    _adopt_orphans()
    heard: list[int] = []
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for named in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(named, lambda number, _: heard.append(number))
    try:
        child = subprocess.Popen(command, start_new_session=True)
    except OSError as error:
        print(f"error: {command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    _let_go_of_pipes()
    status, passed = None, 0
    while status is None and os.getppid() == parent and heard.count(signal.SIGTERM) < 2:
        for number in heard[passed:]:
            passed += 1
            _send(child.pid, number)
        _wait(woken, LOOKS_EACH)
        status = _reaped().get(child.pid)
    while family := family_of(os.getpid()):
        for process in family:
            _send(process, signal.SIGKILL)
        _wait(woken, 0.05)
        status = _reaped().get(child.pid, status)
    child.returncode = _reaped().get(child.pid, status)
    return -signal.SIGKILL if child.returncode is None else child.returncode


def _wait(woken: int, seconds: float) -> None:
    """Wait until a signal comes, but no longer than so."""
    if select.select([woken], [], [], seconds)[0]:
        os.read(woken, 1024)


def _adopt_orphans() -> None:
    with contextlib.suppress(ImportError, OSError, AttributeError):  # another system has no such call
        import ctypes

        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _let_go_of_pipes() -> None:
    """Who reads what the command says sees the end of it when the command has ended."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)


def _reaped() -> dict[int, int]:
    """Wait for the children that have ended: how each did. Orphans are among them."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):  # there is no child at all
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            ended[found[0]] = os.waitstatus_to_exitcode(found[1])
    return ended


def family_of(ancestor: int) -> list[int]:
    """All processes that came of one."""
    parents = _parents()
    found = [ancestor]
    for process in found:  # which grows meanwhile
        found += [child for child, parent in parents.items() if parent == process]
    return found[1:]


def _parents() -> dict[int, int]:
    """Process -> its parent, of all that there are but those that only wait to be reaped."""
    if os.path.exists("/proc/self/stat"):  # noqa: PTH110 - pathlib would be half of the start
        return dict(filter(None, map(_parent, filter(str.isdigit, os.listdir("/proc")))))  # noqa: PTH208
    with subprocess.Popen(["ps", "-A", "-o", "pid=,ppid=,stat="], stdout=subprocess.PIPE, text=True) as listing:
        lines = [line.split() for line in listing.communicate()[0].splitlines()]
    return {int(line[0]): int(line[1]) for line in lines if line[2][0] != "Z" and int(line[0]) != listing.pid}


def _parent(process: str) -> tuple[int, int] | None:
    try:
        with open(f"/proc/{process}/stat", "rb") as file:  # noqa: PTH123
            state, parent, *_ = file.read().rpartition(b") ")[2].split()
    except (OSError, ValueError):
        return None  # it has ended
    return None if state in b"ZX" else (int(process), int(parent))


def _send(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)


def _end(status: int) -> None:
    """End as the command did: by the same signal, where one ended it."""
    if status < 0:
        if -status != signal.SIGKILL:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


if __name__ == "__main__":
    _end(main(int(sys.argv[1]), sys.argv[2:]))
