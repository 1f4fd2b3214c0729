"""Credentials from Airflow's connections: the ``NAME`` of ``s3://NAME@bucket/folder``, as in Airflow's object storage.

https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/objectstorage.html
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException


def credentials(name: str) -> dict[str, Any] | None:
    """What a connection of the type *Amazon Web Services* says; None where there is none of that name."""
    try:
        found = BaseHook.get_connection(name)
    except AirflowNotFoundException:
        return None
    given: dict[str, Any] = {"aws_access_key_id": found.login, "aws_secret_access_key": found.password}
    extra = found.extra_dejson
    given |= {word: extra.get(word) for word in ("aws_session_token", "region_name", "endpoint_url")}
    return {word: value for word, value in given.items() if value}
