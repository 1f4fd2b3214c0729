"""What the cache costs beside the raw engine, and beside raw tools: ``python benchmarks/ratios.py [PART...]``.

The parts: ``days`` (the pipeline ``artists`` on a thousand days: the raw engine, ``native``, ``lineage``, and lineage
again with all done), ``tasks`` (what a task costs, one that is skipped, and METG: the shortest task of which half of
the time is work), ``rows`` (20 million plays, and raw polars), ``hashing`` (a file, and ``b3sum``), ``start``.

What is compared runs in turns (A B A B), each time in a new process and in an engine's environment of ``.nox``. Seconds
are given by the clock and of CPU: where other work keeps the machine busy, only those of CPU say something.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)

from benchmarks.turns import ROOT, Taken, in_turns, plays, table, taken  # noqa: E402
from shared.engines import ENGINES  # noqa: E402
from shared.report.costs import HEADS, Cost, Costs  # noqa: E402
from shared.report.costs import MARKED as COSTS  # noqa: E402
from shared.rerun.ingredients import host  # noqa: E402

# Starts an engine's service, and runs a command beside it.
BESIDE = """
import os, subprocess, sys, tempfile
from importlib import import_module
from pathlib import Path
with tempfile.TemporaryDirectory() as folder:
    with import_module(sys.argv[1] + ".engine").ENGINE.service(Path(folder)) as env:
        sys.exit(subprocess.run(sys.argv[2:], env={**os.environ, **env}).returncode)
