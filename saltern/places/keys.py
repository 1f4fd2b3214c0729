"""Credentials by name: the ``NAME`` of ``s3://NAME@bucket/folder``.

A name is what the engine keeps credentials under, an Airflow connection or a Prefect block, where its adapter has said
how it is looked up; a profile of ``~/.aws`` elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session

Lookup = Callable[[str], Mapping[str, Any] | None]  # a name -> what botocore's ``create_client`` takes; None: unknown

LOOKUPS: list[Lookup] = []  # of the engines whose adapters are imported


def session_of(name: str) -> tuple[Session, dict[str, Any]]:
    """A session of botocore for a name, and what its clients are to be given beside. An empty name is nobody's."""
    from botocore.session import Session

    if not name:
        return Session(), {}
    for lookup in LOOKUPS:
        if (found := lookup(name)) is not None:
            return Session(), dict(found)
    return Session(profile=name), {}


def options_of(name: str) -> dict[str, Any]:
    """The same for s3fs, which gives steps their inputs."""
    for lookup in LOOKUPS:
        if (found := lookup(name)) is not None:
            given = dict(found)
            words = {"key": "aws_access_key_id", "secret": "aws_secret_access_key", "token": "aws_session_token"}
            options = {word: given[theirs] for word, theirs in words.items() if given.get(theirs)}
            options |= {"endpoint_url": given["endpoint_url"]} if given.get("endpoint_url") else {}
            region = given.get("region_name")
            return options | ({"client_kwargs": {"region_name": region}} if region else {})
    return {"profile": name}
