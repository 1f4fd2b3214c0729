"""The picture that other sites show beside a link to a page: how right each strategy was, by Matplotlib."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from saltern.strategies import STRATEGIES
from shared.report.grains import WORST_FIRST
from shared.report.summary import Column, columns, headline
from shared.rerun.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FILE = "preview.png"
SIZE, DOTS = (12, 6.3), 100  # inches, and per inch: 1200 by 630, which is what sites ask for
INK, QUIET, PAPER = "#1d2731", "#56616b", "#faf8f3"
COLOURS = {"stale": "#b84300", "error": "#1d2731", "wasteful": "#e0a21a", "lucky": "#c5dbe7", "exact": "#8fbdd6"}
NAMES = {"lucky": "right by luck", "exact": "exact"}
OTHER = "other ways"
SAYS = "How many builds of each caching strategy were stale, wasteful or exact"


def draw(results: Sequence[Results], path: Path) -> None:
    """Draw a bar for each strategy of all engines, its parts in the share of their verdicts. A race counts nowhere."""
    from matplotlib.figure import Figure

    counts = _counts([column.decided for column in columns(results)])
    figure = Figure(figsize=SIZE, dpi=DOTS, facecolor=PAPER)
    axes = figure.add_axes((0.14, 0.17, 0.81, 0.44), facecolor=PAPER)
    starts = dict.fromkeys(counts, 0.0)
    for verdict in WORST_FIRST:
        shares = [100 * of[verdict] / sum(of.values()) for of in counts.values()]
        if any(shares):
            left, name = list(starts.values()), NAMES.get(verdict, verdict)
            axes.barh(list(counts), shares, left=left, color=COLOURS[verdict], height=0.68, label=name)
        starts = {name: start + share for (name, start), share in zip(starts.items(), shares, strict=True)}
    _dress(axes, list(counts))
    engines = ", ".join(f"{one.engine} {one.engine_version}" for one in results)
    figure.text(0.03, 0.93, "Saltworks", size=19, color=QUIET, va="top")
    figure.text(0.03, 0.86, textwrap.fill(headline(results), 62), size=25, color=INK, va="top", linespacing=1.25)
    figure.text(0.03, 0.035, f"{engines}: share of the builds after a change", size=13, color=QUIET)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, facecolor=PAPER, metadata={"Software": None})


def _counts(found: Sequence[Column]) -> dict[str, dict[str, int]]:
    """Strategy -> verdict -> how many cells, over all engines; the engines' own other ways are one entry."""
    totals: dict[str, dict[str, int]] = {}
    for column in sorted(found, key=lambda one: one.strategy not in STRATEGIES):
        name = column.strategy if column.strategy in STRATEGIES else OTHER
        total = totals.setdefault(name, dict.fromkeys(WORST_FIRST, 0))
        for verdict in WORST_FIRST:
            total[verdict] += column.counts[verdict]
    return {name: total for name, total in totals.items() if sum(total.values())}


def _dress(axes: Axes, names: Sequence[str]) -> None:
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    axes.set_yticks(range(len(names)), names, size=17, color=INK)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(-0.01, 0.0), ncols=5, frameon=False, fontsize=14, labelcolor=INK)
