"""Servers: they are waited for, say why they ended, and leave nothing behind."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from saltern.errors import StepFailed
from shared.engine.servers import answers, free_port, last_words, leashed, running, wait_until
from shared.pipelines import PROJECT

# A server with a child of its own, which ignores SIGTERM, and whose standard output is the server's.
WITH_CHILD = """
import subprocess, sys
ignores = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); signal.pause()"
child = subprocess.Popen([sys.executable, "-c", ignores])
child.wait()
"""


def test_a_server_is_waited_for_and_is_gone_afterwards(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    with running("the file server", command, tmp_path / "log", {}, tmp_path) as server:
        wait_until(lambda: answers(url), [server])
        assert not answers(f"{url}missing")
    assert server.process.returncode is not None
    assert not answers(url)


def test_a_server_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such database')"]
    with (
        running("the database", command, tmp_path / "log", {}) as server,
        pytest.raises(StepFailed, match="the database ended with status 1; its log ends:\nno such database"),
    ):
        wait_until(lambda: False, [server])


def test_what_a_server_has_started_is_stopped_with_it(tmp_path: Path) -> None:
    with running("the parent", [sys.executable, "-c", WITH_CHILD], tmp_path / "log", {}, piped=True) as server:
        assert server.process.stdout is not None
        assert server.process.stdout.readline() == b"here\n"
        ours = os.dup(server.process.stdout.fileno())
    with os.fdopen(ours, "rb") as pipe:
        assert select.select([pipe], [], [], 10)[0], "the end of it is seen when nobody holds the other end any more"
        assert pipe.read() == b""


# A parent of a server, whose child has left the server's session, and its parent, as a daemon does. All but the parent
# hold the pipe open, and what is on it says that the last of them is there.
PARENT = """
import signal, sys
from pathlib import Path
from shared.engine.servers import start
child = "import os, signal; os.setsid(); signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here'); signal.pause()"
server = '(exec "$0" -uc "$1" &); exec "$0" -c "import signal; signal.pause()"'
start("the server", ["sh", "-c", f"exec > pipe; {server}", sys.executable, child], Path("log"), {}, Path())
signal.pause()
"""


def test_nothing_of_a_server_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    env = os.environ | {"PYTHONPATH": str(PROJECT)}
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=tmp_path, env=env) as parent:
        try:
            with (tmp_path / "pipe").open() as pipe:
                assert pipe.readline() == "here\n", (tmp_path / "log").read_text()
                parent.kill()
                assert select.select([pipe], [], [], 30)[0], "the end is seen when nobody holds the other end any more"
                assert pipe.read() == ""
        finally:
            parent.kill()


@pytest.mark.parametrize("status", [0, 3, -9, -15])
def test_a_leash_ends_as_what_is_on_it(status: int) -> None:
    code = "import os, sys; n = int(sys.argv[1]); sys.exit(n) if n >= 0 else os.kill(os.getpid(), -n)"
    done = subprocess.run(leashed([sys.executable, "-c", code, str(status)]), timeout=60)
    assert done.returncode == status


def test_a_command_that_there_is_not_is_one_line() -> None:
    done = subprocess.run(leashed(["no-such-program"]), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (127, "error: no-such-program: No such file or directory\n")


@pytest.mark.parametrize(("text", "said"), [("", "nothing"), ("\n \n", "nothing"), ("one\ntwo\n\n", "two")])
def test_the_last_words_are_the_last_line_that_says_something(text: str, said: str) -> None:
    assert last_words(text, "nothing") == said
