"""The scenarios: a change made to the world between two runs, and the bounds on what may rerun.

Both pipelines go through the same changes wherever they make sense. ``least`` must run, ``most`` may.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.errors import BadInput
from shared.pipelines import PIPELINES
from shared.rerun.workspace import Row, Workspace

ML = ("preprocess", "train", "evaluate", "report")
WEEK = tuple(f"daily_counts[2018-03-{day:02}]" for day in range(5, 12))
ARTISTS = (*WEEK, "aggregate_artists", "top_artists")
WEDNESDAY, SUNDAY = "2018-03-07", "2018-03-11"
ML_SOURCE, ARTISTS_SOURCE = "shared/steps/ml.py", "shared/steps/artists.py"

Change = Callable[[Workspace], None]


def nothing(world: Workspace) -> None:
    """Leave the world as it is."""


@dataclass(frozen=True)
class Scenario:
    """A change to the world between two runs of one pipeline."""

    name: str
    pipeline: str
    change: str
    """What is changed, in words."""
    make: Change
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    changes_target: bool = False
    """Whether a clean build differs after the change. The harness holds the scenario to it."""
    before: Change = nothing
    """How the world is made different before the first run."""
    deletes: str | None = None
    """The step whose artifact is deleted, to see whether it is made again."""


def _deleting(pipeline: str, name: str, step: str, what: str, *, last: bool) -> Scenario:
    bounds = (step,)
    return Scenario(
        name, pipeline, what, lambda world: world.delete(step), least=bounds if last else (), most=bounds, deletes=step
    )


def _mislabel(number: int, row: Row) -> Row:
    return row | {"label": str((int(row["label"]) + 1) % 10)} if number % 10 == 0 else row


def _hold_back_sunday(world: Workspace) -> None:
    world.stream(SUNDAY).rename(_held_back(world))
    world.end_on("2018-03-10")


def _sunday_arrives(world: Workspace) -> None:
    _held_back(world).rename(world.stream(SUNDAY))
    world.end_on(SUNDAY)


def _held_back(world: Workspace) -> Path:
    return world.folder / "sunday.tsv"


_TRAIN = '@step(version="{}", writes="skops", libraries=["scikit-learn", "numpy", "scipy"])\ndef train('
_AGGREGATE = '@step(version="{}", writes="parquet", libraries=["polars"])\ndef aggregate_artists('
_SCALED, _UNSCALED = '[("scale", StandardScaler()), ("classify",', '[("classify",'
_SUMMED, _LARGEST = '.agg(pl.col("plays").sum())', '.agg(pl.col("plays").max())'


def _bump_train(world: Workspace) -> None:
    world.edit(ML_SOURCE, _TRAIN.format(1), _TRAIN.format(2))


def _bump_aggregate(world: Workspace) -> None:
    world.edit(ARTISTS_SOURCE, _AGGREGATE.format(1), _AGGREGATE.format(2))


def _fix_train_and_bump(world: Workspace) -> None:
    world.edit(ML_SOURCE, _UNSCALED, _SCALED)
    _bump_train(world)


def _fix_aggregate_and_bump(world: Workspace) -> None:
    world.edit(ARTISTS_SOURCE, _LARGEST, _SUMMED)
    _bump_aggregate(world)


def _rename(world: Workspace, file: str, declaration: str, name: str) -> None:
    old = declaration.format(1)
    world.edit(file, old, old.replace("@step(", f'@step(name="{name}", '))


SCENARIOS = (
    Scenario("unchanged", "ml", "nothing", nothing),
    _deleting("ml", "delete-last", "report", "the report is deleted", last=True),
    _deleting("ml", "delete-middle", "train", "the model is deleted", last=False),
    Scenario(
        "change-input",
        "ml",
        "every tenth row of the CSV gets another label",
        lambda world: world.rewrite_csv(_mislabel),
        least=ML,
        most=ML,
        changes_target=True,
    ),
    Scenario(
        "change-parameter",
        "ml",
        "train.C goes from 1 to 0.01",
        lambda world: world.set("train.C", 0.01),
        least=ML[1:],
        most=ML[1:],
        changes_target=True,
    ),
    Scenario(
        "fix-and-bump",
        "ml",
        "train forgot to scale its features; that is corrected and its version raised",
        _fix_train_and_bump,
        least=ML[1:],
        most=ML[1:],
        changes_target=True,
        before=lambda world: world.edit(ML_SOURCE, _SCALED, _UNSCALED),
    ),
    Scenario("bump-only", "ml", "train's version is raised and nothing else", _bump_train, least=ML[1:2], most=ML[1:]),
    Scenario(
        "rename-step",
        "ml",
        "train declares the name 'fit'",
        lambda world: _rename(world, ML_SOURCE, _TRAIN, "fit"),
        most=("fit", *ML[2:]),
    ),
    Scenario("unchanged", "artists", "nothing", nothing),
    _deleting("artists", "delete-last", "top_artists", "the top's page is deleted", last=True),
    _deleting("artists", "delete-middle", WEEK[2], "Wednesday's counts are deleted", last=False),
    Scenario(
        "change-one-day",
        "artists",
        "an unknown artist gets 3000 plays on Wednesday",
        lambda world: world.add_plays(WEDNESDAY, "Overnight Sensation", 3000),
        least=(WEEK[2], *ARTISTS[-2:]),
        most=(WEEK[2], *ARTISTS[-2:]),
        changes_target=True,
    ),
    Scenario(
        "add-a-day",
        "artists",
        "Sunday's stream arrives and the interval grows by it",
        _sunday_arrives,
        least=(WEEK[6], *ARTISTS[-2:]),
        most=(WEEK[6], *ARTISTS[-2:]),
        changes_target=True,
        before=_hold_back_sunday,
    ),
    Scenario(
        "change-parameter",
        "artists",
        "top_artists.n goes from 10 to 3",
        lambda world: world.set("top_artists.n", 3),
        least=ARTISTS[-1:],
        most=ARTISTS[-1:],
        changes_target=True,
    ),
    Scenario(
        "fix-and-bump",
        "artists",
        "aggregate_artists took the largest day for the sum; that is corrected and its version raised",
        _fix_aggregate_and_bump,
        least=ARTISTS[-2:],
        most=ARTISTS[-2:],
        changes_target=True,
        before=lambda world: world.edit(ARTISTS_SOURCE, _SUMMED, _LARGEST),
    ),
    Scenario(
        "bump-only",
        "artists",
        "aggregate_artists' version is raised and nothing else",
        _bump_aggregate,
        least=ARTISTS[-2:-1],
        most=ARTISTS[-2:],
    ),
    Scenario(
        "rename-step",
        "artists",
        "aggregate_artists declares the name 'sum_artists'",
        lambda world: _rename(world, ARTISTS_SOURCE, _AGGREGATE, "sum_artists"),
        most=("sum_artists", "top_artists"),
    ),
)


def chosen(pipeline: str | None, names: list[str]) -> list[Scenario]:
    """The scenarios of these names (all, if none is given), of one pipeline or both. BadInput for an unknown name."""
    if pipeline is not None and pipeline not in PIPELINES:
        raise BadInput(f"--pipeline {pipeline}: no such pipeline (there are: {', '.join(PIPELINES)})")
    known = list(dict.fromkeys(scenario.name for scenario in SCENARIOS))
    for name in names:
        if name not in known:
            raise BadInput(f"--scenario {name}: no such scenario (there are: {', '.join(known)})")
    found = [s for s in SCENARIOS if pipeline in (None, s.pipeline) and (not names or s.name in names)]
    if not found:
        raise BadInput(f"--scenario {names[0]}: pipeline '{pipeline}' does not go through it")
    return found
