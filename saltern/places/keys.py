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
    given = _given(name)
    return (Session(profile=name), {}) if given is None else (Session(), given)


def options_of(name: str) -> dict[str, Any]:
    """The same for s3fs, which gives steps their inputs."""
    given = _given(name)
    if given is None:
        return {"profile": name}
    words = {
        "key": "aws_access_key_id",
        "secret": "aws_secret_access_key",
        "token": "aws_session_token",
        "endpoint_url": "endpoint_url",
    }
    options = {word: given[theirs] for word, theirs in words.items() if given.get(theirs)}
    region = given.get("region_name")
    return options | ({"client_kwargs": {"region_name": region}} if region else {})


def _given(name: str) -> dict[str, Any] | None:
    """What the first engine that knows the name says of it; None where none does."""
    answers = (lookup(name) for lookup in LOOKUPS)
    return next((dict(found) for found in answers if found is not None), None)
