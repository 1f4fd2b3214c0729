"""Input that is no good, of each kind that there is, drawn from a seed: it is said in one line, and nothing is lost."""

from __future__ import annotations

import os
import random
import shutil
import socket
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from tests.faults.site import Lost, Site, digests, said_in_one_line
from tests.faults.trial import Trial

HEADER = "height,width,kind"
ROWS = "".join(f"{number},{number * number % 11},{'even' if number % 2 == 0 else 'odd'}\n" for number in range(40))
DAYS = ("2024-02-28", "2024-02-29", "2024-03-01")
DAY = "artist\ttrack\nThe Own\tOne\nThe Own\tTwo\nOther\tOne\n"
ML = ("run", "ml", "--set", "preprocess.target=kind", "--input")
LONG = "x" * 300  # more than the 255 bytes that a name may have


@dataclass(frozen=True)
class Bad:
    """A command line that is to be refused."""

    what: str
    words: tuple[str, ...]
    named: str
    store: str | None = None


Put = Callable[[Path, random.Random], None]


def _text(text: str) -> Put:
    return lambda path, _: _nothing(path.write_text(text))


def _bytes(make: Callable[[random.Random], bytes]) -> Put:
    return lambda path, draw: _nothing(path.write_bytes(make(draw)))


def _nothing(_: object) -> None:
    return None


def _socket(path: Path, _: random.Random) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # the address of a socket must be short
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


# What may lie where a file is wanted.
NO_FILE: Mapping[str, Put] = {
    "a FIFO": lambda path, _: os.mkfifo(path),
    "a socket": _socket,
    "a device": lambda path, draw: path.symlink_to(draw.choice(("/dev/null", "/dev/zero", "/dev/full", "/dev/tty"))),
    "a link in a circle": lambda path, _: path.symlink_to(path.name),
    "a link to nowhere": lambda path, _: path.symlink_to("nowhere"),
    "nothing": lambda path, _: None,
}
BAD_BYTES: Mapping[str, Put] = {
    "an empty file": _text(""),
    "blank lines": _text("\n\n \n"),
    "random bytes": _bytes(lambda draw: b"\xff" + draw.randbytes(400)),
    "UTF-16": _bytes(lambda draw: f"{HEADER}\n{ROWS}".encode("utf-16")),
}
BAD_CSV: Mapping[str, Put] = {
    "a folder": lambda path, _: path.mkdir(),
    "a header alone": _text(f"{HEADER}\n"),
    "no target column": _text("height,width,sort\n" + ROWS),
    "the target twice": _text("kind,width,kind\n" + ROWS),
    "a column twice": _text("height,height,kind\n" + ROWS),
    "one class": _text(f"{HEADER}\n{ROWS.replace('odd', 'even')}"),
    "text for numbers": _text(f"{HEADER}\n" + "x,y,even\nz,w,odd\n" * 10),
    "NaN everywhere": _text(f"{HEADER}\n" + "nan,nan,even\nNaN,nan,odd\n" * 10),
    "huge numbers": _text(f"{HEADER}\n" + ROWS.replace("1", "1e308")),
    "infinity": _text(f"{HEADER}\n" + "inf,-inf,even\ninf,inf,odd\n" * 10),
    "a byte that is no text": _bytes(lambda draw: f"{HEADER}\n{ROWS}1,2,".encode() + bytes([draw.randrange(128, 256)])),
    "JSON": _text('{"height": [1, 2], "kind": ["even", "odd"]}\n'),
}
BAD_DAY: Mapping[str, Put] = {
    "no column artist": _text("user\ttrack\nA\tx\n"),
    "a column twice": _text("artist\tartist\ttrack\nA\tB\tx\n"),
    "commas": _text("artist,track\nA,x\n"),
    "a byte that is no text": _bytes(lambda draw: DAY.encode() + b"A" + bytes([draw.randrange(128, 256)]) + b"\tx\n"),
    "a folder": lambda path, _: path.mkdir(),
}
NUMBERS = ("", "x", "nan", "inf", "-inf", "-1", "1e400", "1,5", "[]", "None", "\udcff", "0x", "1 2")
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "train.C": (*NUMBERS, "0"),
    "train.gamma": ("", "x", "nan", "-1", "\udcff", "SCALE"),
    "train.kernel": ("", "x", "RBF", "1", "\udcff", LONG),
    "preprocess.test_size": (*NUMBERS, "0", "1", "1.5"),
    "top_artists.n": (*NUMBERS, "0", "1.5", "9" * 30, "1e3x"),
    "train.no_such": ("1",),
    "no_such.C": ("1",),
}
DATES = ("yesterday", "2018-02-30", "2018-13-01", "20180305x", "", "-1", "10000-01-01", "9" * 30, "\udcff", "2018-3-5-")


def cases(folder: Path, draw: random.Random) -> Iterator[Iterator[Bad]]:
    """Kinds of bad input, each with no end of cases. Each case has a folder of its own below."""
    kinds = [
        _files(folder, draw),
        _days(folder, draw),
        _settings(draw),
        _dates(draw),
        _words(draw),
        _stores(folder, draw),
    ]
    yield from kinds


def _new(folder: Path, draw: random.Random) -> Path:
    made = folder / "".join(draw.choices(string.ascii_lowercase, k=12))
    made.mkdir()
    return made


