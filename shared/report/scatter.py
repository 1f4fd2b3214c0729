"""The chart of the score, by Matplotlib: how often each strategy is stale against what it wastes, with intervals.

Colour says the strategy, shape the engine; the table beside it says the same in numbers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from saltern.strategies import STRATEGIES
from shared.score.summary import Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's palette: apart for every kind of colour vision.
COLOURS = dict(zip(STRATEGIES, ("#999999", "#cc79a7", "#e69f00", "#0072b2", "#009e73"), strict=True))
OWN = "#d55e00"  # of the engines' other ways
SHAPES = "osD^vP*X"
INK = "#010203"  # replaced by the ink of the page
SIZE = 8.2, 4.6  # inches


def scatter(found: Sequence[Summary], *, ink: str = "currentColor", title: str = "score-title") -> str:
    """An SVG document: engines and strategies as points with bars, down and left being better.

    ``ink`` is the colour of axes and words; ``title`` the id of its title element, which a page has once.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style = {"svg.fonttype": "none", "svg.hashsalt": "saltworks", "font.size": 10, "font.family": "sans-serif"}
    inks = dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK)
    with mpl.rc_context(style | inks):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        for shape, one in zip(SHAPES, found, strict=False):
            _points(axes, one, shape)
        axes.set_xlabel("stale: wrong results, per 100 edits after which a rebuild was needed")
        axes.set_ylabel("needless steps per edit")
        axes.set_xlim(left=-2)
        axes.set_ylim(bottom=-0.04 * axes.get_ylim()[1])  # a point at nought is seen whole
        axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= axes.get_ylim()[1]])
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#999999", alpha=0.25, linewidth=0.6)
        _legend(axes, found)
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _accessible(written.getvalue(), found, title).replace(INK, ink)


def _points(axes: Axes, one: Summary, shape: str) -> None:
    for strategy, figures in one.strategies.items():
        stale, waste = figures.stale, figures.waste
        if stale is None or waste is None:
            continue
        colour = COLOURS.get(strategy, OWN)
        axes.errorbar(
            100 * stale.value,
            waste.value,
            xerr=[[100 * (stale.value - stale.low)], [100 * (stale.high - stale.value)]],
            yerr=[[waste.value - waste.low], [waste.high - waste.value]],
            fmt=shape,
            color=colour,
            markersize=7,
            elinewidth=1,
            alpha=0.85,
        )


def _legend(axes: Axes, found: Sequence[Summary]) -> None:
    from matplotlib.lines import Line2D

    def entry(shape: str, colour: str, label: str) -> Line2D:
        return Line2D([], [], linestyle="", marker=shape, color=colour, label=label)

    strategies = [entry("o", COLOURS[name], name) for name in STRATEGIES] + [entry("o", OWN, "the engine's other ways")]
    engines = [entry(shape, INK, one.engine) for shape, one in zip(SHAPES, found, strict=False)]
    axes.legend(handles=[*strategies, *engines], loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)


def _accessible(svg: str, found: Sequence[Summary], title: str) -> str:
    """An image with a name and a description, to be put into a page."""
    points = [
        f"{one.engine} {strategy}: {100 * figures.stale.value:.1f} % stale, {figures.waste.value:.2f} needless steps"
        for one in found
        for strategy, figures in one.strategies.items()
        if figures.stale and figures.waste
    ]
    said = f'<title id="{title}">Staleness against waste</title><desc id="{title}-more">{"; ".join(points)}</desc>'
    start = svg.index("<svg")
    end = svg.index(">", start) + 1
    opening = re.sub(r' (width|height)="[^"]*"', "", svg[start : end - 1])
    return f'{opening} role="img" aria-labelledby="{title} {title}-more">{said}{svg[end:]}'
