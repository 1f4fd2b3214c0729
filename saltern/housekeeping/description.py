"""A manifest in words, for ``show``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.filesize import decimal

from saltern.housekeeping.contents import Manifest, made_at
from saltern.recipe import flat, key


def described(name: str, manifest: Manifest, made_from: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Headings, each with one line or several. ``made_from``: input -> the artifacts in the store that it means."""
    recipe = manifest.get("recipe") or {}

    def origin(argument: str, item: str) -> str:
        names = made_from.get(argument)
        return item if names is None else f"{' or '.join(names) or 'not in the store'} ({item})"

    yield "name", name
    yield "step", key(str(manifest.get("step")), manifest.get("partition"))
    yield "version", str(manifest.get("version"))
    yield "params", _lines(manifest.get("params", {}))
    yield "strategy", str(manifest.get("strategy"))
    if recipe:
        yield "code", _lines(recipe.get("code", {}))
        yield "libraries", _lines(recipe.get("libraries", {}))
        for ingredient in ("environment", "files"):
            if ingredient in recipe:
                yield ingredient, _lines(recipe[ingredient])
        yield (
            "inputs",
            _lines({argument: origin(argument, item) for argument, item in flat(recipe.get("inputs", {})).items()}),
        )
        yield "salt", str(manifest.get("salt"))
    else:
        yield "recipe", "none"
    if "read" in manifest:
        yield "read", _lines(manifest["read"])
    if "unheld" in manifest:
        yield "unheld", "\n".join(map(str, manifest["unheld"]))
    yield "digest", manifest["digest"]
    yield "size", f"{decimal(manifest.get('size', 0))} ({manifest.get('size', 0)} bytes)"
    yield "engine", str(manifest.get("engine"))
    yield "run", str(manifest.get("run"))
    yield "made", when(manifest)


def when(manifest: Manifest) -> str:
    """When an artifact was made, in local time."""
    moment = made_at(manifest)
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "unknown"


def _lines(facts: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in facts.items()) or "none"
