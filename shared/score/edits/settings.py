"""Edits of what is said on the command line, of versions and of names."""

from __future__ import annotations

import re
from random import Random

from shared.rerun.scenarios.ground import Ground
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import NOTHING, Demanded

# Parameter -> values that a person may give, the default among them.
PARAMETERS: dict[str, dict[str, list[str]]] = {
    "ml": {
        "preprocess.test_size": ["0.25", "0.2", "0.3", "0.5"],
        "preprocess.seed": ["0", "1", "2", "3"],
        "train.C": ["1", "1.0", "0.1", "10", "100"],
        "train.gamma": ["scale", "auto", "0.01", "0.1"],
        "train.kernel": ["rbf", "linear", "poly", "sigmoid"],
    },
    "artists": {"top_artists.n": ["10", "1", "3", "25", "1000"]},
}
ENDS = ["2018-03-11", "2018-03-10", "2018-03-09", "2018-03-07"]  # of the interval
DECLARATION = re.compile(r'@step\(version="(\d+)"(?=[^\n]*\)\ndef (\w+)\()')


def parameter(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another value of a parameter, or its default said aloud."""
    choices = [*PARAMETERS[on.pipeline], *(["--end"] if on.pipeline == "artists" else [])]
    name = rng.choice(choices)
    if name == "--end":
        world.end_on(rng.choice(ENDS))
    else:
        world.set(name, rng.choice(PARAMETERS[on.pipeline][name]))
    return NOTHING


def version(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another version of a step, which asks for it and for what is below."""
    path = world.folder / on.source
    text = path.read_text()
    found = rng.choice(list(DECLARATION.finditer(text)))
    number = int(found[1]) + rng.choice([1, 1, 1, 5])
    path.write_text(f"{text[: found.start(1)]}{number}{text[found.end(1) :]}")
    below = [step for step in on.steps if step.partition("[")[0] == found[2]]
    return frozenset(on.below(below[0]))


def name(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another name of a step."""
    path = world.folder / on.source
    text = path.read_text()
    found = rng.choice(list(DECLARATION.finditer(text)))
    start = found.start() + len("@step(")
    path.write_text(f'{text[:start]}name="{found[2]}_again", {text[start:]}')
    return NOTHING
