"""What the pipeline ``artists`` is changed in. Its days add two changes of their own."""

from __future__ import annotations

from shared.rerun.scenarios.common import scenarios
from shared.rerun.scenarios.ground import Edit, Ground, Input, Setting
from shared.rerun.scenarios.scenario import Scenario
from shared.rerun.workspace import Workspace

SOURCE, HELPERS = "shared/steps/artists.py", "shared/steps/tables.py"
WEEK = tuple(f"daily_counts[2018-03-{day:02}]" for day in range(5, 12))
BELOW = ("aggregate_artists", "top_artists")
ON_WEDNESDAY, ON_SUNDAY = WEEK[2], WEEK[6]
WEDNESDAY, SUNDAY = "data/streams/2018-03-07.tsv", "data/streams/2018-03-11.tsv"
HELD_BACK = "sunday.tsv"

AGGREGATE = "    return _most_played_first(tables.added_up(counts.values()))\n"
AGGREGATE_SIX = "    return _most_played_first(tables.added_up(list(counts.values())[1:]))\n"
AGGREGATE_REFORMATTED = """\
    # ties are broken by name
    return _most_played_first(
        tables.added_up(counts.values())
    )
"""
AGGREGATE_WITH_BRINE = """\
    import brine

    return brine.thinned(_most_played_first(tables.added_up(counts.values())))
"""
SUM = 'total = pl.concat(tables).group_by("artist").agg(pl.col("plays").sum())'
LARGEST = 'total = pl.concat(tables).group_by("artist").agg(pl.col("plays").max())'
DECLARED = '@step(version="{}", writes="parquet", libraries=["polars"])\ndef aggregate_artists('
WITH_BRINE = '@step(version="1", writes="parquet", libraries=["polars", "brine"])\ndef aggregate_artists('
UNREACHED = """

def busiest(counts: "pl.DataFrame") -> int:
    \"\"\"The most plays of any artist.\"\"\"
    return int(counts["plays"].max())
"""

GROUND = Ground(
    pipeline="artists",
    steps=(*WEEK, *BELOW),
    reader=ON_WEDNESDAY,
    middle=ON_WEDNESDAY,
    worker="aggregate_artists",
    source=SOURCE,
    input=WEDNESDAY,
    new_data=Input(
        "change-one-day",
        "an unknown artist gets 3000 plays on Wednesday",
        lambda world: world.add_plays("2018-03-07", "Overnight Sensation", 3000),
    ),
    noise="user_000\t2018-03-07T23:59:59.999Z\t\tTrack 1\n",
    setting=Setting("top_artists.n", 10, 3),
    helper=Edit(HELPERS, SUM, LARGEST, "the largest day is taken for the sum"),
    constant=Edit(HELPERS, "LEAST_PLAYS = 1 ", "LEAST_PLAYS = 50 ", "an artist needs 50 plays to be counted"),
    body=Edit(SOURCE, AGGREGATE, AGGREGATE_SIX, "the first day is left out"),
    looks=(
        Edit(SOURCE, AGGREGATE, AGGREGATE_REFORMATTED),
        Edit(SOURCE, '"""Add up the plays by artist over an interval.', '"""The plays of an interval.'),
        Edit(HELPERS, SUM, f"# in no order\n    {SUM}"),
        Edit(HELPERS, '"""The sum of several tables, in no order."""', '"""Several tables in one."""'),
    ),
    unrelated=Edit(
        SOURCE, 'counts["plays"].max()', 'counts["plays"].item(0)', "artists.busiest trusts the order of its table"
    ),
    plant=lambda world: world.append(SOURCE, UNREACHED),
    library=(Edit(SOURCE, DECLARED.format(1), WITH_BRINE), Edit(SOURCE, AGGREGATE, AGGREGATE_WITH_BRINE)),
    failure=Edit(SOURCE, AGGREGATE, f'    raise RuntimeError("no such luck")\n{AGGREGATE}'),
    fails="aggregate_artists",
    declaration=DECLARED,
    other_name="sum_artists",
)


def _hold_back_sunday(world: Workspace) -> None:
    world.rename(SUNDAY, HELD_BACK)
    world.end_on("2018-03-10")


def _sunday_arrives(world: Workspace) -> None:
    world.rename(HELD_BACK, SUNDAY)
    world.end_on("2018-03-11")


SCENARIOS = (
    *scenarios(GROUND),
    Scenario(
        "add-a-day",
        "artists",
        "Sunday's stream arrives and the interval grows by it",
        _sunday_arrives,
        least=(ON_SUNDAY, *BELOW),
        most=(ON_SUNDAY, *BELOW),
        changes_target=True,
        before=_hold_back_sunday,
        touches=(ON_SUNDAY,),
    ),
    Scenario(
        "swap-days",
        "artists",
        "Wednesday's and Sunday's files exchange places, so the week's sum is the same",
        lambda world: world.exchange(WEDNESDAY, SUNDAY),
        least=(ON_WEDNESDAY, ON_SUNDAY, "aggregate_artists"),
        most=(ON_WEDNESDAY, ON_SUNDAY, *BELOW),
        touches=(ON_WEDNESDAY, ON_SUNDAY),
    ),
)
