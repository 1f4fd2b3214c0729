"""Locks between machines: a lease is an object with an owner and a time limit, written only if there is none.

Its holder renews it while the step runs. Who finds it too old takes it over, in the place of that very version: so of
several that wait, one goes on. A holder that was cut off for so long finds another's lease and makes its artifact all
the same: work is done twice then, and nothing is wrong.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

log = logging.getLogger("saltworks.store")

FOLDER = ".leases"
SECONDS = 30.0  # without being renewed, a lease is over
RENEWED = 3  # times in those seconds
FIRST, LONGEST = 0.05, 1.0  # seconds between looks, which become longer


@dataclass(frozen=True)
class Leased:
    """A lease as it is in the store."""

    owner: str
    seconds: float
    version: str
    age: float  # seconds since it was written

    @classmethod
    def of(cls, data: bytes, version: str, age: float) -> Leased:
        try:
            document = json.loads(data)
            return cls(str(document["owner"]), float(document["seconds"]), version, age)
        except (ValueError, LookupError, TypeError):
            return cls("nobody", SECONDS, version, age)  # not written by us

    @property
    def is_over(self) -> bool:
        return self.age > self.seconds


class Leases(Protocol):
    """Where leases are kept."""

    def address(self, name: str) -> str: ...
    def leased(self, name: str) -> Leased | None: ...
    def lease(self, name: str, data: bytes, instead_of: str | None) -> str | None: ...
    def release(self, name: str) -> None: ...


class Lease:
    """The lease of one name, for one holder."""

    def __init__(self, place: Leases, name: str) -> None:
        self.place, self.name = place, name
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._over = threading.Event()
        self._renewals = 0
        self._until = 0.0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lease, and hold it."""
        version, pid = self._taken(), os.getpid()
        renewing = threading.Thread(target=self._renew, args=[version], name=f"lease {self.name}", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            if os.getpid() == pid:  # a step may fork
                self._over.set()
                renewing.join()
                if time.monotonic() < self._until:  # else it may be another's
                    with suppress(OSError):  # then it ends by itself
                        self.place.release(self.name)

    def _taken(self) -> str:
        """Wait until the lease is ours. Its version."""
        version, pause = self._write(None), FIRST
        while version is None:
            found = self.place.leased(self.name)
            if found is None:
                version = self._write(None)
                continue
            if found.owner == self.owner:  # written, and the answer was lost
                return found.version
            if found.is_over:
                log.warning(
                    "%s: '%s' held its lock and was not heard of for %d s; going on",
                    self.place.address(self.name),
                    found.owner,
                    found.age,
                )
                version = self._write(found.version)
                continue
            time.sleep(pause)
            pause = min(1.5 * pause, LONGEST)
        return version

    def _write(self, instead_of: str | None) -> str | None:
        now = time.monotonic()
        self._renewals += 1  # the content is another, and with it the version
        document = {"owner": self.owner, "seconds": SECONDS, "renewals": self._renewals}
        version = self.place.lease(self.name, json.dumps(document).encode(), instead_of)
        if version:
            self._until = now + SECONDS
        return version

    def _renew(self, version: str) -> None:
        while not self._over.wait(SECONDS / RENEWED):
            with suppress(OSError):  # the place has said so, and there is another time
                now = self._write(version)
                found = None if now else self.place.leased(self.name)
                if found and found.owner == self.owner:  # the answer was lost
                    now = found.version
                if now is None:
                    log.warning("%s: its lock went to another while it was made", self.place.address(self.name))
                    self._until = 0.0
                    return
                version = now
