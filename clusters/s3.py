"""A server that speaks S3, on loopback: moto's, with a record of what it was asked, and faults to order.

What moto does not promise is added here: of several requests one is answered after the other, as a conditional write is
one act on S3.
"""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, NoReturn

Kind = Literal["500", "503", "cut", "half", "slow", "403"]


@dataclass
class Fault:
    """What goes wrong: a status, a connection that is cut before the answer or in the middle of it, a late answer."""

    kind: Kind
    method: str
    path: str  # a part of it
    times: int
    seconds: float = 0.0
    skip: int = 0
    """How many requests that it fits are answered well before it begins."""
    happened: int = 0


@dataclass
class Server:
    """``requests`` has method and path of each that came, in order."""

    url: str = ""
    requests: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _one: threading.RLock = field(default_factory=threading.RLock)

    @property
    def env(self) -> dict[str, str]:
        """The environment variables by which AWS's tools find it."""
        return {
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def bucket(self) -> str:
        """The URL of a store in a new bucket."""
        name = f"bucket-{uuid.uuid4().hex[:8]}"
        _backend().create_bucket(name, "us-east-1")
        return f"s3://{name}/a store"

    def fault(
        self, kind: Kind, method: str = "", path: str = "", times: int = 1, seconds: float = 0.0, skip: int = 0
    ) -> Fault:
        """Order a fault, of the next requests that it fits."""
        self.faults.append(Fault(kind, method, path, times, seconds, skip))
        return self.faults[-1]

    def later(self, seconds: float) -> None:
        """Let time pass for all that lies in the buckets, such as the lease of a process that was killed."""
        with self._one:
            for bucket in _backend().buckets.values():
                for key in bucket.keys.values():
                    key.last_modified -= timedelta(seconds=seconds)

    def _due(self, method: str, path: str) -> Fault | None:
        """The fault that a request meets."""
        for fault in self.faults:
            if fault.times and fault.method in method and fault.path in path:
                if not fault.skip:
                    return fault
                fault.skip -= 1
        return None

    def answer(self, app: Callable[..., Iterable[bytes]], environ: Mapping[str, Any], start: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.requests.append(f"{method} {path}")
        with self._one:
            fault = self._due(method, path)
            if fault:
                fault.times -= 1
                fault.happened += 1
        if fault:
            if fault.kind == "slow":
                time.sleep(fault.seconds)
            elif fault.kind == "cut":
                _cut(environ)
            elif fault.kind != "half":
                start(f"{fault.kind} Fault", [("Content-Length", "0")])
                return []
        with self._one:
            body = b"".join(app(environ, start))
        return _half(environ, body) if fault and fault.kind == "half" else [body]


def _backend() -> Any:
    """What moto serves, in this process."""
    from moto.s3.models import s3_backends

    return s3_backends["123456789012"]["aws"]


def _half(environ: Mapping[str, Any], body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    _cut(environ)


def _cut(environ: Mapping[str, Any]) -> NoReturn:
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("as it was told")  # which werkzeug takes for a client that has gone


@contextmanager
def serving() -> Iterator[Server]:
    """The server, in a thread of this process."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_: Any) -> None:
            pass

    app, server = DomainDispatcherApplication(create_backend_app), Server()
    http = make_server(
        "127.0.0.1", 0, lambda environ, start: server.answer(app, environ, start), threaded=True, request_handler=Quiet
    )
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
