"""Changes without a touch of code: to artifacts, to the input, to parameters, and there and back again."""

from __future__ import annotations

from shared.rerun.scenarios.ground import Ground
from shared.rerun.scenarios.scenario import Scenario, harming, nothing
from shared.rerun.workspace import Workspace


def scenarios(on: Ground) -> tuple[Scenario, ...]:
    """What anybody may do who only runs the pipeline."""
    last = on.steps[-1]
    return (
        Scenario("unchanged", on.pipeline, "nothing", nothing),
        harming(
            "delete-last",
            on.pipeline,
            f"the artifact of {last} is deleted",
            lambda world: world.delete(last),
            last,
            needed=True,
        ),
        harming(
            "delete-middle",
            on.pipeline,
            f"the artifact of {on.middle} is deleted",
            lambda world: world.delete(on.middle),
            on.middle,
            needed=False,
        ),
        Scenario(
            on.new_data.scenario,
            on.pipeline,
            on.new_data.words,
            on.new_data.make,
            least=(on.reader, *on.below(on.worker)),
            most=(on.reader, *on.below(on.worker)),
            changes_target=True,
            touches=(on.reader,),
        ),
        Scenario(
            "noise-input",
            on.pipeline,
            f"{on.input} gains a line that {on.reader} drops",
            lambda world: world.append(on.input, on.noise),
            least=(on.reader,),
            most=(on.reader,),
            touches=(on.reader,),
        ),
        Scenario(
            "touch-input",
            on.pipeline,
            f"{on.input} gets a new time of change and keeps its content",
            lambda world: world.touch(on.input),
        ),
        Scenario(
            "change-parameter",
            on.pipeline,
            f"{on.setting.name} goes from {on.setting.default} to {on.setting.value}",
            lambda world: world.set(on.setting.name, on.setting.value),
            least=on.below(on.setting.step),
            most=on.below(on.setting.step),
            changes_target=True,
            touches=(on.setting.step,),
        ),
        Scenario(
            "revert",
            on.pipeline,
            f"{on.setting.name} goes from {on.setting.default} to {on.setting.value}, is built, and goes back",
            lambda world: world.set(on.setting.name, on.setting.value),
            then=lambda world: world.unset(on.setting.name),
            touches=(on.setting.step,),
        ),
        Scenario(
            "revert-input",
            on.pipeline,
            f"{on.new_data.words}; that is built; then the data is as it was",
            on.new_data.make,
            then=lambda world: world.restore(on.input),
            touches=(on.reader,),
        ),
        Scenario("move-workspace", on.pipeline, "the whole folder is moved elsewhere", Workspace.move),
    )
