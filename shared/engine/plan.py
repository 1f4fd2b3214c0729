"""What a run would do: each node done or to run, and why. Nothing is run to find out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rich.markup import escape
from rich.tree import Tree

from saltern.code import reached
from saltern.reasons import kind
from shared.engine.build import Build
from shared.engine.protocol import Engine
from shared.pipelines import PROJECT

State = Literal["done", "to run", "undecided", "missing"]
MARKS: dict[State, tuple[str, str]] = {
    "done": ("✓", "green"),
    "to run": ("▶", "yellow"),
    "undecided": ("?", "cyan"),
    "missing": ("○", "red"),
}


@dataclass(frozen=True)
class Prospect:
    """What would become of one node.

    ``undecided``: whether it runs is known when what it needs is made. ``missing``: its artifact is gone, and nothing
    will make it again.
    """

    state: State
    why: str
    reasons: list[str] = field(default_factory=list)
    """Of a node that is to run: words of ``saltern.reasons.REASONS``, with their details."""


def plan(build: Build, engine: Engine) -> dict[str, Prospect]:
    """Every node's prospect, by the engine's rule of where it looks for finished work."""
    nodes = build.graph.nodes
    if not engine.reuses(build.strategy):
        kept = f"{engine.name} keeps nothing between runs under '{build.strategy}'"
        return dict.fromkeys(nodes, Prospect("to run", kept, ["forced"]))
    if build.strategy in engine.natives and engine.natives[build.strategy].memory == "its own":
        return dict.fromkeys(nodes, Prospect("undecided", f"{engine.name} itself remembers, and says when it runs"))
    calls = build.calls()
    found = {name: build.cache.find(call) is not None for name, call in calls.items()}
    from_target = engine.looks_at == "target" and not build.cache.strategy.digests
    wanted = _wanted(build, found) if from_target else set(nodes)
    prospects = {}
    for name in nodes:
        if name not in calls:
            prospects[name] = Prospect("undecided", "it depends on what its inputs turn out to be")
        elif found[name]:
            prospects[name] = Prospect("done", calls[name].artifact.name)
        elif name in wanted:
            because = build.cache.reasons(calls[name])
            prospects[name] = Prospect("to run", "; ".join(map(kind, because)), because)
        else:
            prospects[name] = Prospect("missing", "its artifact is gone; what needs it is done, so nothing asks for it")
    return prospects


def _wanted(build: Build, found: dict[str, bool]) -> set[str]:
    """Walking down from the target, each node up to the first that is done."""
    wanted: set[str] = set()
    stack = [build.graph.nodes[build.graph.target]]
    while stack:
        node = stack.pop()
        if node.key not in wanted:
            wanted.add(node.key)
            if not found[node.key]:
                stack.extend(node.needs)
    return wanted


def tree(build: Build, engine: Engine, *, details: bool = False) -> Tree:
    """The dependency tree, the target at its root, with what it needs below. A shared node is drawn out once.

    With ``details`` each reason says what exactly is different, from what to what.
    """
    prospects = plan(build, engine)
    calls = build.calls() if details else {}
    drawn: set[str] = set()

    def label(name: str) -> str:
        state, why = prospects[name].state, prospects[name].why
        if details and prospects[name].reasons:
            why = "; ".join(prospects[name].reasons)
        mark, colour = MARKS[state]
        again = " [dim](drawn above)[/]" if name in drawn else ""
        return f"[{colour}]{mark} {escape(name)}[/]  [{colour}]{state}[/][dim]: {escape(why)}[/]{again}"

    nodes = build.graph.nodes
    root = Tree(label(build.graph.target))
    stack = [(root, nodes[build.graph.target])]
    while stack:
        branch, node = stack.pop()
        if node.key != build.graph.target:
            branch = branch.add(label(node.key))
        if node.key in drawn:
            continue
        drawn.add(node.key)
        if details and build.cache.strategy.code:
            code = reached(node.step)
            for place, why in sorted(code.coarse.items()):
                branch.add(f"[magenta]{escape(place)}[/]  [dim]counts whole: {escape(why)}[/]")
            manifest = build.cache.store.manifest(calls[node.key].artifact.name) if node.key in calls else None
            for what in dict.fromkeys([*code.unheld, *(manifest or {}).get("unheld", [])]):
                branch.add(f"[magenta]{escape(what)}[/]  [dim]cannot be held: nobody notices if it changes[/]")
        for source in node.sources:
            branch.add(f"[blue]{source.name(PROJECT)}[/]  [dim]external input[/]")
        stack += [(branch, need) for need in reversed(list(node.needs))]
    return root
