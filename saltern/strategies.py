"""Strategies: which ingredients go into a recipe.

In the terms of Mokhov, Mitchell and Peyton Jones, 'Build Systems a la Carte' (ICFP 2018): ``salted`` is a rebuilder
by deep constructive traces that trusts the external inputs. ``lineage`` is the same, but it reads the inputs and the
code. ``cutoff`` is a rebuilder by constructive traces. ``content`` is a memo on the inputs alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from saltern import external
from saltern.code import code_fingerprint, environment, named_files
from saltern.errors import BadInput
from saltern.libraries import library_fingerprint
from saltern.parameters import definitions, parameters
from saltern.reach import project_of
from saltern.recipe import (
    SALT_IN_NAME,
    Artifact,
    Call,
    Input,
    Inputs,
    Source,
    canonical,
    each,
    flat,
    key,
    like,
    order,
    salt,
)
from saltern.steps import Step

FORMAT = 1  # of recipes: raised when the same ingredients are written down in another way


@dataclass(frozen=True)
class Strategy:
    """A choice of ingredients. ``native`` has none: names are plain and the engine's own rule decides."""

    name: str
    summary: str
    declaration: bool = False  # the step's name, version and parameters
    content: bool = False  # the content of external inputs; without it, only where they lie
    code: bool = False  # the step's own code and all of the project's that it reaches
    libraries: bool = False  # the versions of the libraries that its code imports
    digests: bool = False  # upstream artifacts by their content, which is known when they are made; else by their salts
    telling: bool = False  # without salts: parameters are in the plain names

    @property
    def salts(self) -> bool:
        return self.declaration or self.content

    def bind(
        self, step: Step[..., Any], inputs: Inputs, params: Mapping[str, Any], partition: str | None = None
    ) -> Call:
        """A step applied to inputs, with its recipe and the name of the artifact it makes.

        ``params`` must be complete and of the declared types: what ``Step.checked`` returns.
        An ingredient that cannot be computed is an error that names it. The salt never goes without it.
        """
        _check_inputs(step, inputs)
        stem = key(step.name, partition)
        if not self.salts:
            interval, settings = _interval(inputs), _settings(inputs, params) if self.telling else None
            name = "-".join(filter(None, (stem, interval, settings)))
            artifact = Artifact(step.name, partition, f"{name}.{step.writes}", interval=interval, settings=settings)
            return Call(step, partition, params, inputs, None, artifact)
        recipe = canonical(self._recipe(step, inputs, params, partition), step.name)
        full = salt(recipe)
        artifact = Artifact(step.name, partition, f"{stem}-{full[:SALT_IN_NAME]}.{step.writes}", full)
        return Call(step, partition, params, inputs, recipe, artifact)

    def _recipe(
        self, step: Step[..., Any], inputs: Inputs, params: Mapping[str, Any], partition: str | None
    ) -> dict[str, Any]:
        recipe: dict[str, Any] = {"recipe": FORMAT, "strategy": self.name}
        if self.declaration:
            recipe |= {"step": step.name, "version": step.version, "params": parameters(params, step.name)}
            if partition is not None:
                recipe["partition"] = partition
        whole = given(step, recipe.get("params", {}))
        if self.code:
            recipe["code"] = code_fingerprint(whole)
            found = {"environment": environment(whole), "files": named_files(whole)}
            recipe |= {name: values for name, values in found.items() if values}
        if self.libraries:
            recipe["libraries"] = library_fingerprint(whole)
        recipe["inputs"] = {
            argument: like(value, value, lambda item, _: self.ingredient(item, step, argument))  # noqa: B023 - called now
            for argument, value in inputs.items()
        }
        if orders := {argument: told for argument, value in inputs.items() if (told := order(value))}:
            recipe["order"] = orders
        return recipe

    def ingredient(self, item: Input, step: Step[..., Any], argument: str) -> str:
        """What a recipe says of one input. The prefix keeps places, contents and salts apart."""
        if isinstance(item, Source):
            if not self.content:
                return f"at:{item.name(project_of(step))}"
            return f"content:{external.content(item)}{external.named(item, step, argument) if self.code else ''}"
        if self.digests:
            if item.digest is None:
                raise ValueError(f"strategy '{self.name}': {item.key} is not made yet, so what is in it is not known")
            return f"digest:{item.digest}"
        if item.salt is None:
            raise BadInput(f"strategy '{self.name}': the artifact {item.name} has no salt to build on")
        return f"salt:{item.salt}"


