"""The picture of what a salt costs: calls and seconds by depth of the graph, on a logarithmic scale, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from lesson.textbook.growth import Measured

TEMPLATE = "chart.svg.jinja"
WIDTH, HEIGHT = 370, 260  # of one panel's plot, in SVG's units
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Line:
    """One salt in one panel. Coordinates in SVG's units, from the plot's upper left corner."""

    tag: str
    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    title: str
    lines: tuple[Line, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    """Ticks: where, and what is written there."""


def draw(rows: Sequence[tuple[Measured, Measured]]) -> str:
    """An SVG document of the measured diamonds, the textbook's and ours; of depth 1 at least, and without a gap."""
    calls = [(float(taught.calls), float(ours.calls)) for taught, ours in rows]
    seconds = [(taught.seconds or 0.0, ours.seconds or 0.0) for taught, ours in rows]
    depths = [taught.depth for taught, _ in rows]
    last = rows[-1]
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    return environment.get_template(TEMPLATE).render(
        panels=[_panel("Calls", depths, calls, ""), _panel("Seconds", depths, seconds, " s")],
        depth=depths[-1],
        taught=last[0],
        ours=last[1],
        width=WIDTH,
        height=HEIGHT,
    )


def _panel(title: str, depths: Sequence[int], values: Sequence[tuple[float, float]], unit: str) -> Panel:
    everything = [value for pair in values for value in pair]
    low, high = math.floor(math.log10(min(everything))), math.ceil(math.log10(max(everything)))

    def x(depth: int) -> float:
        return round((depth - depths[0]) / max(1, depths[-1] - depths[0]) * WIDTH, 1)

    def y(value: float) -> float:
        return round((high - math.log10(value)) / (high - low) * HEIGHT, 1)

    lines = [
        Line(tag, label, tuple((x(depth), y(pair[side])) for depth, pair in zip(depths, values, strict=True)))
        for side, (tag, label) in enumerate([("taught", "textbook"), ("ours", "ours")])
    ]
    return Panel(
        title,
        tuple(lines),
        across=tuple((x(depth), str(depth)) for depth in depths if depth == depths[0] or depth % 5 == 0),
        up=tuple((y(10.0**power), f"10{str(power).translate(SUPERSCRIPT)}{unit}") for power in range(low, high + 1)),
    )