"""
SUMS = """
import sys, polars as pl
plays = pl.scan_csv(sys.argv[1] + "/*.tsv", separator="\\t", quote_char=None, infer_schema=False)
sums = plays.group_by("artist").len("plays").sort(["plays", "artist"], descending=[True, False])
sums.collect(engine="streaming").write_parquet(sys.argv[2])
"""
HASHES = {
    "blake3 from Python": "import sys; from blake3 import blake3; "
    "print(blake3(max_threads=blake3.AUTO).update_mmap(sys.argv[1]).hexdigest())",
    "ours": "import sys; from saltern.files import file_digest; print(file_digest(sys.argv[1]))",
}
MIGRATE = "from pathlib import Path; from airflow_dags import database; database.copy(database.template(), Path({!r}))"


def python_of(engine: str) -> str:
    return str(ROOT / ".nox" / engine / "bin" / "python")


def version_of(engine: str) -> str:
    """The version of an engine in its environment."""
    program = f"from {ENGINES[engine].package}.engine import ENGINE; print(ENGINE.version())"
    return taken([python_of(engine), "-c", program], {**os.environ}).output.strip()


class Bench:
    """A scratch folder, the environment of what runs, and what was asked for on the command line."""

    def __init__(self, folder: Path, given: argparse.Namespace) -> None:
        self.folder, self.given = folder, given
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SALTWORKS_CACHE_DIR": str(folder / "digests"),
            "AIRFLOW_HOME": str(folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(HERE / "plain" / "on_airflow.py"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        }

    def run(self, *command: str, anew: str = "", env: Mapping[str, str] | None = None) -> Callable[[], Taken]:
        """To run a command, whose last word is a folder in the scratch folder that is emptied first: ``anew``."""

        def once() -> Taken:
            if anew:
                shutil.rmtree(self.folder / anew, ignore_errors=True)
            return taken([*command, *([str(self.folder / anew)] if anew else [])], {**self.env, **(env or {})})

        return once

    def artists(self, engine: str, strategy: str, streams: Path) -> list[str]:
        """The command that runs the pipeline; where the store is comes last."""
        words = ["run", "artists", "--input", str(streams), "--strategy", strategy, "--json", "--store"]
        return [python_of(engine), "-m", ENGINES[engine].package, *words]

    @contextlib.contextmanager
    def beside(self, engine: str) -> Iterator[None]:
        """With what an engine needs beside its runs: Prefect a server, Airflow a database."""
        if engine == "airflow":
            (self.folder / "airflow").mkdir(exist_ok=True)
            code = MIGRATE.format(str(self.folder / "airflow" / "airflow.db"))
            taken([python_of(engine), "-c", code], self.env)
        if engine != "prefect":
            yield
            return
        program = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"
        words = [python_of(engine), "-c", BESIDE, ENGINES[engine].package, sys.executable, "-c", program]
        with subprocess.Popen(words, env=self.env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            before, self.env = self.env, json.loads(server.stdout.readline())
            try:
                yield
            finally:
                self.env = before
                server.stdin.close()

    # --- the parts

    def days(self) -> None:
        streams = plays(self.folder / "days", self.given.days, 200)
        few = plays(self.folder / "fewer", max(1, self.given.days * 365 // 1000), 200)
        for engine in self.engines("luigi", "dask", "prefect"):
            inputs, store = few if engine == "prefect" else streams, f"{engine}-store"
            lineage = self.artists(engine, "lineage", inputs)
            raw = [python_of(engine), "-m", f"benchmarks.plain.on_{engine}", "artists", str(inputs)]
            variants = {} if engine == "prefect" else {f"raw {engine}": self.run(*raw, anew="raw")}
            variants["native"] = self.run(*self.artists(engine, "native", inputs), anew="native-store")
            variants["lineage"] = self.run(*lineage, anew=store)
            variants["lineage, all done"] = self.run(*lineage, str(self.folder / store))
            with self.beside(engine):
                variants["lineage"]()  # what is remembered once for each environment: the versions of all libraries
                print(f"\n{engine}: artists, {len(list(inputs.iterdir()))} days")
                found = in_turns(variants, self.given.turns)
            assert not any(json.loads(one.output)["executed"] for one in found["lineage, all done"])
            table(found, to=next(iter(variants)))

    def tasks(self) -> None:
        print(f"\n| {' | '.join(HEADS)} |\n|{' --- |' * len(HEADS)}")
        found: dict[str, dict[str, Cost]] = {}
        for engine in self.engines(*ENGINES):
            number = max(4, self.given.tasks // {"luigi": 1, "dask": 1, "prefect": 5, "airflow": 20}[engine])
            with self.beside(engine):
                found[engine] = {way: self.task(engine, way, number) for way in ("raw", "salted")}
            for way, cost in found[engine].items():
                skipped = "it runs" if cost.skipped is None else f"{cost.skipped:.2f}"
                print(f"| {engine} | {way} | {cost.task:.2f} | {skipped} | {cost.metg:.2f} |", flush=True)
        if self.given.publish:
            costs = Costs(f"{date.today()}", host(), {engine: version_of(engine) for engine in found}, found)
            costs.write()
            COSTS.write(costs.table(), ROOT / "README.md")

    def task(self, engine: str, way: str, number: int) -> Cost:
        def spins(seconds: float) -> float:
            """Seconds of CPU a task."""
            words = [python_of(engine), "-m", f"benchmarks.plain.on_{engine}", way, str(number), str(seconds)]
            found = taken([*words, str(self.folder / f"{engine}-{way}")], self.env).output
            return float(json.loads(found.splitlines()[-1])[1]) / number

        none = spins(0.0)
        skipped = spins(0.0) if way == "salted" or engine in ("luigi", "prefect") else None
        found, length = {0.0: 0.0}, none / 2
        while max(found.values()) < 0.5:
            found[length] = length / spins(length)
            length *= 2
        return Cost(
            task=round(none * 1000, 2),
            skipped=None if skipped is None else round(skipped * 1000, 2),
            metg=round(metg(found) * 1000, 2),
        )

    def rows(self) -> None:
        for part in (4, 1):
            each = self.given.rows // part // 7
            streams, out = plays(self.folder / f"plays-{part}", 7, each), str(self.folder / "sums.parquet")
            variants = {"raw polars": self.run(python_of("luigi"), "-c", SUMS, str(streams), out)}
            for engine in self.engines("luigi", "dask"):
                variants[f"{engine}, lineage"] = self.run(*self.artists(engine, "lineage", streams), anew="rows-store")
            size = sum(path.stat().st_size for path in streams.iterdir()) / 1e6
            print(f"\n{each * 7:,} plays in 7 files of {size:.0f} MB together")
            table(in_turns(variants, self.given.turns), to="raw polars")

    def hashing(self) -> None:
        large = self.folder / "large"
        with large.open("wb") as file:
            for _ in range(self.given.megabytes):
                file.write(os.urandom(1_000_000))
        env = {"SALTWORKS_CACHE_DIR": "/dev/null/none"}  # or a digest would be remembered
        programs = {"b3sum": [self.given.b3sum, "--no-names"]} if shutil.which(self.given.b3sum) else {}
        programs |= {name: [python_of("luigi"), "-c", code] for name, code in HASHES.items()}
        variants = {name: self.run(*words, str(large), env=env) for name, words in programs.items()}
        variants["ours"]()  # from now on the file is in the system's cache
        found = in_turns(variants, self.given.turns * 3)
        assert len({one.output for each in found.values() for one in each}) == 1
        print(f"\na file of {self.given.megabytes} MB" + ("" if "b3sum" in programs else " (there is no b3sum here)"))
        table(found, to=next(iter(programs)))

    def start(self) -> None:
        print("\n| environment | command | clock, s | CPU, s |\n| --- | --- | --- | --- |")
        raw = {"luigi": "luigi", "dask": "dask.delayed", "prefect": "prefect", "airflow": "airflow.sdk"}
        for engine in self.engines(*ENGINES):
            words = {
                f"import {module}": ["-c", f"import {module}"]
                for module in (raw[engine], "saltern", f"saltern.{engine}")
            }
            words |= {f"{module} --help": ["-m", module, "--help"] for module in ("saltern", ENGINES[engine].package)}
            words["tree ml"] = ["-m", ENGINES[engine].package, "tree", "ml", "--store", str(self.folder / "none")]
            found = in_turns(
                {name: self.run(python_of(engine), *given) for name, given in words.items()}, self.given.turns + 1
            )
            for name, each in found.items():
                later = each[1:]  # the first compiles what it imports
                clock, cpu = statistics.median(one.clock for one in later), statistics.median(one.cpu for one in later)
                print(f"| {engine} | `{name}` | {clock:.2f} | {cpu:.2f} |", flush=True)

    def engines(self, *names: str) -> list[str]:
        return [name for name in names if name in (self.given.engine or names)]


def metg(shares: Mapping[float, float]) -> float:
    """The length of a task for which half is work, between the two that were measured last."""
    shorter, longer = sorted(shares)[-2:]
    return shorter + (longer - shorter) * (0.5 - shares[shorter]) / (shares[longer] - shares[shorter])


PARTS = {"days": Bench.days, "tasks": Bench.tasks, "rows": Bench.rows, "hashing": Bench.hashing, "start": Bench.start}


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("part", nargs="*", choices=[[], *PARTS], help=f"default: all ({', '.join(PARTS)})")
    options.add_argument("--engine", action="append", choices=ENGINES, help="may be repeated; default: all")
    options.add_argument("--turns", type=int, default=2)
    options.add_argument("--days", type=int, default=1000)
    options.add_argument("--tasks", type=int, default=200)
    options.add_argument("--rows", type=int, default=20_000_000)
    options.add_argument("--megabytes", type=int, default=1000)
    options.add_argument("--publish", action="store_true", help="keep what tasks cost, for the report and the README")
    options.add_argument("--b3sum", default="b3sum", metavar="PROGRAM")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), given)
        for part in given.part or PARTS:
            PARTS[part](bench)


if __name__ == "__main__":
    main()
