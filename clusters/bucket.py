"""A store on S3 for a deployment: a server on loopback that speaks it, and that can go away for a while."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clusters.s3 import Server, serving

AWAY = 60.0  # seconds
ALWAYS = 10**9  # requests


class Bucket:
    """The URL of a store in a new bucket, and the environment variables by which AWS's tools find its server."""

    def __init__(self, server: Server) -> None:
        self.url, self.env = server.bucket(), server.env
        self._server = server
        self._back: threading.Timer | None = None

    def go_away(self) -> None:
        """From now on every connection is cut; not in a minute."""
        fault = self._server.fault("cut", times=ALWAYS)
        self._back = threading.Timer(AWAY, lambda: setattr(fault, "times", 0))
        self._back.start()

    def wait(self) -> None:
        """Until it is back."""
        if self._back:
            self._back.join()


@contextmanager
def bucket() -> Iterator[Bucket]:
    """A bucket, in this process."""
    with serving() as server:
        yield Bucket(server)
