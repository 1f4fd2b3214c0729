"""The headline scenarios, each made to the project of a peer's user and to its twin, which the reference builds."""

from __future__ import annotations

from dataclasses import replace

from peers.world import World
from shared.rerun.peers import SCENARIOS
from shared.rerun.scenarios import SCENARIOS as ALL
from shared.rerun.scenarios import Scenario
from shared.rerun.scenarios.ml import GROUND
from shared.rerun.scenarios.scenario import nothing
from shared.rerun.workspace import Workspace

LINE = "model = ml.train(dataset, C=C)"
HALF = "model = ml.train(dataset.gather_every(2), C=C)"
# The same, where there is no task around the step.
ROWS, HALF_OF_THEM = '_features_and_labels(dataset, "train")', '_features_and_labels(dataset.gather_every(2), "train")'


def _body(world: Workspace) -> None:
    if isinstance(world, World):
        world.edit(world.wiring.task, LINE, HALF)
    else:
        world.edit(GROUND.source, ROWS, HALF_OF_THEM)


def _comment(world: Workspace) -> None:
    for edit in GROUND.looks:
        edit.make(world)
    if isinstance(world, World):
        text = (world.folder / world.wiring.task).read_text()
        line = next(line for line in text.splitlines() if LINE in line)
        indent = line[: len(line) - len(line.lstrip())]
        world.edit(world.wiring.task, f"{line}\n", f"{indent}# the model\n{line}\n")


_OWN = {
    "edit-body": {
        "make": _body,
        "change": "the task of train hands every other row to its step; no version is raised",
    },
    "edit-comment": {
        "make": _comment,
        "change": "comments, docstring and formatting of train, of its helper and of its task, and nothing else",
    },
    "crash": {
        "before": nothing,
        "make": nothing,
        "change": "SIGKILL while train writes its file, or before the tool has its value; then nothing is in the way",
    },
}


def headline() -> list[Scenario]:
    """The scenarios of the table, in its order."""
    found = {scenario.name: scenario for scenario in ALL if scenario.pipeline == "ml"}
    return [replace(found[name], **_OWN.get(name, {})) for name in SCENARIOS]  # type: ignore[arg-type]
