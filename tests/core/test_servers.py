"""Servers: they are waited for, say why they ended, and leave nothing behind."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

from saltern.errors import StepFailed
from shared.engine.servers import answers, free_port, last_words, running, wait_until

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


@pytest.mark.parametrize(("text", "said"), [("", "nothing"), ("\n \n", "nothing"), ("one\ntwo\n\n", "two")])
def test_the_last_words_are_the_last_line_that_says_something(text: str, said: str) -> None:
    assert last_words(text, "nothing") == said
