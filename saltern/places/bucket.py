"""A bucket that speaks S3, by botocore: https://docs.aws.amazon.com/AmazonS3/latest/API.

Credentials, region and endpoint come from where AWS's own tools have them: the environment (AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL ...), ~/.aws, or the machine's role. ``s3://NAME@bucket/folder`` names them: ``saltern.places.keys``.

What may be over in a moment is tried again here and not by botocore, whose retries say nothing.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError, ResponseStreamingError

from saltern.files import digest
from saltern.places import keys
from saltern.places.leases import FOLDER, Lease, Leased
from saltern.places.place import State

log = logging.getLogger("saltworks.store")

T = TypeVar("T")
TRIES = 7  # with the pauses between them, 16 seconds; AWS_MAX_ATTEMPTS sets another number
PAUSE, LONGEST = 0.25, 20.0  # seconds, before the second try, and at most: they double
MISSING = {"NoSuchKey", "404", "NotFound"}
PASSING = {"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "Throttling", "OperationAborted"}
PASSING |= {"RequestTimeTooSkewed", "ThrottlingException", "ConditionalRequestConflict"}
TAKEN = {"PreconditionFailed", "412"}


class Bucket:
    """Files below a prefix of a bucket. An object is shown when it is whole."""

    root = None

    def __init__(self, url: str) -> None:
        where, _, prefix = url.removeprefix("s3://").rstrip("/").partition("/")
        self.url = url.rstrip("/")
        self.keys, _, self.bucket = where.rpartition("@")
        if not self.bucket:
            raise ValueError("it names no bucket (s3://bucket/folder)")
        self.prefix = f"{prefix}/" if prefix else ""

    def address(self, name: str) -> str:
        return f"{self.url}/{name}"

    def check(self) -> None:
        self.is_there()

    def is_there(self, folder: str = "") -> bool:
        prefix = self.prefix + (f"{folder}/" if folder else "")
        found = self._ask("be listed", "", lambda s3: s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix, MaxKeys=1))
        return bool(found.get("Contents"))

    def state(self, name: str) -> State | None:
        try:
            found = self._ask("be looked at", name, lambda s3: s3.head_object(**self._of(name)))
        except FileNotFoundError:
            return None
        return State(int(found["ContentLength"]), str(found["ETag"]))

    def read(self, name: str) -> bytes:
        return self._ask("be read", name, lambda s3: bytes(s3.get_object(**self._of(name))["Body"].read()))

    def digest(self, name: str) -> str:
        return digest(self.read(name))

    def write(self, name: str, data: bytes, *, sync: bool = True) -> str | None:
        return self._put(name, data)

    def delete(self, name: str) -> None:
        self._ask("be deleted", name, lambda s3: s3.delete_object(**self._of(name)))

    def names(self, folder: str = "", prefix: str = "") -> list[str]:
        start = self.prefix + (f"{folder}/" if folder else "")
        wanted = {"Bucket": self.bucket, "Prefix": start + prefix, "Delimiter": "/"}
        found: list[str] = []
        while True:
            page = self._ask("be listed", folder, lambda s3: s3.list_objects_v2(**wanted))
            found += [one["Key"] for one in page.get("Contents", ())]
            found += [one["Prefix"].rstrip("/") for one in page.get("CommonPrefixes", ())]
            if not page.get("IsTruncated"):
                return [name for one in found if (name := one.removeprefix(start))]
            wanted["ContinuationToken"] = page["NextContinuationToken"]

    # --- leases

    def lock(self, name: str) -> AbstractContextManager[None]:
        return Lease(self, name).held()

    def locked(self) -> list[str]:
        return [name for name in self.names(FOLDER) if (found := self.leased(name)) and not found.is_over]

    def leased(self, name: str) -> Leased | None:
        """The lease of a name as it is now; None where there is none."""

        def ask(s3: Any) -> Leased:
            found = s3.get_object(**self._of(f"{FOLDER}/{name}"))
            now = parsedate_to_datetime(found["ResponseMetadata"]["HTTPHeaders"]["date"])
            age = now - found["LastModified"]  # both by the server's clock
            return Leased.of(found["Body"].read(), str(found["ETag"]), age.total_seconds())

        try:
            return self._ask("be read", f"{FOLDER}/{name}", ask)
        except FileNotFoundError:
            return None

    def lease(self, name: str, data: bytes, instead_of: str | None) -> str | None:
        """Write a lease in the place of a version, or of none; None where there is another by now."""
        condition = {"IfMatch": instead_of} if instead_of else {"IfNoneMatch": "*"}
        try:
            return self._put(f"{FOLDER}/{name}", data, **condition)
        except (FileExistsError, FileNotFoundError):
            return None

    def release(self, name: str) -> None:
        """Take a lease away."""
        self.delete(f"{FOLDER}/{name}")

    # --- asking

    def _of(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + name}

    def _put(self, name: str, data: bytes, **condition: str) -> str:
        put = self._ask("be written", name, lambda s3: s3.put_object(**self._of(name), Body=data, **condition))
        return str(put["ETag"])

    def _ask(self, what: str, name: str, ask: Callable[[Any], T]) -> T:
        """Ask the server; again where it may answer in a moment. Raises OSError with what it said last."""
        tries, pause = _tries(), PAUSE
        for number in range(1, tries + 1):
            try:
                return ask(self._s3)
            except (ClientError, BotoCoreError) as error:
                passing, said = _is_passing(error), _said(error)
                if not passing:
                    raise said from None
                if number == tries:
                    raise OSError(f"{said}; {number} tries") from None
                wait = pause * random.uniform(0.75, 1.25)  # noqa: S311 - so that not all come again at once
                log.warning(
                    "%s: cannot %s (%s); again in %.1f s (%d of %d)",
                    self.address(name), what, said, wait, number + 1, tries,
                )  # fmt: skip
                time.sleep(wait)
                pause = min(2 * pause, LONGEST)
        raise AssertionError("there is a first try")

    @property
    def _s3(self) -> Any:
        return _client(self.keys, os.getpid(), tuple(one for one in os.environ.items() if one[0].startswith("AWS_")))


@lru_cache(maxsize=8)
def _client(name: str, process: int, environment: tuple[tuple[str, str], ...]) -> Any:
    """The client of a process, which threads share: its connections must not cross a fork. To make one takes long."""
    config = Config(connect_timeout=10, read_timeout=30, retries={"total_max_attempts": 1}, max_pool_connections=32)
    session, given = keys.session_of(name)
    region = given.pop("region_name", None) or session.get_config_variable("region") or os.environ.get("AWS_REGION")
    return session.create_client("s3", region_name=region or "us-east-1", config=config, **given)


def _tries() -> int:
    given = os.environ.get("AWS_MAX_ATTEMPTS", "")
    return max(1, int(given)) if given.isdecimal() else TRIES


def _is_passing(error: Exception) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response.get("Error", {}).get("Code")
        return (status >= 500 and status != 501) or status == 429 or code in PASSING
    return isinstance(error, HTTPClientError | IncompleteReadError | ResponseStreamingError)


def _said(error: Exception) -> OSError:
    """What botocore raised, as an OSError of one line."""
    if not isinstance(error, ClientError):
        return OSError(str(error).replace("\n", " "))
    said = error.response.get("Error", {})
    code, message = str(said.get("Code", "")), str(said.get("Message", "")).strip()
    if code in TAKEN:
        return FileExistsError(code)
    if code in MISSING:
        return FileNotFoundError(code)
    return OSError(f"{code} {message}".strip())
