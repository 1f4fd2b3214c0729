"""A pipeline's graph as a drawing: where each step's box lies, and how the lines run. In SVG's units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import networkx

from shared.pipelines import PIPELINES

BOX, TALL, LOW = 150, 44, 26  # a box's width; its height alone in its layer, and among several
ACROSS, DOWN, MARGIN = 36, 8, 6  # between boxes, and around all
BEND = 34  # how far a line that passes other steps keeps clear of them


@dataclass(frozen=True)
class Box:
    """One step. ``x`` and ``y`` are its upper left corner."""

    node: str
    label: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[str, ...]
    """The path data of each edge, from what is needed to what needs it."""


@cache
def drawing(pipeline: str) -> Drawing:
    """The graph of a pipeline, its layers (topological generations) from left to right."""
    graph = PIPELINES[pipeline]()
    edges = [(need, node) for node, needs in graph.edges.items() for need in needs]
    directed = networkx.DiGraph(edges)
    directed.add_nodes_from(graph.nodes)
    layers = [sorted(layer, key=list(graph.nodes).index) for layer in networkx.topological_generations(directed)]
    layer_of = {node: number for number, layer in enumerate(layers) for node in layer}
    passing = any(layer_of[node] - layer_of[need] > 1 for need, node in edges)
    tallest = max(_height(layer) for layer in layers)
    top = MARGIN + (BEND if passing else 0)
    boxes = {
        node: Box(node, _label(node, len(layer)), MARGIN + number * (BOX + ACROSS), y, BOX, _tall(layer))
        for number, layer in enumerate(layers)
        for node, y in zip(layer, _heights(layer, top, tallest), strict=True)
    }
    lines = [_line(boxes[need], boxes[node], layer_of[node] - layer_of[need] > 1) for need, node in sorted(edges)]
    width = 2 * MARGIN + len(layers) * BOX + (len(layers) - 1) * ACROSS
    return Drawing(width, top + tallest + MARGIN, tuple(boxes[node] for node in graph.nodes), tuple(lines))


def _label(node: str, siblings: int) -> str:
    """Of many instances of one step only the partition is drawn: the column is theirs."""
    _, _, partition = node.rstrip("]").partition("[")
    return partition if partition and siblings > 1 else node


def _tall(layer: list[str]) -> float:
    return TALL if len(layer) == 1 else LOW


def _height(layer: list[str]) -> float:
    return len(layer) * _tall(layer) + (len(layer) - 1) * DOWN


def _heights(layer: list[str], top: float, tallest: float) -> list[float]:
    first = top + (tallest - _height(layer)) / 2
    return [first + number * (_tall(layer) + DOWN) for number in range(len(layer))]


def _line(start: Box, end: Box, passes: bool) -> str:
    if passes:  # from roof to roof, over what lies between
        x, y, to_x, to_y = start.x + start.width / 2, start.y, end.x + end.width / 2, end.y
        return f"M{x:g} {y:g}C{x:g} {y - BEND:g} {to_x:g} {to_y - BEND:g} {to_x:g} {to_y - 3:g}"
    x, y, to_x, to_y = start.x + start.width, start.y + start.height / 2, end.x, end.y + end.height / 2
    middle = (x + to_x) / 2
    return f"M{x:g} {y:g}C{middle:g} {y:g} {middle:g} {to_y:g} {to_x - 3:g} {to_y:g}"
