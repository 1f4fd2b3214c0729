"""Codecs: how a step's output becomes bytes, and back. The same value gives the same bytes.

Models are skops files, never pickles: reading a pickle runs whatever code it holds.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Codec:
    """A file format: ``dump(value) -> bytes`` and ``load(bytes) -> value``."""

    dump: Callable[[Any], bytes]
    load: Callable[[bytes], Any]


def _dump_json(value: Any) -> bytes:
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _dump_parquet(frame: Any) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _load_parquet(data: bytes) -> Any:
    import polars as pl

    return pl.read_parquet(io.BytesIO(data))


def _dump_skops(model: Any) -> bytes:
    """A skops file, made deterministic.

    skops names the members of its archive, and the nodes of its schema, after Python object ids, and stamps them
    with the time. Both are replaced: ids by their order of appearance, times by the archive format's epoch. Strings and
    numbers get one id each time: whether equal ones are one object depends on who passed them (parameters that came
    through JSON are not what the source's literals are), and means nothing.
    """
    import skops.io

    order: dict[object, int] = {}

    def renumber(node: Any) -> Any:
        if isinstance(node, list):
            return [renumber(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "__id__" in node:
            identity = object() if node.get("is_json") else node["__id__"]
            node = {**node, "__id__": order.setdefault(identity, len(order))}
        if isinstance(node.get("file"), str):
            node = {**node, "file": rename(node["file"])}
        return {key: renumber(value) for key, value in node.items()}

    members: dict[str, str] = {}

    def rename(file: str) -> str:
        return members.setdefault(file, f"{len(members)}.{file.rpartition('.')[2]}")

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as source, zipfile.ZipFile(buffer, "w") as target:
        schema = renumber(json.loads(source.read("schema.json")))
        contents = {new: source.read(old) for old, new in members.items()}
        contents["schema.json"] = json.dumps(schema, indent=1).encode()
        for name, content in contents.items():
            target.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def _load_skops(data: bytes) -> Any:
    import skops.io

    return skops.io.loads(data)  # refuses every type that skops does not know to be harmless


# By the extension of the artifact's file.
CODECS = {
    "html": Codec(str.encode, bytes.decode),
    "json": Codec(_dump_json, json.loads),
    "parquet": Codec(_dump_parquet, _load_parquet),
    "skops": Codec(_dump_skops, _load_skops),
}
