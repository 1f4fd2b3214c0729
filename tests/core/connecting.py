"""Steps that connect out of Python's sight, for ``test_remote``: in a module of their own, as its texts count."""

from __future__ import annotations

from saltern import step

SCHEME = "http://"


@step(version="1", writes="json")
def of_a_parameter(*, url: str) -> list[dict[str, int]]:
    import polars

    return polars.read_csv(url).to_dicts()


@step(version="1", writes="json")
def of_its_code(*, place: str) -> list[dict[str, int]]:
    import polars

    return polars.read_csv(f"{SCHEME}{place}").to_dicts()


@step(version="1", writes="json")
def of_the_environment() -> list[dict[str, int]]:
    import os

    import polars

    return polars.read_csv(os.environ["WHERE_ROWS_ARE"]).to_dicts()


@step(version="1", writes="json")
def of_a_command(*, words: list[str]) -> int:
    import subprocess

    return subprocess.run(words, capture_output=True, check=False).returncode


@step(version="1", writes="json")
def of_a_name(*, host: str) -> bool:
    import socket

    return bool(socket.getaddrinfo(host, 80))
