"""The peers: other tools that went through the same changes, on a page of the report and in ``docs/peers.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from shared.pipelines import PROJECT
from shared.report import marks, scores
from shared.report.marked import Marked
from shared.report.site import Site
from shared.rerun.peers import SCENARIOS, SCORES, Column, PeerResults, committed
from shared.rerun.results import Cell
from shared.score.figures import Figures
from shared.score.summary import Summary
from shared.score.summary import read as summary_in

FILE = "peers.html"
DOCUMENT = PROJECT / "docs" / "peers.md"
MARKED = Marked("peers", "nox -s peers -- --publish")
RECOVERY = "recovery, not freshness"


@dataclass(frozen=True)
class Shown:
    """A column, as it is shown."""

    peer: PeerResults
    column: Column

    @property
    def head(self) -> str:
        return f"{self.column.title} ({RECOVERY})" if self.column.recovery else self.column.title

    def cell(self, scenario: str) -> Cell | None:
        return self.peer.cell(self.column.name, scenario)

    def symbol(self, scenario: str) -> str:
        cell = self.cell(scenario)
        return marks.symbol_of_verdict(cell) if cell else "–"

    def spoken(self, scenario: str) -> str:
        cell = self.cell(scenario)
        return marks.spoken(cell) if cell else self.column.without.get(scenario, "not measured")

    def tag(self, scenario: str) -> str:
        cell = self.cell(scenario)
        return marks.verdict_of(cell).tag if cell else "none"

    @property
    def notes(self) -> Iterator[tuple[str, str]]:
        """Scenario -> what is to be said of it, where that is more than its symbol."""
        for scenario in SCENARIOS:
            cell = self.cell(scenario)
            if note := cell.note if cell else self.column.without.get(scenario, "not measured"):
                yield scenario, note

    @property
    def is_whole(self) -> bool:
        """Whether all of its cells are measured."""
        return all(self.cell(scenario) or scenario in self.column.without for scenario in SCENARIOS)

    @property
    def counts(self) -> str:
        """``3 stale, 1 wasteful, 11 exact``: the worst first; or that it is not measured."""
        verdicts = [cell.verdict for scenario in SCENARIOS if (cell := self.cell(scenario))]
        order = ("error", "stale", "wasteful", "exact")
        said = [f"{verdicts.count(one)} {one}" for one in order if one in verdicts]
        return ", ".join(said if self.is_whole else [*said, "the rest is not measured yet"])


@dataclass(frozen=True)
class Scored:
    """A column after random edits."""

    shown: Shown
    summary: Summary

    @property
    def stale(self) -> str:
        return scores.rate(self._figures.stale)

    @property
    def is_stale(self) -> bool:
        return bool(self._figures.stale and self._figures.stale.events)

    @property
    def waste(self) -> str:
        return scores.mean(self._figures.waste)

    @property
    def error(self) -> str:
        return scores.rate(self._figures.error)

    @property
    def _figures(self) -> Figures:
        return self.summary.strategies[self.shown.column.name]


def scored(across: Sequence[Shown], summaries: Mapping[str, Summary]) -> list[Scored]:
    """The columns that random edits were made to."""
    found = ((one, summaries.get(one.peer.peer)) for one in across)
    return [Scored(one, summary) for one, summary in found if summary and one.column.name in summary.strategies]


def summaries(folder: Path = SCORES) -> dict[str, Summary]:
    """Peer -> the summary of its score, of those that are kept with the code."""
    return {path.stem: summary_in(path) for path in sorted(folder.glob("*.json"))}


def columns(peers: Sequence[PeerResults]) -> list[Shown]:
    return [Shown(peer, column) for peer in peers for column in peer.columns]


def headline(across: Sequence[Shown]) -> str:
    """One sentence: how many ways are never stale, without saltern and with it."""
    fresh = [one for one in across if one.is_whole and not one.column.recovery]
    told = []
    for named, ours in (("as their users wire them", False), ("fed with saltern's fingerprint", True)):
        chosen = [one for one in fresh if one.column.saltern == ours]
        never = sum("stale" not in one.counts for one in chosen)
        told.append(f"{never} of {len(chosen)} ways {named}")
    return f"Never stale: {' and '.join(told)}." if fresh else "No peer is measured yet."


def write(site: Site, folder: Path) -> None:
    """Write the page from what is committed."""
    across = columns(site.peers)
    groups = [(peer, list(group)) for peer, group in groupby(across, key=lambda one: one.peer.title)]
    site.write(
        folder, FILE, "peers.html", headline=headline(across), groups=groups, across=across, scenarios=SCENARIOS,
        legend=marks.VERDICTS, recovery=RECOVERY, scored=scored(across, summaries()),
    )  # fmt: skip


def table(peers: Sequence[PeerResults], edits: Mapping[str, Summary]) -> str:
    """Markdown: the scenarios down and the ways across, a table for each few tools; then random edits and wirings."""
    if not peers:
        return "Not measured yet."
    parts = [_matrix(columns(peers[start : start + 3])) for start in range(0, len(peers), 3)]
    return "\n\n".join([*parts, _edits(scored(columns(peers), edits)), _wirings(columns(peers))])


def _matrix(across: Sequence[Shown]) -> str:
    head = ["scenario", *(f"{one.peer.title} {one.peer.version}: {one.head}" for one in across)]
    rows = [[scenario, *(_bold(one, scenario) for one in across)] for scenario in SCENARIOS]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _bold(one: Shown, scenario: str) -> str:
    symbol = one.symbol(scenario)
    return f"**{symbol}**" if one.tag(scenario) in ("stale", "error") else symbol


def _edits(across: Sequence[Scored]) -> str:
    if not across:
        return "Random edits are not measured yet."
    lines = ["| after random edits: tool | way | edits | stale | needless steps per edit | error |", "| --- " * 6 + "|"]
    for one in across:
        peer, head = one.shown.peer, one.shown.head
        stale = f"**{one.stale}**" if one.is_stale else one.stale
        lines.append(f"| {peer.title} | {head} | {one.summary.edits} | {stale} | {one.waste} | {one.error} |")
    return "\n".join(lines)


def _wirings(across: Sequence[Shown]) -> str:
    lines = ["| tool | way | wired so | verdicts |", "| --- | --- | --- | --- |"]
    for one in across:
        way = f"[{one.column.title}]({one.column.documentation})"
        lines.append(f"| {one.peer.title} | {way} | {one.column.summary} | {one.counts} |")
    return "\n".join(lines)


def publish() -> None:
    """Write the table of what is committed into the page of the docs."""
    MARKED.write(table(committed(), summaries()), DOCUMENT)