STRATEGIES = {
    strategy.name: strategy
    for strategy in (
        Strategy("native", "the engine's own rule, out of the box; artifacts have plain names"),
        Strategy("content", "the content of the external inputs, and nothing else", content=True),
        Strategy("salted", "name, version, parameters and upstream salts; inputs are trusted", declaration=True),
        Strategy(
            "lineage",
            "salted, and the content of external inputs, the code, and the versions of libraries",
            declaration=True,
            content=True,
            code=True,
            libraries=True,
        ),
        Strategy(
            "cutoff",
            "as lineage, but inputs count by their bytes: if a step makes the same bytes again, no step after it runs",
            declaration=True,
            content=True,
            code=True,
            libraries=True,
            digests=True,
        ),
    )
}


def strategy(name: str) -> Strategy:
    """The strategy of a name. Raises BadInput if there is no such strategy.

    ``<engine>/<way>`` is another caching method of an engine, beside the one that it has after installation. It has no
    ingredients either. ``Engine.natives`` lists the methods of an engine. Under a method that is called ``params`` the
    parameters are in the artifacts' names.
    """
    if "/" in name:
        engine, _, way = name.partition("/")
        return Strategy(name, f"a way of {engine}'s own; artifacts have plain names", telling=way == "params")
    try:
        return STRATEGIES[name]
    except KeyError:
        raise BadInput(f"--strategy {name}: no such strategy (there are: {', '.join(STRATEGIES)})") from None


def whole(call: Call) -> Step[..., Any]:
    """A call's step with the code of the objects among its parameters."""
    return given(call.step, (call.recipe or {}).get("params", {}))


def given(step: Step[..., Any], params: Mapping[str, Any]) -> Step[..., Any]:
    """A step with the code of the objects among its parameters, which are as a recipe has them."""
    return step.holding(frozenset(definitions([*params.values()])))


def _check_inputs(step: Step[..., Any], inputs: Inputs) -> None:
    """Raise BadInput for an input that the step has not, and for a value where a ``Source`` or an artifact belongs."""
    for name, value in inputs.items():
        if name not in step.inputs:
            known = ", ".join(step.inputs) or "none"
            raise BadInput(f"{step.name}.{name}: step '{step.name}' has no input '{name}' (it has: {known})")
        for place, item in flat({name: value}).items():
            if not isinstance(item, Source | Artifact):
                raise BadInput(
                    f"{step.name}.{place}: {item!r} is neither a Source nor an Artifact; "
                    "give a file as Source.at(path), and a plain value as a parameter"
                )


def _interval(inputs: Inputs) -> str | None:
    """The interval of a plain name, as in Luigi's own tutorial: ``artist_streams_2018-W10.tsv``.

    A fan-in sets it, from its first to its last partition; what builds on the fan-in inherits it.
    """
    for value in inputs.values():
        if isinstance(value, Mapping) and value:
            return f"{min(value)}--{max(value)}"
    return next((item.interval for item in each(inputs) if isinstance(item, Artifact) and item.interval), None)


def _settings(inputs: Inputs, params: Mapping[str, Any]) -> str | None:
    """All parameters that a step and those above it are given, as a part of a file's name. None where there are none.

    They are as ``luigi.util.inherits`` hands them down: a task has the parameters of all that it is made from.
    """
    own = {f"{name}={quote(str(value), safe='')}" for name, value in params.items()}
    above = {one for item in each(inputs) if isinstance(item, Artifact) for one in (item.settings or "").split(",")}
    return ",".join(sorted(filter(None, own | above))) or None