def _files(folder: Path, draw: random.Random) -> Iterator[Bad]:
    for what, put in cycle([*NO_FILE.items(), *BAD_BYTES.items(), *BAD_CSV.items()]):
        name = draw.choice(("own.csv", "o w n.csv", "ö.csv", "\udcff.csv", "[own].csv", "-.csv", "own*.csv"))
        path = _new(folder, draw) / name
        put(path, draw)
        columns = {"no target column": "'kind'", "the target twice": "'kind'", "a column twice": "'height'"}
        yield Bad(f"a CSV that is {what}, {name!a}", (*ML, str(path)), columns.get(what, _shown(path)))
        if draw.random() < 0.1:
            yield Bad("a CSV with a long name", (*ML, str(path.with_name(LONG))), "xxx")


def _shown(path: Path) -> str:
    """What a complaint calls a file: a link by what it leads to; as it can be printed."""
    return _printed(path.readlink().name if path.is_symlink() else path.name)


def _printed(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _days(folder: Path, draw: random.Random) -> Iterator[Bad]:
    for what, put in cycle([*NO_FILE.items(), *BAD_BYTES.items(), *BAD_DAY.items()]):
        streams = _new(folder, draw)
        for day in DAYS:
            (streams / f"{day}.tsv").write_text(DAY)
        bad = streams / f"{draw.choice(DAYS[1:2])}.tsv"
        bad.unlink()
        put(bad, draw)
        words = ("run", "artists", "--input", str(streams))
        yield Bad(f"a day that is {what}", words, _shown(bad))
        path = streams / "streams"
        what, put = draw.choice([*NO_FILE.items(), *BAD_BYTES.items()])
        put(path, draw)
        yield Bad(f"a folder of days that is {what}", ("run", "artists", "--input", str(path)), "streams")


def _settings(draw: random.Random) -> Iterator[Bad]:
    while True:
        name = draw.choice([*SETTINGS])
        value = draw.choice(SETTINGS[name])
        pipeline = "artists" if name.startswith("top") else "ml"
        named = name if not name.startswith("no_such") else "no_such"
        yield Bad(f"--set {name}={value!a}", ("run", pipeline, "--set", f"{name}={value}"), named)
        yield Bad(f"--set {name}", ("run", pipeline, "--set", name), f"--set {name}")


def _dates(draw: random.Random) -> Iterator[Bad]:
    while True:
        option, value = draw.choice(("--start", "--end")), draw.choice(DATES)
        yield Bad(f"{option} {value!a}", ("run", "artists", f"{option}={value}"), option)
        first, last = draw.sample(range(1, 29), 2)
        start, end = f"2018-03-{max(first, last):02}", f"2018-03-{min(first, last):02}"
        yield Bad("an interval that is reversed", ("run", "artists", "--start", start, "--end", end), "--end")
        year = draw.choice((1, 3, 1066, 1900, 2900, 9000, 9999))
        option = "--start" if year < 2018 else "--end"
        yield Bad(f"a far day, {year}", ("run", "artists", f"{option}={year:04}-01-01"), ".tsv")


def _words(draw: random.Random) -> Iterator[Bad]:
    junk = ("nope", "\udcff", LONG, "ml ", "ML", "🙂")
    while True:
        word = draw.choice(junk)
        yield Bad(f"the pipeline {word[:9]!a}", ("run", word), _printed(word))
        yield Bad(f"--strategy {word[:9]!a}", ("run", "ml", f"--strategy={word}"), "--strategy")
        yield Bad(f"--force {word[:9]!a}", ("run", "ml", f"--force={word}"), "--force")
        share = draw.choice(("2", "-1", "nan", "x", "", "\udcff"))
        yield Bad(f"--verify {share!a}", ("run", "ml", f"--verify={share}"), "--verify")
        yield Bad("an option that there is not", ("run", "ml", f"--{draw.choice(('nope', 'n', 'sett=1'))}"), "--")


def _stores(folder: Path, draw: random.Random) -> Iterator[Bad]:
    for what, put in cycle([*list(NO_FILE.items())[:4], *BAD_BYTES.items()]):
        store = _new(folder, draw) / "store"
        put(store, draw)
        below = draw.choice(("", "/below"))
        yield Bad(f"a store that is {what}{below}", ("run", "artists"), "--store", f"{store}{below}")
        yield Bad("a store with a long name", ("run", "artists"), "--store", str(store.with_name(LONG)))
        yield Bad(
            "a store of no known kind", ("run", "artists"), "--store", f"{draw.choice(('nope', 'x-y', 'ü'))}://store"
        )


def trials(site: Site, number: int, seed: int) -> Iterator[Trial]:
    """So many bad inputs, the kinds in turn, beside a store of two builds."""
    draw = random.Random(f"inputs/{seed}")
    folder = site.new()
    store = folder / "store"
    for pipeline in ("ml", "artists"):
        site.check_mended(store, pipeline)
    before = digests(store)
    kinds = cycle([*cases(folder, draw)])
    for bad in islice((next(kind) for kind in kinds), number):
        problem = ""
        try:
            said_in_one_line(site.run(bad.store or store, bad.words, 60), bad.named)
            after = digests(store)
            if lost := [name for name, digest in before.items() if after.get(name) != digest]:
                raise Lost(f"gone from the store: {', '.join(lost)}")
        except Lost as lost_:
            problem = str(lost_)
        yield Trial("bad input", bad.what, problem)
    for pipeline in ("ml", "artists"):
        site.check_mended(store, pipeline)
    shutil.rmtree(folder, ignore_errors=True)
