"""Changes to the code: those that are declared, those that are not, and those that change nothing."""

from __future__ import annotations

from shared.rerun.scenarios.ground import Edit, Ground
from shared.rerun.scenarios.scenario import Scenario
from shared.rerun.workspace import LIBRARIES, Workspace

PACKAGE = "shared/__init__.py"
WITH_LIBRARIES = f"""
import site
from pathlib import Path

site.addsitedir(str(Path(__file__).parents[1] / "{LIBRARIES}"))
"""
BRINE = '"""Thins what is too much."""\n\n\ndef thinned(rows):\n    """{}"""\n    return {}\n'
OLD_BRINE = BRINE.format("All of the rows.", "rows")
NEW_BRINE = BRINE.format("Every other row.", "rows[::2]")


def scenarios(on: Ground) -> tuple[Scenario, ...]:
    """What the author of a step may do to it."""

    def bump(world: Workspace) -> None:
        world.edit(on.source, on.declaration.format(1), on.declaration.format(2))

    def fix_and_bump(world: Workspace) -> None:
        on.helper.undo(world)
        bump(world)

    def rename(world: Workspace) -> None:
        old = on.declaration.format(1)
        world.edit(on.source, old, old.replace("@step(", f'@step(name="{on.other_name}", '))

    def changed(name: str, edit: Edit) -> Scenario:
        """A change of behaviour without a word to the cache."""
        return Scenario(
            name,
            on.pipeline,
            f"{edit.words}; no version is raised",
            edit.make,
            least=on.below(on.worker),
            most=on.below(on.worker),
            changes_target=True,
            touches=(on.worker,),
        )

    return (
        Scenario(
            "fix-and-bump",
            on.pipeline,
            f"what was wrong ({on.helper.words}) is corrected, and the version of {on.worker} raised",
            fix_and_bump,
            least=on.below(on.worker),
            most=on.below(on.worker),
            changes_target=True,
            before=on.helper.make,
            touches=(on.worker,),
        ),
        Scenario(
            "bump-only",
            on.pipeline,
            f"the version of {on.worker} is raised and nothing else",
            bump,
            least=(on.worker,),
            most=on.below(on.worker),
            touches=(on.worker,),
        ),
        Scenario(
            "rename-step",
            on.pipeline,
            f"{on.worker} declares the name '{on.other_name}'",
            rename,
            most=(on.other_name, *on.below(on.worker)[1:]),
            touches=(on.other_name,),
        ),
        changed("edit-helper", on.helper),
        changed("edit-constant", on.constant),
        changed("edit-body", on.body),
        Scenario(
            "edit-comment",
            on.pipeline,
            f"comments, docstring and formatting of {on.worker} and of its helper, and nothing else",
            lambda world: _each(on.looks, world),
        ),
        Scenario(
            "edit-unrelated",
            on.pipeline,
            f"{on.unrelated.words}; no step reaches it",
            on.unrelated.make,
            before=on.plant,
        ),
        Scenario(
            "upgrade-library",
            on.pipeline,
            f"brine, a library that {on.worker} declares, goes from version 1.0 to 2.0, which thins the rows",
            lambda world: world.install("brine", "2.0", NEW_BRINE),
            least=on.below(on.worker),
            most=on.below(on.worker),
            changes_target=True,
            before=lambda world: salted_in_brine(on, world),
            touches=(on.worker,),
        ),
    )


def _each(edits: tuple[Edit, ...], world: Workspace) -> None:
    for edit in edits:
        edit.make(world)


def salted_in_brine(on: Ground, world: Workspace) -> None:
    """Install brine, version 1.0, and let the worker use it."""
    world.append(PACKAGE, WITH_LIBRARIES)
    world.install("brine", "1.0", OLD_BRINE)
    _each(on.library, world)
