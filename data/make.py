"""Make the bundled inputs again, byte for byte, or streams of any size for large trials.

    python data/make.py digits                          # data/digits.csv
    python data/make.py streams                         # data/streams/, ISO week 2018-W10
    python data/make.py streams --days 365 --rows 1000000 --out /tmp/streams

Each day is drawn from its own seed, so a day's file is the same whatever interval it is made in.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer

HERE = Path(__file__).parent
FIRST = """
    Amber Arctic Brass Broken Copper Crimson Distant Electric Faded Gentle Golden Hollow Iron Ivory Lunar Marble
    Midnight Paper Quiet Rapid Restless Rusty Salt Scarlet Silent Silver Solar Static Velvet Winter
""".split()  # noqa: SIM905 - read as words, not as a list
SECOND = """
    Anchors Arrows Cables Canyons Clocks Comets Engines Ferns Foxes Harbours Hours Kites Lanterns Letters Meadows
    Mirrors Orchards Owls Pilots Radios Rivers Sparrows Stairs Tides Trains
""".split()  # noqa: SIM905
ARTISTS = np.array([f"{first} {second}" for first, second in product(FIRST, SECOND)])
TRACKS_PER_ARTIST = 20
USERS = 500

app = typer.Typer(add_completion=False, rich_markup_mode=None, help="Make the bundled inputs.")


@app.command()
def digits(out: Path = HERE / "digits.csv") -> None:
    """scikit-learn's handwritten digits (UCI ML repository, 1797 images of 8 x 8 pixels, shades 0 to 16)."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    frame = pl.from_numpy(bunch.data.astype(int), schema=list(bunch.feature_names))
    frame.with_columns(pl.Series("label", bunch.target)).write_csv(out)
    typer.echo(f"{out}: {len(frame)} rows")


@app.command()
def streams(
    start: Annotated[str, typer.Option(help="First day, ISO 8601.")] = "2018-03-05",
    days: Annotated[int, typer.Option(min=1, help="Number of days.")] = 7,
    rows: Annotated[int, typer.Option(min=1, help="Plays a day, on average.")] = 2000,
    seed: Annotated[int, typer.Option(min=0)] = 2018,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = HERE / "streams",
) -> None:
    """One file of plays a day: user, timestamp, artist, track. Popularity is skewed (Zipf) and drifts by the day."""
    out.mkdir(parents=True, exist_ok=True)
    for offset in range(days):
        day = date.fromisoformat(start) + timedelta(days=offset)
        write_day(out / f"{day}.tsv", day, rows, seed)
    typer.echo(f"{out}: {days} days from {start}")


def write_day(path: Path, day: date, rows: int, seed: int) -> None:
    """Write one day's plays, sorted by time of day (UTC)."""
    rng = np.random.default_rng([seed, day.toordinal()])
    rows = rng.poisson(rows)
    popularity = 1 / np.arange(1, len(ARTISTS) + 1) ** 0.9 * rng.lognormal(sigma=0.35, size=len(ARTISTS))
    order = np.random.default_rng(seed).permutation(len(ARTISTS))  # which artist is popular: the same every day
    artist = order[rng.choice(len(ARTISTS), size=rows, p=popularity / popularity.sum())]
    track = np.minimum(rng.geometric(0.25, size=rows), TRACKS_PER_ARTIST)
    midnight = np.datetime64(day, "ms")
    pl.DataFrame(
        {
            "user": np.char.add("user_", np.char.zfill(rng.integers(USERS, size=rows).astype(str), 3)),
            "timestamp": np.sort(midnight + rng.integers(86_400_000, size=rows).astype("timedelta64[ms]")),
            "artist": ARTISTS[artist],
            "track": np.char.add("Track ", track.astype(str)),
        }
    ).write_csv(path, separator="\t", datetime_format="%Y-%m-%dT%H:%M:%S%.3fZ")


if __name__ == "__main__":
    app()
