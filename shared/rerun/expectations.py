"""What each cell of an engine is expected to be: ``<engine folder>/expectations.toml``.

A cell without an entry is expected to be ``exact``. An entry:

    [[expect]]
    strategy = "salted"
    scenarios = ["change-input", "change-one-day"]
    pipelines = ["ml", "artists"]       # may be left out: every pipeline that goes through the scenarios
    verdict = "stale"
    sometimes = "error"                 # may be left out: what it is instead in some runs, where processes race
    kind = "by design"                  # or "ours", "upstream"
    because = "The strategy trusts its external inputs."
    link = "https://..."                # may be left out, but for "upstream"

``python -m shared.rerun.expectations RESULTS.json`` drafts the entries for the cells of a results file.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from saltern.errors import BadInput
from saltern.strategies import STRATEGIES
from shared.engine.protocol import Engine
from shared.pipelines import PROJECT
from shared.rerun.results import Cell, Expectation, Results, read
from shared.rerun.scenarios import SCENARIOS

Place = tuple[str, str, str]  # pipeline, strategy, scenario
FILE = "expectations.toml"
WIDTH = 120  # of a line in it


class Entry(Expectation):
    """One ``[[expect]]``: the same expectation for several cells."""

    strategy: str
    scenarios: list[str] = Field(min_length=1)
    pipelines: list[str] | None = Field(default=None, min_length=1)


def load(engine: Engine) -> dict[Place, Expectation]:
    """The cells of an engine that are not expected to be exact; none where it has no file. Raises BadInput."""
    return _of_package(engine.package, engine.strategies)


def of_today(results: Results, package: str) -> Results:
    """The same results, held against what the engine's package says now. For who has not that engine installed."""
    return marked(results, _of_package(package, {*STRATEGIES, *results.natives}))


def _of_package(package: str, strategies: Container[str]) -> dict[Place, Expectation]:
    path = PROJECT / package.replace(".", "/") / FILE
    return parse(path, strategies) if path.exists() else {}


def parse(path: Path, strategies: Container[str]) -> dict[Place, Expectation]:
    """The cells that a file names, for an engine with these strategies.

    Raises BadInput, naming the file and the entry, for an entry that is malformed, names what there is not, or names a
    cell that another one names too.
    """
    expected: dict[Place, Expectation] = {}
    for where, entry in _entries(path):
        if entry.kind == "upstream" and not entry.link:
            raise BadInput(f"{where}: upstream behaviour needs a link to the issue or document")
        if entry.strategy not in strategies:
            raise BadInput(f"{where}: the engine has no strategy '{entry.strategy}'")
        for place in _places(where, entry):
            if place in expected:
                raise BadInput(f"{where}: {', '.join(place)} stands in an earlier entry too")
            expected[place] = Expectation(**entry.model_dump(include=set(Expectation.model_fields)))
    return expected


def marked(results: Results, expected: Mapping[Place, Expectation]) -> Results:
    """The same results, each cell with what it is expected to be."""
    cells = [
        cell.model_copy(update={"expected": expected.get((cell.pipeline, cell.strategy, cell.scenario))})
        for cell in results.cells
    ]
    return results.model_copy(update={"cells": cells})


def unexpected(results: Results) -> list[Cell]:
    """The cells that are worse or better than expected."""
    return [cell for cell in results.cells if cell.is_unexpected]


def _entries(path: Path) -> Iterator[tuple[str, Entry]]:
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from None
    entries = document.pop("expect", [])
    if document or not isinstance(entries, list):
        raise BadInput(f"{path}: only [[expect]] has a place in it (found: {', '.join(document) or 'expect'})")
    for number, entry in enumerate(entries, 1):
        where = f"{path}: entry {number}"
        try:
            yield where, Entry.model_validate(entry)
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()]
            raise BadInput(f"{where}: {'; '.join(problems)}") from None


def _places(where: str, entry: Entry) -> Iterator[Place]:
    """The cells that an entry names. Every pair that it writes out must be one."""
    for name in entry.scenarios:
        there = [scenario.pipeline for scenario in SCENARIOS if scenario.name == name]
        if not there:
            raise BadInput(f"{where}: there is no scenario '{name}'")
        for pipeline in entry.pipelines or there:
            if pipeline not in there:
                raise BadInput(f"{where}: it names no cell: no pipeline '{pipeline}' goes through '{name}'")
            yield pipeline, entry.strategy, name


def draft(results: Results) -> str:
    """Entries for all cells that are not exact, grouped by strategy and verdict, in TOML that is ready to be edited."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for cell in results.cells:
        alike = [c for c in results.cells if (c.strategy, c.scenario) == (cell.strategy, cell.scenario)]
        same = tuple(c.pipeline for c in alike if c.verdict == cell.verdict)
        pipelines = () if len(same) == len(alike) else same
        if cell.verdict != "exact":
            names = groups.setdefault((cell.strategy, cell.verdict, pipelines), [])
            names += [cell.scenario] if cell.scenario not in names else []
    return "\n".join(_entry(*group, names) for group, names in sorted(groups.items()))


def _entry(strategy: str, verdict: str, pipelines: Iterable[str], scenarios: Iterable[str]) -> str:
    lines = ["[[expect]]", f"strategy = {json.dumps(strategy)}", f"scenarios = {_array(scenarios)}"]
    lines += [f"pipelines = {_array(pipelines)}"] if pipelines else []
    return "\n".join([*lines, f'verdict = "{verdict}"', 'kind = "by design"', 'because = ""', ""])


def _array(names: Iterable[str]) -> str:
    """In TOML, over several lines where it is long."""
    text = json.dumps(list(names))
    if len(text) < WIDTH // 2:
        return text
    inner = textwrap.fill(text[1:-1], WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    return f"[\n{inner},\n]"


def main() -> int:
    parser = argparse.ArgumentParser(description="Draft the expectations for the cells of a results file.")
    parser.add_argument("results", type=Path, metavar="RESULTS.json")
    try:
        print(draft(read(parser.parse_args().results)))
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
