"""What a task costs, raw and salted, as ``benchmarks/ratios.py tasks --publish`` measured it: kept with the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from shared.report.marked import Marked

COMMITTED = Path(__file__).parents[2] / "benchmarks" / "results" / "tasks.json"
COMMAND = "python benchmarks/ratios.py tasks --publish"
MARKED = Marked("costs", COMMAND)
HEADS = ("engine", "kind", "a task", "one that is done already", "a task of which half is work")


@dataclass(frozen=True)
class Cost:
    """What one task costs an engine, in milliseconds of CPU."""

    task: float
    """A task that does nothing."""
    skipped: float | None
    """One whose result is there already; None where the engine runs it again."""
    metg: float
    """The minimum effective task granularity: the shortest task of which half of the time is work (Slaughter 2020)."""


@dataclass(frozen=True)
class Costs:
    """The costs of all engines that were measured: engine -> ``raw`` or ``salted`` -> cost."""

    date: str
    machine: str
    versions: Mapping[str, str]
    engines: Mapping[str, Mapping[str, Cost]]

    @classmethod
    def read(cls, path: Path = COMMITTED) -> Costs | None:
        """Those that were measured; None in a checkout without them."""
        return TypeAdapter(cls).validate_json(path.read_bytes()) if path.exists() else None

    def write(self, path: Path = COMMITTED) -> None:
        path.write_bytes(TypeAdapter(Costs).dump_json(self, indent=1) + b"\n")

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The cells of the table, below ``HEADS``."""
        for engine, ways in self.engines.items():
            for way, cost in ways.items():
                skipped = "it runs" if cost.skipped is None else f"{cost.skipped:.1f}"
                named = f"{engine} {self.versions[engine]}"
                yield named, way, f"{cost.task:.1f}", skipped, f"{cost.metg:.1f}"

    def table(self) -> str:
        lines = [HEADS, ("---",) * len(HEADS), *self.rows()]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
