"""What goes wrong, and is run again."""

from __future__ import annotations

from shared.rerun.scenarios.ground import Ground
from shared.rerun.scenarios.scenario import Scenario, harming, nothing
from shared.rerun.workspace import Workspace

STORE = "saltern/places/folder.py"

# In the workspace's own copy of the store: the process dies when half of a step's artifact is written.
WRITE = "file.write(data)"
DEADLY_WRITE = "file.write(_half(file, data, path.name))"
HALF = """

def _half(file, data, name):
    import signal

    if name.startswith("{step}") and not name.endswith(".manifest.json"):
        file.write(data[: len(data) // 2])
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    return data
"""


def scenarios(on: Ground) -> tuple[Scenario, ...]:
    """Damage, crashes, errors, an input that is late, and two runs at a time."""
    last, away = on.steps[-1], f"{on.input}.late"

    def tear(world: Workspace) -> None:
        world.edit(STORE, WRITE, DEADLY_WRITE)
        world.append(STORE, HALF.format(step=on.worker))

    return (
        harming(
            "damage-middle",
            on.pipeline,
            f"the artifact of {on.middle} is cut in half",
            lambda world: world.truncate(on.middle),
            on.middle,
            needed=False,
        ),
        harming(
            "damage-last",
            on.pipeline,
            f"a byte in the middle of the artifact of {last} is another",
            lambda world: world.flip(last),
            last,
            needed=True,
        ),
        Scenario(
            "crash",
            on.pipeline,
            f"SIGKILL while {on.worker} writes its artifact; then nothing is in the way any more",
            lambda world: world.restore(STORE),
            least=on.below(on.worker),
            most=on.below(on.worker),
            before=tear,
            first="killed",
            touches=(on.worker,),
        ),
        Scenario(
            "fail-then-fix",
            on.pipeline,
            f"{on.fails} raises an error; that is corrected",
            on.failure.undo,
            least=on.below(on.fails),
            most=on.below(on.fails),
            before=on.failure.make,
            first="failed",
            touches=(on.fails,),
        ),
        Scenario(
            "late-input",
            on.pipeline,
            f"{on.input} is not there yet; then it arrives",
            lambda world: world.rename(away, on.input),
            least=on.steps,
            most=on.steps,
            before=lambda world: world.rename(on.input, away),
            first="refused",
        ),
        Scenario(
            "two-at-once",
            on.pipeline,
            "two runs start together where nothing has been built",
            nothing,
            least=on.steps,
            most=on.steps,
            first="none",
            together=True,
        ),
    )
