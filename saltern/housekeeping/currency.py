"""Which artifacts today's code still names: the rest can go, and nothing that runs will miss it."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

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
    steps: dict[str, Step[..., Any] | None] = {}
    reasons: dict[str, str] = {}
    waiting: dict[str, _Waiting] = {}
    there: dict[Key, str] = {}  # what recipes call the artifacts of the store -> the first that is called so
    for name, manifest in contents.artifacts():
        for item in ingredients(manifest):
            there.setdefault(_key(manifest, item), name)
        if not _tells(manifest):
            continue
        if (place := str(manifest.get("function"))) not in steps:
            steps[place] = _today(place)
        if reason := _reason(name, manifest, steps):
            reasons[name] = sys.intern(reason)
        else:
            needs = [_key(manifest, item) for item in upstream(manifest["recipe"]).values()]
            waiting[name] = _Waiting([_key(manifest, item) for item in ingredients(manifest)], needs)
    if steps and not any(steps.values()):
        raise BadInput(
            f"{contents.store.url}: the store of another project: none of its steps can be imported here "
            f"({', '.join(sorted(steps)[:3])}); run this command in that project's folder"
        )
    return reasons | _above_outdated(waiting, there)


Key = bytes  # what a recipe calls an artifact, with its strategy. Short, as there may be many.


def _key(manifest: Manifest, ingredient: str) -> Key:
    return hashlib.blake2b(
        f"{manifest.get('strategy')} {ingredient}".encode(errors="surrogatepass"), digest_size=16
    ).digest()


class _Waiting(NamedTuple):
    """An artifact that today's code would write again, if all that it is made from is current."""

    called: Sequence[Key]
    needs: Sequence[Key]


def _above_outdated(waiting: Mapping[str, _Waiting], there: Mapping[Key, str]) -> dict[str, str]:
    """Those that are made from an artifact that is there and not current, and which that is."""
    lacking = {name: {need for need in one.needs if need in there} for name, one in waiting.items()}
    users: dict[Key, list[str]] = defaultdict(list)
    for name, needs in lacking.items():
        for need in needs:
            users[need].append(name)
    current = [name for name, needs in lacking.items() if not needs]
    for name in current:  # which grows meanwhile
        for called in waiting[name].called:
            for user in users.pop(called, ()):
                lacking[user].discard(called)
                if not lacking[user]:
                    current.append(user)
    return {
        name: f"upstream changed: {there[next(need for need in waiting[name].needs if need in needs)]}"
        for name, needs in lacking.items()
        if needs
    }


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


def _reason(name: str, manifest: Manifest, steps: Mapping[str, Step[..., Any] | None]) -> str | None:
    """Why today's code would not write an artifact's recipe again from the same inputs; None when it would."""
    recipe = manifest["recipe"]
    if recipe.get("recipe") != FORMAT:
        return "recipe format changed"
    step, strategy = steps.get(str(manifest.get("function"))), STRATEGIES.get(manifest["strategy"])
    if step is None or step.name != manifest["step"]:
        return f"no step '{manifest['step']}' at {manifest.get('function')}"
    if strategy is None:
        return f"no strategy '{manifest['strategy']}'"
    if others := recipe["inputs"].keys() - {*step.inputs} | step.needs - recipe["inputs"].keys():
        return f"inputs changed: {', '.join(sorted(others))}"
    try:
        params = step.checked({name: given(value) for name, value in recipe.get("params", {}).items()})
    except BadInput as error:
        return f"parameter changed: {error}"
    call = strategy.bind(step, {}, params, manifest["partition"])
    today = (call.recipe or {}) | {name: recipe[name] for name in ("inputs", "order") if name in recipe}
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
