"""Which artifacts today's code still names: the rest can go, and nothing that runs will miss it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from saltern.errors import BadInput
from saltern.housekeeping.contents import Contents, Manifest, ingredients, upstream
from saltern.parameters import given
from saltern.reasons import INGREDIENTS
from saltern.recipe import SALT_IN_NAME, canonical, differing, key, salt
from saltern.steps import Step
from saltern.strategies import FORMAT, STRATEGIES

_CHANGES = {"version": "version raised", "params": "parameter changed", **INGREDIENTS}


def outdated(contents: Contents) -> dict[str, str]:
    """The artifacts that no current recipe names, and why not: name -> reason.

    A recipe is current when today's code, parameters and inputs given, would write the same again, and every artifact
    among its inputs that is in the store is current itself. External inputs are taken as they are, and so are artifacts
    that have been deleted: what was made from them may still be asked for. Those without a recipe (``native``) cannot
    be told, nor those whose manifest has lost a part.

    Raises BadInput when an ingredient of today's recipes cannot be computed: a library that is not installed would
    otherwise make everything look outdated. So would a store of another project, of whose steps we know none.
    """
    salted = {name: manifest for name, manifest in contents.artifacts.items() if _tells(manifest)}
    places = {str(manifest.get("function")) for manifest in salted.values()}
    steps = {place: step for place in places if (step := _today(place))}
    if places and not steps:
        raise BadInput(
            f"{contents.store.url}: the store of another project: none of its steps can be imported here "
            f"({', '.join(sorted(places)[:3])}); run this command in that project's folder"
        )
    reasons: dict[str, str] = {}
    waiting: dict[str, Manifest] = {}
    for name, manifest in salted.items():
        if reason := _reason(name, manifest, steps):
            reasons[name] = reason
        else:
            waiting[name] = manifest
    there = {ingredient for manifest in contents.artifacts.values() for ingredient in ingredients(manifest)}
    current: set[tuple[str, str]] = set()
    while ready := [name for name, manifest in waiting.items() if _needs(manifest) & there <= current]:
        for name in ready:
            current |= ingredients(waiting.pop(name))
    return reasons | {name: _upstream_reason(contents, manifest, current) for name, manifest in waiting.items()}


def _tells(manifest: Manifest) -> bool:
    """Whether a manifest tells what its artifact was made by: it has a recipe, and is as we write them."""
    recipe = manifest.get("recipe")
    return isinstance(recipe, Mapping) and "inputs" in recipe and {"step", "partition", "strategy"} <= {*manifest}


def _today(place: str) -> Step[..., Any] | None:
    """The step that today's code has at a place (``module:function``); None where it has none there."""
    module, _, name = place.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError):
        return None
    return found if isinstance(found, Step) else None


def _reason(name: str, manifest: Manifest, steps: Mapping[str, Step[..., Any]]) -> str | None:
    """Why today's code would not write an artifact's recipe again from the same inputs; None when it would."""
    recipe = manifest["recipe"]
    if recipe.get("recipe") != FORMAT:
        return "recipe format changed"
    step, strategy = steps.get(str(manifest.get("function"))), STRATEGIES.get(manifest["strategy"])
    if step is None or step.name != manifest["step"]:
        return f"no step '{manifest['step']}' at {manifest.get('function')}"
    if strategy is None:
        return f"no strategy '{manifest['strategy']}'"
    if set(recipe["inputs"]) != set(step.inputs):
        return f"inputs changed: {', '.join(sorted(set(recipe['inputs']).symmetric_difference(step.inputs)))}"
    try:
        params = step.checked({name: given(value) for name, value in recipe.get("params", {}).items()})
    except BadInput as error:
        return f"parameter changed: {error}"
    call = strategy.bind(step, {}, params, manifest["partition"])
    today = (call.recipe or {}) | {"inputs": recipe["inputs"]}
    if name == f"{key(step.name, manifest['partition'])}-{salt(canonical(today))[:SALT_IN_NAME]}.{step.writes}":
        return None
    return "; ".join(_changes(today, recipe)) or "stored under another name today"


def _changes(today: Manifest, recipe: Manifest) -> list[str]:
    found = []
    for ingredient, change in _CHANGES.items():
        new, old = today.get(ingredient), recipe.get(ingredient)
        if new == old:
            continue
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            change = f"{change}: {', '.join(differing(new, old))}"
        found.append(change)
    return found


def _needs(manifest: Manifest) -> set[tuple[str, str]]:
    """What must be current for an artifact to be."""
    return {(manifest["strategy"], ingredient) for ingredient in upstream(manifest["recipe"]).values()}


def _upstream_reason(contents: Contents, manifest: Manifest, current: set[tuple[str, str]]) -> str:
    strategy = manifest["strategy"]
    for ingredient in upstream(manifest["recipe"]).values():
        names = contents.named(ingredient, strategy)
        if names and (strategy, ingredient) not in current:
            return f"upstream changed: {names[0]}"
    raise AssertionError("an artifact with nothing outdated upstream is current")
