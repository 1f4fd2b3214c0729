"""Edits of the external inputs: values, rows, columns, order, what is dropped, and times that say nothing."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

from shared.rerun.scenarios.ground import Ground
from shared.rerun.workspace import Workspace
from shared.score.edits.edit import NOTHING, Demanded

Table = list[list[str]]  # the header, then the rows


def value(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another value in one field: one that another row has there."""

    def change(table: Table) -> None:
        row, column = _row(table, rng), rng.randrange(len(table[0]))
        others = sorted({one[column] for one in table[1:]} - {table[row][column]})
        table[row][column] = rng.choice(others or ["0"])

    return _rewritten(world, on, rng, change)


def rows(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Some rows deleted, repeated, or appended once more with another value."""
    how, count = rng.choice(["deleted", "repeated", "appended"]), rng.choice([1, 1, 5, 50])

    def change(table: Table) -> None:
        for _ in range(count):
            at = _row(table, rng)
            if how == "deleted":
                del table[at]
            elif how == "repeated":
                table.insert(at, list(table[at]))
            else:
                column = rng.randrange(len(table[0]))
                table.append([*table[at][:column], table[_row(table, rng)][column], *table[at][column + 1 :]])

    return _rewritten(world, on, rng, change)


def column(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A column added, or two exchanged with their names."""

    def add(table: Table) -> None:
        place = rng.randrange(len(table[0]) + 1)
        table[0].insert(place, "extra")
        for row in table[1:]:
            row.insert(place, str(rng.randrange(10)))

    def exchange(table: Table) -> None:
        one, other = rng.sample(range(len(table[0])), 2)
        for row in table:
            row[one], row[other] = row[other], row[one]

    return _rewritten(world, on, rng, rng.choice([add, exchange]))


def order(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """The same rows in another order: all, or two of them."""

    def change(table: Table) -> None:
        if rng.random() < 0.5:
            body = table[1:]
            rng.shuffle(body)
            table[1:] = body
        else:
            one, other = rng.sample(range(1, len(table)), 2)
            table[one], table[other] = table[other], table[one]

    return _rewritten(world, on, rng, change)


def noise(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A line that the reader drops."""
    path = _input(world, on, rng)
    lines = path.read_text().splitlines(keepends=True)
    lines.insert(rng.randrange(1, len(lines) + 1), on.noise)
    path.write_text("".join(lines))
    return NOTHING


def time(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another time of change: now, long ago, or to come. The content stays."""
    path = _input(world, on, rng)
    now = path.stat().st_mtime_ns
    moment = now + rng.choice([1, -1]) * rng.randrange(1, 10**9) * 10**9
    os.utime(path, ns=(moment, moment))
    return NOTHING


def replaced(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """A file replaced by an equal one, as a download does it."""
    path = _input(world, on, rng)
    other = path.with_name(f".{path.name}.part")
    other.write_bytes(path.read_bytes())
    other.replace(path)
    return NOTHING


def same_time(world: Workspace, on: Ground, rng: Random) -> Demanded:
    """Another value, while size and time of change stay: a copy that keeps times, or an edit within one tick."""
    path = _input(world, on, rng)
    before = path.stat()
    text = path.read_bytes()
    digits = [at for at, byte in enumerate(text) if chr(byte).isdigit() and at > text.index(b"\n")]
    at = rng.choice(digits)
    new = rng.choice([digit for digit in b"0123456789" if digit != text[at]])
    path.write_bytes(text[:at] + bytes([new]) + text[at + 1 :])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return NOTHING


def _rewritten(world: Workspace, on: Ground, rng: Random, change: Callable[[Table], None]) -> Demanded:
    path = _input(world, on, rng)
    delimiter = "," if path.suffix == ".csv" else "\t"
    form = {"delimiter": delimiter, "quoting": csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE}
    table = list(csv.reader(io.StringIO(path.read_text(), newline=""), **form))  # type: ignore[arg-type]
    whole = [row for row in table if len(row) == len(table[0])]
    others = [row for row in table if len(row) != len(table[0])]  # of an edit that is made together with this one
    change(whole)
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n", **form).writerows([*whole, *others])  # type: ignore[arg-type]
    path.write_text(written.getvalue(), newline="")
    return NOTHING


def _input(world: Workspace, on: Ground, rng: Random) -> Path:
    one = world.folder / on.input
    return rng.choice(sorted(one.parent.glob(f"*{one.suffix}")))


def _row(table: Table, rng: Random) -> int:
    return rng.randrange(1, len(table))
