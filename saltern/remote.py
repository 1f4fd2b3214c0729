"""Which places a step may reach in the network out of Python's sight.

When Python connects, an audit event says where to (``notes``). A library of C or Rust that connects by itself raises
none, and a program that is started is another process. So a driver is told that the code uses, and a place that a text
names where a library may open it by itself, and what a command names.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

# Top-level modules of what always connects: to databases, brokers, and the workers of a cluster.
_DRIVERS = {
    "MySQLdb", "adbc_driver_flightsql", "adbc_driver_postgresql", "adbc_driver_snowflake", "aerospike", "arrow_odbc",
    "confluent_kafka", "connectorx", "couchbase", "curl_cffi", "cx_Oracle", "grpc", "ibm_db", "mariadb", "mpi4py",
    "obstore", "oracledb", "psycopg", "psycopg2", "pulsar", "pycurl", "pymssql", "pyodbc", "pyspark", "ray", "turbodbc",
    "zmq",
}  # fmt: skip
# Those that open what a text names, and connect where it names a place in the network.
_OPENERS = {
    "adbc_driver_manager", "cv2", "daft", "dask", "datafusion", "deltalake", "duckdb", "fiona", "geopandas", "h5py",
    "ibis", "lance", "lancedb", "lxml", "modin", "netCDF4", "osgeo", "pandas", "polars", "pyarrow", "pyiceberg",
    "pyogrio", "rasterio", "rioxarray", "sqlalchemy", "tables", "tensorflow", "tiledb", "vaex", "vineyard", "xarray",
    "zarr",
}  # fmt: skip
# Programs that connect, whatever they are told.
_PROGRAMS = {
    "aria2c", "aws", "az", "bq", "curl", "ftp", "gcloud", "gh", "gsutil", "kubectl", "mongosh", "mysql", "psql",
    "rclone", "redis-cli", "s5cmd", "scp", "sftp", "snowsql", "sqlcmd", "ssh", "wget",
}  # fmt: skip
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOCAL = {"data", "file", "local", "memory", "sqlite", "tar", "zip"}  # schemes of what is on this machine
_KIND = "network"


def is_place(text: str) -> bool:
    """Whether a text names a place in the network, or begins with what such a name begins with."""
    found = _PLACE.match(text)
    return found is not None and found[0][:-3].lower() not in _LOCAL


def told(libraries: set[str], given: Iterable[Any]) -> list[str]:
    """Where code may connect to that uses libraries and has texts: ``network: psycopg``, ``network: s3://bucket``.

    ``given`` are texts, and documents of JSON with texts in them. Of a text no more is told than the host: the rest may
    be a secret.
    """
    places = (text for one in given for text in _texts(one) if is_place(text)) if libraries & _OPENERS else ()
    clusters = _clusters() if "dask" in libraries else ()
    return sorted({f"{_KIND}: {one}" for one in (*(libraries & _DRIVERS), *map(_host, places), *clusters)})


def asked_by(words: Iterable[str]) -> Iterator[str]:
    """What in the network a command asks, by its words: hosts that it names, or the program where it names none."""
    words = [*words]
    if hosts := [_host(word) for word in words if is_place(word)]:
        yield from hosts
    else:
        yield from sorted({word.rpartition("/")[2] for word in words} & _PROGRAMS)


def _texts(given: Any) -> Iterator[str]:
    if isinstance(given, str):
        yield given
    elif isinstance(given, dict | list):
        for one in given.values() if isinstance(given, dict) else given:
            yield from _texts(one)


def _host(place: str) -> str:
    scheme, _, rest = place.partition("://")
    with suppress(ValueError):
        rest = urlsplit(place).hostname or ""
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"


def _clusters() -> Iterator[str]:
    """The Dask clusters to which this process has a client, which computes there what ``dask.compute`` is given."""
    for client in (*getattr(sys.modules.get("distributed.client"), "_global_clients", {}).values(),):
        place = getattr(client.scheduler, "address", "")  # there is no scheduler before it is connected
        if place and client.status != "closed" and not place.startswith("inproc:"):
            yield f"workers of {place}"
