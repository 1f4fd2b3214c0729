"""A graph in layers, as Sugiyama draws them: what is needed below, and lines that run around what they pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import networkx

WIDE, TALL, ACROSS, UP, MARGIN = 112, 30, 18, 34, 8  # a box, the room between boxes, around all: in SVG's units
THIN = 10  # how wide the place is through which a line passes a layer
SWEEPS = 24

Place = tuple[float, float]


@dataclass(frozen=True)
class Layers:
    """``boxes``: name -> upper left corner. ``lines``: the path of each line, from what needs to what is needed."""

    width: float
    height: float
    boxes: Mapping[str, Place]
    lines: Mapping[tuple[str, str], str]


def layers(needs: Mapping[str, set[str]]) -> Layers:
    """Lay out a graph without cycles: name -> the names that it needs. What follows from other lines is not drawn."""
    full = networkx.DiGraph([(name, need) for name, wanted in needs.items() for need in wanted])
    full.add_nodes_from(needs)
    graph = networkx.transitive_reduction(full)
    level = {
        name: number for number, layer in enumerate(networkx.topological_generations(graph.reverse())) for name in layer
    }
    chains = {(above, below): _chain(above, below, level) for above, below in graph.edges}
    rows = _ordered(level, chains)
    width = max(map(_width, rows)) + 2 * MARGIN
    height = len(rows) * (TALL + UP) - UP + 2 * MARGIN
    middles: dict[str, Place] = {}
    for number, row in enumerate(reversed(rows)):
        x = (width - _width(row)) / 2
        for name in row:
            middles[name] = x + _wide(name) / 2, MARGIN + number * (TALL + UP) + TALL / 2
            x += _wide(name) + ACROSS
    boxes = {name: (middles[name][0] - WIDE / 2, middles[name][1] - TALL / 2) for name in sorted(level)}
    return Layers(width, height, boxes, {edge: _line([middles[name] for name in c]) for edge, c in chains.items()})


def _chain(above: str, below: str, level: Mapping[str, int]) -> list[str]:
    """Both ends of a line, and between them a place in every layer that it passes."""
    return [above, *(f"{above}>{below}>{n}" for n in range(level[above] - 1, level[below], -1)), below]


def _wide(name: str) -> float:
    return THIN if ">" in name else WIDE


def _width(row: list[str]) -> float:
    return sum(map(_wide, row)) + ACROSS * (len(row) - 1)


def _ordered(level: Mapping[str, int], chains: Mapping[tuple[str, str], list[str]]) -> list[list[str]]:
    """The rows, lowest first, each ordered by where its neighbours above or below stand, again and again."""
    rows: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
    near: dict[str, list[str]] = {name: [] for name in level}
    for name in sorted(level):
        rows[level[name]].append(name)
    for (above, _), chain in sorted(chains.items()):
        for step, name in enumerate(chain[1:-1], 1):
            rows[level[above] - step].append(name)
        for upper, lower in pairwise(chain):
            near.setdefault(upper, []).append(lower)
            near.setdefault(lower, []).append(upper)
    best, fewest = rows, _crossings(rows, near)
    for sweep in range(SWEEPS):
        at: dict[str, float] = {}
        swept = []
        for row in rows if sweep % 2 else reversed(rows):
            stood = {name: place for place, name in enumerate(row)}

            def middle(name: str, at: dict[str, float] = at, stood: dict[str, int] = stood) -> tuple[float, int]:
                seen = [at[other] for other in near[name] if other in at]
                return (sum(seen) / len(seen) if seen else stood[name] / len(stood), stood[name])

            ordered = sorted(row, key=middle)
            at |= {name: (place + 0.5) / len(ordered) for place, name in enumerate(ordered)}
            swept.append(ordered)
        rows = swept if sweep % 2 else swept[::-1]
        if (crossings := _crossings(rows, near)) < fewest:
            best, fewest = rows, crossings
    return best


def _crossings(rows: list[list[str]], near: Mapping[str, list[str]]) -> int:
    """How many pairs of lines cross between one row and the next."""
    total = 0
    for lower, upper in pairwise(rows):
        at = {name: place for place, name in enumerate(upper)}
        ends = [at[other] for name in lower for other in sorted(at.keys() & set(near[name]), key=at.__getitem__)]
        total += sum(later < earlier for i, earlier in enumerate(ends) for later in ends[i + 1 :])
    return total


def _line(points: list[Place]) -> str:
    """From the floor of the first box to the roof of the last, straight through the places between."""
    path = f"M{points[0][0]:g} {points[0][1] + TALL / 2:g}"
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        start, end = y + TALL / 2, to_y - TALL / 2 - (3 if number == len(points) - 2 else 0)
        bend = (start + end) / 2
        path += f"C{x:g} {bend:g} {to_x:g} {bend:g} {to_x:g} {end:g}"
        if number < len(points) - 2:
            path += f"L{to_x:g} {to_y + TALL / 2:g}"
    return path
