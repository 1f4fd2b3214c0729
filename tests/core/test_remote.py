"""Places in the network that a library of Rust or C reads out of Python's sight: the manifest names them."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from saltern import Cache, remote
from tests.core import connecting
from tests.core.connecting import SCHEME

ROWS = b"a,b\n1,2\n"


class Rows(BaseHTTPRequestHandler):
    """Serves the same rows at each address, from where it is asked to begin, and keeps the connection open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        first, last = (self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")
        part = ROWS[int(first) : min(int(last or len(ROWS)), len(ROWS) - 1) + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(ROWS)}")
        self._head(part)
        self.wfile.write(part)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self._head(ROWS)

    def _head(self, part: bytes) -> None:
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def place() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Rows) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"user:secret@127.0.0.1:{server.server_port}/days.csv"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("declared", "params", "said"),
    [
        (connecting.of_a_parameter, {"url": SCHEME}, "network: http://127.0.0.1"),
        (connecting.of_its_code, {"place": ""}, "network: http://"),
        (connecting.of_the_environment, {}, "network: http://127.0.0.1"),
    ],
)
def test_a_place_that_a_library_opens_by_itself_is_said(
    declared: Any, params: dict[str, str], said: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no more than its host, as the rest may be a secret."""
    monkeypatch.setenv("WHERE_ROWS_ARE", f"{SCHEME}{place}")
    cache = Cache(str(tmp_path / "store"), "lineage", "run", "plain")
    artifact = cache.make(cache.call(declared, {}, {name: begun + place for name, begun in params.items()}))
    assert cache.load(artifact) == [{"a": 1, "b": 2}]
    unheld = (cache.store.manifest(artifact.name) or {})["unheld"]
    assert said in unheld
    assert not any("secret" in one for one in unheld)


def test_a_driver_is_said_and_a_text_only_where_something_may_open_it() -> None:
    url = "postgresql://user:secret@database/rows"
    assert remote.told({"json"}, [url]) == []
    assert remote.told({"sqlalchemy"}, [{"urls": [url, "file:///rows", "sqlite:///rows"]}]) == [
        "network: postgresql://database"
    ]
    assert remote.told({"psycopg"}, []) == ["network: psycopg"]
    assert remote.told({"polars"}, ["s3://[bucket"]) == ["network: s3://[bucket"]


@pytest.mark.parametrize(
    ("declared", "params", "said"),
    [
        (
            connecting.of_a_command,
            {"words": ["echo", "https://user:secret@host.example/days"]},
            ["network: https://host.example"],
        ),
        (connecting.of_a_command, {"words": ["sh", "-c", "echo one | psql --version"]}, ["network: psql"]),
        (connecting.of_a_command, {"words": ["echo", "one"]}, []),
        (connecting.of_a_name, {"host": "localhost"}, ["network: localhost"]),
    ],
)
def test_what_a_command_asks_and_a_name_that_is_looked_up_are_said(
    declared: Any, params: dict[str, Any], said: list[str], tmp_path: Path
) -> None:
    cache = Cache(str(tmp_path / "store"), "lineage", "run", "plain")
    artifact = cache.make(cache.call(declared, {}, params))
    assert (cache.store.manifest(artifact.name) or {}).get("unheld", []) == said


FETCHING = """
import functools, http.client, subprocess, urllib.request
from saltern import step

def fetched():
    return urllib.request.urlopen({place!r}).read().decode()

{asked}

@step(version="1", writes="json")
def first():
    return {used}

@step(version="1", writes="json")
def second():
    return {used}
"""


@pytest.mark.parametrize(
    ("asked", "used", "said"),
    [
        ("ROWS = fetched()", "ROWS", "network: 127.0.0.1:{port}"),
        ("fetched = functools.cache(fetched)", "fetched()", "network: 127.0.0.1:{port}"),
        (
            "connection = functools.cache(lambda: http.client.HTTPConnection({place!r}))",
            "(connection().request('GET', '/'), connection().getresponse().read().decode())[1]",
            "network: 127.0.0.1:{port}",
        ),
        ("ROWS = subprocess.check_output(['echo', '1']).decode()", "ROWS", "what a program said: echo"),
    ],
)
def test_who_told_what_is_kept_in_memory_is_said_of_each_step_that_reaches_it(
    asked: str, used: str, said: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the second step, too, which asks nobody."""
    name = f"fetching_{tmp_path.name}".replace("-", "_")
    address = place.rpartition("@")[2]
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / f"{name}.py").write_text(
        FETCHING.format(place=f"{SCHEME}{address}", asked=asked.format(place=address.partition("/")[0]), used=used)
    )
    monkeypatch.syspath_prepend(tmp_path)
    steps = importlib.import_module(name)
    cache = Cache(str(tmp_path / "store"), "lineage", "run", "plain")
    for declared in (steps.first, steps.second):
        artifact = cache.make(cache.call(declared, {}))
        port = address.partition(":")[2].partition("/")[0]
        assert said.format(port=port) in (cache.store.manifest(artifact.name) or {})["unheld"]
